// align() as a whole: every packet in exactly one row and in order, whatever the two traces are;
// and conversations paired by role.
#include "viz/ladder/align.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/facts.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/match.hh"

namespace synoptic::ladder {
namespace {

bool is_packet(const model::Event& e) {
  return std::holds_alternative<model::Packet>(e.body);
}

// The packets of each conversation, in order of time, as the rows tell them.
void expect_each_once_in_order(const model::Trace& trace, const Alignment& alignment,
                               std::vector<model::EventId> Row::* side) {
  std::vector<int> seen(trace.events().size());
  std::map<std::uint32_t, model::EventId> last;
  for (const Row& row : alignment.rows)
    for (const model::EventId id : row.*side) {
      ++seen[model::index(id)];
      if (const auto before = last.find(row.conversation); before != last.end()) {
        EXPECT_LE(std::tie(trace[before->second].t, before->second), std::tie(trace[id].t, id));
      }
      last[row.conversation] = id;
    }
  for (const model::Event& e : trace.events())
    EXPECT_EQ(seen[model::index(e.id)], is_packet(e) ? 1 : 0) << model::index(e.id);
}

// A plausible muddle: numbers advance, ACKs lag, things are lost and repeated.
std::string random_script(std::mt19937& rng, int packets) {
  std::string script;
  std::uint32_t next[2] = {0, 0};
  double t = 0;
  const auto pick = [&](std::uint32_t n) { return static_cast<std::uint32_t>(rng() % n); };
  for (int i = 0; i < packets; ++i) {
    const std::uint32_t from = pick(2);
    const std::string flags =
        std::vector<std::string>{"A", "PA", "A", "PA", "SA", "FA", "RA"}[pick(7)];
    const std::uint32_t len = flags == "PA" ? 1 + pick(4) : 0;
    std::uint32_t seq = next[from];
    if (pick(6) == 0 && seq > 2) seq -= 1 + pick(2);
    script += fmt::format("{} {} {} {} {}{}{}{};", t, from == 0 ? 'c' : 's', flags, seq,
                          next[1 - from], len > 0 ? fmt::format(" len={}", len) : "",
                          pick(9) == 0 ? " lost" : "", pick(9) == 0 ? " again" : "");
    next[from] = std::max(next[from], seq + len + (flags == "SA" || flags == "FA" ? 1 : 0));
    t += pick(30);
  }
  return script;
}

TEST(Align, HoldsEveryPacketOnceAndInOrder) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 rng(seed);
    const model::Trace sim = simulated(random_script(rng, static_cast<int>(rng() % 30)));
    const model::Trace live = captured(random_script(rng, static_cast<int>(rng() % 30)));
    const Alignment alignment = align(sim, live);
    expect_each_once_in_order(sim, alignment, &Row::sim);
    expect_each_once_in_order(live, alignment, &Row::live);
    std::size_t unexplained = 0, rows = 0;
    for (const Row& row : alignment.rows) {
      unexplained += row.verdict == Verdict::unexplained ? 1 : 0;
      EXPECT_EQ(row.reason.has_value(),
                row.verdict != Verdict::same && row.verdict != Verdict::unexplained);
      EXPECT_FALSE(row.sim.empty() && row.live.empty());
    }
    for (const AlignedConversation& c : alignment.conversations) rows += c.row_count;
    EXPECT_EQ(rows, alignment.rows.size());
    EXPECT_EQ(alignment.unexplained, unexplained);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Align, ATraceAgainstItselfIsAllSame) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 rng(seed);
    const model::Trace trace = simulated(random_script(rng, 25));
    const Alignment alignment = align(trace, trace);
    for (const Row& row : alignment.rows) {
      EXPECT_EQ(row.verdict, Verdict::same);
      EXPECT_EQ(row.sim, row.live);
      EXPECT_FALSE(row.window_differs || row.options_differ || row.timing_differs);
    }
  }
}

TEST(Align, IsDeterministic) {
  std::mt19937 rng(7);
  const model::Trace sim = simulated(random_script(rng, 40)),
                     live = captured(random_script(rng, 40));
  const Alignment a = align(sim, live), b = align(sim, live);
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    EXPECT_EQ(a.rows[i].sim, b.rows[i].sim);
    EXPECT_EQ(a.rows[i].live, b.rows[i].live);
    EXPECT_EQ(a.rows[i].verdict, b.rows[i].verdict);
  }
  EXPECT_EQ(a.summary, b.summary);
}

