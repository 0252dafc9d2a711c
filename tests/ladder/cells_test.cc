// Widths and wrapping of UTF-8 text in cells.
#include "viz/ladder/cells.hh"

#include <gtest/gtest.h>

namespace synoptic::ladder {
namespace {

TEST(Cells, CountsColumnsNotBytes) {
  EXPECT_EQ(cells("abc"), 3);
  EXPECT_EQ(cells("→✗●"), 3);
  EXPECT_EQ(cells("你好"), 4);
  EXPECT_EQ(cells("e\u0301"), 1);
  EXPECT_EQ(cells(""), 0);
}

TEST(Cells, ShortenMarksWhatIsCutOff) {
  EXPECT_EQ(shorten("Hello", 5), "Hello");
  EXPECT_EQ(shorten("Hello!", 5), "Hell…");
  EXPECT_EQ(shorten("你好吗", 5), "你好…");
  EXPECT_EQ(shorten("你好吗", 4), "你…");
  EXPECT_EQ(shorten("Hello", 0), "");
}

TEST(Cells, WrapBreaksAtBlanksThenAtSignsThenAnywhere) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("connect(127.0.0.2:9999)", 16),
            (std::vector<std::string>{"connect(", "127.0.0.2:9999)"}));
  EXPECT_EQ(wrap("abcdefgh", 3), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("one two three four", 7, 2), (std::vector<std::string>{"one two", "three …"}));
  EXPECT_TRUE(wrap("", 5).empty());
}

TEST(Cells, WrapLosesNothingAndKeepsToTheWidth) {
  const std::string text =
      "In the kernel the server's FIN rides on its ACK: 客户端说 hello(127.0.0.1:9999)=ok";
  for (int width = 2; width < 100; ++width) {
    std::string joined;
    for (const std::string& line : wrap(text, width)) {
      EXPECT_LE(cells(line), width) << line;
      for (const char c : line)
        if (c != ' ') joined += c;
    }
    std::string expected;
    for (const char c : text)
      if (c != ' ') expected += c;
    EXPECT_EQ(joined, expected) << width;
  }
}

TEST(Cells, PrintableIsValidUtf8WithoutControls) {
  EXPECT_EQ(printable("a\tb\x1b[31m"), "a·b·[31m");
  EXPECT_EQ(printable(std::string_view("\xff\xc3", 2)), "\uFFFD\uFFFD");
  EXPECT_EQ(printable(std::string_view("\xe4\xbd", 2)), "\uFFFD\uFFFD");
  EXPECT_EQ(printable(std::string_view("\xc0\x80", 2)), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("a\u202Eb"), "a·b");
  EXPECT_EQ(printable("Grüße 你好"), "Grüße 你好");
}

}  // namespace
}  // namespace synoptic::ladder
