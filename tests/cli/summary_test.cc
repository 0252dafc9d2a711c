// The judgements of --summary, on traces that say exactly what was sent.
#include "viz/cli/summary.hh"

#include <gtest/gtest.h>

#include "tests/ladder/trace_builder.hh"

namespace synoptic::cli {
namespace {

constexpr std::string_view opened = "0 c S 0; 1 s SA 0 1; 2 c A 1 1; ";
constexpr std::string_view closed = "10 c FA 1 1; 11 s A 1 2; 12 s FA 1 2; 13 c A 2 2; ";

std::string judged(std::string_view script) {
  return summary(ladder::captured(std::string(opened) + std::string(script)));
}

TEST(Summary, RstThatEndsTheConnectionIsAReset) {
  const std::string text = judged("10 s RA 1 1");
  EXPECT_NE(text.find(": opened, reset by "), std::string::npos) << text;
  const std::string half = judged("10 c FA 1 1; 11 s A 1 2; 12 s R 1");
  EXPECT_NE(half.find(": opened, reset by "), std::string::npos) << half;
}

TEST(Summary, RstAfterTheCloseIsLateAndNoReset) {
  const std::string text = judged(std::string(closed) + "20 c R 2");
  EXPECT_NE(text.find(": opened, closed by both, "), std::string::npos) << text;
  EXPECT_NE(text.find(", a late RST from "), std::string::npos) << text;
  EXPECT_EQ(text.find("reset by"), std::string::npos) << text;
  const std::string orderly = judged(closed);
  EXPECT_EQ(orderly.find("RST"), std::string::npos) << orderly;
}

}  // namespace
}  // namespace synoptic::cli