TEST(Align, NothingAgainstSomething) {
  const model::Trace nothing(model::Source::captured),
      sim = simulated("0 c S 0; 20 s SA 0 1; 40 c A 1 1");
  EXPECT_TRUE(align(nothing, nothing).rows.empty());
  const Alignment alignment = align(sim, nothing);
  EXPECT_EQ(alignment.rows.size(), 3u);
  EXPECT_EQ(alignment.unexplained, 3u);
}

TEST(Align, WindowOptionsAndTimingAreListedApart) {
  const Alignment alignment =
      align(simulated("0 c S 0; 20 s SA 0 1"), captured("0 c S 0 wnd=100; 500 s SA 0 1"));
  ASSERT_EQ(alignment.rows.size(), 2u);
  EXPECT_EQ(alignment.rows[0].verdict, Verdict::same);
  EXPECT_TRUE(alignment.rows[0].window_differs);
  EXPECT_FALSE(alignment.rows[0].timing_differs);
  EXPECT_EQ(alignment.rows[1].verdict, Verdict::same);
  EXPECT_FALSE(alignment.rows[1].window_differs);
  EXPECT_TRUE(alignment.rows[1].timing_differs);
}

// Two clients whose connections begin in another order on the other side.
model::Trace two_clients(model::Source source, bool second_first) {
  model::Trace trace(source);
  const auto address = [](std::uint8_t last, std::uint16_t port) {
    return wire::SocketAddress{wire::IpAddress::v4(127, 0, 0, last), port};
  };
  const auto server = trace.add_endpoint("server", address(2, 9999), model::Protocol::tcp);
  for (const int i : {0, 1}) {
    const bool second = (i == 1) != second_first;
    const auto client = trace.add_endpoint(
        second ? "client 2" : "client", address(1, second ? 41000 : 40000), model::Protocol::tcp);
    const auto flow = trace.add_flow(model::Protocol::tcp, client, server);
    model::Packet syn;
    syn.ctl = wire::SYN;
    syn.seq = {second ? 7000u : 5000u};
    syn.fate = model::Fate::delivered;
    trace.edit(flow).base_a = syn.seq;
    trace.add({.t = {i}, .endpoint = client, .to = server, .flow = flow, .body = syn});
  }
  return trace;
}

TEST(Align, PairsConversationsByRole) {
  const model::Trace sim = two_clients(model::Source::simulated, false),
                     live = two_clients(model::Source::captured, true);
  const Alignment alignment = align(sim, live);
  ASSERT_EQ(alignment.conversations.size(), 2u);
  for (const Row& row : alignment.rows) {
    ASSERT_EQ(row.sim.size(), 1u);
    ASSERT_EQ(row.live.size(), 1u);
    EXPECT_EQ(sim[sim[row.sim[0]].endpoint].name, live[live[row.live[0]].endpoint].name);
  }
}

// An ACK that moved stands in two rows, which are one difference: one note.
TEST(Align, AMovedSegmentHasOneNote) {
  const std::string hello = "0 c S 0; 1 s SA 0 1; 2 c A 1 1; ";
  const model::Trace sim = simulated(hello + R"(60 c PA 1 1 "exit"; 60 c FA 5 1; 80 s A 1 5)"),
                     live = captured(hello + R"(4 c PA 1 1 "exit"; 5 s A 1 5; 6 c FA 5 1)");
  const Alignment alignment = align(sim, live);
  EXPECT_EQ(alignment.unexplained, 0u);
  std::vector<bool> told;
  for (const Row& row : alignment.rows)
    if (row.reason && row.reason->code == "other-order") told.push_back(row.reason->told_above);
  EXPECT_EQ(told, (std::vector<bool>{false, true}));
  const std::string text =
      exporting::to_text(layout(sim, live, alignment, {.metrics = text_metrics(120)}));
  const std::size_t first = text.find("[other-order]");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("[other-order]", first + 1), std::string::npos);
}

TEST(Align, NamesItsVerdictsAsDesigned) {
  EXPECT_EQ(verdict_name(Verdict::only_sim), "only-sim");
  EXPECT_EQ(verdict_name(Verdict::unexplained), "unexplained");
}

// --- the matching below
// ------------------------------------------------------------------------------

std::vector<Fact> facts(const model::Trace& trace) {
  return conversations_of(trace).at(0).facts;
}

