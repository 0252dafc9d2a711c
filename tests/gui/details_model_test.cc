// The details as values: each part of what is said about an event.
#include "viz/gui/details_model.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/gui/details_support.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

using ladder::Side;
using model::Event;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::TwoSided;

const model::Packet* packet(const Event& e) {
  return std::get_if<model::Packet>(&e.body);
}
bool is_syn(const Event& e) {
  return packet(e) != nullptr && packet(e)->ctl.has(wire::SYN) && !packet(e)->ctl.has(wire::ACK);
}
bool is_data(const Event& e) {
  return packet(e) != nullptr && packet(e)->len > 0;
}
const TcbRow& row(const Details& d, std::string_view name) {
  for (const TcbRow& r : d.ends->tcb) {
    if (r.name == name) return r;
  }
  throw std::runtime_error("no such row");
}
Details details(const TwoSided& run, Side side, const Event& e) {
  return details_of(run.model(), {side, e.id});
}

TEST(Details, Syn_IsToldWithItsFieldsItsWhyAndBothEnds) {
  const TwoSided run({});
  const Details d = details(run, Side::sim, run.find(Side::sim, is_syn));
  EXPECT_EQ(d.heading, "client → server: segment [SYN]");
  EXPECT_THAT(d.sentences, Contains(HasSubstr("asks for a connection")));
  EXPECT_THAT(d.sentences, Contains("Sent at 0 ns; arrived 20 ms later."));
  EXPECT_THAT(d.why.text, HasSubstr("connect()"));
  EXPECT_EQ(d.why.rfc, "RFC 9293 3.10.1");
  ASSERT_TRUE(d.why.cause);
  EXPECT_THAT(d.why.cause->text, HasSubstr("connect(127.0.0.2:9999)"));
  ASSERT_TRUE(d.packet);
  EXPECT_FALSE(d.packet->led_to);
  const wire::Layer& tcp = d.packet->decoded.layers.back();
  ASSERT_EQ(tcp.name, "TCP");
  EXPECT_EQ(tcp.fields[2].value, "1000 (relative 0)");
  ASSERT_TRUE(d.ends);
  EXPECT_EQ(d.ends->ends[0].name, "client");
  EXPECT_EQ(row(d, "state").value[0], "SYN-SENT");
  EXPECT_EQ(row(d, "SND.NXT").value[0], "1");
  EXPECT_EQ(row(d, "ISS").value[0], "1000");
  EXPECT_EQ(row(d, "IRS").value[0], "");  // nothing has come from the server
  EXPECT_TRUE(row(d, "ISS").changed[0]);
  EXPECT_EQ(row(d, "state").value[1], "SYN-RECEIVED");
  EXPECT_EQ(d.ends->ends[1].tcb_moment, "as it arrives, 20 ms later");
  EXPECT_EQ(d.ends->ends[1].state, model::TcpState::listen);  // where it is as the SYN leaves
}

TEST(Details, Data_MovesSndNxtThereAndRcvNxtHere) {
  const TwoSided run({});
  const Details d = details(run, Side::sim, run.find(Side::sim, is_data));
  ASSERT_TRUE(d.ends);
  const std::size_t from = d.heading.starts_with("client") ? 0 : 1;
  EXPECT_TRUE(row(d, "SND.NXT").changed[from]);
  EXPECT_EQ(row(d, "SND.NXT").was[from], "1");
  EXPECT_FALSE(row(d, "SND.UNA").changed[from]);
  EXPECT_TRUE(row(d, "RCV.NXT").changed[1 - from]);
  EXPECT_EQ(row(d, "RCV.NXT").value[1 - from], row(d, "SND.NXT").value[from]);
  EXPECT_THAT(d.sentences, Contains(HasSubstr("It carries ")));
}

TEST(Details, RawNumbers_AreThoseOfTheWire) {
  TwoSided run({});
  run.edit().look.raw_seq = true;
  const Details d = details(run, Side::sim, run.find(Side::sim, is_syn));
  EXPECT_EQ(row(d, "SND.NXT").value[0], "1001");
}

// A call that waited is about two moments; at its return the ends have moved on.
TEST(Details, ACallsReturn_IsToldByTheMomentOfItsReturn) {
  const TwoSided run({});
  const auto is_welcome = [](const Event& e) {
    const auto* call = std::get_if<model::Call>(&e.body);
    return call != nullptr && call->name == model::CallName::recv && call->data.size() == 8;
  };
  const Event& recv = run.find(Side::sim, is_welcome);
  const Details made = details_of(run.model(), {Side::sim, recv.id});
  const Details back = details_of(run.model(), {Side::sim, recv.id, true});
  ASSERT_TRUE(made.ends && back.ends);
  EXPECT_EQ(made.ends->ends[1].state, model::TcpState::syn_received);
  EXPECT_EQ(back.ends->ends[1].state, model::TcpState::established);
  ASSERT_TRUE(back.why.cause);
  EXPECT_THAT(back.why.cause->text, HasSubstr("Len=8"));
  EXPECT_EQ(row(back, "RCV.NXT").value[0], "9");
}

