// Several rings for one interface: what they hold comes out as if it were one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using testing::HasSubstr;

// The role captures what it sends itself, and fails when anything is not as it was sent.
void runs_well(const std::vector<std::string>& role) {
  LiveSpec spec;
  spec.roles.push_back({.name = role[0], .argv = role_command(role)});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings, testing::Each(testing::Not(HasSubstr(role[0]))));
}

TEST(CaptureRings, WholePacketsOfAllLengths_ComeInTheirOrder) {
  runs_well({"lengths", "262144"});
}

TEST(CaptureRings, PacketsCutToTheSnapLength_ComeInTheirOrder) {
  for (const char* snap : {"200", "1000", "16384"}) {
    SCOPED_TRACE(snap);
    runs_well({"lengths", snap});
  }
}

TEST(CaptureRings, AFullRing_IsCounted_NoPacketIsLostSilently) {
  runs_well({"overflow"});
}

}  // namespace
}  // namespace synoptic::live
