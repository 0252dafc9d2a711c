// Reasons, endings and summaries in Chinese: no English is left in any of them, and they are the
// same reasons.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "tests/ladder/demo_runs.hh"
#include "tests/ladder/reason_cases.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/ending.hh"
#include "viz/ladder/reasons.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/warning.hh"
#include "viz/ladder/wording.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

class Chinese : public testing::Test {
 protected:
  void SetUp() override { words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR); }
  void TearDown() override { words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR); }
};

// What stays Latin in a Chinese text: protocols, flags, fields, states, calls, errors, options.
const std::set<std::string> latin{
    "ACK", "Ack", "FIN", "RST", "SYN", "PSH", "ECE", "CWR", "Seq", "MSS", "SACK", "PAWS", "RFC",
    "TCP", "UDP", "ICMP", "Linux", "CLOSING", "ESTABLISHED", "WAIT", "TIME", "LAST", "RECEIVED",
    "SENT", "CLOSED", "LISTEN", "accept", "bind", "close", "connect", "listen", "recv", "recvfrom",
    "send", "sendto", "ETIMEDOUT", "ECONNREFUSED",
    // --set max-events=N
    "set", "max", "events", "time"};

void expect_chinese(const std::string& text) {
  static const std::regex word("[A-Za-z]{3,}");
  for (std::sregex_iterator i(text.begin(), text.end(), word), end; i != end; ++i)
    EXPECT_TRUE(latin.contains(i->str())) << i->str() << " in: " << text;
  EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
  for (const char* wrong : {"  ", "。。", "，。", "：：", "，，", " ，", " 。", "。 "})
    EXPECT_EQ(text.find(wrong), std::string::npos) << text;
}

void expect_chinese(const Alignment& alignment) {
  expect_chinese(alignment.summary);
  for (const AlignedConversation& c : alignment.conversations)
    for (const std::string& text : {c.name, c.ending_sim, c.ending_live}) expect_chinese(text);
  for (const Row& row : alignment.rows) {
    if (!row.reason) continue;
    const RowReason& reason = *row.reason;
    expect_chinese(reason.text);
    ASSERT_LE(reason.lesson_at, reason.text.size()) << reason.text;
    // It begins a sentence, and is no part of a character.
    const std::string before = reason.text.substr(0, reason.lesson_at);
    EXPECT_TRUE(before.ends_with("。")) << reason.text;
  }
}

TEST_F(Chinese, EveryReason) {
  std::set<std::string_view> seen;
  for (const ReasonCase& c : reason_cases())
    for (const bool mirrored : {false, true}) {
      const model::Trace one = simulated(c.sim),
                         two = build(model::Source::captured, c.live,
                                     {.way_ms = 0, .isn = 77, .ipv6 = c.ipv6});
      const Alignment alignment = mirrored ? align(two, one) : align(one, two);
      if (c.code == "run-ended") continue;  // its warnings are made up
      expect_chinese(alignment);
      for (const Row& row : alignment.rows)
        if (row.reason) seen.insert(row.reason->code);
    }
  for (const Reason& reason : reason_table())
    EXPECT_TRUE(seen.contains(reason.code) || reason.code == "run-ended") << reason.code;
}

TEST_F(Chinese, WholeRuns) {
  for (const std::string& demo : demos_tested)
    for (const std::string profile : {"textbook", "linux", "rfc"}) {
      DemoRun r{.demo = demo, .clients = 2};
      const model::Trace live = kernel_like(r);
      const auto check = [&](std::vector<std::string> faults,
                             std::vector<std::pair<std::string, std::string>> set) {
        r.faults = std::move(faults);
        r.set = std::move(set);
        r.set.emplace_back("profile", profile);
        SCOPED_TRACE(name(r));
        expect_chinese(align(run(r), live));
      };
      check({}, {});
      for (const std::string match : {"syn", "syn-ack", "ack", "data", "fin", "any"})
        for (const std::string action : {"drop", "drop 1st", "duplicate 1st", "corrupt 1st",
                                         "delay 500ms 1st", "delay 3s 2nd"})
          for (const std::string way : {"client>server", "server>client"})
            check({fmt::format("{} {} {}", action, match, way)}, {});
      for (const std::string events : {"5", "20", "40"}) check({}, {{"max-events", events}});
      for (const std::string seed : {"1", "2", "3"})
        check({}, {{"seed", seed}, {"loss", "0.2"}, {"reorder", "0.2"}});
    }
}

