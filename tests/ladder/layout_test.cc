// Properties of every picture: each event that is shown has its item, everything lies within the
// picture, no two texts overlap, and each item belongs to an event.
#include "viz/ladder/layout.hh"
#include "viz/ladder/heads.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lessons/scenario.hh"
#include "tests/ladder/demo_runs.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/lanes.hh"
#include "viz/ladder/packet_line.hh"

namespace synoptic::ladder {
namespace {

std::vector<Metrics> all_metrics() {
  return {text_metrics(60),  text_metrics(80),  text_metrics(100), text_metrics(120),
          text_metrics(160), text_metrics(200), text_metrics(250), svg_metrics()};
}

// Belongs to the page, not to an event.
bool is_page_text(Role role) {
  switch (role) {
    case Role::title:
    case Role::side_title:
    case Role::summary:
    case Role::warning:
    case Role::legend:
    case Role::reason:
    case Role::verdict_same:
    case Role::verdict_differs:
    case Role::lane_name:
    case Role::lane_address: return true;
    default: return false;
  }
}

void expect_shown(const model::Trace& trace, Side side, const Scene& scene) {
  std::set<model::EventId> items;
  const auto look = [&](const auto& list) {
    for (const auto& item : list)
      if (item.side == side && item.event != model::EventId::none) {
        ASSERT_LT(model::index(item.event), trace.events().size());
        items.insert(item.event);
      }
  };
  look(scene.boxes), look(scene.lines), look(scene.texts);
  for (const model::Event& e : trace.events())
    EXPECT_EQ(items.contains(e.id), shows(e)) << model::index(e.id) << " " << kind_name(e.kind);
}

void expect_within_and_apart(const Scene& scene) {
  constexpr double slack = 1e-6;
  std::map<long, std::vector<Extent>> by_line;
  for (const Text& text : scene.texts) {
    const Extent e = extent(text, scene);
    EXPECT_GE(e.min.x, -slack) << text.text;
    EXPECT_GE(e.min.y, -slack) << text.text;
    EXPECT_LE(e.max.x, scene.width + slack) << text.text;
    EXPECT_LE(e.max.y, scene.height + slack) << text.text;
    if (text.max_width > 0) {
      EXPECT_LE(e.max.x - e.min.x, text.max_width + slack) << text.text;
    }
    if (!is_page_text(text.role)) {
      EXPECT_NE(text.event, model::EventId::none) << text.text;
    }
    const long line = std::lround(e.min.y / scene.row_height);
    if (text.role == Role::loss_mark && text.text == "✗")
      continue;  // stands at the end of its arrow, which may lie between two lines
    for (const Extent& other : by_line[line])
      EXPECT_FALSE(e.min.x < other.max.x - slack && other.min.x < e.max.x - slack)
          << text.text << " at " << e.min.x << "," << line;
    by_line[line].push_back(e);
  }
  for (const Line& line : scene.lines) {
    for (const Point p : {line.from, line.to}) {
      EXPECT_GE(p.x, 0);
      EXPECT_LE(p.x, scene.width);
      EXPECT_LE(p.y, scene.height + slack);
    }
    if (line.role != Role::lane) {
      EXPECT_NE(line.event, model::EventId::none);
    }
  }
  for (const Box& box : scene.boxes) EXPECT_LE(box.max.y, scene.height + slack);
}

void check_single(const model::Trace& trace) {
  for (const Metrics& metrics : all_metrics())
    for (const TimeMode time : {TimeMode::ordinal, TimeMode::proportional}) {
      SCOPED_TRACE(fmt::format("width {} {}", metrics.width,
                               time == TimeMode::ordinal ? "ordinal" : "proportional"));
      const Scene scene = layout(trace, {.metrics = metrics, .time = time, .title = "a title"});
      expect_shown(trace, Side::sim, scene);
      expect_within_and_apart(scene);
    }
}

void check_pair(const model::Trace& sim, const model::Trace& live) {
  const Alignment alignment = align(sim, live);
  for (const Metrics& metrics : all_metrics())
    for (const TimeMode time : {TimeMode::ordinal, TimeMode::proportional}) {
      SCOPED_TRACE(fmt::format("width {} {}", metrics.width,
                               time == TimeMode::ordinal ? "ordinal" : "proportional"));
      const Scene scene =
          layout(sim, live, alignment, {.metrics = metrics, .time = time, .title = "a title"});
      expect_shown(sim, Side::sim, scene);
      expect_shown(live, Side::live, scene);
      expect_within_and_apart(scene);
    }
}

TEST(Layout, OneTrace) {
  for (const std::string demo : {"tcp-echo", "udp-echo", "handshake"}) {
    SCOPED_TRACE(demo);
    check_single(run({.demo = demo}));
    check_single(run({.demo = demo, .ipv6 = true}));
  }
}
TEST(Layout, OneTraceWithFaults) {
  check_single(
      run({.demo = "tcp-echo",
           .faults = {"drop 1st syn client>server", "drop 1st data server>client",
                      "duplicate 2nd data client>server", "delay 500ms 3rd data client>server"}}));
  check_single(run({.demo = "handshake", .faults = {"drop 1st fin client>server"}}));
  check_single(run({.demo = "udp-echo", .faults = {"drop 2nd any client>server"}}));
}
TEST(Layout, SeveralClients) {
  check_single(run({.demo = "tcp-echo", .clients = 3}));
  check_single(run({.demo = "udp-echo", .clients = 6}));
  check_single(run({.demo = "handshake", .clients = 9}));
}
TEST(Layout, Nothing) {
  const model::Trace nothing;
  check_single(nothing);
  check_pair(nothing, nothing);
}
TEST(Layout, OnlyOneEndpoint) {
  check_single(simulated("0 c socket; 1 c connect -1"));
}
TEST(Layout, Warnings) {
  const model::Trace trace = simulated(
      "0 c S 0; warn stopped after 60 s, because it did not end by itself and nobody waits for "
      "ever");
  check_single(trace);
  check_pair(trace, trace);
}

TEST(Layout, TwoTraces) {
  for (const std::string demo : {"tcp-echo", "udp-echo", "handshake"}) {
    SCOPED_TRACE(demo);
    check_pair(run({.demo = demo}), run({.demo = demo}));
    check_pair(run({.demo = demo}),
               run({.demo = demo,
                    .faults = {"drop 1st any server>client", "drop 3rd any client>server"}}));
  }
  check_pair(run({.demo = "tcp-echo", .clients = 3}),
             run({.demo = "tcp-echo", .clients = 3, .faults = {"drop 1st syn client>server"}}));
  check_pair(run({}), run({.demo = "udp-echo"}));
  check_pair(run({}), model::Trace(model::Source::captured));
}

TEST(Layout, AReasonKeepsClearOfTheEdgeOfItsGround) {
  net::Scenario scenario =
      lessons::make_scenario(*demos::find_demo("tcp-echo"), {}, wire::Family::ipv4);
  const model::Trace sim = net::run(scenario);
  scenario.faults.push_back(*net::parse_fault("drop 2nd data client>server"));
  const model::Trace live = net::run(scenario);
  const Alignment alignment = align(sim, live);
  std::size_t seen = 0;
  for (double width = 600; width < 1500; width += 9) {
    LayoutOptions options{.metrics = svg_metrics()};
    options.metrics.width = width;
    const Scene scene = layout(sim, live, alignment, options);
    for (const Text& text : scene.texts) {
      if (text.role != Role::reason) continue;
      ++seen;
      double edge = scene.width;
      for (const Box& box : scene.boxes)
        if (box.role == Role::reason && box.min.y <= text.at.y && text.at.y <= box.max.y)
          edge = box.max.x;
      EXPECT_LE(extent(text, scene).max.x, edge - scene.char_width + 1e-6)
          << width << ": " << text.text;
    }
  }
  EXPECT_GT(seen, 300u);
}

TEST(Layout, LargeNumbersAndWideTextsStillFit) {
  check_single(simulated(
      "0 c PA 4294000000 4294000000 \"你好\"; 1 s PA 4294000000 4294000006 len=1400; 2 c send "
      "\"客户端说：你好你好你好你好你好你好你好你好\"; 3 s recv \"客户端说：你好\" dt=90"));
}

TEST(Layout, OneFlowOfSeveral) {
  const model::Trace trace = run({.demo = "tcp-echo", .clients = 2});
  const model::FlowId flow = trace.flows().at(1).id;
  const Scene scene = layout(trace, {.metrics = text_metrics(200), .flow = flow});
  for (const Text& text : scene.texts)
    if (text.event != model::EventId::none) {
      EXPECT_TRUE(trace[text.event].flow == flow || trace[text.event].flow == model::FlowId::none)
          << text.text;
    }
  const std::string text = exporting::to_text(scene);
  EXPECT_NE(text.find("client 2"), std::string::npos);
  EXPECT_EQ(text.find("client "), text.find("client 2"));
}

TEST(Layout, RawNumbersOnRequest) {
  const model::Trace trace = simulated("0 c S 0");
  EXPECT_NE(exporting::to_text(layout(trace, {.metrics = text_metrics(120), .raw_seq = true}))
                .find("Seq=1000"),
            std::string::npos);
  EXPECT_NE(exporting::to_text(layout(trace, {.metrics = text_metrics(120)})).find("Seq=0"),
            std::string::npos);
}

TEST(Layout, ProportionalTimeGivesLongPausesMoreRoom) {
  const model::Trace trace =
      simulated("0 c S 0; 20 s SA 0 1; 40 c A 1 1; 1000 c FA 1 1; 1020 s A 1 2");
  const auto height = [&](TimeMode mode) {
    return layout(trace, {.metrics = text_metrics(100), .time = mode}).height;
  };
  EXPECT_GT(height(TimeMode::proportional), height(TimeMode::ordinal) + 3);
  EXPECT_LT(height(TimeMode::proportional), 4 * height(TimeMode::ordinal));
}

// 20 ms on the way fall equally far, whether or not a long silence follows; the silence takes a
// line.
TEST(Layout, ProportionalArrowsEndAtTheHeightOfTheirArrival) {
  const model::Trace trace = simulated(
      "0 c S 0; 20 s SA 0 1; 40 c A 1 1; 1000 s PA 1 1 \"hello\"; 1020 c A 1 6; 2000 c FA 1 6; "
      "2020 s A 6 2; 3000 s PA 6 2 \"lost\" lost; 4000 s PA 6 2 \"lost\" again");
  const Scene scene = layout(trace, {.metrics = svg_metrics(), .time = TimeMode::proportional});
  std::map<std::string, double> heights;  // of the times
  double fall = 0, lowest = 0;
  for (const Text& text : scene.texts) {
    if (text.role == Role::time_label) heights[text.text] = text.at.y;
    if (text.role != Role::gap) continue;
    EXPECT_GT(text.at.y, lowest);
    lowest = text.at.y;
  }
  for (const std::string at : {"0.060000", "1.040000", "2.040000"})
    EXPECT_TRUE(heights.contains(at)) << "an arrival at " << at;
  for (const Line& line : scene.lines) {
    if (line.event == model::EventId::none) continue;
    const double way = (line.to.y - line.from.y) / (line.broken ? 0.8 : 1);
    if (fall == 0) fall = way;
    EXPECT_NEAR(way, fall, 0.01) << line.tip;
  }
  EXPECT_GT(fall, 3 * scene.row_height);
  EXPECT_LE(heights["1.000000"] - heights["0.060000"], 2 * scene.row_height);
  EXPECT_LE(heights["2.000000"] - heights["1.040000"], 2 * scene.row_height);
}

TEST(Layout, LostSegmentsBreakOff) {
  const Scene scene = layout(simulated("0 c S 0 lost"), {.metrics = svg_metrics()});
  int broken = 0;
  for (const Line& line : scene.lines)
    if (line.broken) {
      ++broken;
      EXPECT_FALSE(line.arrow);
    }
  EXPECT_EQ(broken, 1);
  EXPECT_TRUE(std::ranges::any_of(scene.texts, [](const Text& t) { return t.text == "✗"; }));
}

struct Ink {
  double left, right, top, bottom;
  bool meets(const Ink& o) const {
    return left < o.right && o.left < right && top < o.bottom && o.top < bottom;
  }
};
// What is really inked of a text: its line is a little higher than its letters.
Ink ink(const Text& text, const Scene& scene) {
  const Extent e = extent(text, scene);
  const double row = scene.row_height;
  if (text.text != "✗") return {e.min.x, e.max.x, e.min.y + 0.1 * row, e.max.y - 0.04 * row};
  const double middle = text.at.y - 0.35 * row, width = 0.4 * scene.char_width * text.scale;
  return {text.at.x - width, text.at.x + width, middle - 0.35 * row, middle + 0.35 * row};
}

// No text stands on a ✗, and no lost arrow runs through the words about its loss.
void expect_losses_clear(const Scene& scene) {
  for (const Text& mark : scene.texts) {
    if (mark.text != "✗") continue;
    for (const Text& text : scene.texts) {
      if (&text == &mark || !ink(mark, scene).meets(ink(text, scene))) continue;
      ADD_FAILURE() << text.text << " stands on the ✗ at " << mark.at.x << "," << mark.at.y;
    }
  }
  for (const Line& arrow : scene.lines) {
    if (!arrow.broken || arrow.tip.empty()) continue;
    for (const Text& text : scene.texts) {
      if (text.role != Role::loss_mark || text.text == "✗") continue;
      const Ink box = ink(text, scene);
      for (int i = 0; i <= 100; ++i) {
        const double x = arrow.from.x + (arrow.to.x - arrow.from.x) * i / 100,
                     y = arrow.from.y + (arrow.to.y - arrow.from.y) * i / 100;
        ASSERT_FALSE(x > box.left && x < box.right && y > box.top && y < box.bottom)
            << text.text << " is crossed at " << x << "," << y;
      }
    }
  }
}

TEST(Layout, NoTextStandsWhereAnArrowBreaksOff) {
  const auto run_with = [](std::string_view demo, std::vector<std::string> faults, int seed,
                           std::string_view profile) {
    net::Scenario scenario =
        lessons::make_scenario(*demos::find_demo(demo), {}, wire::Family::ipv4);
    scenario.profile = tcp::parse_profile(profile).value();
    for (const std::string& fault : faults)
      scenario.faults.push_back(net::parse_fault(fault).value());
    scenario.seed = static_cast<std::uint64_t>(seed);
    if (seed > 0) scenario.link.loss = scenario.link.duplicate = scenario.link.reorder = 0.2;
    return net::run(scenario);
  };
  for (const std::string_view demo : {"tcp-echo", "udp-echo", "handshake"})
    for (const std::string_view profile : {"textbook", "linux"}) {
      std::vector<model::Trace> traces;
      for (const std::string what : {"drop", "duplicate", "swap", "delay 300ms"})
        for (const std::string which : {"1st any", "2nd any", "3rd any", "1st fin", "2nd data"})
          traces.push_back(run_with(
              demo, {what + " " + which + " client>server", "drop " + which + " server>client"}, 0,
              profile));
      for (int seed = 1; seed <= 12; ++seed) traces.push_back(run_with(demo, {}, seed, profile));
      const model::Trace live = run_with(demo, {}, 0, "linux");
      for (const model::Trace& trace : traces)
        for (const TimeMode time : {TimeMode::ordinal, TimeMode::proportional}) {
          const LayoutOptions options{.metrics = svg_metrics(), .time = time};
          SCOPED_TRACE(exporting::to_text(layout(trace, {.metrics = text_metrics(120)})));
          expect_losses_clear(layout(trace, options));
          expect_losses_clear(layout(trace, live, align(trace, live), options));
          if (HasFailure()) return;
        }
    }
}

// In true time arrows fall far: over them, words have a ground of their own.
TEST(Layout, WordsThatAnArrowPasses_HaveAGround) {
  const model::Trace sim = run({.demo = "tcp-echo", .faults = {"drop 2nd data client>server"}}),
                     live = run({});
  const LayoutOptions options{.metrics = svg_metrics(), .time = TimeMode::proportional};
  std::size_t passed = 0;
  for (const Scene& scene : {layout(sim, options), layout(sim, live, align(sim, live), options)})
    for (const Line& arrow : scene.lines)
      for (const Text& text : scene.texts) {
        if (arrow.role == Role::lane || text.side != arrow.side || text.text == "✗" ||
            text.event == model::EventId::none || text.event == arrow.event)
          continue;
        const Ink words = ink(text, scene);
        bool meets = false;
        for (int i = 0; i <= 200; ++i) {
          const double x = arrow.from.x + (arrow.to.x - arrow.from.x) * i / 200,
                       y = arrow.from.y + (arrow.to.y - arrow.from.y) * i / 200;
          meets |= x > words.left && x < words.right && y > words.top && y < words.bottom;
        }
        if (!meets) continue;
        ++passed;
        EXPECT_TRUE(std::ranges::any_of(scene.boxes, [&](const Box& box) {
          return box.role != Role::state_bar && box.role != Role::band && box.min.x <= words.left &&
                 box.max.x >= words.right && box.min.y <= words.top && box.max.y >= words.bottom;
        })) << text.text;
      }
  EXPECT_GT(passed, 10u) << "else this shows nothing";
}

// Though an arrow with its label takes two lines.
TEST(Layout, CallsOfOneInstantStandLineUnderLine) {
  for (const TimeMode time : {TimeMode::ordinal, TimeMode::proportional}) {
    const Scene scene = layout(run({}), {.metrics = svg_metrics(), .time = time});
    std::map<std::string, double> first;
    for (const Text& text : scene.texts) first.emplace(text.text, text.at.y);
    EXPECT_NEAR(first["prints: Welcome!"] - first["recv = \"Welcome!\""], scene.row_height, 1e-6);
    EXPECT_NEAR(first["send(\"Michael\") = 7"] - first["prints: Welcome!"], scene.row_height, 1e-6);
  }
}

TEST(Layout, TheNetworksCopyIsMarkedUnderItsArrow) {
  for (const std::string_view script :
       {"0 c PA 1 1 \"a\"; 0 c PA 1 1 \"a\" dup; 20 s A 1 2", "0 c D \"a\"; 0 c D \"a\" dup"})
    for (const Metrics& metrics : {text_metrics(100), svg_metrics()}) {
      const model::Trace trace = simulated(script);
      const Scene scene = layout(trace, {.metrics = metrics});
      int marks = 0;
      double mark_y = 0, copy_y = 0;
      for (const Text& t : scene.texts) {
        if (t.text == "· copy made by the network") ++marks, mark_y = t.at.y;
        if (t.event == model::EventId{1} && t.text.find("Len=1") != std::string::npos)
          copy_y = t.at.y;
      }
      EXPECT_EQ(marks, 1) << script;
      EXPECT_GT(mark_y, copy_y) << script;
    }
}

// A program that sends to itself has one lane, and no second one to point at.
TEST(Layout, PacketsToTheirSenderStandBesideTheOtherSide) {
  const model::Trace sim = simulated(R"(0 c D "a"; 1 s D "b")");
  model::Trace live = captured(R"(0 c D "a"; 1 c D "b"; 2 c D "c")");
  for (const model::Event& e : std::vector(live.events().begin(), live.events().end()))
    live.edit(e.id).to = e.endpoint;
  for (const Metrics& metrics : all_metrics()) {
    const Scene scene = layout(sim, live, align(sim, live), {.metrics = metrics});
    expect_shown(sim, Side::sim, scene);
    expect_shown(live, Side::live, scene);
  }
}

TEST(Layout, InferredStatesSaySo) {
  model::Trace trace = captured("0 c S 0");
  trace.add({.endpoint = model::EndpointId{0},
             .flow = model::FlowId{0},
             .body = model::StateChange{model::TcpState::closed, model::TcpState::syn_sent,
                                        model::Basis::inferred}});
  const Scene scene = layout(trace, {.metrics = text_metrics(80)});
  EXPECT_TRUE(std::ranges::any_of(scene.texts, [](const Text& t) {
    return t.role == Role::state_name_inferred && t.text.find("~SYN-SENT") != std::string::npos;
  }));
}

TEST(Layout, StatesThatTheKernelSpokeOf_SaySo) {
  model::Trace trace = captured("0 c S 0");
  const auto add = [&](model::TcpState to, model::Basis basis, model::TcpState kernel) {
    trace.add({.endpoint = model::EndpointId{0},
               .flow = model::FlowId{0},
               .body = model::StateChange{model::TcpState::closed, to, basis, kernel}});
  };
  add(model::TcpState::syn_sent, model::Basis::confirmed, {});
  add(model::TcpState::established, model::Basis::contradicted, model::TcpState::syn_sent);
  const Scene scene = layout(trace, {.metrics = text_metrics(120)});
  const auto shown = [&](std::string_view words) {
    return std::ranges::any_of(
        scene.texts, [&](const Text& t) { return t.text.find(words) != std::string::npos; });
  };
  EXPECT_TRUE(shown("● ✓SYN-SENT"));
  EXPECT_TRUE(shown("● ✗ESTABLISHED (kernel: SYN-SENT)"));
  EXPECT_TRUE(shown("✓ inferred"));
  EXPECT_TRUE(shown("✗ inferred"));
  EXPECT_FALSE(shown("~ inferred"));
}

TEST(Lanes, TheServerOfSeveralClientsStandsBetweenThem) {
  const model::Trace trace = run({.demo = "handshake", .clients = 3});
  std::vector<model::EventId> events = trace.by_time();
  const auto lanes = lane_order(trace, events);
  ASSERT_EQ(lanes.size(), 4u);
  const auto server = std::ranges::find_if(
                          lanes, [&](model::EndpointId id) { return trace[id].name == "server"; }) -
                      lanes.begin();
  EXPECT_TRUE(server == 1 || server == 2);
}

// The two ends have one address, and differ by their ports.
TEST(Layout, HeadsThatAreTooNarrowKeepThePort) {
  const model::Trace trace = run({.demo = "tcp-echo"});
  Metrics narrow = svg_metrics();
  std::size_t cut = 0;
  for (narrow.width = 900; narrow.width >= 240; narrow.width -= 20) {
    const Scene scene = layout(trace, trace, align(trace, trace), {.metrics = narrow});
    for (const Text& text : scene.texts) {
      if (text.role != Role::lane_address) continue;
      EXPECT_TRUE(text.text.ends_with(":49152") || text.text.ends_with(":9999")) << text.text;
      cut += text.text.find("…") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GT(cut, 0u);
}

TEST(Heads, HaveTheirTexts_WhateverTheHeightOfTheOthers) {
  Scene scene;
  const auto head = [&](double left, int lines) {
    scene.boxes.push_back(
        {.min = {left, 10}, .max = {left + 50, 10.0 + 20 * lines}, .role = Role::lane_name});
    for (int i = 0; i < lines; ++i)
      scene.texts.push_back({.at = {left + 25, 20.0 + 20 * i}, .role = Role::lane_address});
  };
  head(0, 2);
  head(100, 1);
  head(200, 2);
  const auto heads = heads_of(scene);
  ASSERT_EQ(heads.size(), 3u);
  EXPECT_EQ(heads[0].texts.size(), 2u);
  EXPECT_EQ(heads[1].texts.size(), 1u);
  EXPECT_EQ(heads[2].texts.size(), 2u);
}

TEST(Layout, WithoutCallsTheArrowsGetTheRoom) {
  const auto lane = [](std::string_view script, Metrics metrics) {
    const Scene scene = layout(simulated(script), {.metrics = metrics});
    return std::ranges::find(scene.lines, Role::lane, &Line::role)->from.x / scene.char_width;
  };
  for (const Metrics& metrics : {text_metrics(80), text_metrics(160), svg_metrics()})
    EXPECT_LT(lane("0 c S 0; 20 s SA 0 1", metrics),
              lane("0 c connect; 0 c S 0; 20 s SA 0 1", metrics));
}

TEST(PacketLine, OneThatWasSentAgain_IsShortenedAlone) {
  const model::Trace trace = run({.faults = {"drop 2nd data client>server"}});
  std::vector<model::EventId> packets;
  int longest = 0, longest_again = 0;
  for (const model::Event& e : trace.events()) {
    const auto* p = std::get_if<model::Packet>(&e.body);
    if (p == nullptr) continue;
    packets.push_back(e.id);
    int& of_its_kind = p->retransmission ? longest_again : longest;
    const std::string line = packet_line_within(trace, e, false, 1000, LineForm::no_ports);
    of_its_kind = std::max(of_its_kind, cells(line));
  }
  ASSERT_GT(longest_again, longest);
  packets.resize(15);  // few enough that one of them is more than some
  const LineForm form = common_form(trace, packets, false, longest);
  EXPECT_EQ(form, LineForm::no_ports);
  for (const model::EventId id : packets) {
    const std::string line = packet_line_within(trace, trace[id], false, longest, form);
    const bool again = std::get<model::Packet>(trace[id].body).retransmission;
    EXPECT_EQ(line.find(" Win=") == std::string::npos, again && longest_again > longest) << line;
  }
}

TEST(PacketLine, IsWiresharks) {
  const model::Trace trace = simulated(
      "0 c S 0; 20 s SA 0 1 wnd=65483; 40 c FPA 1 1 \"abc\"; 41 c R 5; 50 c PA 1 1 \"abc\" again");
  const auto line = [&](std::uint32_t i, bool raw = false) {
    return packet_line(trace, trace.events()[i], raw);
  };
  EXPECT_EQ(line(0), "40000 → 9999 [SYN] Seq=0 Win=65535 Len=0");
  EXPECT_EQ(line(1), "9999 → 40000 [SYN, ACK] Seq=0 Ack=1 Win=65483 Len=0");
  EXPECT_EQ(line(1, true), "9999 → 40000 [SYN, ACK] Seq=5000 Ack=1001 Win=65483 Len=0");
  EXPECT_EQ(line(2), "40000 → 9999 [FIN, PSH, ACK] Seq=1 Ack=1 Win=65535 Len=3");
  EXPECT_EQ(line(3), "40000 → 9999 [RST] Seq=5 Win=65535 Len=0");
  EXPECT_EQ(line(4), "[TCP Retransmission] 40000 → 9999 [PSH, ACK] Seq=1 Ack=1 Win=65535 Len=3");
}

}  // namespace
}  // namespace synoptic::ladder
