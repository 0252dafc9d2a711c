// The programs that the tests of live run as roles: the test binary itself, started with "__role".
#pragma once

#include <optional>

namespace synoptic::live {

// The exit status of what argv asks for; nothing when it asks for the tests.
std::optional<int> run_test_role(int argc, char** argv);

}  // namespace synoptic::live