TEST(Details, TheWay_IsThatOfTheStatesSoFar) {
  const TwoSided run({});
  const Event& last = run.find(Side::sim, [](const Event& e) {
    const auto* change = std::get_if<model::StateChange>(&e.body);
    return change != nullptr && change->to == model::TcpState::time_wait;
  });
  const Details d = details(run, Side::sim, last);
  for (const EndDetails& end : d.ends->ends) {
    ASSERT_FALSE(end.way.empty());
    EXPECT_EQ(end.way.front().from, model::TcpState::closed);
    EXPECT_EQ(end.way.back().to, *end.state);
    for (std::size_t i = 1; i < end.way.size(); ++i) EXPECT_EQ(end.way[i].from, end.way[i - 1].to);
  }
  EXPECT_THAT(d.heading, HasSubstr("→ TIME-WAIT"));
  EXPECT_THAT(d.sentences, Contains(HasSubstr("Linux calls this state TIME_WAIT")));
  ASSERT_TRUE(d.packet);
  EXPECT_TRUE(d.packet->led_to);
}

TEST(Details, ACapturedState_SaysThatItIsInferred) {
  const TwoSided run({});
  const Details d = details(run, Side::live, run.find(Side::live, [](const Event& e) {
    return e.kind == model::EventKind::state;
  }));
  EXPECT_THAT(d.sentences, Contains(HasSubstr("Inferred")));
  EXPECT_THAT(d.ends->tcb_note, HasSubstr("As far as the packets tell"));
  EXPECT_EQ(d.ends->ends[0].basis, model::Basis::inferred);
}

TEST(Details, CapturedData_TellsTheNumbersThatThePacketsShow) {
  const TwoSided run({});
  const Details d = details(run, Side::live, run.find(Side::live, is_data));
  const std::size_t from = row(d, "SND.NXT").changed[0] ? 0 : 1;
  EXPECT_EQ(row(d, "SND.NXT").was[from], "1");
  EXPECT_EQ(row(d, "SND.UNA").value[from], "1");
  EXPECT_NE(row(d, "ISS").value[from], "");
}

TEST(Details, ALoss_ShowsThePacketThatWasLost) {
  const TwoSided run({.faults = {"drop 2nd data client>server"}});
  const Event& loss =
      run.find(Side::sim, [](const Event& e) { return e.kind == model::EventKind::loss; });
  const Details d = details(run, Side::sim, loss);
  EXPECT_EQ(d.heading, "Lost: client → server");
  ASSERT_TRUE(d.packet);
  EXPECT_TRUE(d.packet->led_to);
  EXPECT_EQ(d.packet->event.event, loss.cause);
  const Details lost = details(run, Side::sim, run.model().sim()[loss.cause]);
  EXPECT_THAT(lost.sentences, Contains(HasSubstr("lost on its way")));
  EXPECT_EQ(lost.ends->ends[1].tcb_moment, "it never arrives");
  EXPECT_FALSE(row(lost, "RCV.NXT").changed[1]);
}

TEST(Details, ADifference_GivesItsReasonAndWhatItRestsOn) {
  const TwoSided run({});
  int explained = 0, other_window = 0;
  for (const ladder::Row& r : run.model().alignment.rows) {
    const Side side = r.sim.empty() ? Side::live : Side::sim;
    const model::EventId id = r.sim.empty() ? r.live.front() : r.sim.front();
    const DifferenceDetails diff = details_of(run.model(), {side, id}).difference;
    ASSERT_EQ(diff.verdict, r.verdict);
    if (r.reason) {
      ++explained;
      EXPECT_EQ(diff.text, r.reason->text);
      EXPECT_EQ(diff.cites.size(), r.reason->cites_sim.size() + r.reason->cites_live.size());
    }
    if (r.window_differs && !r.sim.empty() && !r.live.empty()) {
      ++other_window;
      EXPECT_THAT(diff.also, Contains(HasSubstr("octets simulated")));
    }
    EXPECT_EQ(diff.counterpart.size(), side == Side::sim ? r.live.size() : 0u);
  }
  EXPECT_GT(explained, 0);
  EXPECT_GT(other_window, 0);
}

TEST(Details, WithNoRealRun_NothingIsCompared) {
  const App app(testing::tcp_echo(), ladder::svg_metrics());
  for (const ladder::Step& step : app.model().steps) {
    const Details d = details_of(app.model(), {step.side, step.event});
    EXPECT_FALSE(d.difference.verdict);
    EXPECT_THAT(d.difference.heading, HasSubstr("nothing yet"));
  }
}

