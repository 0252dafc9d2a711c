// The JSON of a trace: what it holds, that it comes back the same, and that no text whatever can
// break the reader.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "lessons/scenario.hh"
#include "tests/export/hand_trace.hh"
#include "viz/export/export.hh"
#include "viz/export/socket_address.hh"

namespace synoptic::exporting {
namespace {

using nlohmann::json;
using test::everything;
using test::HandTrace;

json events_of(const json& trace, std::string_view kind) {
  json out = json::array();
  for (const json& event : trace.at("events")) {
    if (event.at("kind") == kind) out.push_back(event);
  }
  return out;
}

TEST(Json, SaysWhatItIs) {
  const HandTrace h = everything(model::Source::simulated);
  const json doc = json::parse(to_json(h.trace));
  EXPECT_EQ(doc["format"], "synoptic-trace");
  EXPECT_EQ(doc["version"], 1);
  EXPECT_EQ(doc["source"], "simulated");
  EXPECT_EQ(doc["endpoints"].size(), 2u);
  const json& server = doc["endpoints"][0];
  EXPECT_EQ(server,
            json::parse(
                R"({"id":0,"name":"server","address":"127.0.0.2","port":9999,"protocol":"tcp"})"));
  EXPECT_EQ(doc["events"].size(), h.trace.events().size());
  EXPECT_EQ(json::parse(to_json(everything(model::Source::captured).trace))["source"], "captured");
}

TEST(Json, SegmentHoldsRawAndRelativeNumbers) {
  const json doc = json::parse(to_json(everything(model::Source::simulated).trace));
  const json segments = events_of(doc, "segment");
  ASSERT_EQ(segments.size(), 6u);
  const json& lost = segments[0];
  EXPECT_EQ(lost["flags"], json({"SYN"}));
  EXPECT_TRUE(lost["arrived_ns"].is_null());
  EXPECT_EQ(lost["fate"], "lost");
  EXPECT_EQ(lost["seq"], 100);
  EXPECT_EQ(lost["rel_seq"], 0);
  EXPECT_EQ(lost["options"]["mss"], 1460);
  EXPECT_EQ(lost["options"]["window_scale"], 7);
  EXPECT_EQ(lost["options"]["sack_permitted"], true);
  EXPECT_EQ(lost["options"]["timestamps"]["val"], 1);
  EXPECT_EQ(lost["anomalies"], json::array());
  EXPECT_EQ(lost["why"]["code"], "active_open");
  EXPECT_FALSE(lost["why"]["text"].get<std::string>().empty());
  EXPECT_EQ(lost["cause"], 0);

  const json& syn_ack = segments[2];
  EXPECT_EQ(syn_ack["flags"], json({"SYN", "ACK"}));
  EXPECT_EQ(syn_ack["endpoint"], 0);
  EXPECT_EQ(syn_ack["to"], 1);
  EXPECT_EQ(syn_ack["seq"], 0xffffffffu);
  EXPECT_EQ(syn_ack["rel_seq"], 0);
  EXPECT_EQ(syn_ack["rel_ack"], 1);
  EXPECT_EQ(syn_ack["sent_ns"], 1'020'000'000);
  EXPECT_EQ(syn_ack["arrived_ns"], 1'040'000'000);
  const json& data = segments[4];
  EXPECT_EQ(data["len"], 7);
  EXPECT_EQ(data["rel_seq"], 1);
  EXPECT_EQ(data["rel_ack"], 1);
  EXPECT_EQ(data["win"], 65535);
}

TEST(Json, CallsTimersStatesAndNotes) {
  const json doc = json::parse(to_json(everything(model::Source::simulated).trace));
  const json calls = events_of(doc, "call");
  ASSERT_EQ(calls.size(), 5u);
  EXPECT_EQ(calls[0]["call"], "connect");
  EXPECT_EQ(calls[0]["args"]["address"], "127.0.0.2:9999");
  EXPECT_EQ(calls[0]["result"], 0);
  EXPECT_EQ(calls[1]["text"], "Michael");
  EXPECT_EQ(calls[1]["bytes"], "4d69636861656c");
  EXPECT_EQ(calls[2]["error"], "ECONNRESET");
  EXPECT_FALSE(calls[2].contains("text")) << "bytes that are no text are shown as hex only";
  EXPECT_EQ(calls[3]["peer"], "127.0.0.1:40000");
  EXPECT_TRUE(calls[4]["result"].is_null()) << "a call that has not returned has no result";
  const json states = events_of(doc, "state");
  EXPECT_EQ(states[0]["from_state"], "CLOSED");
  EXPECT_EQ(states[0]["to_state"], "SYN-SENT");
  EXPECT_EQ(states[0]["basis"], "true");
  EXPECT_EQ(events_of(doc, "timer")[0]["action"], "expired");
  EXPECT_EQ(events_of(doc, "loss")[0]["cause"], 2);
  EXPECT_EQ(events_of(doc, "note")[0]["text"], "a note, \"quoted\"");
}

TEST(Json, EventsStandInOrderOfTime) {
  HandTrace h(model::Source::captured);
  h.segment(10, {.ctl = wire::SYN, .seq = 100});
  h.segment(5, {.ctl = wire::SYN, .seq = 100});
  const json doc = json::parse(to_json(h.trace));
  EXPECT_EQ(doc["events"][0]["id"], 1);
  EXPECT_EQ(doc["events"][1]["id"], 0);
}

TEST(Json, ComesBackTheSame) {
  for (const auto source : {model::Source::simulated, model::Source::captured}) {
    for (const auto family : {wire::Family::ipv4, wire::Family::ipv6}) {
      HandTrace h = everything(source, family);
      h.trace.warnings.push_back("stopped after 30 s");
      const std::string text = to_json(h.trace);
      const auto back = read_json(text);
      ASSERT_TRUE(back) << back.error().str();
      EXPECT_EQ(to_json(*back), text);
    }
  }
}

TEST(Json, EventsOutOfOrderComeBackTheSame) {
  HandTrace h(model::Source::captured);
  h.segment(10, {.ctl = wire::SYN, .seq = 100});
  h.segment(5, {.ctl = wire::SYN, .seq = 100});
  const std::string text = to_json(h.trace);
  const auto back = read_json(text);
  ASSERT_TRUE(back) << back.error().str();
  EXPECT_EQ(to_json(*back), text);
}

TEST(Json, KeysInAnyOrderAndEventsLeftOutAreRead) {
  json doc = json::parse(to_json(everything(model::Source::simulated).trace));
  doc["events"].erase(0);                   // the call that caused the SYN
  const auto back = read_json(doc.dump());  // sorts the keys: events come before the format
  ASSERT_TRUE(back) << back.error().str();
  EXPECT_EQ(back->events().size(), doc["events"].size());
  EXPECT_EQ(back->events()[1].cause, model::EventId::none) << "its cause was left out";
  EXPECT_EQ(back->events()[2].cause, model::EventId{1})
      << "the loss still names the SYN, by its new number";
}

TEST(Json, ControlCharactersDoNotReachTheTerminal) {
  json doc = json::parse(to_json(everything(model::Source::simulated).trace));
  doc["endpoints"][0]["name"] = "ser\x1b[2Jver";
  const auto back = read_json(doc.dump());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->endpoints()[0].name, "ser?[2Jver");
}

// The format as it was agreed on, without what our own files say besides.
json bare(json doc) {
  for (const char* key : {"flows", "warnings"}) doc.erase(key);
  for (json& event : doc["events"]) {
    for (const char* key : {"fate", "flow", "bytes", "link", "original_size", "retransmission",
                            "returned_ns", "timer", "action", "deadline_ns"})
      event.erase(key);
  }
  return doc;
}

TEST(Json, WithoutFlowsAndFates_TheyComeFromEndpointsAndEvents) {
  const HandTrace h = everything(model::Source::simulated);
  const auto back = read_json(bare(json::parse(to_json(h.trace))).dump());
  ASSERT_TRUE(back) << back.error().str();
  ASSERT_EQ(back->flows().size(), 1u);
  const model::Flow& flow = back->flows()[0];
  EXPECT_EQ((*back)[flow.a].name, "client");
  EXPECT_EQ(flow.base_a, wire::SeqNum{100});
  EXPECT_EQ(flow.base_b, wire::SeqNum{0xffffffff});
  EXPECT_FALSE(flow.began_mid_stream);
  ASSERT_EQ(back->events().size(), h.trace.events().size());
  for (std::size_t i = 0; i < back->events().size(); ++i) {
    const model::Event &e = back->events()[i], &original = h.trace.events()[i];
    EXPECT_EQ(e.flow, flow.id) << i;
    const auto* packet = std::get_if<model::Packet>(&e.body);
    if (packet == nullptr) continue;
    const auto& before = std::get<model::Packet>(original.body);
    EXPECT_EQ(packet->fate, before.fate) << i;
    EXPECT_EQ(packet->arrived, before.arrived) << i;
    EXPECT_EQ(back->relative_seq(e), h.trace.relative_seq(original)) << i;
    EXPECT_EQ(back->relative_ack(e), h.trace.relative_ack(original)) << i;
  }
}

TEST(Json, WithoutFlows_EachConversationIsFound) {
  demos::DemoOptions options;
  options.clients = 3;
  for (const char* demo : {"tcp-echo", "udp-echo", "handshake"}) {
    const model::Trace trace =
        net::run(lessons::make_scenario(*demos::find_demo(demo), options, wire::Family::ipv4));
    const auto back = read_json(bare(json::parse(to_json(trace))).dump());
    ASSERT_TRUE(back) << back.error().str();
    ASSERT_EQ(back->flows().size(), trace.flows().size()) << demo;
    for (const model::Event& e : back->events()) {
      const model::Event& original = trace[e.id];
      if (!std::holds_alternative<model::Packet>(e.body)) continue;
      EXPECT_EQ(e.flow, original.flow) << demo << " event " << index(e.id);
      if (e.kind != model::EventKind::segment) continue;
      EXPECT_EQ(back->relative_seq(e), trace.relative_seq(original));
      EXPECT_EQ(back->relative_ack(e), trace.relative_ack(original));
    }
  }
}

TEST(Json, WithoutFlows_PortsUsedAgainAreAnotherConversation) {
  HandTrace h(model::Source::captured);
  for (const std::uint32_t isn : {100u, 100u, 900u}) {
    const auto ms = static_cast<std::int64_t>(h.trace.events().size() * 10);
    h.segment(ms, {.ctl = wire::SYN, .seq = isn});
    h.segment(ms + 1, {.from_a = false, .ctl = wire::RST | wire::ACK, .ack = isn + 1});
  }
  const auto back = read_json(bare(json::parse(to_json(h.trace))).dump());
  ASSERT_TRUE(back) << back.error().str();
  EXPECT_EQ(back->flows().size(), 3u);
}

// Cut off anywhere, it gives what is whole, and says that it was cut off.
TEST(Json, CutOff_GivesWhatIsWhole) {
  const HandTrace h = everything(model::Source::simulated);
  const std::string text = to_json(h.trace);
  std::size_t most = 0;
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    const auto part = read_json_document(std::string_view(text).substr(0, size));
    if (!part) {
      EXPECT_EQ(most, 0u) << "cut after " << size << " octets: " << part.error().str();
      continue;
    }
    ASSERT_TRUE(part->cut) << size;
    EXPECT_NE(part->cut->what.str().find("cut off"), std::string::npos);
    const std::size_t events = part->trace.events().size();
    EXPECT_GE(events, std::max<std::size_t>(most, 1)) << size;
    most = events;
  }
  EXPECT_EQ(most, h.trace.events().size());
  EXPECT_FALSE(read_json_document(text)->cut);
  EXPECT_FALSE(read_json(std::string_view(text).substr(0, text.size() / 2)));
}

TEST(Json, AComparisonCutOff_GivesTheHalvesThatHaveEvents) {
  const HandTrace sim = everything(model::Source::simulated),
                  live = everything(model::Source::captured);
  const std::string text = to_json(sim.trace, live.trace, ladder::Alignment{});
  const std::size_t second = text.find("\"captured\":{");
  const auto first_only = read_json_document(std::string_view(text).substr(0, second + 20));
  ASSERT_TRUE(first_only) << first_only.error().str();
  EXPECT_FALSE(first_only->captured);
  EXPECT_EQ(to_json(first_only->trace), to_json(sim.trace));
  const auto both = read_json_document(std::string_view(text).substr(0, text.size() * 3 / 4));
  ASSERT_TRUE(both) << both.error().str();
  ASSERT_TRUE(both->captured);
  EXPECT_TRUE(both->cut);
  EXPECT_LT(both->captured->events().size(), live.trace.events().size());
  EXPECT_EQ(to_json(both->trace), to_json(sim.trace));
}

TEST(Json, AStateInWhichAnEndWasFound_IsNoTransition) {
  HandTrace h(model::Source::captured);
  h.segment(0, {.ctl = wire::SYN, .seq = 100});
  using model::TcpState;
  const model::StateChange found{TcpState::time_wait, TcpState::time_wait, model::Basis::inferred};
  h.trace.add(h.at(1, h.a, found));
  const std::string text = to_json(h.trace);
  const json state = events_of(json::parse(text), "state")[0];
  EXPECT_EQ(state["from_state"], state["to_state"]);
  EXPECT_EQ(to_json(*read_json(text)), text);
}

// A captured state that the kernel contradicts, and what it said.
HandTrace with_kernel() {
  HandTrace h(model::Source::captured);
  h.segment(0, {.ctl = wire::SYN, .seq = 100});
  using model::TcpState;
  h.trace.add(h.at(1, h.a,
                   model::StateChange{TcpState::established, TcpState::fin_wait_1,
                                      model::Basis::contradicted, TcpState::close_wait}));
  h.trace.add(h.at(
      2, h.b, model::StateChange{TcpState::closed, TcpState::listen, model::Basis::confirmed}));
  model::KernelSample sample{.endpoint = h.a,
                             .flow = model::FlowId{0},
                             .before = {10},
                             .after = {11},
                             .last_before = {20},
                             .last_after = {22},
                             .gap = {12},
                             .state = TcpState::close_wait,
                             .info = model::KernelInfo{.cwnd = 10,
                                                       .ssthresh = 7,
                                                       .unacked = 2,
                                                       .rtt = model::microseconds(41),
                                                       .rto = model::milliseconds(204)}};
  h.trace.kernel.push_back(sample);
  sample.info->ssthresh.reset();
  h.trace.kernel.push_back(sample);
  h.trace.kernel.push_back({.endpoint = h.b,
                            .before = {5},
                            .after = {6},
                            .last_before = {5},
                            .last_after = {6},
                            .state = TcpState::listen,
                            .came_from = TcpState::closed});
  return h;
}

TEST(Json, WhatTheKernelSaid_ComesBack) {
  const HandTrace h = with_kernel();
  const std::string text = to_json(h.trace);
  const json doc = json::parse(text);
  const json states = events_of(doc, "state");
  EXPECT_EQ(states[0]["basis"], "contradicted");
  EXPECT_EQ(states[0]["kernel_state"], "CLOSE-WAIT");
  EXPECT_EQ(states[1]["basis"], "confirmed");
  EXPECT_FALSE(states[1].contains("kernel_state"));
  const json& sample = doc["kernel"][0];
  EXPECT_EQ(sample["state"], "CLOSE-WAIT");
  EXPECT_EQ(sample["cwnd"], 10);
  EXPECT_EQ(sample["ssthresh"], 7);
  EXPECT_EQ(sample["rtt_ns"], 41'000);
  EXPECT_EQ(sample["rto_ns"], 204'000'000);
  EXPECT_EQ(sample["unacked"], 2);
  EXPECT_TRUE(doc["kernel"][1]["ssthresh"].is_null());
  EXPECT_FALSE(doc["kernel"][2].contains("cwnd"));
  EXPECT_EQ(doc["kernel"][2]["from_state"], "CLOSED");
  const auto back = read_json(text);
  ASSERT_TRUE(back) << back.error().str();
  EXPECT_EQ(to_json(*back), text);
  ASSERT_EQ(back->kernel.size(), 3u);
  EXPECT_TRUE(back->kernel[0].says_the_same(h.trace.kernel[0]));
  EXPECT_EQ(back->kernel[0].gap, h.trace.kernel[0].gap);
}

struct Change {
  const char* pointer;
  json value;
  const char* says;
};

TEST(Json, EachRefusalSaysWhere) {
  const json good = json::parse(to_json(everything(model::Source::simulated).trace));
  const Change changes[] = {
      {"/format", "pcap", "\"format\" is not"},
      {"/version", 2, "\"version\" is not 1"},
      {"/source", "dreamt", "\"source\" is an unknown word, \"dreamt\""},
      {"/endpoints", 3, "\"endpoints\" is not a list"},
      {"/endpoints/1/address", "nowhere", "endpoint number 2: \"address\" is no IP address"},
      {"/endpoints/1/port", 65536, "endpoint number 2: \"port\" is not within"},
      {"/flows/0/a", 2, "flow number 1: \"a\" is not within"},
      {"/events/0/endpoint", 7, "event 0: its endpoint is not among"},
      {"/events/0/flow", 7, "event 0: its flow is not among"},
      {"/events/0/t_ns", -1, "event number 1: \"t_ns\" is not within"},
      {"/events/0/t_ns", 9223372036854775807ull, "event number 1: \"t_ns\" is not within"},
      {"/events/0/t_ns", 18446744073709551615ull, "event number 1: \"t_ns\" is not within"},
      {"/events/0/t_ns", 1.5, "event number 1: \"t_ns\" is not a whole number"},
      {"/events/0/id", 1, "two events have the id 1"},
      {"/events/0/cause", 0, "event 0: it cannot be its own cause"},
      {"/events/0/call", "fly", "event number 1: \"call\" is an unknown word, \"fly\""},
      {"/events/2/bytes", "abc", "event number 3: \"bytes\" has half a byte"},
      {"/events/2/bytes", "xy", "event number 3: \"bytes\" holds something else"},
      {"/events/2/original_size", 3, "event number 3: \"original_size\" is not within"},
      {"/events/2/flags", {"SIN"}, "event number 3: \"flags\" holds an unknown flag"},
      {"/events/2/flow", nullptr, "event 2: its flow is missing"},
      {"/events/2", 5, "\"events\" holds something else than events"},
  };
  for (const Change& change : changes) {
    json doc = good;
    doc[json::json_pointer(change.pointer)] = change.value;
    const auto back = read_json(doc.dump());
    ASSERT_FALSE(back) << change.pointer;
    EXPECT_NE(back.error().what.str().find(change.says), std::string::npos)
        << change.pointer << ": " << back.error().what.str();
  }
}

TEST(Json, RubbishOfTheKernel_IsRefused) {
  const json good = json::parse(to_json(with_kernel().trace));
  std::size_t state = 0;
  while (good["events"][state]["kind"] != "state") ++state;
  const std::string event = "/events/" + std::to_string(state);
  const std::string basis = event + "/basis", kernel_state = event + "/kernel_state";
  const Change changes[] = {
      {basis.c_str(), "sworn", "\"basis\" is an unknown word, \"sworn\""},
      {basis.c_str(), 3, "\"basis\" is not a text"},
      {basis.c_str(), nullptr, "\"basis\" is missing"},
      {kernel_state.c_str(), "ASLEEP", "\"kernel_state\" is an unknown word, \"ASLEEP\""},
      {"/kernel", 3, "\"kernel\" is not a list"},
      {"/kernel/0", 3, "kernel sample number 1 is not an object"},
      {"/kernel/0/endpoint", 2, "kernel sample number 1: \"endpoint\" is not within"},
      {"/kernel/0/endpoint", nullptr, "kernel sample number 1: \"endpoint\" is missing"},
      {"/kernel/0/flow", 1, "kernel sample number 1: \"flow\" is not within"},
      {"/kernel/1/state", "", "kernel sample number 2: \"state\" is an unknown word"},
      {"/kernel/2/from_state", "ASLEEP", "\"from_state\" is an unknown word"},
      {"/kernel/0/asked_ns", -1, "kernel sample number 1: \"asked_ns\" is not within"},
      {"/kernel/0/asked_ns", 12, "kernel sample number 1: \"asked_ns\" is not before"},
      {"/kernel/0/last_answered_ns", 19, "kernel sample number 1: \"asked_ns\" is not before"},
      {"/kernel/0/last_answered_ns", nullptr,
       "kernel sample number 1: \"last_answered_ns\" is missing"},
      {"/kernel/0/gap_ns", 1e300, "kernel sample number 1: \"gap_ns\" is not a whole number"},
      {"/kernel/0/cwnd", -1, "kernel sample number 1: \"cwnd\" is not within"},
      {"/kernel/0/ssthresh", "many", "kernel sample number 1: \"ssthresh\" is not a whole"},
      {"/kernel/0/rto_ns", nullptr, "kernel sample number 1: \"rto_ns\" is missing"},
  };
  for (const Change& change : changes) {
    json doc = good;
    doc[json::json_pointer(change.pointer)] = change.value;
    const auto back = read_json(doc.dump());
    ASSERT_FALSE(back) << change.pointer;
    EXPECT_NE(back.error().what.str().find(change.says), std::string::npos)
        << change.pointer << ": " << back.error().what.str();
  }
}

TEST(Json, WhatIsNoJsonIsRefusedWithThePlace) {
  for (const char* text :
       {"", "{", "[]", "null", "{\"format\":\"synoptic-trace\",}", "\xff\xfe", "{\"a\":1}x"}) {
    EXPECT_FALSE(read_json(text)) << text;
  }
  const auto cut = read_json("{\"format\":\n \"synoptic-trace\",,");
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().what.str().find("line 2, column 19"), std::string::npos)
      << cut.error().what.str();
  const auto deep = read_json(std::string(1'000'000, '['));
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().what.str().find("nested deeper"), std::string::npos);
}

TEST(Json, ComparisonIsReadAsTwoTraces) {
  const HandTrace sim = everything(model::Source::simulated),
                  live = everything(model::Source::captured);
  const std::string text = to_json(sim.trace, live.trace, ladder::Alignment{});
  const auto both = read_json_document(text);
  ASSERT_TRUE(both) << both.error().str();
  ASSERT_TRUE(both->captured);
  EXPECT_EQ(to_json(both->trace), to_json(sim.trace));
  EXPECT_EQ(to_json(*both->captured), to_json(live.trace));
  const auto one = read_json(text);
  ASSERT_FALSE(one);
  EXPECT_NE(one.error().what.str().find("comparison"), std::string::npos);
}

// Whatever is done to a document, the reader refuses it or gives a trace that can be written again.
TEST(Json, MutatedDocumentsNeverBreakTheReader) {
  const std::string good = to_json(everything(model::Source::simulated).trace);
  const std::string pieces[] = {"null",     "-1",        "\"\"",  "{}",         "[",
                                "}",        ",",         "1e999", "4294967296", "\\u0000",
                                "\xf0\x9f", "\"id\":0,", "true"};
  int accepted = 0;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    std::mt19937 random(seed);
    std::string text = good;
    for (std::uint32_t n = 1 + random() % 4; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, random() % 40); break;
        case 2: text.insert(at, pieces[random() % std::size(pieces)]); break;
        case 3: text[at] = "0123456789abcdef"[random() % 16]; break;
      }
      if (text.empty()) text = "{";
    }
    const auto back = read_json(text);
    if (!back) {
      EXPECT_FALSE(back.error().what.empty()) << "seed " << seed;
      continue;
    }
    ++accepted;
    const std::string again = to_json(*back);
    const auto twice = read_json(again);
    ASSERT_TRUE(twice) << "seed " << seed << ": " << twice.error().str();
    ASSERT_EQ(to_json(*twice), again) << "seed " << seed;
  }
  EXPECT_GT(accepted, 100) << "most changes of a digit leave a document that can be read";
}