TEST_F(Chinese, OtherPiecesOfText) {
  DemoRun r{.names = {std::string(3000, 'a'), std::string(600, 'b')}, .pause_ms = 100};
  const model::Trace live = kernel_like(r);
  for (const std::string mtu : {"128", "200", "1500"}) {
    r.set = {{"mtu", mtu}};
    expect_chinese(align(run(r), live));
  }
}

TEST_F(Chinese, SameReasonsAsInEnglish) {
  DemoRun r{.faults = {"drop 1st fin client>server"}};
  const model::Trace live = kernel_like(r), sim = run(r);
  const Alignment chinese = align(sim, live);
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  const Alignment english = align(sim, live);
  ASSERT_EQ(chinese.rows.size(), english.rows.size());
  for (std::size_t i = 0; i < english.rows.size(); ++i) {
    const auto &one = chinese.rows[i].reason, &two = english.rows[i].reason;
    ASSERT_EQ(one.has_value(), two.has_value());
    EXPECT_EQ(chinese.rows[i].verdict, english.rows[i].verdict);
    if (!one) continue;
    EXPECT_EQ(one->code, two->code);
    EXPECT_EQ(one->lesson_at < one->text.size(), two->lesson_at < two->text.size()) << two->text;
    EXPECT_NE(one->text, two->text);
  }
}

TEST_F(Chinese, Sentences) {
  const model::Trace open = run({.demo = "handshake"});
  EXPECT_EQ(align(open, open).summary.substr(0, 9), "模拟：");
  EXPECT_EQ(align(open, open).conversations.front().name, "客户端 ↔ 服务器");
  const model::Trace lost = run({.demo = "handshake", .faults = {"drop syn client>server"}});
  const std::string ending = align(lost, lost).conversations.front().ending_sim;
  EXPECT_TRUE(ending.starts_with("连接从未打开：客户端发送了 ")) << ending;
  EXPECT_TRUE(ending.ends_with("次 SYN，每次都丢失了。")) << ending;
}

TEST_F(Chinese, NamesTakeNoArticle) {
  EXPECT_EQ(the("client"), "客户端");
  EXPECT_EQ(the("client 2"), "客户端 2");
  EXPECT_EQ(the("127.0.0.1:34030"), "127.0.0.1:34030");
  EXPECT_EQ(capital(the("server")), "服务器");
  EXPECT_EQ(spaced(of("client", "FIN")), "客户端的 FIN");
  EXPECT_EQ(spaced(of("[fd00::1]:5", "FIN")), "[fd00::1]:5 的 FIN");
  EXPECT_EQ(with_name("the client 2 sent", "client 2"), "the client 2 sent");
  EXPECT_EQ(role_name("Zoe"), "Zoe");
}

TEST_F(Chinese, LatinWordsAndNumbersStandApart) {
  EXPECT_EQ(spaced("在TIME-WAIT中"), "在 TIME-WAIT 中");
  EXPECT_EQ(spaced("收到5个"), "收到 5 个");
  EXPECT_EQ(spaced("调用close()之后"), "调用 close() 之后");
  EXPECT_EQ(spaced("已有 5 个，ACK 3。"), "已有 5 个，ACK 3。");
  EXPECT_EQ(followed_by("一。", "二。"), "一。二。");
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  EXPECT_EQ(spaced("在TIME-WAIT中"), "在TIME-WAIT中");
  EXPECT_EQ(followed_by("One.", "Two."), "One. Two.");
  EXPECT_EQ(followed_by("", "Two."), "Two.");
}

TEST_F(Chinese, WarningsOfHowARunEnded) {
  const std::vector<std::pair<std::string, std::string>> told{
      {"after 40 events; --set max-events=N allows more",
       "到 40 个事件为止；用 --set max-events=N 可以更多"},
      {"client 2 waits for ever in recv(1024): nothing is left that could end it",
       "客户端 2 永远等在 recv(1024) 中：已没有什么能让它结束"},
      {"after 5 s: 'server' was waiting in accept(), 'client' had ended",
       "到 5 s 为止：服务器正等在 accept() 中、客户端已经结束"},
      {"'client' ended with status 1: Cannot connect", "客户端以状态 1 结束：Cannot connect"},
      {"the calls of 'client' through a stdio stream (fdopen) are not shown",
       "没有显示客户端通过 stdio 流（fdopen）进行的调用"},
      {"something else", "something else"}};
  for (const auto& [english, chinese] : told) EXPECT_EQ(warning_text(english), chinese);
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  for (const auto& [english, chinese] : told) EXPECT_EQ(warning_text(english), english);
}

}  // namespace
}  // namespace synoptic::ladder
