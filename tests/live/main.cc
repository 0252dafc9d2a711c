// The tests of live, and the processes that they start: supervisor and roles are this binary too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/live/live.hh"
#include "tests/live/test_roles.hh"

int main(int argc, char** argv) {
  synoptic::live::supervisor_entry(argc, argv);
  if (const auto status = synoptic::live::run_test_role(argc, argv)) return *status;
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
