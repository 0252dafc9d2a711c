// TcbHistory: the TCBs of both ends of every connection through a simulated run. A run is a
// function, so it is made by running the scenario once more with somebody watching: ordinary runs
// pay nothing for it.
//
// TCP deals with one input (a segment that arrives, a call, a timer) at one instant: a TCB is known
// as it is after each input, and every event that the input led to shows that TCB.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/model/tcb.hh"
#include "sim/net/scenario.hh"

namespace synoptic::net {

// The TCB of one end as an event left it. Nothing where there is none: before the connection, and
// after its end.
struct TcbAt {
  std::optional<model::Tcb> tcb;
  std::optional<model::Tcb> before;  // the one before the input; the same where nothing changed
  model::Instant t;                  // of the input; of the event where none concerned this end
  bool existed = false;  // there was a TCB by then: if there is none now, it was deleted
  bool changed() const { return tcb != before; }
};

// How one input changed one TCB.
struct TcbChange {
  std::uint32_t serial = 0;          // of the input, counted from the beginning of the run
  std::uint32_t first = 0, end = 0;  // the events it led to, as indexes into the trace
  model::EventId cause = model::EventId::none;
  model::Instant t;
  std::optional<model::Tcb> before, after;
};

class TcbHistory {
 public:
  bool empty() const { return ends_.empty(); }
  // The TCB at `lane` of its connection with `peer` after an event of the same scenario's trace. A
  // packet changes the TCB of its sender as it leaves, and that of its receiver as it arrives; a
  // call that waits changes it as it returns. Where one input led to several states, `tcb->state`
  // is the one that this event left. O(log n), and O(changes of state) at one input.
  TcbAt at(const model::Trace& trace, model::EventId event, model::EndpointId lane,
           model::EndpointId peer) const;
  // All changes of one end, in order; empty when there is no such connection.
  const std::vector<TcbChange>& changes(model::EndpointId lane, model::EndpointId peer) const;

 private:
  friend class Watch;
  using Ends = std::pair<model::EndpointId, model::EndpointId>;  // whose, and its peer
  struct End {
    std::vector<TcbChange> changes;
    std::map<model::EventId, std::size_t> by_cause;  // the first change that an event caused
  };
  struct Input {
    std::uint32_t serial = 0;
    model::Instant t;
  };
  std::map<Ends, End> ends_;
  std::map<model::EventId, Input> inputs_;  // the first that an event caused
};

// Runs `scenario` again: run(scenario) gives the trace whose events these are.
TcbHistory tcb_history(const Scenario& scenario);
// The same together with the trace of that one run.
struct WatchedRun {
  model::Trace trace;
  TcbHistory tcbs;
};
WatchedRun run_watched(const Scenario& scenario);

}  // namespace synoptic::net
