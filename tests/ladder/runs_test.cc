// Whole runs of the demos: the simulation under every fault and many options, against what the
// Linux profile does over a loopback's short way, told as a capture tells it. Nothing may stay
// unexplained, whatever the two do, and no reason may contradict what the simulator itself says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lessons/scenario.hh"
#include "sim/net/scenario.hh"
#include "tests/ladder/why_table.hh"
#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::ladder {
namespace {

struct DemoRun {
  std::string demo = "tcp-echo";
  std::vector<std::string> names = {"Michael", "Tracy", "Sarah"};
  int clients = 1;
  int pause_ms = 1000;
  bool ipv6 = false;
  std::vector<std::string> faults;
  std::vector<std::pair<std::string, std::string>> set;
};

std::string name(const DemoRun& r) {
  std::string text = fmt::format("{} {} clients, pause {} ms,", r.demo, r.clients, r.pause_ms);
  for (const std::string& n : r.names)
    text += n.size() > 20 ? fmt::format(" <{}>", n.size()) : " " + n;
  for (const std::string& fault : r.faults) text += ", " + fault;
  for (const auto& [key, value] : r.set) text += fmt::format(", {}={}", key, value);
  return text;
}

model::Trace run(const DemoRun& r) {
  const demos::DemoOptions options{
      .names = r.names, .pause = model::milliseconds(r.pause_ms), .clients = r.clients};
  net::Scenario scenario = lessons::make_scenario(*demos::find_demo(r.demo), options,
                                                  r.ipv6 ? wire::Family::ipv6 : wire::Family::ipv4);
  for (const auto& [key, value] : r.set)
    EXPECT_TRUE(net::set(scenario, key, value)) << key << "=" << value;
  for (const std::string& fault : r.faults)
    scenario.faults.push_back(net::parse_fault(fault).value());
  return net::run(scenario);
}

// The packets and the calls of a run, without anything that only the simulator can know.
model::Trace as_captured(const model::Trace& truth) {
  model::Trace seen(model::Source::captured);
  for (const model::Endpoint& e : truth.endpoints())
    seen.add_endpoint(e.name, e.address, e.protocol);
  for (const model::Flow& f : truth.flows()) {
    const model::FlowId id = seen.add_flow(f.protocol, f.a, f.b);
    seen.edit(id).base_a = f.base_a;
    seen.edit(id).base_b = f.base_b;
  }
  for (const model::EventId id : truth.by_time()) {
    const model::Event& e = truth[id];
    model::Event copy{.t = e.t, .endpoint = e.endpoint, .to = e.to, .flow = e.flow};
    if (const auto* packet = std::get_if<model::Packet>(&e.body)) {
      model::Packet p = *packet;
      p.bytes = seen.arena().store(packet->bytes);
      p.fate = model::Fate::delivered;
      p.arrived = e.t;
      copy.body = p;
    } else if (const auto* made = std::get_if<model::Call>(&e.body)) {
      model::Call call = *made;
      call.data = seen.arena().store(made->data);
      copy.body = call;
    } else {
      continue;
    }
    seen.add(copy, e.kind);
  }
  return seen;
}

model::Trace kernel_like(DemoRun r, int seed = 1) {
  r.faults.clear();
  r.set = {
      {"profile", "linux"}, {"delay", "20us"}, {"mtu", "65535"}, {"seed", fmt::format("{}", seed)}};
  return as_captured(run(r));
}

// The simulator said itself why it sent each packet: no reason may tell something else of it.
void expect_true(const DemoRun& r, const model::Trace& sim, const Alignment& alignment) {
  for (const Row& row : alignment.rows) {
    if (!row.reason) continue;
    EXPECT_FALSE(row.reason->cites_sim.empty() && row.reason->cites_live.empty()) << name(r);
    if (row.verdict != Verdict::only_sim) continue;
    const model::Event& e = sim[row.sim.front()];
    EXPECT_TRUE(consistent(row.reason->code, e.why))
        << name(r) << ": \"" << row.reason->text << "\" is told of a packet of which the simulator "
        << "says " << model::info(e.why).name;
  }
}

void expect_explained(const DemoRun& r, const model::Trace& live) {
  const model::Trace sim = run(r);
  const Alignment alignment = align(sim, live);
  expect_true(r, sim, alignment);
  EXPECT_EQ(alignment.unexplained, 0u)
      << name(r) << "\n"
      << exporting::to_text(layout(sim, live, alignment, {.metrics = text_metrics(160)}));
}

const std::vector<std::string> demos_tested{"tcp-echo", "handshake", "udp-echo", "udp-echo-tasks"};

TEST(Runs, EverySingleFault) {
  for (const std::string& demo : demos_tested) {
    const model::Trace live = kernel_like({.demo = demo});
    for (const std::string profile : {"textbook", "linux"})
      for (const std::string action :
           {"drop", "duplicate", "corrupt", "swap", "delay 500ms", "delay 3s"})
        for (const std::string nth : {"1st", "2nd"})
          for (const std::string match : {"syn", "syn-ack", "ack", "data", "fin", "any"})
            for (const std::string way : {"client>server", "server>client"})
              expect_explained({.demo = demo,
                                .faults = {fmt::format("{} {} {} {}", action, nth, match, way)},
                                .set = {{"profile", profile}}},
                               live);
  }
}

TEST(Runs, BadLinks) {
  for (const std::string& demo : demos_tested)
    for (int seed = 1; seed <= 10; ++seed) {
      DemoRun r{.demo = demo, .ipv6 = seed % 2 == 0};
      const model::Trace live = kernel_like(r, seed);
      for (const std::string chance : {"loss", "duplicate", "reorder"})
        for (const std::string profile : {"textbook", "linux", "rfc"}) {
          r.set = {{chance, "0.2"}, {"seed", fmt::format("{}", seed)}, {"profile", profile}};
          expect_explained(r, live);
        }
    }
}

// What is held back comes when the connection is over, and perhaps forgotten.
TEST(Runs, LateComers) {
  for (const std::string demo : {"tcp-echo", "handshake"})
    for (const int pause_ms : {0, 20, 60}) {
      DemoRun r{.demo = demo, .pause_ms = pause_ms};
      const model::Trace live = kernel_like(r);
      for (const std::string profile : {"textbook", "linux", "rfc"})
        for (const std::string action : {"delay 500ms", "delay 1500ms", "delay 3s", "delay 300s"})
          for (const std::string nth : {"1st", "2nd", "3rd"})
            for (const std::string match : {"syn", "syn-ack", "ack", "data", "fin", "any"})
              for (const std::string way : {"client>server", "server>client"}) {
                r.faults = {fmt::format("{} {} {} {}", action, nth, match, way)};
                r.set = {{"profile", profile}};
                expect_explained(r, live);
              }
    }
}

// One end gives up, after all its retransmissions.
TEST(Runs, OneEndGivesUp) {
  for (const std::string demo : {"tcp-echo", "handshake"})
    for (const int pause_ms : {60, 1000}) {
      DemoRun r{.demo = demo, .pause_ms = pause_ms};
      const model::Trace live = kernel_like(r);
      for (const std::string profile : {"textbook", "linux", "rfc"})
        for (const std::string match : {"any", "data", "fin", "syn-ack", "ack", "syn"})
          for (const std::string way : {"client>server", "server>client"})
            for (const std::string from : {"", " from 100ms"}) {
              r.faults = {fmt::format("drop {} {}{}", match, way, from)};
              r.set = {{"profile", profile}};
              expect_explained(r, live);
            }
    }
}

TEST(Runs, TheSimulatedRunIsEnded) {
  for (const std::string& demo : demos_tested) {
    const model::Trace live = kernel_like({.demo = demo});
    for (const int events : {1, 5, 20, 40})
      expect_explained({.demo = demo, .set = {{"max-events", fmt::format("{}", events)}}}, live);
  }
}

// Much text at once, over links that lose, double and reorder.
TEST(Runs, LongNamesOverBadLinks) {
  for (int seed = 1; seed <= 30; ++seed) {
    DemoRun r{.names = {std::string(3000, 'a'), std::string(600, 'b')}, .pause_ms = 100};
    const model::Trace live = kernel_like(r, seed);
    for (const std::string chance : {"loss", "duplicate", "reorder"})
      for (const std::string profile : {"textbook", "linux", "rfc"})
        for (const std::string mtu : {"200", "1500"}) {
          r.set = {{chance, "0.1"},
                   {"seed", fmt::format("{}", seed)},
                   {"profile", profile},
                   {"mtu", mtu}};
          expect_explained(r, live);
        }
  }
}

// Names that close the connection early, and names that do not fit into one segment or one recv().
TEST(Runs, NamesPausesAndDelays) {
  const auto letters = [](std::size_t n) { return std::string(n, 'a'); };
  const std::vector<std::vector<std::string>> lists{
      {"exit"},        {"A", "exit"},   {"Michael", "exit", "Bob"},   {}, {letters(600)},
      {letters(1500)}, {letters(3000)}, {letters(3000), letters(600)}};
  for (const auto& names : lists)
    for (const int pause_ms : {0, 100, 1000}) {
      DemoRun r{.names = names, .pause_ms = pause_ms};
      const model::Trace live = kernel_like(r);
      for (const std::string delay : {"0us", "20ms", "200ms", "500ms"})
        for (const std::string mtu : {"128", "200", "1500"}) {
          r.set = {{"delay", delay}, {"mtu", mtu}};
          expect_explained(r, live);
        }
    }
}

TEST(Runs, ManyClientsOverASlowLink) {
  for (const std::string& demo : demos_tested)
    for (const int clients : {2, 20})
      for (const int pause_ms : {0, 10}) {
        DemoRun r{.demo = demo, .clients = clients, .pause_ms = pause_ms};
        const model::Trace live = kernel_like(r);
        for (const std::string rate : {"0", "100kbit"}) {
          r.set = {{"rate", rate}};
          expect_explained(r, live);
        }
      }
}

}  // namespace
}  // namespace synoptic::ladder
