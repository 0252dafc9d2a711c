// The programs that the tests of live run as roles: the test binary itself, started with "__role".
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace synoptic::live {

// The exit status of what argv asks for; nothing when it asks for the tests.
std::optional<int> run_test_role(int argc, char** argv);

// Of those that capture their own packets; nothing when `arguments` ask for none of them.
std::optional<int> run_ring_role(const std::vector<std::string>& arguments);

}  // namespace synoptic::live
