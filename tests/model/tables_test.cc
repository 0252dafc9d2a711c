// The tables hold what their enumerations name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

#include "sim/model/event.hh"
#include "sim/model/tcp_state.hh"
#include "sim/model/why.hh"

namespace synoptic::model {
namespace {

TEST(WhyTable, EachRowStandsAtItsCode_WithASentence) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Why::count_); ++i) {
    const auto why = static_cast<Why>(i);
    const WhyInfo& row = info(why);
    EXPECT_EQ(row.code, why) << "row " << i << " is " << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " stands twice";
    EXPECT_EQ(parse_why(row.name), why);
    if (why == Why::none) continue;
    EXPECT_TRUE(row.text.ends_with('.')) << row.name << " has no sentence: " << row.text;
    EXPECT_TRUE(row.rfc.empty() || row.rfc.starts_with("RFC ")) << row.name << ": " << row.rfc;
  }
  EXPECT_FALSE(parse_why("no_such_why"));
}

TEST(TcpStates, NamesRoundTrip) {
  for (int i = 0; i < tcp_state_count; ++i) {
    const auto state = static_cast<TcpState>(i);
    EXPECT_EQ(parse_state(rfc_name(state)), state);
    EXPECT_FALSE(linux_name(state).empty());
  }
  EXPECT_EQ(rfc_name(TcpState::fin_wait_1), "FIN-WAIT-1");
  EXPECT_EQ(linux_name(TcpState::syn_received), "SYN_RECV");
  EXPECT_FALSE(parse_state("FIN_WAIT1"));
}

TEST(Transitions, FigureFive_HasEveryStateAndNoImpossibleStep) {
  std::set<TcpState> entered;
  for (const Transition& t : transitions()) {
    EXPECT_NE(t.from, t.to);
    EXPECT_FALSE(t.event.empty());
    entered.insert(t.to);
  }
  EXPECT_EQ(entered.size(), static_cast<std::size_t>(tcp_state_count));
  EXPECT_TRUE(is_transition(TcpState::fin_wait_1, TcpState::time_wait));  // note 2
  EXPECT_FALSE(is_transition(TcpState::close_wait, TcpState::time_wait));
  EXPECT_FALSE(is_transition(TcpState::listen, TcpState::established));
}

Call made(CallName name) {
  Call call;
  call.name = name;
  call.returned = true;
  return call;
}

wire::ByteSpan bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(FormatCall, AsAStudentWritesIt) {
  Call call = made(CallName::recv);
  call.number = 1024;
  call.result = 8;
  call.data = bytes("Welcome!");
  EXPECT_EQ(format_call(call), "recv(1024)");
  EXPECT_EQ(format_result(call), "= \"Welcome!\"");
  call.result = 0;
  EXPECT_EQ(format_result(call), "= \"\" (end of stream)");
  call.result = -1;
  call.error = ECONNRESET;
  EXPECT_EQ(format_result(call), "= ECONNRESET");
  call.returned = false;
  EXPECT_EQ(format_result(call), "…");

  Call bind = made(CallName::bind);
  bind.address = {wire::IpAddress::v4(127, 0, 0, 2), 9999};
  EXPECT_EQ(format_call(bind), "bind(127.0.0.2:9999)");
  EXPECT_EQ(error_name(12345), "errno 12345");
}

TEST(FormatCall, ASendFromAFile_HasItsSizeForText) {
  Call call = made(CallName::send);
  call.number = 5000;
  EXPECT_EQ(format_call(call), "send(5000 bytes)");
  call.number = 0;
  EXPECT_EQ(format_call(call), "send(\"\")");
}

TEST(FormatCall, TextOfAnySort_StaysOnOneLineAndWholeCharacters) {
  Call call = made(CallName::send);
  call.data = bytes("a\r\n\"\\\x01z");
  EXPECT_EQ(format_call(call), R"(send("a\r\n\"\\\x01z"))");
  std::string longer(39, 'x');
  longer += "\u00e9\u00e9";  // the first é straddles the limit of 40 bytes
  call.data = bytes(longer);
  EXPECT_EQ(format_call(call), "send(\"" + std::string(39, 'x') + "…\")");
}

TEST(FormatCall, WhatIsNoUtf8_IsShownByItsOctets) {
  Call call = made(CallName::send);
  for (const auto& [octets, shown] : std::vector<std::pair<std::string, std::string>>{
           {"\xc4\xe3\xba\xc3", "\\xc4\\xe3\\xba\\xc3"},  // 你好 in GB2312
           {"\xe4\xbd\xa0", "你"},
           {"\xe4\xbd", "\\xe4\\xbd"},  // cut off
           {"\xc0\xaf", "\\xc0\\xaf"},  // longer than need be
           {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
           {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // a surrogate
           {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
           {"\xf0\x9f\x98\x80", "😀"}}) {
    call.data = bytes(octets);
    EXPECT_EQ(format_call(call), "send(\"" + shown + "\")");
  }
  const std::string continued(100, '\x80');
  call.data = bytes(continued);
  EXPECT_THAT(format_call(call), ::testing::EndsWith("…\")"));
}

}  // namespace
}  // namespace synoptic::model
