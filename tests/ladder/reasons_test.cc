// Every reason, by two pairs of traces that call for it (each also with its sides exchanged), and
// two that do not.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/ladder/reason_cases.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/reasons.hh"

namespace synoptic::ladder {
namespace {

std::string picture(const model::Trace& sim, const model::Trace& live, const Alignment& alignment) {
  LayoutOptions options{.metrics = text_metrics(120)};
  return "\n" + exporting::to_text(layout(sim, live, alignment, options));
}

const Row* row_with(const Alignment& alignment, std::string_view code) {
  for (const Row& row : alignment.rows)
    if (row.reason && row.reason->code == code) return &row;
  return nullptr;
}

void expect_cites_exist(const RowReason& reason, const model::Trace& sim,
                        const model::Trace& live) {
  EXPECT_FALSE(reason.cites_sim.empty() && reason.cites_live.empty());
  for (const model::EventId id : reason.cites_sim) EXPECT_LT(model::index(id), sim.events().size());
  for (const model::EventId id : reason.cites_live)
    EXPECT_LT(model::index(id), live.events().size());
  EXPECT_LE(reason.lesson_at, reason.text.size());
}

class Reasons : public testing::TestWithParam<ReasonCase> {};

TEST_P(Reasons, FitsExactlyWhereTheTracesCallForIt) {
  const ReasonCase& c = GetParam();
  for (const bool mirrored : {false, true}) {
    const model::Trace one = simulated(c.sim),
                       two = build(model::Source::captured, c.live,
                                   {.way_ms = 0, .isn = 77, .ipv6 = c.ipv6});
    const model::Trace &sim = mirrored ? two : one, &live = mirrored ? one : two;
    const Alignment alignment = align(sim, live);
    const Row* row = row_with(alignment, c.code);
    if (!c.fits) {
      EXPECT_EQ(row, nullptr) << picture(sim, live, alignment);
      continue;
    }
    ASSERT_NE(row, nullptr) << picture(sim, live, alignment);
    EXPECT_EQ(alignment.unexplained, 0u) << picture(sim, live, alignment);
    expect_cites_exist(*row->reason, sim, live);
    const bool as_told = std::ranges::any_of(alignment.rows, [&](const Row& r) {
      return r.reason && r.reason->code == c.code && verdict_name(r.verdict) == c.verdict;
    });
    EXPECT_TRUE(as_told || mirrored)
        << "no such row is " << c.verdict << picture(sim, live, alignment);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Reasons, testing::ValuesIn(reason_cases()), [](const auto& info) {
  std::string name =
      fmt::format("{}_{}_{}", info.param.code, info.param.fits ? "fits" : "does_not", info.index);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(ReasonTable, EachHasTwoCasesForAndTwoAgainst) {
  std::map<std::string_view, std::pair<int, int>> count;
  for (const Reason& reason : reason_table()) count[reason.code];
  for (const ReasonCase& c : reason_cases()) {
    ASSERT_TRUE(count.contains(c.code)) << c.code;
    ++(c.fits ? count[c.code].first : count[c.code].second);
  }
  for (const auto& [code, n] : count) {
    EXPECT_GE(n.first, 2) << code;
    EXPECT_GE(n.second, 2) << code;
  }
}

std::string text_of(std::string_view sim, std::string_view live, std::string_view code) {
  const model::Trace a = simulated(sim), b = captured(live);
  const Alignment alignment = align(a, b);
  const Row* row = row_with(alignment, code);
  return row ? row->reason->text : picture(a, b, alignment);
}

TEST(ReasonWords, ADamagedAnswerIsNeitherLostNorARequest) {
  EXPECT_EQ(text_of("0 c D \"a\"; 20 s D \"A\" damaged", "0 c D \"a\"; 1 s D \"A\"; 2 c D \"b\"",
                    "request-lost"),
            "In the simulation the server's answer (datagram of 1 octet) arrived with bits changed "
            "and was dropped, so the client waits in vain for it, and sends nothing more. UDP does "
            "not send again: that is left to the program.");
}

TEST(ReasonWords, ARstForNoConnectionIsNotWhatClosedIt) {
  const std::string opened = "0 c S 0; 20 s SA 0 1; 40 c A 1 1; ",
                    closed = "100 c FA 1 1; 120 s FA 1 2; 140 c A 2 2; ";
  const model::Trace a = simulated(opened + closed +
                                   "170 c A 2 2; 190 s R 2; 200 c A 2 2; 220 s R 2"),
                     b = captured(
                         "0 c S 0; 0.01 s SA 0 1; 0.02 c A 1 1; 1 c FA 1 1; 1.1 s FA 1 2; "
                         "1.2 c A 2 2");
  const Alignment alignment = align(a, b);
  int resets = 0;
  for (const Row& row : alignment.rows) {
    if (!row.reason || row.reason->code != "reset-no-connection") continue;
    ++resets;
    EXPECT_NE(row.reason->text.find("its FIN had been acknowledged"), std::string::npos)
        << row.reason->text;
  }
  EXPECT_EQ(resets, 2) << picture(a, b, alignment);
}

TEST(ReasonWords, AnAckOfTextThatMovedIsNotExplainedByALostFin) {
  const model::Trace a = simulated(
      "0 c S 0; 20 s SA 0 1; 40 c A 1 1; 60 c PA 1 1 \"x\"; 60 c FA 2 1 lost; 80 s A 1 2; "
      "200 s FA 1 2; 220 c A 3 2; 1060 c FA 2 2 again; 1080 s A 2 3");
  const model::Trace b = captured(
      "0 c S 0; 0.01 s SA 0 1; 0.02 c A 1 1; 1 c PA 1 1 \"x\"; 1.05 s A 1 2; 1.1 c FA 2 1; "
      "1.2 s A 1 3; 100 s FA 1 3; 100.1 c A 3 2");
  const Alignment alignment = align(a, b);
  int moved = 0, held_back = 0;
  for (const Row& row : alignment.rows) {
    if (!row.reason) continue;
    moved += row.reason->code == "other-order" ? 1 : 0;
    held_back += row.reason->code == "fin-held-back" ? 1 : 0;
    if (row.reason->text.find("ACK 2") == std::string::npos) continue;
    EXPECT_NE(row.reason->code, "fin-held-back") << row.reason->text;
  }
  EXPECT_EQ(moved, 2) << picture(a, b, alignment);
  EXPECT_GE(held_back, 2) << picture(a, b, alignment);
}

TEST(ReasonWords, ARstWithAnotherNumberStopsNobody) {
  const std::string opened = "0 c S 0; 20 s SA 0 1; 40 c A 1 1; 55 s PA 1 1 \"ab\"; ";
  const std::string_view live =
      "0 c S 0; 0.01 s SA 0 1; 0.02 c A 1 1; 1 c PA 1 1 \"x\"; 1.1 c FA 2 1; 1.2 s A 1 3; "
      "1.3 s PA 1 3 \"ab\"; 1.4 c R 3";
  const auto told = [](int seq) {
    return fmt::format(
        "In the simulation the server sent a FIN when the client's RST with Seq={} had come, but "
        "that is not the number which it expected next, so it did not believe it. In the kernel "
        "the RST reached it first, and after a RST there is no connection to send on.",
        seq);
  };
  // It had acknowledged more already.
  EXPECT_EQ(text_of(opened + "60 c PA 1 1 \"x\"; 61 c FA 2 1; 75 c R 1 re=3; 80 s A 3 2; "
                             "81 s A 3 3; 100 s FA 3 3; 120 c R 3",
                    live, "sent-before-reset"),
            told(1));
  // It goes on acknowledging less: what came before the RST was lost.
  EXPECT_EQ(text_of(opened + "60 c PA 1 1 \"x\" lost; 61 c FA 2 1 lost; 75 c R 3; "
                             "95.1 s A 3 1; 100 s FA 3 1; 120 c R 1",
                    live, "sent-before-reset"),
            told(3));
}

TEST(ReasonWords, WhatAResetDroppedIsCounted) {
  const std::string opened = "0 c S 0; 20 s SA 0 1; 40 c A 1 1; ",
                    opened_live = "0 c S 0; 0.01 s SA 0 1; 0.02 c A 1 1; ";
  const auto told = [](std::string_view what) {
    return fmt::format(
        "In the kernel the client's program had called send() for {} still waiting to be sent when "
        "it reset the connection: a RST drops what waits (RFC 9293 3.10.5).",
        what);
  };
  EXPECT_EQ(text_of(opened + "60 c PA 1 1 \"x\"; 61 c RA 2 1",
                    opened_live + "0.5 c send \"x\"; 1 c RA 1 1", "dropped-by-reset"),
            told("this octet too, but it was"));
  EXPECT_EQ(text_of(opened + "60 c PA 1 1 \"abcd\"; 61 c PA 5 1 \"ef\"; 62 c RA 7 1",
                    opened_live + "0.5 c send \"abcdef\"; 0.6 c PA 1 1 \"abcde\"; 1 c RA 6 1",
                    "dropped-by-reset"),
            told("these 2 octets too, but the last was"));
}

TEST(ReasonWords, OneDatagramIsNotCountedAsSeveral) {
  const Alignment alignment =
      align(simulated("0 c D \"a\" lost"), captured("0 c D \"a\"; 1 s D \"A\""));
  EXPECT_EQ(alignment.summary.find("simulated: 1 datagram, live: 2; "), 0u) << alignment.summary;
}

TEST(ReasonWords, WhatASentenceSpeaksOfHasItsArticle) {
  Fact f;
  f.kind = model::EventKind::segment;
  f.ack = 23;
  const auto all = [&] { return fmt::format("{} | {} | {}", what(f), the(f), some(f)); };
  EXPECT_EQ(all(), "ACK 23 | ACK 23 | ACK 23");
  f.len = 4, f.begin = 7;
  EXPECT_EQ(all(), "4 octets from Seq=7 | the 4 octets from Seq=7 | 4 octets from Seq=7");
  f.ctl = wire::CtlSet(wire::FIN | wire::ACK);
  EXPECT_EQ(all(), "FIN with 4 octets | the FIN with 4 octets | a FIN with 4 octets");
  f.len = 0;
  EXPECT_EQ(all(), "FIN | the FIN | a FIN");
  f.ctl = wire::CtlSet(wire::SYN | wire::ACK);
  EXPECT_EQ(all(), "SYN,ACK | the SYN,ACK | a SYN,ACK");
  f.ctl = wire::CtlSet(wire::RST);
  EXPECT_EQ(all(), "RST | the RST | a RST");
  f.kind = model::EventKind::datagram, f.len = 4;
  EXPECT_EQ(all(), "datagram of 4 octets | the datagram of 4 octets | a datagram of 4 octets");
  f.kind = model::EventKind::icmp, f.icmp_type = 3, f.icmp_code = 3;
  EXPECT_EQ(all(),
            "ICMP message (type 3, code 3) | the ICMP message (type 3, code 3) | an ICMP message "
            "(type 3, code 3)");
}

TEST(ReasonWords, AFinThatIsSentAgainHasItsArticle) {
  const std::string text = text_of(
      "0 c S 0; 20 s SA 0 1; 40 c A 1 1; 60 c FA 1 1 \"ab\" lost; 360 c FA 1 1 \"ab\" again; 380 s "
      "A 1 4",
      "0 c S 0; 0.01 s SA 0 1; 0.02 c A 1 1; 0.5 c FA 1 1 \"ab\"; 0.6 s A 1 4",
      "retransmission-after-loss");
  EXPECT_EQ(
      text.find("In the simulation the client sends the FIN with 2 octets again, 300 ms after"), 0u)
      << text;
}

TEST(ReasonWords, NothingOverUdpIsCountedInDatagrams) {
  model::Trace udp(model::Source::simulated), tcp(model::Source::simulated);
  udp.add_endpoint("client", {}, model::Protocol::udp);
  tcp.add_endpoint("client", {}, model::Protocol::tcp);
  const model::Trace live(model::Source::captured);
  EXPECT_EQ(align(udp, live).summary.find("simulated: 0 datagrams, live: 0; "), 0u);
  EXPECT_EQ(align(tcp, live).summary.find("simulated: 0 segments, live: 0; "), 0u);
  EXPECT_EQ(align(live, live).summary.find("simulated: 0 segments, live: 0; "), 0u);
}

TEST(ReasonWords, ARunThatWasEndedSaysSo) {
  const std::string_view live = "0 c S 0; 0.01 s SA 0 1";
  EXPECT_EQ(text_of("warn the run was ended after 5 events; 0 c S 0", live, "run-ended"),
            "The simulation's run was ended before this, after 5 events.");
  EXPECT_EQ(text_of("0 c S 0; warn stopped before it was done: 'server' waits in accept()", live,
                    "run-ended"),
            "The simulation's run was ended before this, before it was done: 'server' waits in "
            "accept().");
}

}  // namespace
}  // namespace synoptic::ladder
