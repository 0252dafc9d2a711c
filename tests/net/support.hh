// What the tests of the simulated network share: traces as lines, their hash, and small scenarios.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/scenario.hh"
#include "sim/model/trace.hh"
#include "sim/net/scenario.hh"

namespace synoptic::net::testing {

// "client > server [SYN] seq=0 ack=0 len=0", with relative numbers; "… lost" when it was lost.
std::string packet_line(const model::Trace& trace, const model::Event& event);
// One line for any event, with its time, cause and why: what a failing test prints.
std::string line(const model::Trace& trace, const model::Event& event);
std::string dump(const model::Trace& trace);

std::vector<std::string> packets(const model::Trace& trace);
// What the role printed, in order.
std::vector<std::string> printed(const model::Trace& trace, std::string_view role);
// The role's calls as a student writes them: "send("exit") = 4".
std::vector<std::string> calls(const model::Trace& trace, std::string_view role);
// "client CLOSED > SYN-SENT", …
std::vector<std::string> states(const model::Trace& trace, std::string_view role);

// Every field of every event, endpoint, flow and warning, bytes included, as one number.
std::uint64_t hash(const model::Trace& trace);

// Why `trace` is not well formed; empty when it is: causes precede, packets' bytes agree with their
// events and have good checksums, losses and notes have their whys, every event has its lane.
std::vector<std::string> malformations(const model::Trace& trace);

struct DemoSetup {
  std::string_view demo = "tcp-echo";
  wire::Family family = wire::Family::ipv4;
  int clients = 1;
  std::vector<std::string> faults = {};
  tcp::ProfileName profile = tcp::ProfileName::textbook;
};
Scenario scenario(const DemoSetup& setup);
model::Trace run_demo(const DemoSetup& setup);

}  // namespace synoptic::net::testing
