// BoundedQueue: keeps its limits, counts what it refused, loses nothing else.
#include "capture/observe/bounded_queue.hh"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace synoptic::observe {
namespace {

using model::milliseconds;
using model::seconds;

TEST(BoundedQueue, TakesEverythingInOrder) {
  BoundedQueue<int> queue;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.push(i));
  std::vector<int> got = {99};
  EXPECT_TRUE(queue.take(got));
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_FALSE(queue.take(got));
  EXPECT_TRUE(got.empty());
}

TEST(BoundedQueue, CountsWhatDoesNotFit) {
  BoundedQueue<int> queue({.values = 2});
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_FALSE(queue.push(3));
  EXPECT_FALSE(queue.push(4));
  EXPECT_EQ(queue.dropped(), 2u);
  std::vector<int> got;
  queue.take(got);
  EXPECT_EQ(got, (std::vector<int>{1, 2}));
  EXPECT_TRUE(queue.push(5));
}

TEST(BoundedQueue, WhatNobodyMisses_IsNotCounted) {
  BoundedQueue<int> queue({.values = 1});
  EXPECT_TRUE(queue.offer(1));
  EXPECT_FALSE(queue.offer(2));
  EXPECT_EQ(queue.dropped(), 0u);
  std::vector<int> got;
  queue.take(got);
  EXPECT_EQ(got, std::vector<int>{1});
}

TEST(BoundedQueue, LimitsWeightToo) {
  BoundedQueue<int> queue({.values = 100, .weight = 10});
  EXPECT_TRUE(queue.push(1, 6));
  EXPECT_FALSE(queue.push(2, 5));
  EXPECT_TRUE(queue.push(3, 4));
  EXPECT_EQ(queue.dropped(), 1u);
  std::vector<int> got;
  queue.take(got);
  EXPECT_TRUE(queue.push(4, 10));  // taking gave the weight back
}

TEST(BoundedQueue, ValueHeavierThanTheLimitFitsAlone) {
  BoundedQueue<int> queue({.values = 100, .weight = 10});
  EXPECT_TRUE(queue.push(1, 1000));
  EXPECT_FALSE(queue.push(2, 1));
}

TEST(BoundedQueue, ClosedRefusesAndCanStillBeEmptied) {
  BoundedQueue<std::unique_ptr<int>> queue;
  EXPECT_TRUE(queue.push(std::make_unique<int>(7)));
  queue.close();
  EXPECT_FALSE(queue.push(std::make_unique<int>(8)));
  EXPECT_FALSE(queue.push_wait(std::make_unique<int>(9)));
  EXPECT_EQ(queue.dropped(), 1u);
  EXPECT_FALSE(queue.finished());
  std::vector<std::unique_ptr<int>> got;
  EXPECT_TRUE(queue.take(got));
  EXPECT_EQ(*got.at(0), 7);
  EXPECT_TRUE(queue.finished());
}

TEST(BoundedQueue, WaitEndsAtTimeoutPushOrClose) {
  BoundedQueue<int> queue;
  EXPECT_FALSE(queue.wait(milliseconds(0)));
  std::thread producer([&] { queue.push(1); });
  EXPECT_TRUE(queue.wait(seconds(30)));
  producer.join();
  std::vector<int> got;
  queue.take(got);
  std::thread closer([&] { queue.close(); });
  EXPECT_FALSE(queue.wait(seconds(30)));
  closer.join();
  EXPECT_TRUE(queue.finished());
}

TEST(BoundedQueue, WaitingProducersLoseNothing) {
  constexpr int producers = 3, each = 2000;
  BoundedQueue<int> queue({.values = 16});
  std::vector<std::thread> threads;
  for (int p = 0; p < producers; ++p)
    threads.emplace_back([&queue, p] {
      for (int i = 0; i < each; ++i) EXPECT_TRUE(queue.push_wait(p * each + i));
    });
  std::vector<int> got, next(producers, 0);
  std::size_t total = 0;
  while (total < std::size_t{producers} * each) {
    if (!queue.wait(seconds(30))) break;
    queue.take(got);
    EXPECT_LE(got.size(), 16u);
    for (const int value : got) EXPECT_EQ(value % each, next[value / each]++);  // each in its order
    total += got.size();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, std::size_t{producers} * each);
  EXPECT_EQ(queue.dropped(), 0u);
}

}  // namespace
}  // namespace synoptic::observe
