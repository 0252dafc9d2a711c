// Durations read and printed.
#include "sim/model/time.hh"

#include <gtest/gtest.h>

namespace synoptic::model {
namespace {

TEST(ParseDuration, EveryUnit_Exact) {
  EXPECT_EQ(parse_duration("3ns"), nanoseconds(3));
  EXPECT_EQ(parse_duration("250us"), microseconds(250));
  EXPECT_EQ(parse_duration("250µs"), microseconds(250));
  EXPECT_EQ(parse_duration("20ms"), milliseconds(20));
  EXPECT_EQ(parse_duration("1s"), seconds(1));
  EXPECT_EQ(parse_duration("2min"), seconds(120));
}

TEST(ParseDuration, FractionsAndABlank) {
  EXPECT_EQ(parse_duration("1.5 s"), milliseconds(1500));
  EXPECT_EQ(parse_duration("0.1ms"), microseconds(100));
  EXPECT_EQ(parse_duration(".5s"), milliseconds(500));
  EXPECT_EQ(parse_duration("0s"), Duration{});
  EXPECT_EQ(parse_duration("0"), Duration{});
}

TEST(ParseDuration, WhatIsNoDuration_IsRefused) {
  for (const char* text : {"", "5", "s", "ms", ".s", "1.2.3s", "-1s", "1 h", "1s ", "1e3s", "00",
                           "9999999999", "99999999999.1.2s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << '"' << text << '"';
    EXPECT_EQ(parsed.error(), NoDuration::unreadable) << '"' << text << '"';
  }
}

TEST(ParseDuration, WhatIsTooLong_IsCalledSo) {
  EXPECT_EQ(parse_duration("1000000000s"), longest_duration);
  for (const char* text :
       {"99999999999999999999s", "9999999999s", "1000000000.1s", "17000000min"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error(), NoDuration::too_long) << text;
  }
}

TEST(FormatDuration, FourDigitsAndTheUnitThatFits) {
  EXPECT_EQ(format_duration(nanoseconds(0)), "0 ns");
  EXPECT_EQ(format_duration(nanoseconds(999)), "999 ns");
  EXPECT_EQ(format_duration(microseconds(250)), "250 µs");
  EXPECT_EQ(format_duration(microseconds(20'500)), "20.5 ms");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1.5 s");
  EXPECT_EQ(format_duration(seconds(3600)), "3600 s");
  EXPECT_EQ(format_duration(seconds(123'456)), "123456 s");
  EXPECT_EQ(format_duration(milliseconds(-40)), "-40 ms");
}

}  // namespace
}  // namespace synoptic::model
