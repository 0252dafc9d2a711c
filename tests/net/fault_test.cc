// The grammar of faults, its errors, and which packets match.
#include <gtest/gtest.h>

#include "sim/net/fault_script.hh"
#include "sim/net/scenario.hh"

namespace synoptic::net {
namespace {

using Action = Fault::Action;
using Match = Fault::Match;
using model::milliseconds;
using model::seconds;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

struct Good {
  std::string_view text, canonical;
};

class GoodFault : public ::testing::TestWithParam<Good> {};

TEST_P(GoodFault, IsReadAndWrittenBack) {
  const auto fault = parse_fault(GetParam().text);
  ASSERT_TRUE(fault) << fault.error().str();
  EXPECT_EQ(format_fault(*fault), GetParam().canonical);
  const auto again = parse_fault(format_fault(*fault));
  ASSERT_TRUE(again) << again.error().str();
  EXPECT_EQ(format_fault(*again), GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    EveryForm, GoodFault,
    ::testing::Values(
        Good{"drop client>server", "drop any client>server"},
        Good{"drop any server>client", "drop any server>client"},
        Good{"drop 2nd data client>server", "drop 2nd data client>server"},
        Good{"  duplicate\t1st   syn-ack server>client ", "duplicate 1st syn-ack server>client"},
        Good{"corrupt 3rd ack client>server", "corrupt 3rd ack client>server"},
        Good{"delay 500ms 1st syn client>server", "delay 500ms 1st syn client>server"},
        Good{"delay 1.5s 11th fin server>client", "delay 1500ms 11th fin server>client"},
        Good{"delay 250us client>server", "delay 250us any client>server"},
        Good{"delay 7ns client>server", "delay 7ns any client>server"},
        Good{"swap 4th rst client>server", "swap 4th rst client>server"},
        Good{"drop 21th client>server", "drop 21st any client>server"},
        Good{"drop 112th client>server", "drop 112th any client>server"},
        Good{"drop data client>server from 1s", "drop data client>server from 1s"},
        Good{"drop data client>server to 2s", "drop data client>server to 2s"},
        Good{"drop 5th data client>server from 1s to 2s",
             "drop 5th data client>server from 1s to 2s"}));

TEST(ParseFault, EveryPart_IsKept) {
  const auto fault = parse_fault("delay 20ms 3rd syn-ack server>client from 1s to 1500ms");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->action, Action::delay);
  EXPECT_EQ(fault->delay, milliseconds(20));
  EXPECT_EQ(fault->nth, 3);
  EXPECT_EQ(fault->match, Match::syn_ack);
  EXPECT_FALSE(fault->from_client);
  EXPECT_EQ(fault->from, seconds(1));
  EXPECT_EQ(fault->to, milliseconds(1500));
}

struct Bad {
  std::string_view text, error;
};

class BadFault : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFault, IsRefusedInOneLineThatNamesTheWord) {
  const auto fault = parse_fault(GetParam().text);
  ASSERT_FALSE(fault);
  EXPECT_EQ(fault.error().str(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    EveryError, BadFault,
    ::testing::Values(
        Bad{"",
            "fault '': a fault is missing; begin with drop, duplicate, corrupt, delay TIME or "
            "swap; an example: drop "
            "2nd data client>server"},
        Bad{"lose 1st syn client>server",
            "fault 'lose 1st syn client>server': 'lose' is no action; use drop, duplicate, "
            "corrupt, delay TIME or "
            "swap"},
        Bad{"delay", "fault 'delay': a time is missing after 'delay'; write one as 500ms or 2s"},
        Bad{"delay 500 syn client>server",
            "fault 'delay 500 syn client>server': '500' is no time; write one as 500ms or 2s"},
        Bad{"delay 99999999999s syn client>server",
            "fault 'delay 99999999999s syn client>server': '99999999999s' is too large; the "
            "largest "
            "time is 1000000000s"},
        Bad{"drop 2 data client>server",
            "fault 'drop 2 data client>server': '2' is no ordinal; count as 1st, 2nd, 3rd, 4th"},
        Bad{"drop 0th data client>server",
            "fault 'drop 0th data client>server': '0th' is no ordinal; count as 1st, 2nd, 3rd, "
            "4th"},
        Bad{"drop 99999999999th client>server",
            "fault 'drop 99999999999th client>server': '99999999999th' is no ordinal; count as "
            "1st, 2nd, 3rd, 4th"},
        Bad{"drop 1st data",
            "fault 'drop 1st data': the direction is missing; add client>server or server>client"},
        Bad{"drop", "fault 'drop': the direction is missing; add client>server or server>client"},
        Bad{"drop synack client>server",
            "fault 'drop synack client>server': 'synack' is not understood; here stands "
            "client>server or "
            "server>client, or before it syn, syn-ack, ack, data, fin, rst or any"},
        Bad{"drop syn client->server",
            "fault 'drop syn client->server': 'client->server' is not understood; here stands "
            "client>server or "
            "server>client"},
        Bad{"drop syn client>server after 1s",
            "fault 'drop syn client>server after 1s': 'after' is not understood; after the "
            "direction may stand: from "
            "TIME, then to TIME"},
        Bad{"drop syn client>server to 1s from 0s",
            "fault 'drop syn client>server to 1s from 0s': 'from' is not understood; after the "
            "direction may stand: "
            "from TIME, then to TIME"},
        Bad{"drop syn client>server from",
            "fault 'drop syn client>server from': a time is missing after 'from'; write one as "
            "500ms or 2s"},
        Bad{"drop syn client>server from soon",
            "fault 'drop syn client>server from soon': 'soon' is no time; write one as 500ms or "
            "2s"},
        Bad{"drop syn client>server to -1s",
            "fault 'drop syn client>server to -1s': '-1s' is no time; write one as 500ms or 2s"},
        Bad{"drop syn client>server from 2s to 1s",
            "fault 'drop syn client>server from 2s to 1s': its span ends before it begins; give "
            "'to' a later time "
            "than 'from'"}));

PacketTraits segment(wire::CtlSet ctl, std::uint32_t payload = 0) {
  return {.ctl = ctl, .payload = payload};
}

TEST(Matches, FlagsByTheirMeaning) {
  EXPECT_TRUE(matches(Match::syn, segment(SYN)));
  EXPECT_TRUE(matches(Match::syn, segment(SYN | wire::ECE)));
  EXPECT_FALSE(matches(Match::syn, segment(SYN | ACK)));
  EXPECT_TRUE(matches(Match::syn_ack, segment(SYN | ACK)));
  EXPECT_FALSE(matches(Match::syn_ack, segment(ACK)));
  EXPECT_TRUE(matches(Match::ack, segment(ACK)));
  EXPECT_TRUE(matches(Match::ack, segment(ACK | PSH)));
  EXPECT_FALSE(matches(Match::ack, segment(ACK, 1)));
  EXPECT_FALSE(matches(Match::ack, segment(FIN | ACK)));
  EXPECT_FALSE(matches(Match::ack, segment(RST | ACK)));
  EXPECT_FALSE(matches(Match::ack, segment(SYN | ACK)));
  EXPECT_TRUE(matches(Match::data, segment(ACK, 1)));
  EXPECT_TRUE(matches(Match::data, segment(FIN | ACK, 1)));
  EXPECT_FALSE(matches(Match::data, segment(FIN | ACK)));
  EXPECT_TRUE(matches(Match::fin, segment(FIN | PSH | ACK, 9)));
  EXPECT_TRUE(matches(Match::rst, segment(RST)));
  EXPECT_TRUE(matches(Match::rst, segment(RST | ACK)));
  EXPECT_TRUE(matches(Match::any, segment(ACK)));
}

TEST(Matches, Datagrams_AreDataAndAny) {
  const PacketTraits datagram{.kind = model::EventKind::datagram, .payload = 0};
  EXPECT_TRUE(matches(Match::data, datagram));
  EXPECT_TRUE(matches(Match::any, datagram));
  for (const Match match : {Match::syn, Match::syn_ack, Match::ack, Match::fin, Match::rst}) {
    EXPECT_FALSE(matches(match, datagram));
  }
}

TEST(Matches, Icmp_IsOnlyAny) {
  const PacketTraits icmp{.kind = model::EventKind::icmp, .payload = 30};
  EXPECT_TRUE(matches(Match::any, icmp));
  EXPECT_FALSE(matches(Match::data, icmp));
}

FaultScript script(std::initializer_list<std::string_view> texts) {
  std::vector<Fault> faults;
  for (const std::string_view text : texts) faults.push_back(parse_fault(text).value());
  return FaultScript(std::move(faults));
}

TEST(FaultScript, Nth_CountsMatchesOfItsDirectionOnly) {
  FaultScript faults = script({"drop 2nd data client>server"});
  const model::Instant now;
  EXPECT_FALSE(faults.decide(now, segment(ACK, 5)).drop);
  EXPECT_FALSE(faults.decide(now, segment(ACK)).drop);
  EXPECT_FALSE(faults.decide(now, {.from_client = false, .ctl = ACK, .payload = 5}).drop);
  EXPECT_TRUE(faults.decide(now, segment(ACK, 5)).drop);
  EXPECT_FALSE(faults.decide(now, segment(ACK, 5)).drop);
}

TEST(FaultScript, NoNth_EveryMatch) {
  FaultScript faults = script({"corrupt data client>server"});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(faults.decide({}, segment(ACK, 1)).corrupt);
}

TEST(FaultScript, Span_IncludesItsEnds_AndCountsWithin) {
  FaultScript faults = script({"drop 2nd any client>server from 1s to 2s"});
  const auto at = [](std::int64_t ms) { return model::Instant{} + milliseconds(ms); };
  EXPECT_FALSE(faults.decide(at(999), segment(ACK)).drop);
  EXPECT_FALSE(faults.decide(at(1000), segment(ACK)).drop);
  EXPECT_TRUE(faults.decide(at(2000), segment(ACK)).drop);
  FaultScript after = script({"drop any client>server from 1s to 2s"});
  EXPECT_FALSE(after.decide(at(2001), segment(ACK)).drop);
}

TEST(FaultScript, SeveralAtOnce_AllStrike) {
  FaultScript faults =
      script({"duplicate 1st any client>server", "delay 10ms 1st syn client>server",
              "delay 5ms any client>server", "swap 2nd any client>server"});
  const FaultDecision first = faults.decide({}, segment(SYN));
  EXPECT_TRUE(first.duplicate);
  EXPECT_FALSE(first.swap);
  EXPECT_EQ(first.delay, milliseconds(15));
  EXPECT_TRUE(faults.decide({}, segment(ACK)).swap);
}

TEST(FaultScript, WhatNeverStruck_IsTold) {
  FaultScript faults = script(
      {"drop 2nd fin client>server", "drop 1st syn client>server", "drop rst server>client"});
  faults.decide({}, segment(FIN | ACK));
  faults.decide({}, segment(SYN));
  EXPECT_EQ(faults.unused(),
            (std::vector<std::string>{
                "the fault 'drop 2nd fin client>server' never struck: 1 packet matched it",
                "the fault 'drop rst server>client' never struck: 0 packets matched it"}));
}

}  // namespace
}  // namespace synoptic::net