TEST(Json, ComparisonHoldsBothTracesWordForWord) {
  const HandTrace sim = everything(model::Source::simulated);
  const HandTrace live = everything(model::Source::captured);
  ladder::Alignment alignment;
  ladder::Row row;
  row.sim = {model::EventId{2}};
  row.live = {model::EventId{3}, model::EventId{4}};
  row.verdict = ladder::Verdict::split;
  row.window_differs = true;
  row.reason =
      ladder::RowReason{"split-ack", "Two for one.", {model::EventId{2}}, {model::EventId{4}}};
  alignment.rows = {row, {.verdict = ladder::Verdict::unexplained}};
  alignment.unexplained = 1;
  const std::string text = to_json(sim.trace, live.trace, alignment);
  const json doc = json::parse(text);
  for (const auto& [key, trace] :
       {std::pair{"simulated", &sim.trace}, std::pair{"captured", &live.trace}}) {
    std::string alone = to_json(*trace);
    alone.pop_back();  // the newline at the end of the file
    EXPECT_NE(text.find(fmt::format("\"{}\":{}", key, alone)), std::string::npos) << key;
  }
  const json& first = doc["rows"][0];
  EXPECT_EQ(first["sim"], json({2}));
  EXPECT_EQ(first["live"], json({3, 4}));
  EXPECT_EQ(first["verdict"], "split");
  EXPECT_EQ(first["also"], json({"window"}));
  EXPECT_EQ(first["why"]["code"], "split-ack");
  EXPECT_EQ(first["why"]["cites"], json({2, 4}));
  EXPECT_FALSE(doc["rows"][1].contains("why"));
  EXPECT_EQ(doc["unexplained"], 1);
}

TEST(SocketAddress, ReadsWhatItWrites) {
  for (const char* text : {"127.0.0.1:9999", "[::1]:0", "[fd00::2]:65535"}) {
    const auto address = parse_socket_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->str(), text);
  }
  for (const char* text :
       {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
        "[127.0.0.1]:80", "[::1]80", "localhost:80", "127.0.0.1:80 "}) {
    EXPECT_FALSE(parse_socket_address(text)) << text;
  }
}

}  // namespace
}  // namespace synoptic::exporting
