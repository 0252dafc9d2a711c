// The programs that the benchmarks of live run as roles: the benchmark binary itself, started with
// "__role".
#pragma once

#include <optional>

namespace synoptic::bench {

// The exit status of what argv asks for; nothing when it asks for the benchmarks.
std::optional<int> run_role(int argc, char** argv);

}  // namespace synoptic::bench
