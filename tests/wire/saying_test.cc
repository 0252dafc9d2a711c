// Saying: a sentence in English, and its parts for whoever shows it in another language.
#include "sim/wire/saying.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace synoptic::wire {
namespace {

using testing::ElementsAre;

TEST(Fill, PlacesTakeTheArgsInTheirOrder_OrAsNumbered) {
  EXPECT_EQ(fill("{} of {}", {"1", "2"}), "1 of 2");
  EXPECT_EQ(fill("{1} of {0}, {1}", {"1", "2"}), "2 of 1, 2");
  EXPECT_EQ(fill("nothing", {}), "nothing");
  EXPECT_EQ(fill("{}", {"{}"}), "{}") << "what is filled in is no pattern";
}

TEST(Fill, PatternThatAsksForMoreThanThereIs_IsGivenBack) {
  EXPECT_EQ(fill("{} of {}", {"1"}), "{} of {}");
  EXPECT_EQ(fill("{7}", {"1"}), "{7}");
  EXPECT_EQ(fill("an { alone", {"1"}), "an { alone");
}

TEST(Saying, TextWithoutPlaces_IsItself) {
  EXPECT_EQ(Saying("set { and }").str(), "set { and }");
  EXPECT_TRUE(Saying().empty());
  EXPECT_FALSE(Saying("set").is_value());
  const std::string text = Saying("set");
  EXPECT_EQ(text, "set");
}

TEST(Saying, Sayings_AreFilledIn) {
  const Saying inner = Saying::of("{} bytes", 20);
  const Saying outer = Saying::of("the {} has {}, not {}", "header", inner, 1.5);
  EXPECT_EQ(outer.str(), "the header has 20 bytes, not 1.5");
  EXPECT_EQ(outer.pattern(), "the {} has {}, not {}");
  ASSERT_EQ(outer.args().size(), 3u);
  EXPECT_EQ(outer.args()[1].pattern(), "{} bytes");
}

TEST(Saying, OnlySayingsAreWords_EverythingElseIsAValue) {
  const Saying saying = Saying::of("'{}' is {}, {}", std::string("none"), Saying("none"), 7);
  std::vector<bool> values;
  for (const Saying& arg : saying.args()) values.push_back(arg.is_value());
  EXPECT_THAT(values, ElementsAre(true, false, true));
  EXPECT_TRUE(Saying::value(7).is_value());
}

TEST(Saying, FromItsParts_IsTheSame) {
  const Saying saying = Saying::from_parts("{}: {}", false, {Saying::value("a"), Saying("b")});
  EXPECT_EQ(saying, "a: b");
  EXPECT_TRUE(saying.args()[0].is_value());
}

}  // namespace
}  // namespace synoptic::wire
