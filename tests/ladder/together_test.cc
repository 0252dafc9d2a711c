// Several conversations in one comparison: a lane an end on each side, every packet once, in each
// side's own order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/ladder/demo_runs.hh"
#include "viz/export/export.hh"
#include "viz/ladder/flows.hh"
#include "viz/ladder/interleave.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/steps.hh"

namespace synoptic::ladder {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Both {
  model::Trace sim, live;
  Alignment alignment = align(sim, live);
};
Both both(const std::string& demo, int clients) {
  return {run({.demo = demo, .clients = clients}), kernel_like({.demo = demo, .clients = clients})};
}

void expect_all_in_order(const Both& b) {
  const std::vector<Turn> turns = interleave(b.sim, b.live, b.alignment);
  for (const int side : {0, 1}) {
    const model::Trace& trace = side == 0 ? b.sim : b.live;
    std::vector<model::EventId> drawn, packets;
    for (const Turn& turn : turns) {
      const auto& some = side == 0 ? turn.sim : turn.live;
      drawn.insert(drawn.end(), some.begin(), some.end());
    }
    for (const model::EventId id : trace.by_time())
      if (std::holds_alternative<model::Packet>(trace[id].body)) packets.push_back(id);
    EXPECT_EQ(drawn, packets);
  }
  // Of a row in two turns the first says that the other is below, the second that it is above.
  std::map<std::size_t, std::vector<Turn::Kind>> kinds;
  for (const Turn& turn : turns)
    if (turn.kind != Turn::Kind::part) kinds[turn.row].push_back(turn.kind);
  EXPECT_EQ(kinds.size(), b.alignment.rows.size());
  for (const auto& [row, of_row] : kinds) {
    if (of_row.size() == 1) {
      EXPECT_EQ(of_row[0], Turn::Kind::whole);
      continue;
    }
    EXPECT_EQ(of_row, (std::vector{Turn::Kind::twin_below, Turn::Kind::twin_above}));
  }
}

TEST(Together, EveryPacketOnce_InTheOrderOfEachSide) {
  for (const std::string demo : {"tcp-echo", "udp-echo", "same-port", "udp-chat"})
    for (const int clients : {1, 2, 4}) {
      SCOPED_TRACE(demo + std::to_string(clients));
      expect_all_in_order(both(demo, clients));
    }
}

// One that is the same on both sides stands beside itself.
TEST(Together, TheSameRun_StandsRowAgainstRow) {
  const model::Trace sim = run({.demo = "tcp-echo", .clients = 3});
  for (const Turn& turn : interleave(sim, sim, align(sim, sim))) {
    EXPECT_EQ(turn.kind, Turn::Kind::whole);
    EXPECT_EQ(turn.sim, turn.live);
  }
}

std::vector<std::string> heads(const Scene& scene, Side side) {
  std::vector<std::pair<double, std::string>> found;
  for (const Text& text : scene.texts)
    if (text.role == Role::lane_name && text.side == side) found.emplace_back(text.at.x, text.text);
  std::ranges::sort(found);
  std::vector<std::string> names;
  for (const auto& [x, name] : found) names.push_back(name);
  return names;
}

TEST(Together, OneLaneAnEnd_InOneOrderOnBothSides) {
  const Both b = both("tcp-echo", 3);
  const Scene scene = layout(b.sim, b.live, b.alignment, {.metrics = svg_metrics()});
  EXPECT_EQ(heads(scene, Side::sim),
            (std::vector<std::string>{"client", "server", "client 2", "client 3"}));
  EXPECT_EQ(heads(scene, Side::live), heads(scene, Side::sim));
}

// Where the lanes have no room the conversations come one after another, unless they are asked for
// beside each other.
TEST(Together, NeedsRoom) {
  const Both b = both("tcp-echo", 3);
  const auto servers = [&](int columns, Several several) {
    const Scene scene =
        layout(b.sim, b.live, b.alignment, {.metrics = text_metrics(columns), .several = several});
    return std::ranges::count(heads(scene, Side::sim), "server");
  };
  EXPECT_EQ(servers(120, Several::automatic), 3);
  EXPECT_EQ(servers(237, Several::automatic), 1);
  EXPECT_EQ(servers(120, Several::beside), 1);
  EXPECT_EQ(servers(237, Several::one_after_another), 3);
}

TEST(Together, OrOneOfThem) {
  const Both b = both("same-port", 1);
  const auto pairs = flow_pairs(b.sim, b.alignment);
  ASSERT_EQ(pairs.size(), 2u);
  for (const model::FlowId number : {model::FlowId{0}, model::FlowId{1}}) {
    const FlowPair& pair = pairs[model::index(number)];
    const Scene scene =
        layout(b.sim, b.live, b.alignment, {.metrics = svg_metrics(), .flow = number});
    EXPECT_EQ(heads(scene, Side::sim).size(), 2u);
    for (const Line& line : scene.lines) {
      if (line.event == model::EventId::none) continue;
      const bool sim = line.side == Side::sim;
      EXPECT_EQ((sim ? b.sim : b.live)[line.event].flow, sim ? *pair.sim : *pair.live);
    }
  }
}

// Its summary counts what is shown.
TEST(Together, TheSummaryOfOne_IsOfThatOne) {
  const Both b = both("same-port", 1);
  const auto text = [&](std::uint32_t number) {
    return exporting::to_text(layout(
        b.sim, b.live, b.alignment, {.metrics = text_metrics(200), .flow = model::FlowId{number}}));
  };
  EXPECT_THAT(text(0), HasSubstr("segments, live: "));
  EXPECT_THAT(text(1), HasSubstr("simulated: 6 datagrams, live: 6"));
  EXPECT_THAT(text(1), Not(HasSubstr("segment")));
}

}  // namespace
}  // namespace synoptic::ladder