TEST(Match, ANarrowBandStillHoldsEverything) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 rng(seed);
    const model::Trace sim = simulated(random_script(rng, 60)),
                       live = captured(random_script(rng, 50));
    std::uint32_t i = 0, j = 0;
    for (const Group& g : match(facts(sim), facts(live), {.cells = 300, .run = 4})) {
      EXPECT_EQ(g.sim_begin, i);
      EXPECT_EQ(g.live_begin, j);
      i = g.sim_end, j = g.live_end;
    }
    EXPECT_EQ(i, 60u) << "seed " << seed;
    EXPECT_EQ(j, 50u) << "seed " << seed;
  }
}

// Only the last of several ACKs travels with the text on the other side.
TEST(Match, AnEarlierAckIsNotPartOfTheGroup) {
  const model::Trace sim = simulated(R"(0 s A 1 4; 1 s A 1 7; 2 s PA 1 7 "x")"),
                     both = captured(R"(0 s A 1 7; 1 s PA 1 7 "x")"),
                     one = captured(R"(1 s PA 1 7 "x")");
  const std::vector<Group> with_ack{{0, 1, 0, 0}, {1, 2, 0, 1}, {2, 3, 1, 2}},
      without{{0, 1, 0, 0}, {1, 3, 0, 1}};
  EXPECT_EQ(match(facts(sim), facts(both)), with_ack);
  EXPECT_EQ(match(facts(sim), facts(one)), without);
}

// An ACK is not set against another one while its own like stands close by.
TEST(Match, AnAckThatMovedKeepsToItsLike) {
  const model::Trace sim = simulated("0 c FA 1 1; 1 s A 1 1; 2 s FA 1 1"),
                     live = captured("0 s A 1 1; 1 c FA 1 1; 2 s A 1 2; 3 s FA 1 2");
  for (const Group& g : match(facts(sim), facts(live))) {
    const bool both = g.sim_begin != g.sim_end && g.live_begin != g.live_end;
    EXPECT_FALSE(both && g.sim_begin == 1 && g.live_begin == 2);
  }
}

TEST(Match, PrefersTheFirstOfSeveralCopies) {
  const model::Trace sim = simulated("0 c PA 1 1 \"abc\""),
                     live = captured("0 c PA 1 1 \"abc\"; 5 c PA 1 1 \"abc\" again");
  const auto groups = match(facts(sim), facts(live));
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0], (Group{0, 1, 0, 1}));
  EXPECT_EQ(groups[1], (Group{1, 1, 1, 2}));
}

TEST(Match, ADatagramThatMovedKeepsToItsLike) {
  const model::Trace sim = simulated(R"(0 s D "hi"; 0.1 c D "hello"; 10 s D "ni"; 10.1 c D "ma")"),
                     live = captured(R"(0 c D "hello"; 1 c D "ma"; 2 s D "hi"; 3 s D "ni")");
  const Alignment alignment = align(sim, live);
  EXPECT_EQ(alignment.unexplained, 0u);
  for (const Row& row : alignment.rows) EXPECT_NE(row.verdict, Verdict::differs);
}

// Far apart: one side has many acknowledgments for the few of the other.
TEST(Align, TextCutDifferently_IsFoundHoweverFarAway) {
  std::string sim = "0 c S 0; 1 s SA 0 1; 2 c A 1 1;", live = sim;
  for (int i = 0; i < 3000; ++i)
    sim +=
        fmt::format("{} c PA {} 1 len=10; {} s A 1 {};", 3 + i, 1 + 10 * i, 3.5 + i, 11 + 10 * i);
  for (int i = 0; i < 20; ++i)
    live += fmt::format("{} c PA {} 1 len=1500; {} s A 1 {};", 3 + i, 1 + 1500 * i, 3.5 + i,
                        1501 + 1500 * i);
  EXPECT_EQ(align(simulated(sim), captured(live)).unexplained, 0u);
}

TEST(Match, TextCutOffByTheCaptureIsNoDifference) {
  model::Trace sim = simulated("0 c PA 1 1 \"abcdef\""), live = captured("0 c PA 1 1 \"abcdef\"");
  auto& packet = std::get<model::Packet>(live.edit(model::EventId{0}).body);
  packet.bytes = packet.bytes.first(packet.bytes.size() - 4);
  EXPECT_EQ(align(sim, live).rows.at(0).verdict, Verdict::same);
}

}  // namespace
}  // namespace synoptic::ladder
