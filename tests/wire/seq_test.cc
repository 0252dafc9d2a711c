// Sequence numbers on their circle: comparisons across the wrap, windows, extremes.
#include "sim/wire/seq.hh"

#include <gtest/gtest.h>

#include <random>

namespace synoptic::wire {
namespace {

TEST(SeqNum, Comparison_HoldsAcrossTheWrap) {
  const SeqNum before{0xfffffff0}, after{0x10};
  EXPECT_TRUE(lt(before, after));
  EXPECT_TRUE(leq(before, after));
  EXPECT_TRUE(gt(after, before));
  EXPECT_TRUE(geq(after, before));
  EXPECT_FALSE(lt(after, before));
  EXPECT_EQ(distance(before, after), 0x20);
  EXPECT_EQ(distance(after, before), -0x20);
  EXPECT_EQ(offset(before, after), SeqSize{0x20});
  EXPECT_EQ(offset(after, before), SeqSize{0xffffffe0});
  EXPECT_EQ(max(before, after), after);
  EXPECT_EQ(max(after, before), after);
  EXPECT_EQ(min(before, after), before);
  EXPECT_EQ(min(after, before), before);
}

TEST(SeqNum, EqualNumbers_AreLeqAndGeqOnly) {
  for (const std::uint32_t raw : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    const SeqNum n{raw};
    EXPECT_TRUE(leq(n, n) && geq(n, n)) << raw;
    EXPECT_FALSE(lt(n, n) || gt(n, n)) << raw;
    EXPECT_EQ(distance(n, n), 0);
  }
}

TEST(SeqNum, Arithmetic_IsModulo2To32) {
  EXPECT_EQ(SeqNum{0xffffffff} + SeqSize{1}, SeqNum{0});
  EXPECT_EQ(SeqNum{0} - SeqSize{1}, SeqNum{0xffffffff});
  SeqNum n{0xfffffffe};
  n += SeqSize{5};
  EXPECT_EQ(n, SeqNum{3});
  EXPECT_EQ((SeqSize{2} + SeqSize{3}).n, 5u);
  EXPECT_EQ((SeqSize{5} - SeqSize{3}).n, 2u);
}

TEST(SeqNum, Window_IncludesItsFirstAndNotItsEnd) {
  for (const std::uint32_t start : {0u, 1000u, 0xffffffffu, 0xfffffff0u, 0x7fffffffu}) {
    const SeqNum first{start};
    const SeqSize size{100};
    EXPECT_TRUE(in_window(first, first, size)) << start;
    EXPECT_TRUE(in_window(first + SeqSize{99}, first, size)) << start;
    EXPECT_FALSE(in_window(first + size, first, size)) << start;
    EXPECT_FALSE(in_window(first - SeqSize{1}, first, size)) << start;
    EXPECT_FALSE(in_window(first, first, SeqSize{0})) << start;
  }
}

TEST(SeqNum, OrderOfNearbyNumbers_IsThatOfTheirDistance) {
  constexpr unsigned seed = 9293;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 100000; ++i) {
    const SeqNum base{static_cast<std::uint32_t>(random())};
    const SeqSize ahead{static_cast<std::uint32_t>(random()) >> 1};  // below 2^31
    const SeqNum other = base + ahead;
    ASSERT_EQ(lt(base, other), ahead.n != 0) << base.raw << " + " << ahead.n;
    ASSERT_TRUE(leq(base, other)) << base.raw << " + " << ahead.n;
    ASSERT_EQ(offset(base, other), ahead);
    ASSERT_EQ(distance(base, other), static_cast<std::int32_t>(ahead.n));
    ASSERT_EQ(other - ahead, base);
  }
}

}  // namespace
}  // namespace synoptic::wire
