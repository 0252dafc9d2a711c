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
  EXPECT_EQ(cells("，（ＡＢ）"), 10);
  EXPECT_EQ(cells("한국어 かな 😀"), 14);
  EXPECT_EQ(cells("か\u3099ㄱ⌚─▶"), 8);
  EXPECT_EQ(cells(""), 0);
}

TEST(Cells, ShortenMarksWhatIsCutOff) {
  EXPECT_EQ(shorten("Hello", 5), "Hello");
  EXPECT_EQ(shorten("Hello!", 5), "Hell…");
  EXPECT_EQ(shorten("你好吗", 5), "你好…");
  EXPECT_EQ(shorten("你好吗", 4), "你…");
  EXPECT_EQ(shorten("Hello", 0), "");
}

TEST(Cells, AnEscapeIsNeverBroken) {
  EXPECT_EQ(wrap(R"("\xc4\xe3\xba\xc3")", 12),
            (std::vector<std::string>{R"("\xc4\xe3)", R"(\xba\xc3")"}));
  EXPECT_EQ(wrap(R"("\xc4\xe3")", 8), (std::vector<std::string>{R"("\xc4)", R"(\xe3")"}));
  EXPECT_EQ(shorten(R"(\xc4\xe3)", 7), R"(\xc4…)");
  EXPECT_EQ(wrap(R"(\xc4)", 3), (std::vector<std::string>{R"(\xc)", "4"})) << "no room at all";
  EXPECT_EQ(wrap(R"(a\xyz)", 3), (std::vector<std::string>{R"(a\x)", "yz"})) << "none";
}

TEST(Cells, WrapBreaksAtBlanksThenAtSignsThenAnywhere) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("connect(127.0.0.2:9999)", 16),
            (std::vector<std::string>{"connect(", "127.0.0.2:9999)"}));
  EXPECT_EQ(wrap("recv = \"xxxxxxxxxx\"", 10),
            (std::vector<std::string>{"recv", "= \"xxxxxxx", "xxx\""}));
  EXPECT_EQ(wrap("recv(1024) (client 2)", 19),
            (std::vector<std::string>{"recv(1024)", "(client 2)"}));
  EXPECT_EQ(wrap("abcdefgh", 3), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("one two three four", 7, 2), (std::vector<std::string>{"one two", "three …"}));
  EXPECT_TRUE(wrap("", 5).empty());
  // Chinese: beside any character, but no closing mark begins a line and no opening one ends it
  EXPECT_EQ(wrap("一个报文段 SYN", 8), (std::vector<std::string>{"一个报文", "段 SYN"}));
  EXPECT_EQ(wrap("三个报文，四个", 8), (std::vector<std::string>{"三个报", "文，四个"}));
  EXPECT_EQ(wrap("三个报（文）", 8), (std::vector<std::string>{"三个报", "（文）"}));
  EXPECT_EQ(wrap("等了 1 s，才", 8), (std::vector<std::string>{"等了", "1 s，才"}));
  EXPECT_EQ(wrap("recv()（客户端 2）", 16), (std::vector<std::string>{"recv()（客户", "端 2）"}));
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

TEST(Cells, ANumberKeepsItsUnit) {
  EXPECT_EQ(wrap("its own FIN 1 s after that", 13),
            (std::vector<std::string>{"its own FIN", "1 s after", "that"}));
  EXPECT_EQ(wrap("its own FIN 1 s, and so on", 14),
            (std::vector<std::string>{"its own FIN", "1 s, and so on"}));
  EXPECT_EQ(wrap("after 174.1 µs and 40 ms.", 21),
            (std::vector<std::string>{"after 174.1 µs and", "40 ms."}));
  EXPECT_EQ(wrap("had sent 5 segments", 11), (std::vector<std::string>{"had sent 5", "segments"}));
}

TEST(Cells, AResultAndAnAddressStayWhole) {
  EXPECT_EQ(wrap("send(\"Welcome!\") = 8", 19),
            (std::vector<std::string>{"send(\"Welcome!\")", "= 8"}));
  EXPECT_EQ(wrap("connect(127.0.0.2:9999)", 20),
            (std::vector<std::string>{"connect(", "127.0.0.2:9999)"}));
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
