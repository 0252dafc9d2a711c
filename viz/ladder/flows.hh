// The flows of a trace: what each carried, and in words how it began and ended; and which flow of
// one run is which of the other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "viz/ladder/align.hh"

namespace synoptic::ladder {

// One direction of a flow.
struct Direction {
  std::uint64_t packets = 0, octets = 0, lost = 0, damaged = 0, retransmitted = 0;
  std::uint64_t copies = 0;  // made by the network of what was sent once
  bool syn = false, fin = false, rst = false;
};

struct FlowCounts {
  std::array<Direction, 2> ways;  // from a, from b
  bool any = false, icmp = false;
  model::Instant first, last;
  int first_fin = -1;  // 0: a, 1: b
  int reset_by = -1;   // whose RST ended it
  int last_rst = -1;   // whose RST came last, whether it ended anything or not
};
// By flow.
std::vector<FlowCounts> count_flows(const model::Trace& trace);

// "opened, closed by both, client first, 1 lost"
std::string judgement(const model::Trace& trace, const model::Flow& flow, const FlowCounts& counts);

// "client 127.0.0.1:46978"; the address alone where no role is known.
std::string end_name(const model::Endpoint& endpoint);

// A conversation of two runs. Its place in the list is the number by which it is chosen: that of
// its simulated flow; behind all of these come those that only the other side has.
struct FlowPair {
  std::optional<model::FlowId> sim, live;
};
std::vector<FlowPair> flow_pairs(const model::Trace& sim, const Alignment& alignment);

}  // namespace synoptic::ladder
