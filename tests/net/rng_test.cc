// The numbers of the generator, which every trace that is left to chance depends on.
#include "sim/net/rng.hh"

#include <gtest/gtest.h>

#include <array>

namespace synoptic::net {
namespace {

TEST(SplitMix64, GoldenValues) {
  std::uint64_t state = 0;
  EXPECT_EQ(splitmix64(state), 0xe220a8397b1dcdafu);
  EXPECT_EQ(splitmix64(state), 0x6e789e6aa1b965f4u);
}

// computed apart from this code, from the definitions of xoshiro256++ and splitmix64
TEST(Rng, GoldenValues) {
  Rng one(1);
  EXPECT_EQ(one.next(), 0x4887886c7244e091u);
  EXPECT_EQ(one.next(), 0x4cfafb3b6cc3ea99u);
  EXPECT_EQ(one.next(), 0xfbce21167403a2c1u);
  Rng answer(42);
  EXPECT_EQ(answer.next(), 0x5b5e4a1bffcbb2f3u);
  EXPECT_EQ(answer.next(), 0xdad6b47570f6111du);
}

TEST(Rng, Streams_AreDifferent) {
  Rng first(1, 0);
  Rng second(1, 1);
  EXPECT_EQ(second.next(), 0x8d6176e2f1f41696u);
  EXPECT_NE(first.next(), 0x8d6176e2f1f41696u);
}

TEST(Rng, Below_StaysBelow_AndIsEven) {
  Rng rng(3);
  std::array<int, 7> count{};
  for (int i = 0; i < 70'000; ++i) ++count[rng.below(7)];
  for (const int n : count) EXPECT_NEAR(n, 10'000, 400);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rng.below(1), 0u);
}

TEST(Rng, Chance_NeverAndAlwaysAndInBetween) {
  Rng rng(4);
  int yes = 0;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(rng.chance(0));
    EXPECT_TRUE(rng.chance(1));
    yes += rng.chance(0.3) ? 1 : 0;
  }
  EXPECT_NEAR(yes, 3000, 200);
}

}  // namespace
}  // namespace synoptic::net