TEST(Details, Datagrams_HaveNoTcb) {
  const TwoSided run({.demo = "udp-echo"});
  const Details d = details(run, Side::sim, run.find(Side::sim, is_data));
  EXPECT_FALSE(d.ends);
  EXPECT_THAT(d.no_ends, HasSubstr("UDP has no connections"));
  EXPECT_THAT(d.heading, HasSubstr("UDP datagram"));
}

TEST(Details, APacketOfNoConnection_IsShownAsBytes) {
  const TwoSided run({});
  const Details d = details(run, Side::live, run.find(Side::live, [](const Event& e) {
    return e.kind == model::EventKind::other;
  }));
  EXPECT_EQ(d.heading, "ARP");
  ASSERT_TRUE(d.packet);
  EXPECT_EQ(d.packet->bytes.size(), 42u);
}

// Whatever the event: a heading, sentences, and no state that its trace does not have.
TEST(Details, EveryEventOfEveryRun_HasWordsOfItsOwn) {
  for (const testing::RunSetup& setup : testing::run_setups()) {
    const TwoSided run(setup);
    for (const Side side : {Side::sim, Side::live}) {
      for (const Event& e : run.model().trace_of(side).events()) {
        const Details d = details(run, side, e);
        EXPECT_FALSE(d.heading.empty());
        EXPECT_FALSE(d.sentences.empty()) << d.heading;
        for (const std::string& s : d.sentences) {
          EXPECT_FALSE(s.empty()) << d.heading;
          EXPECT_EQ(s.find("?"), std::string::npos) << s;
        }
        EXPECT_EQ(d.packet.has_value() && !d.packet->led_to, packet(e) != nullptr);
        EXPECT_TRUE(d.ends.has_value() || !d.no_ends.empty());
      }
    }
  }
}

// Calls and their results, RFC words and what programs print stay as they are.
std::set<std::string> english_words(std::string text) {
  text = std::regex_replace(text, std::regex(R"("[^"]*"|打印.*|\w+\([^)]*\)|= .*)"), "");
  const std::set<std::string> same{"Linux"};
  const std::regex word("[A-Za-z]*[a-z]{3,}");
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), word), end; i != end; ++i) {
    if (!same.contains(i->str())) found.insert(i->str());
  }
  return found;
}

TEST(Details, InChinese_NoEnglishIsLeft) {
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  for (const testing::RunSetup& setup : testing::run_setups()) {
    const TwoSided run(setup);
    for (const Side side : {Side::sim, Side::live}) {
      for (const Event& e : run.model().trace_of(side).events()) {
        const Details d = details(run, side, e);
        std::vector<std::string> said = d.sentences;
        for (const std::string& text : {d.heading, d.why.text, d.difference.heading, d.no_ends,
                                        d.why.cause ? d.why.cause->text : ""})
          said.push_back(text);
        said.insert(said.end(), d.difference.also.begin(), d.difference.also.end());
        if (d.ends) {
          said.push_back(d.ends->tcb_note);
          for (const EndDetails& end : d.ends->ends)
            said.insert(said.end(), {end.name, end.tcb_moment});
          for (const TcbRow& r : d.ends->tcb) said.emplace_back(r.meaning);
        }
        for (const std::string& text : said)
          EXPECT_THAT(english_words(text), ::testing::IsEmpty()) << text;
      }
    }
  }
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
}

TEST(Details, EachByteHasAField_AndEachFieldItsBytes) {
  const TwoSided run({.profile = tcp::ProfileName::linux_});
  for (const Event& e : run.model().sim().events()) {
    if (packet(e) == nullptr) continue;
    const Details d = details(run, Side::sim, e);
    for (std::uint32_t i = 0; i < d.packet->bytes.size(); ++i) {
      const FieldRef ref = field_at(d.packet->decoded, i);
      ASSERT_TRUE(ref.valid()) << i;
      const wire::ByteRange range = range_of(d.packet->decoded, ref);
      EXPECT_LE(range.offset, i);
      EXPECT_GT(range.end(), i);
    }
  }
}

TEST(Details, HexLines_HoldWhatTheBytesAre) {
  const wire::Bytes bytes{0x48, 0x69, 0x0a, 0xff};
  const HexLine line = hex_line(bytes, 0, 8);
  EXPECT_EQ(line.hex, "48 69 0a ff ");
  EXPECT_EQ(line.text, "Hi..");
  EXPECT_EQ(hex_line(bytes, 2, 2).text, "..");
}

}  // namespace
}  // namespace synoptic::gui
