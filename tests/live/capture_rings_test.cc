// Several rings for one interface: what they hold comes out as if it were one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "tests/live/processes.hh"
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

// The run sends more than all that is between it and its reader holds.
void sends_too_much(RoleKind kind, bool (*await_held_up)()) {
  constexpr std::uint32_t count = 25'000;
  LiveSpec spec;
  spec.roles.push_back({.name = "flood", .argv = role_command({"flood", std::to_string(count)})});
  spec.roles[0].kind = kind;
  auto source = run_private(spec);
  ASSERT_TRUE(source) << source.error().str();
  ASSERT_TRUE(await_held_up());
  ASSERT_TRUE(run_to_end(**source));
  const model::Trace& trace = (*source)->trace();
  EXPECT_EQ((*source)->counters().kernel_dropped + (*source)->counters().queue_dropped, 0u);
  const auto all = packets(trace);
  ASSERT_EQ(all.size(), count);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t number = 0;
    std::memcpy(&number, all[i].payload.data(), sizeof number);
    ASSERT_EQ(number, i);
  }
  EXPECT_THAT(trace.warnings, testing::Contains(HasSubstr("who sent was held up for")));
}

TEST(CaptureRings, WhoReadsNothing_StopsTheRolesOfADemo_AndNothingIsLost) {
  sends_too_much(RoleKind::demo, await_stopped_child);
}

TEST(CaptureRings, WhoReadsNothing_SlowsTheNetworkOfPrograms_AndNothingIsLost) {
  sends_too_much(RoleKind::command, await_slowed_network);
}

}  // namespace
}  // namespace synoptic::live
