// A fault of the list as a sentence, in both languages.
#include "viz/gui/fault_words.hh"

#include <gtest/gtest.h>

#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

std::string told(std::string_view fault) {
  return fault_words(net::parse_fault(fault).value());
}

TEST(FaultWords, SayWhatIsStruckHowAndWhen) {
  EXPECT_EQ(told("drop 2nd data client>server"),
            "loses data segment no. 2 from the client to the server");
  EXPECT_EQ(told("duplicate syn-ack server>client"),
            "duplicates every SYN-ACK segment from the server to the client");
  EXPECT_EQ(
      told("delay 500ms 1st fin client>server from 1s to 2s"),
      "delays FIN segment no. 1 from the client to the server by 500 ms, from 1 s on, until 2 s");
}

TEST(FaultWords, InChinese_HoldNoEnglishButNames) {
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_EQ(told("drop 2nd data client>server"), "丢弃客户端发往服务器的第 2 个数据报文段");
  EXPECT_EQ(told("corrupt 1st any server>client"), "损坏服务器发往客户端的第 1 个分组");
  EXPECT_EQ(told("delay 500ms 1st fin client>server from 1s"),
            "把客户端发往服务器的第 1 个 FIN 报文段推迟 500 ms，从 1 s 起");
  EXPECT_EQ(told("swap ack server>client to 2s"),
            "让服务器发往客户端的每个 ACK 报文段与其后的一个交换次序，到 2 s 为止");
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
}

}  // namespace
}  // namespace synoptic::gui
