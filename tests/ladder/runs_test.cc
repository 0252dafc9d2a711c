// Whole runs of the demos: the simulation under every fault and many options, against what the
// Linux profile does over a loopback's short way, told as a capture tells it. Nothing may stay
// unexplained, whatever the two do, and no reason may contradict what the simulator itself says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/ladder/demo_runs.hh"
#include "tests/ladder/why_table.hh"
#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::ladder {
namespace {

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

// Not same-port: there a datagram that is lost stops the program on its TCP connection, too, and no
// reason looks beyond its own conversation.
TEST(Runs, BadLinks) {
  for (const std::string& demo : demos_tested)
    for (int seed = 1; seed <= 10 && demo != "same-port"; ++seed) {
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
