// An ICMP error is drawn to the packet that it is about: from the end that this went to, with its
// number, and in pixels with a line between the two.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ladder/demo_runs.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/steps.hh"

namespace synoptic::ladder {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view refused =
    "0 c D \"hello\"; 40 c D \"again\"; 41 s I 3 3 re=0; 60 s I 3 3 re=1";

std::string text_of(const model::Trace& trace, int columns = 120) {
  return exporting::to_text(layout(trace, {.metrics = text_metrics(columns)}));
}

TEST(IcmpError, NamesThePacketByItsNumber) {
  const std::string text = text_of(simulated(refused));
  EXPECT_THAT(text, HasSubstr("#1 40000 → 9999 UDP Len=5"));
  EXPECT_THAT(text, HasSubstr("#2 40000 → 9999 UDP Len=5"));
  EXPECT_THAT(text, HasSubstr("ICMP Port unreachable for datagram #1"));
  EXPECT_THAT(text, HasSubstr("ICMP Port unreachable for datagram #2"));
}

TEST(IcmpError, OverIpv6_AndOfASegment) {
  EXPECT_THAT(text_of(build(model::Source::captured, "0 c D \"hello\"; 1 s I 1 4 re=0",
                            {.way_ms = 0, .ipv6 = true})),
              HasSubstr("ICMPv6 Port unreachable for datagram #1"));
  const std::string text = text_of(captured("0 c S 0; 1 s I 3 13 re=0"));
  EXPECT_THAT(text, HasSubstr("#1 "));
  EXPECT_THAT(text, HasSubstr("ICMP Communication prohibited for segment #1"));
}

// The same error about the same datagram: ports, checksums and identifications in it are others.
TEST(IcmpError, OfTwoRuns_IsTheSameWhateverThePorts) {
  const auto refusal = [](model::Source source, std::uint16_t port, std::string_view text) {
    model::Trace trace = build(source, "0 c D \"hello\"; 1 s I 3 3 re=0");
    wire::Bytes datagram, error;
    const auto near = wire::IpAddress::v4(127, 0, 0, 1), far = wire::IpAddress::v4(127, 0, 0, 2);
    wire::append_udp(datagram, {.type = wire::LinkType::raw}, {near, far, 64, port}, port, 9999,
                     wire::Bytes(text.begin(), text.end()));
    wire::append_icmp(error, {}, {far, near}, 3, 3,
                      wire::unreachable_body(datagram, wire::Family::ipv4));
    auto& packet = std::get<model::Packet>(trace.edit(model::EventId{1}).body);
    packet.bytes = trace.arena().store(error);
    packet.original_size = static_cast<std::uint32_t>(error.size());
    packet.len = wire::view(error, wire::LinkType::ethernet).payload_length;
    return trace;
  };
  const auto verdict = [&](std::string_view text) {
    const model::Trace sim = refusal(model::Source::simulated, 40000, "hello"),
                       live = refusal(model::Source::captured, 51234, text);
    return align(sim, live).rows.back().verdict;
  };
  EXPECT_EQ(verdict("hello"), Verdict::same);
  EXPECT_NE(verdict("other"), Verdict::same);
}

// Where there is little room the flags and numbers come first.
TEST(IcmpError, InANarrowPicture) {
  const model::Trace trace = captured(refused);
  for (const int columns : {60, 80, 100, 200}) {
    const std::string text = text_of(trace, columns);
    EXPECT_THAT(text, HasSubstr("Port unreachable")) << columns;
  }
}

TEST(IcmpError, OthersHaveNoNumbers) {
  EXPECT_THAT(text_of(simulated("0 c D \"hello\"; 40 s D \"hi\"")), Not(HasSubstr("#")));
}

// From where the datagram's arrow ends to where the message's begins.
void expect_tied(const Scene& scene, Side side, model::EventId message, model::EventId about) {
  std::vector<Line> ties;
  const Line *from = nullptr, *to = nullptr;
  for (const Line& line : scene.lines) {
    if (line.side != side) continue;
    if (line.role == Role::icmp_tie && line.event == message) ties.push_back(line);
    if (line.role == Role::icmp && line.event == message) to = &line;
    if (line.role == Role::datagram && line.event == about) from = &line;
  }
  ASSERT_TRUE(from != nullptr && to != nullptr);
  ASSERT_EQ(ties.size(), 3u);
  EXPECT_EQ(ties.front().from.x, from->to.x);
  EXPECT_EQ(ties.front().from.y, from->to.y);
  EXPECT_EQ(ties.back().to.x, to->from.x);
  EXPECT_EQ(ties.back().to.y, to->from.y);
  EXPECT_NEAR(from->to.x, to->from.x, 2 * scene.char_width);  // one lane
}

TEST(IcmpError, IsTiedToItInPixels) {
  const model::Trace sim = simulated(refused), live = captured(refused);
  for (const TimeMode time : {TimeMode::ordinal, TimeMode::proportional}) {
    Metrics narrow = svg_metrics();
    narrow.width = 700;
    for (const Metrics& metrics : {svg_metrics(), narrow}) {
      const Scene one = layout(sim, {.metrics = metrics, .time = time});
      expect_tied(one, Side::sim, model::EventId{2}, model::EventId{0});
      expect_tied(one, Side::sim, model::EventId{3}, model::EventId{1});
      const Scene both = layout(sim, live, align(sim, live), {.metrics = metrics, .time = time});
      expect_tied(both, Side::sim, model::EventId{3}, model::EventId{1});
      expect_tied(both, Side::live, model::EventId{3}, model::EventId{1});
    }
  }
}

// The line between them reaches up, and the step does not.
TEST(IcmpError, IsAStepBehindThePacket) {
  const model::Trace trace = simulated(refused);
  const auto steps = steps_of(layout(trace, {.metrics = svg_metrics()}));
  ASSERT_EQ(steps.size(), 4u);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(steps[i].event, model::EventId{i});
}

// 9999 of TCP is not 9999 of UDP.
TEST(LaneHeads, OfBothProtocols_SayWhose) {
  const std::string both = text_of(run({.demo = "same-port"}), 160);
  EXPECT_THAT(both, HasSubstr("127.0.0.2:9999 TCP"));
  EXPECT_THAT(both, HasSubstr("127.0.0.2:9999 UDP"));
  EXPECT_THAT(text_of(run({.demo = "tcp-echo"})), Not(HasSubstr("9999 TCP")));
}

}  // namespace
}  // namespace synoptic::ladder
