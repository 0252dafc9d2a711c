// The order of the agenda: time, then insertion.
#include "sim/net/scheduler.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/net/rng.hh"

namespace synoptic::net {
namespace {

using ::testing::ElementsAre;

std::vector<int> drain(Scheduler<int>& scheduler) {
  std::vector<int> items;
  while (!scheduler.empty()) items.push_back(scheduler.pop().item);
  return items;
}

TEST(Scheduler, DifferentTimes_EarliestFirst) {
  Scheduler<int> scheduler;
  scheduler.add({30}, 3);
  scheduler.add({10}, 1);
  scheduler.add({20}, 2);
  EXPECT_EQ(scheduler.top().item, 1);
  EXPECT_THAT(drain(scheduler), ElementsAre(1, 2, 3));
}

TEST(Scheduler, SameTime_InsertionOrder) {
  Scheduler<int> scheduler;
  for (int i = 0; i < 100; ++i) scheduler.add({7}, i);
  const std::vector<int> items = drain(scheduler);
  EXPECT_TRUE(std::ranges::is_sorted(items));
  EXPECT_EQ(items.size(), 100u);
}

TEST(Scheduler, AddedWhileDraining_TakeTheirPlace) {
  Scheduler<int> scheduler;
  scheduler.add({10}, 1);
  scheduler.add({30}, 4);
  EXPECT_EQ(scheduler.pop().item, 1);
  scheduler.add({30}, 5);
  scheduler.add({20}, 2);
  EXPECT_THAT(drain(scheduler), ElementsAre(2, 4, 5));
}

TEST(Scheduler, ThousandsOfItems_AgreeWithAStableSort) {
  Rng rng(11);
  Scheduler<int> scheduler;
  std::vector<std::pair<std::int64_t, int>> expected;
  for (int i = 0; i < 5000; ++i) {
    const auto at = static_cast<std::int64_t>(rng.below(200));
    scheduler.add({at}, i);
    expected.emplace_back(at, i);
  }
  std::ranges::sort(expected);  // what was added first has the smaller item
  for (const auto& [at, item] : expected) {
    const auto entry = scheduler.pop();
    EXPECT_EQ(entry.at.ns, at);
    EXPECT_EQ(entry.item, item);
  }
  EXPECT_TRUE(scheduler.empty());
}

}  // namespace
}  // namespace synoptic::net
