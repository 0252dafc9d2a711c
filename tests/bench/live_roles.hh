// The programs that the benchmarks of live run as roles: the benchmark binary itself, started with
// "__role".
#pragma once

#include <optional>
#include <string>

namespace synoptic::bench {

// The exit status of what argv asks for; nothing when it asks for the benchmarks.
std::optional<int> run_role(int argc, char** argv);
// Of those that make a load; nothing when it is none of them.
std::optional<int> load_role(const std::string& name);

}  // namespace synoptic::bench
