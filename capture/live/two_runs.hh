// What was read as one trace, or as two: a file that `compare` wrote holds a simulated run and a
// real one, each with times of its own.
#pragma once

#include <memory>
#include <string>

#include "capture/observe/flow_tracker.hh"

namespace synoptic::live {

class TwoRuns {
 public:
  explicit TwoRuns(observe::TrackerOptions options = {}) : options_(options), real_(options) {}

  void packet(const observe::CapturedPacket& packet);
  void call(const observe::CallRecord& record) { real_.tracker.call(record); }
  void kernel(const observe::KernelRecord& record) { real_.tracker.kernel(record); }
  void packets_missed();
  void finish();                // of two runs, ends are then named after their roles
  void warn(std::string text);  // to whoever reads trace()

  // The only run, or the real one. Another one than before, maybe, after packet().
  const model::Trace& trace() const { return only_simulated() ? simulated_->trace : real_.trace; }
  // The simulated one, where there is a real one, too. Null: there is one run.
  const model::Trace* simulated() const {
    return simulated_ && !only_simulated() ? &simulated_->trace : nullptr;
  }

 private:
  // Of the simulated one, too, no more is known than its packets show.
  struct Run {
    explicit Run(observe::TrackerOptions options) : tracker(trace, options) {}
    model::Trace trace{model::Source::captured};
    observe::FlowTracker tracker;
  };
  bool only_simulated() const { return simulated_ && real_.trace.events().empty(); }

  observe::TrackerOptions options_;
  Run real_;
  std::unique_ptr<Run> simulated_;
};

}  // namespace synoptic::live
