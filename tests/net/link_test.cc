// One direction of a link: delay, rate, queue, order, and what faults do to it.
#include "sim/net/link.hh"

#include <gtest/gtest.h>

namespace synoptic::net {
namespace {

using model::Instant;
using model::milliseconds;
using model::Why;

constexpr Instant start{};
Instant at(std::int64_t ms) {
  return start + milliseconds(ms);
}

Link make(LinkOptions options, std::uint64_t seed = 1) {
  return Link(options, Rng(seed));
}

TEST(Link, NoRate_DelayOnly) {
  Link link = make({.delay = milliseconds(20)});
  EXPECT_EQ(link.send(at(5), 1, 1500, {}).arrival, at(25));
  EXPECT_EQ(link.send(at(5), 2, 1500, {}).arrival, at(25));
}

TEST(Link, Rate_PacketsGoOutOneBehindTheOther) {
  Link link =
      make({.delay = milliseconds(10), .rate_bps = 1'000'000});  // 125 bytes are a millisecond
  EXPECT_EQ(link.send(at(0), 1, 1250, {}).arrival, at(20));
  EXPECT_EQ(link.send(at(0), 2, 125, {}).arrival, at(21));
  EXPECT_EQ(link.send(at(100), 3, 125, {}).arrival, at(111))
      << "an idle link does not save up time";
}

TEST(Link, Rate_IsRoundedUpToWholeNanoseconds) {
  Link link = make({.delay = {}, .rate_bps = 3'000'000'000});
  EXPECT_EQ(link.send(start, 1, 1, {}).arrival.ns, 3);  // 8 bits at 3 Gbit/s: 2.67 ns
}

TEST(Link, QueueFull_DropsTheLast_ThenHasRoomAgain) {
  Link link =
      make({.delay = {}, .rate_bps = 8'000, .queue_packets = 2});  // a byte is a millisecond
  EXPECT_EQ(link.send(at(0), 1, 10, {}).arrival, at(10));          // goes out at once
  EXPECT_EQ(link.send(at(0), 2, 10, {}).arrival, at(20));
  EXPECT_EQ(link.send(at(0), 3, 10, {}).arrival, at(30));
  EXPECT_EQ(link.send(at(0), 4, 10, {}).lost, Why::link_queue_full);
  EXPECT_EQ(link.send(at(10), 5, 10, {}).arrival, at(40))
      << "the second began to go out: one place is free";
  EXPECT_EQ(link.send(at(10), 6, 10, {}).lost, Why::link_queue_full);
}

TEST(Link, QueueOfNone_OnlyTheIdleLinkTakesAPacket) {
  Link link = make({.delay = {}, .rate_bps = 8'000, .queue_packets = 0});
  EXPECT_EQ(link.send(at(0), 1, 10, {}).lost, Why::none);
  EXPECT_EQ(link.send(at(9), 2, 10, {}).lost, Why::link_queue_full);
  EXPECT_EQ(link.send(at(10), 3, 10, {}).lost, Why::none);
}

TEST(Link, LostPacket_TakesUpItsTimeOnTheWire) {
  Link link = make({.delay = {}, .rate_bps = 8'000});
  EXPECT_EQ(link.send(at(0), 1, 10, {.drop = true}).lost, Why::fault_drop);
  EXPECT_EQ(link.send(at(0), 2, 10, {}).arrival, at(20));
}

TEST(Link, LossOfAll_LosesAll) {
  Link link = make({.loss = 1});
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_EQ(link.send(at(0), i, 100, {}).lost, Why::link_loss);
}

TEST(Link, Loss_ComesAboutAsOftenAsAsked) {
  Link link = make({.loss = 0.25}, 5);
  int lost = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    lost += link.send(at(i), i, 100, {}).lost == Why::link_loss ? 1 : 0;
  EXPECT_NEAR(lost, 2500, 150);
}

TEST(Link, Duplicate_TellsWhoseDoingItWas) {
  Link by_chance = make({.duplicate = 1});
  EXPECT_EQ(by_chance.send(at(0), 1, 100, {}).duplicated, Why::link_duplicate);
  Link by_fault = make({});
  EXPECT_EQ(by_fault.send(at(0), 1, 100, {.duplicate = true}).duplicated, Why::fault_duplicate);
  EXPECT_EQ(by_fault.send(at(0), 2, 100, {}).duplicated, Why::none);
}

TEST(Link, WithoutReordering_ArrivalsNeverGoBack) {
  Link link =
      make({.delay = milliseconds(5), .rate_bps = 10'000'000, .loss = 0.1, .duplicate = 0.1}, 3);
  Instant last;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const Passage passage = link.send(at(i / 10), i, 40 + i % 1400, {});
    if (passage.lost != Why::none) continue;
    EXPECT_GE(passage.arrival, last);
    last = passage.arrival;
  }
}

TEST(Link, Reorder_HoldsBackAndLetsOvertake) {
  Link link = make({.delay = milliseconds(5), .reorder = 0.5}, 3);
  int overtaken = 0;
  Instant latest;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const Passage passage = link.send(at(i), i, 100, {});
    if (passage.held_back == Why::link_reorder) {
      EXPECT_GT(passage.arrival, at(i + 5));
      EXPECT_LE(passage.arrival, at(i + 10));
    } else {
      EXPECT_EQ(passage.arrival, at(i + 5));
    }
    if (passage.arrival < latest) ++overtaken;
    latest = std::max(latest, passage.arrival);
  }
  EXPECT_GT(overtaken, 20);
}

TEST(Link, DelayFault_OthersOvertake) {
  Link link = make({.delay = milliseconds(5)});
  const Passage held = link.send(at(0), 1, 100, {.delay = milliseconds(100)});
  EXPECT_EQ(held.held_back, Why::fault_delay);
  EXPECT_EQ(held.arrival, at(105));
  EXPECT_EQ(link.send(at(1), 2, 100, {}).arrival, at(6));
}

TEST(Link, SwapFault_WaitsForTheNextAndFollowsIt) {
  Link link = make({.delay = milliseconds(5)});
  const Passage first = link.send(at(0), 1, 100, {.corrupt = true, .swap = true});
  EXPECT_TRUE(first.waits);
  EXPECT_EQ(first.held_back, Why::fault_swap);
  const Passage second = link.send(at(50), 2, 100, {});
  ASSERT_TRUE(second.overtaken);
  EXPECT_EQ(second.overtaken->packet, 1u);
  EXPECT_TRUE(second.overtaken->corrupt);
  EXPECT_EQ(second.arrival, at(55));
  EXPECT_FALSE(link.release(1)) << "it has gone";
  EXPECT_FALSE(link.send(at(60), 3, 100, {}).overtaken);
}

TEST(Link, SwapFault_NobodyFollows_GoesOnAloneInTheEnd) {
  Link link = make({.delay = milliseconds(5)});
  const Passage first = link.send(at(0), 1, 100, {.swap = true});
  EXPECT_EQ(first.arrival, at(5) + Link::longest_wait);
  EXPECT_FALSE(link.release(2)) << "that one does not wait";
  ASSERT_TRUE(link.release(1));
  EXPECT_FALSE(link.release(1));
}

TEST(Link, SwapFault_TheNextIsLost_WaitsOn) {
  Link link = make({.delay = milliseconds(5)});
  link.send(at(0), 1, 100, {.swap = true});
  EXPECT_FALSE(link.send(at(1), 2, 100, {.drop = true}).overtaken);
  EXPECT_TRUE(link.send(at(2), 3, 100, {}).overtaken);
}

TEST(Link, AFaultMore_LeavesChanceAsItWas) {
  const LinkOptions options{.loss = 0.3, .duplicate = 0.3};
  Link plain = make(options, 9);
  Link faulty = make(options, 9);
  for (std::uint32_t i = 0; i < 500; ++i) {
    const Passage a = plain.send(at(i), i, 100, {});
    const Passage b = faulty.send(at(i), i, 100, {.drop = i == 3});
    if (i != 3) {
      EXPECT_EQ(a.lost, b.lost);
      EXPECT_EQ(a.duplicated, b.duplicated);
    }
  }
}

}  // namespace
}  // namespace synoptic::net
