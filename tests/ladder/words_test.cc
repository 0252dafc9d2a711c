// What a picture says, and where: whose state it is, for whom a call was made, what became of a
// packet, which network it was.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lessons/scenario.hh"
#include "tests/ladder/demo_runs.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::ladder {
namespace {

std::vector<std::string> lines_of(const model::Trace& trace, int columns) {
  std::vector<std::string> lines;
  std::string text = exporting::to_text(layout(trace, {.metrics = text_metrics(columns)}));
  for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
    lines.push_back(text.substr(0, end));
  return lines;
}

// The number of the first line that holds `what`, from line `from` on; -1 if none does.
int find(const std::vector<std::string>& lines, std::string_view what, int from = 0) {
  for (std::size_t i = static_cast<std::size_t>(from); i < lines.size(); ++i)
    if (lines[i].find(what) != std::string::npos) return static_cast<int>(i);
  return -1;
}

TEST(Words, TheListenersStatesAreMarked) {
  const auto lines = lines_of(run({.demo = "handshake"}), 140);
  EXPECT_NE(find(lines, "● LISTEN (listener)"), -1);
  EXPECT_NE(find(lines, "● CLOSED (listener)"), -1);
  EXPECT_NE(find(lines, "close() (listener)"), -1);
  const int closed = find(lines, "● CLOSED ");  // the connection's
  ASSERT_NE(closed, -1);
  EXPECT_EQ(find(lines, "ESTABLISHED (listener)"), -1);
}

TEST(Words, AStateThatWasFoundIsNoTransition) {
  model::Trace trace = captured("0 c PA 1 1 \"x\"");
  trace.add({.endpoint = model::EndpointId{0},
             .flow = model::FlowId{0},
             .body = model::StateChange{model::TcpState::established, model::TcpState::established,
                                        model::Basis::inferred}});
  const auto lines = lines_of(trace, 100);
  EXPECT_NE(find(lines, "○ ~ESTABLISHED by now"), -1);
  EXPECT_EQ(find(lines, "● ~ESTABLISHED"), -1);
  EXPECT_NE(find(lines, "○ in this state by now"), -1);
}

TEST(Words, CallsOfAServerWithSeveralClientsSayForWhom) {
  const auto tcp = lines_of(run({.demo = "tcp-echo", .clients = 3}), 200);
  EXPECT_NE(find(tcp, "send(\"Welcome!\") = 8 (client 2)"), -1);
  EXPECT_NE(find(tcp, "127.0.0.1:49153 (client 2)"), -1);
  EXPECT_NE(find(tcp, "sleep(1 s) (client 3)"), -1);
  const auto udp = lines_of(run({.demo = "udp-echo", .clients = 3}), 300);
  EXPECT_NE(find(udp, "127.0.0.1:49153 (client 2)"), -1);
  // With one client it is no question.
  EXPECT_EQ(find(lines_of(run({}), 200), "(client"), -1);
}

TEST(Words, ALossIsToldUnderItsArrow) {
  const auto lines = lines_of(
      run({.demo = "tcp-echo", .clients = 3, .faults = {"drop 2nd data client>server"}}), 160);
  const int arrow = find(lines, "✗ ╌");
  ASSERT_NE(arrow, -1);
  EXPECT_EQ(find(lines, "✗ lost: "), arrow + 1);
}

TEST(Words, ADamagedPacketArrivesAndIsDroppedThere) {
  const model::Trace trace =
      run({.demo = "handshake", .faults = {"corrupt 1st syn client>server"}});
  const auto lines = lines_of(trace, 140);
  EXPECT_NE(find(lines, "1 damaged"), -1);
  const int arrow = find(lines, "╌✗");
  ASSERT_NE(arrow, -1);
  EXPECT_NE(lines[static_cast<std::size_t>(arrow)].find("╌✗┊"), std::string::npos);
  EXPECT_NE(find(lines, "changed bits of this packet", arrow), -1);
  EXPECT_NE(find(lines, "✗ checksum wrong: dropped", arrow), -1);
  const Scene scene = layout(trace, {.metrics = svg_metrics()});
  const auto line = std::ranges::find(scene.lines, true, &Line::broken);
  ASSERT_NE(line, scene.lines.end());
  EXPECT_FALSE(line->arrow);
  EXPECT_EQ(std::ranges::count(scene.lines, true, &Line::broken), 1);
}

TEST(Words, TheHeadSaysWhichProtocolWasCaptured) {
  const auto head = [](std::string_view sim, std::string_view live) {
    const model::Trace a = simulated(sim), b = captured(live);
    return exporting::to_text(layout(a, b, align(a, b), {.metrics = text_metrics(160)}));
  };
  EXPECT_NE(head("0 c S 0", "0 c S 0").find("LIVE (the kernel's TCP, captured)"),
            std::string::npos);
  EXPECT_NE(head("0 c D \"x\"", "0 c D \"x\"").find("LIVE (the kernel's UDP, captured)"),
            std::string::npos);
}

TEST(Words, WithoutPacketsThereAreNoLanes) {
  const auto lines = lines_of(model::Trace(model::Source::captured), 100);
  EXPECT_EQ(lines, std::vector<std::string>{"captured: no packets"});
}

TEST(Words, LabelsCoverNoLane) {
  const model::Trace trace =
      run({.demo = "tcp-echo", .clients = 3, .faults = {"drop 2nd data client>server"}});
  for (const Metrics& metrics : {text_metrics(160), text_metrics(200), svg_metrics()}) {
    const Scene scene = layout(trace, {.metrics = metrics});
    for (const Text& text : scene.texts) {
      if (text.role != Role::packet_line) continue;
      const Extent e = extent(text, scene);
      for (const Line& line : scene.lines)
        if (line.role == Role::lane && line.from.y < e.min.y) {
          EXPECT_FALSE(e.min.x <= line.from.x && line.from.x <= e.max.x)
              << text.text << " at " << e.min.x;
        }
    }
  }
}

TEST(Words, ManyConversationsComeOneAfterAnother) {
  const model::Trace trace = run({.demo = "tcp-echo", .clients = 30});
  for (const int columns : {80, 160}) {
    const auto lines = lines_of(trace, columns);
    for (const std::string& line : lines) EXPECT_LE(cells(line), columns) << line;
    EXPECT_NE(find(lines, "═══ flow 0: client ↔ server ═══"), -1);
    const int last = find(lines, "═══ flow 29: client 30 ↔ server ═══");
    ASSERT_NE(last, -1);
    EXPECT_NE(find(lines, "[SYN] Seq=0", last), -1);
  }
  EXPECT_LT(layout(trace, {.metrics = svg_metrics()}).width, 1300);
}

}  // namespace
}  // namespace synoptic::ladder
