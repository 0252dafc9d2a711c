// Arrivals: the trace of what comes in, and what its losses make of it. What every source shares,
// whoever brings it its packets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "capture/live/two_runs.hh"
#include "capture/observe/trace_source.hh"

namespace synoptic::live {

class Arrivals {
 public:
  explicit Arrivals(observe::TrackerOptions options) : runs_(options) {}

  void packet(const observe::CapturedPacket& packet) {
    runs_.packet(packet);
    ++captured_;
  }
  void call(const observe::CallRecord& record) { runs_.call(record); }
  void kernel(const observe::KernelRecord& record) { runs_.kernel(record); }
  // Some that should have come here did not: what follows is no surer than they were.
  void packets_missed() { runs_.packets_missed(); }
  // Nothing more comes. What never came is counted in `lost`, and said.
  void finish(const observe::Counters& lost);
  void warn(std::string text) { runs_.warn(std::move(text)); }

  const TwoRuns& runs() const { return runs_; }
  std::uint64_t captured() const { return captured_; }

 private:
  TwoRuns runs_;
  std::uint64_t captured_ = 0;
};

}  // namespace synoptic::live
