// Watching a run: after each input of a TCP, its connections are held against what they were.
#include "sim/net/tcb_history.hh"

#include <algorithm>

#include "sim/net/simulation.hh"

namespace synoptic::net {

using model::EndpointId;
using model::EventId;
using model::Instant;
using model::Protocol;
using model::Tcb;

class Watch final : public Probe {
 public:
  explicit Watch(TcbHistory& into) : into_(into) {}

  void settled(std::uint32_t machine, const tcp::Stack& tcp, Instant now, EventId cause,
               std::size_t first, const model::Trace& trace) override {
    ++serial_;
    if (cause != EventId::none) into_.inputs_.try_emplace(cause, TcbHistory::Input{serial_, now});
    TcbChange change{.serial = serial_,
                     .first = static_cast<std::uint32_t>(first),
                     .end = static_cast<std::uint32_t>(trace.events().size()),
                     .cause = cause,
                     .t = now};
    if (machine >= known_.size()) known_.resize(machine + 1);
    tcp.each_connection([&](const auto& local, const auto& remote, const Tcb& tcb) {
      Known& known = known_[machine][{local, remote}];
      known.seen = serial_;
      if (known.tcb != tcb && add({local, remote}, known.tcb, tcb, change, trace)) known.tcb = tcb;
    });
    std::erase_if(known_[machine], [&](const auto& entry) {
      const auto& [ends, known] = entry;
      if (known.seen == serial_) return false;
      add(ends, known.tcb, std::nullopt, change, trace);
      return true;
    });
  }

 private:
  using Addresses = std::pair<wire::SocketAddress, wire::SocketAddress>;
  struct Known {
    std::optional<Tcb> tcb;
    std::uint32_t seen = 0;
  };

  // False when the trace does not know both ends yet.
  bool add(const Addresses& ends, const std::optional<Tcb>& before, const std::optional<Tcb>& after,
           TcbChange change, const model::Trace& trace) {
    const auto lane = trace.find_endpoint(ends.first, Protocol::tcp);
    const auto peer = trace.find_endpoint(ends.second, Protocol::tcp);
    if (!lane || !peer) return false;
    change.before = before;
    change.after = after;
    TcbHistory::End& end = into_.ends_[{*lane, *peer}];
    if (change.cause != EventId::none) end.by_cause.try_emplace(change.cause, end.changes.size());
    end.changes.push_back(change);
    return true;
  }

  TcbHistory& into_;
  std::uint32_t serial_ = 0;
  std::vector<std::map<Addresses, Known>> known_;  // by machine
};

namespace {

TcbAt changed_by(const TcbChange& change) {
  return {change.after, change.before, change.t, true};
}

// What `change`, or nothing, left, with no further change since.
TcbAt since(const TcbChange* change, Instant t) {
  if (change == nullptr) return {.t = t};
  return {change->after, change->after, t, true};
}

// The state that the last change of state up to `event` left, among the events of one input.
void set_state_at(TcbAt& at, const TcbChange& change, const model::Trace& trace, EventId event,
                  EndpointId peer) {
  if (!at.tcb) return;
  std::optional<model::TcpState> state;
  for (std::uint32_t i = change.end; i-- > change.first;) {
    const model::Event& e = trace[EventId{i}];
    const auto* const to = std::get_if<model::StateChange>(&e.body);
    if (to == nullptr || e.endpoint != trace[event].endpoint || e.flow == model::FlowId::none)
      continue;
    const model::Flow& flow = trace[e.flow];
    if (flow.a != peer && flow.b != peer) continue;
    state = i > model::index(event) ? to->from : to->to;
    if (i <= model::index(event)) break;
  }
  if (state) at.tcb->state = *state;
}

}  // namespace

TcbAt TcbHistory::at(const model::Trace& trace, EventId event, EndpointId lane,
                     EndpointId peer) const {
  const model::Event& e = trace[event];
  const auto found = ends_.find({lane, peer});
  if (found == ends_.end()) return {.t = e.t};
  const End& end = found->second;
  const bool arrives = std::holds_alternative<model::Packet>(e.body) && e.to == lane;
  const bool called = std::holds_alternative<model::Call>(e.body) && e.endpoint == lane;
  if (arrives || called) {
    if (const auto cause = end.by_cause.find(event); cause != end.by_cause.end())
      return changed_by(end.changes[cause->second]);
  }
  if (arrives) {
    if (const auto input = inputs_.find(event); input != inputs_.end()) {
      const auto after =
          std::ranges::upper_bound(end.changes, input->second.serial, {}, &TcbChange::serial);
      return since(after == end.changes.begin() ? nullptr : &*(after - 1), input->second.t);
    }
  }
  const auto after =
      std::ranges::upper_bound(end.changes, model::index(event), {}, &TcbChange::first);
  if (after == end.changes.begin()) return {.t = e.t};
  const TcbChange& last = *(after - 1);
  if (e.endpoint != lane || model::index(event) >= last.end) return since(&last, e.t);
  TcbAt at = changed_by(last);
  set_state_at(at, last, trace, event, peer);
  return at;
}

const std::vector<TcbChange>& TcbHistory::changes(EndpointId lane, EndpointId peer) const {
  static const std::vector<TcbChange> none;
  const auto found = ends_.find({lane, peer});
  return found == ends_.end() ? none : found->second.changes;
}

WatchedRun run_watched(const Scenario& scenario) {
  WatchedRun run;
  Watch watch(run.tcbs);
  run.trace = Simulation(scenario, &watch).run();
  return run;
}

TcbHistory tcb_history(const Scenario& scenario) {
  return run_watched(scenario).tcbs;
}

}  // namespace synoptic::net
