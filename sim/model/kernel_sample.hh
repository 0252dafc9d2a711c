// KernelSample: what the kernel itself said of one end of a TCP connection, when it was asked while
// packets were captured. Answers that were alike, one after the other, are one sample.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/model/event.hh"
#include "sim/model/tcp_state.hh"
#include "sim/model/time.hh"

namespace synoptic::model {

// Linux's tcp_info, as far as the simulated connection has the like of it.
struct KernelInfo {
  std::uint32_t cwnd = 0;                 // in segments
  std::optional<std::uint32_t> ssthresh;  // in segments; nothing: no loss has set it yet
  std::uint32_t unacked = 0;              // segments on their way
  Duration rtt, rto;                      // rtt: smoothed
  friend bool operator==(const KernelInfo&, const KernelInfo&) = default;
};

struct KernelSample {
  EndpointId endpoint = EndpointId::none;
  FlowId flow = FlowId::none;  // none: of a socket that listens
  Instant before, after;       // the first such answer: when it was asked for, when it was there
  Instant last_before, last_after;  // the last one
  // From asking once to the answer when it was asked next, at the longest: within so long a time
  // the kernel was asked for certain.
  Duration gap;
  TcpState state = TcpState::closed;  // closed: there is no such socket any more
  std::optional<KernelInfo> info;     // nothing where there is none: TIME-WAIT, CLOSED, LISTEN
  // It was not asked, but told (root's tracepoint): at this moment it came from that state.
  std::optional<TcpState> came_from;

  // Whether the kernel was asked, and had answered, all within these two.
  bool asked_within(Instant from, Instant to) const {
    if (before >= from && after <= to) return true;
    if (last_before >= from && last_after <= to) return true;
    return gap.ns > 0 && before <= from && to <= last_after && to - from >= gap;
  }
  bool says_the_same(const KernelSample& other) const {
    return state == other.state && info == other.info && came_from == other.came_from;
  }
};

}  // namespace synoptic::model
