// The judgements of --summary, on traces that say exactly what was sent.
#include "viz/cli/summary.hh"

#include <gtest/gtest.h>

#include "tests/ladder/trace_builder.hh"
#include "viz/words/words.hh"

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

TEST(Summary, InChinese_NoEnglishWordIsLeft) {
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  const std::string text = judged(std::string(closed) + "20 c R 2");
  const model::Trace one = ladder::simulated(std::string(opened) + "10 s RA 1 1");
  const std::string both =
      comparison_summary(one, ladder::captured("0 c S 0 lost"), ladder::align(one, one));
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  for (const char* word : {"捕获：1 个流，8 个分组", "客户端", "个报文段", "已建立，双方都已关闭，",
                           "先关闭，客户端发来迟到的 RST"})
    EXPECT_NE(text.find(word), std::string::npos) << word << " in " << text;
  for (const char* word :
       {"被服务器复位", "始终没有应答，丢失 1 个", "对照 4 行：相同 4 个；0 行未解释"})
    EXPECT_NE(both.find(word), std::string::npos) << word << " in " << both;
  for (const std::string& all : {text, both})
    for (const char* word : {"flow", "packet", "segment", "byte", "client", "server", "by", "{}"})
      EXPECT_EQ(all.find(word), std::string::npos) << all;
}

}  // namespace
}  // namespace synoptic::cli
