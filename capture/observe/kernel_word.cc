// The kernel's samples find their ends, and are held against the states inferred there.
#include "capture/observe/kernel_word.hh"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace synoptic::observe {

using model::EndpointId;
using model::EventId;
using model::FlowId;
using model::Instant;
using model::KernelSample;
using model::TcpState;

namespace {

// How far within a state's time an answer must lie to confirm it, and to contradict it.
constexpr model::Duration clearly = model::microseconds(100);
constexpr model::Duration very_clearly = model::milliseconds(5);
// How far from the time inferred a transition may be that the kernel tells of.
constexpr model::Duration near = model::milliseconds(5);
constexpr Instant for_ever{std::numeric_limits<std::int64_t>::max() / 2};
constexpr std::size_t max_waiting = 4096;

// The state itself, and those that an end can come to from it before it is CLOSED.
using Reach = std::array<bool, model::tcp_state_count>;
Reach reach_of(TcpState from) {
  Reach reached{};
  std::vector<TcpState> open{from};
  while (!open.empty()) {
    const TcpState at = open.back();
    open.pop_back();
    if (std::exchange(reached[static_cast<std::size_t>(at)], true) || at == TcpState::closed)
      continue;
    for (const model::Transition& t : model::transitions())
      if (t.from == at) open.push_back(t.to);
  }
  return reached;
}

bool can_come_to(TcpState from, TcpState to) {
  static const auto table = [] {
    std::array<Reach, model::tcp_state_count> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = reach_of(static_cast<TcpState>(i));
    return all;
  }();
  return table[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

// A program closes, but its FIN goes out behind its text only.
bool closes(const model::StateChange& change) {
  return (change.from == TcpState::established && change.to == TcpState::fin_wait_1) ||
         (change.from == TcpState::close_wait && change.to == TcpState::last_ack);
}

const model::StateChange& change_of(const model::Event& e) {
  return std::get<model::StateChange>(e.body);
}

}  // namespace

// --- samples find their ends

std::optional<KernelWord::Key> KernelWord::end_of(const KernelRecord& r) {
  const bool told = r.sample.came_from.has_value();  // of what socket is not
  const auto known = ends_by_socket_.find(r.socket);
  if (!told && known != ends_by_socket_.end()) return known->second;
  if (r.remote.port == 0) {
    const auto lane = trace_.find_endpoint(r.local, model::Protocol::tcp);
    return lane ? std::optional(key(*lane, FlowId::none)) : std::nullopt;
  }
  const PairKey pair{r.local, r.remote, model::Protocol::tcp};
  const FlowTable::Pair* const met = flows_.known(pair);
  if (met == nullptr || met->flow == FlowId::none) return std::nullopt;
  const Key end = key(*flows_.known_source(pair), met->flow);
  if (told) return met->began - r.sample.before > near ? std::nullopt : std::optional(end);
  // Another socket's: this one's first packet is still to come.
  const auto found = ends_.find(end);
  if (found != ends_.end() && found->second.socket) return std::nullopt;
  return end;
}

bool KernelWord::place(const KernelRecord& r) {
  const std::optional<Key> where = end_of(r);
  if (!where) return false;
  End& end = ends_[*where];
  if (!r.sample.came_from) {
    ends_by_socket_.emplace(r.socket, *where);
    end.socket = r.socket;
  }
  KernelSample sample = r.sample;
  sample.endpoint = static_cast<EndpointId>(*where >> 32);
  sample.flow = static_cast<FlowId>(*where & 0xffffffff);
  if (!sample.came_from && end.asked && trace_.kernel[*end.asked].before == sample.before) {
    trace_.kernel[*end.asked] = sample;
  } else {
    end.samples.push_back(static_cast<std::uint32_t>(trace_.kernel.size()));
    if (!sample.came_from) end.asked = end.samples.back();
    trace_.kernel.push_back(sample);
  }
  find_changes();
  if (!end.judged) return true;  // with all the others of its end
  judge(end, sample);
  mark(end);
  return true;
}

void KernelWord::wait(const KernelRecord& r) {
  const auto same = std::ranges::find_if(waiting_, [&](const KernelRecord& w) {
    return w.socket == r.socket && w.sample.before == r.sample.before && !r.sample.came_from;
  });
  if (same != waiting_.end()) {
    *same = r;
  } else if (waiting_.size() < max_waiting) {
    waiting_.push_back(r);
  }
}

void KernelWord::record(const KernelRecord& r) {
  if (!place(r)) return wait(r);
  judge_rest();
}

void KernelWord::flows_changed() {
  if (waiting_.empty()) return;
  std::erase_if(waiting_, [&](const KernelRecord& r) { return place(r); });
  judge_rest();
}

void KernelWord::finish() {
  if (ends_.empty()) return;
  flows_changed();
  find_changes();
  judge_rest();
}

// --- and are held against the states there

void KernelWord::find_changes() {
  for (; seen_ < trace_.events().size(); ++seen_) {
    const model::Event& e = trace_.events()[seen_];
    if (e.kind != model::EventKind::state) continue;
    const Key where = key(e.endpoint, e.flow);
    End& end = ends_[where];
    // A state of the same instant came after the one that was found first.
    const auto place =
        std::ranges::upper_bound(end.changes, e.t, {}, [&](const Change& c) { return event(c).t; });
    end.changes.insert(place, Change{e.id});
    if (std::exchange(end.judged, false)) unjudged_.push_back(where);
  }
}

void KernelWord::judge_rest() {
  for (const Key where : unjudged_) judge(ends_[where]);
  unjudged_.clear();
}

bool KernelWord::contradicts(const End& end, std::size_t i, const KernelSample& sample) const {
  const TcpState inferred = change_of(event(end.changes[i])).to;
  if (sample.state == inferred) return false;
  if (i + 1 < end.changes.size()) {
    const model::StateChange& next = change_of(event(end.changes[i + 1]));
    const bool lasts = next.from == inferred && next.from != next.to;
    if (lasts) return !(closes(next) && sample.state == next.to);
  }
  return !can_come_to(inferred, sample.state);
}

// A transition confirms the state that it leads to, and the one that it ends.
void KernelWord::judge_transition(End& end, const KernelSample& sample) {
  const auto is_near = [&](const Change& change) {
    const model::Duration apart = event(change).t - sample.before;
    return apart <= near && model::Duration{} - apart <= near;
  };
  for (std::size_t i = 0; i < end.changes.size(); ++i) {
    Change& change = end.changes[i];
    const model::StateChange& inferred = change_of(event(change));
    if (inferred.from == inferred.to) continue;  // it was found so
    if (inferred.to == sample.state && is_near(change)) change.confirmed = true;
    const bool ends = i + 1 < end.changes.size() && is_near(end.changes[i + 1]);
    if (inferred.to == *sample.came_from && ends) change.confirmed = true;
  }
}

void KernelWord::judge(End& end, const KernelSample& sample) {
  if (sample.came_from) return judge_transition(end, sample);
  for (std::size_t i = 0; i < end.changes.size(); ++i) {
    Change& change = end.changes[i];
    const Instant from = event(change).t;
    if (from > sample.last_after) break;
    const Instant to = i + 1 < end.changes.size() ? event(end.changes[i + 1]).t : for_ever;
    if (to < sample.before) continue;
    if (sample.state == change_of(event(change)).to) {
      change.confirmed |= sample.asked_within(from + clearly, to - clearly);
    } else if (!change.contradicted && contradicts(end, i, sample) &&
               sample.asked_within(from + very_clearly, to - very_clearly)) {
      change.contradicted = true;
      change.kernel = sample.state;
    }
  }
}

void KernelWord::judge(End& end) {
  for (Change& change : end.changes) change = Change{change.event};
  for (const std::uint32_t sample : end.samples) judge(end, trace_.kernel[sample]);
  end.judged = true;
  mark(end);
}

void KernelWord::mark(const End& end) {
  for (const Change& change : end.changes) {
    auto& shown = std::get<model::StateChange>(trace_.edit(change.event).body);
    if (shown.basis == model::Basis::true_) continue;
    shown.basis = change.contradicted ? model::Basis::contradicted
                  : change.confirmed  ? model::Basis::confirmed
                                      : model::Basis::inferred;
    shown.kernel = change.contradicted ? change.kernel : TcpState::closed;
  }
}

}  // namespace synoptic::observe
