// Finding connections and listeners, their beginning and end, and the queue of outputs.
#include "sim/tcp/stack.hh"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sim/tcp/impl.hh"
#include "sim/tcp/isn.hh"

namespace synoptic::tcp {

using model::Instant;
using model::TcpState;
using model::TimerAction;
using model::TimerName;
using model::Why;
using wire::SocketAddress;

namespace {

// A ConnectionId: the slot, and how often it has been used before, so that an old id finds nothing.
constexpr std::uint32_t slot_bits = 20;
constexpr std::uint32_t slot_mask = (1u << slot_bits) - 1;
constexpr std::uint32_t generation_mask = (1u << (32 - slot_bits)) - 1;

std::uint32_t slot_of(ConnectionId id) {
  return static_cast<std::uint32_t>(id) & slot_mask;
}
std::uint32_t generation_of(ConnectionId id) {
  return static_cast<std::uint32_t>(id) >> slot_bits;
}

SocketAddress any_address(const SocketAddress& local) {
  SocketAddress any = local;
  any.ip.octets = {};
  return any;
}

constexpr TimerName all_timers[] = {TimerName::retransmission, TimerName::persist,
                                    TimerName::delayed_ack, TimerName::time_wait,
                                    TimerName::fin_wait_2};
static_assert(std::size(all_timers) == timer_count);

}  // namespace

Stack::Impl::Impl(StackOptions stack_options) : options(std::move(stack_options)) {
  if (!options.isn) {
    options.isn = options.profile.round_isn ? round_isn(wire::SeqNum{1000}) : keyed_isn(0);
  }
}

// --- finding

Connection* Stack::Impl::find(ConnectionId id) {
  return const_cast<Connection*>(std::as_const(*this).find(id));
}

const Connection* Stack::Impl::find(ConnectionId id) const {
  const std::uint32_t slot = slot_of(id);
  if (slot >= connections.size()) return nullptr;
  const Connection& c = *connections[slot];
  return (c.generation & generation_mask) == generation_of(id) ? &c : nullptr;
}

// Segments come in runs: the connection found last is mostly meant again.
Connection* Stack::Impl::find(const SocketAddress& local, const SocketAddress& remote) {
  const auto is_it = [&](std::uint32_t slot) {
    const Connection& c = *connections[slot];
    return c.local == local && c.remote == remote;
  };
  if (last_found != ConnectionTable::none && connections[last_found]->alive && is_it(last_found)) {
    return connections[last_found].get();
  }
  const std::uint32_t slot = table.find(ConnectionTable::hash(local, remote), is_it);
  if (slot == ConnectionTable::none) return nullptr;
  last_found = slot;
  return connections[slot].get();
}

std::optional<ListenerId> Stack::Impl::find_listener(const SocketAddress& local) const {
  auto found = listening.find(local);
  if (found == listening.end()) found = listening.find(any_address(local));
  if (found == listening.end()) return std::nullopt;
  return found->second;
}

ConnectionId Stack::Impl::id_of(const Connection& c) {
  return ConnectionId{(c.generation & generation_mask) << slot_bits | c.slot};
}

// --- beginning and end

// Null when a million connections exist.
Connection* Stack::Impl::create(const SocketAddress& local, const SocketAddress& remote) {
  if (free_slots.empty()) {
    if (connections.size() > slot_mask) return nullptr;
    free_slots.push_back(static_cast<std::uint32_t>(connections.size()));
    connections.push_back(std::make_unique<Connection>());
    connections.back()->slot = free_slots.back();
  }
  Connection& c = *connections[free_slots.back()];
  free_slots.pop_back();
  c.start_afresh();
  c.local = local;
  c.remote = remote;
  c.alive = true;
  c.hash = ConnectionTable::hash(local, remote);
  table.insert(c.hash, c.slot);
  ++connections_at_port[local.port];
  return &c;
}

void Stack::Impl::set_state(Connection& c, TcpState to, Why why) {
  auto& out = put_out<StateChanged>();
  out.local = c.local;
  out.remote = c.remote;
  out.from = c.tcb.state;
  out.to = to;
  out.why = why;
  c.tcb.state = to;
}

void Stack::Impl::delete_tcb(Connection& c, std::int32_t error) {
  stop_timers(c, Why::connection_ended);
  table.erase(c.hash, c.slot);
  if (--connections_at_port[c.local.port] == 0) connections_at_port.erase(c.local.port);
  c.alive = false;
  refresh_deadline(c);
  c.error = error;
  c.sent.clear();
  c.received.flush_out_of_order();
  const bool is_known = c.owner != Owner::nobody;
  ready(is_known && error != 0 ? Ready::What::failed : Ready::What::gone, c, error);
  if (!program_hears(c)) release(c);
}

// A connection that waits for accept() is handed over even when it is gone, as Linux does; its
// first call tells.
bool Stack::Impl::program_hears(const Connection& c) const {
  if (c.owner != Owner::listener) return c.owner != Owner::nobody;
  const auto& established = listeners[static_cast<std::size_t>(c.listener)].established;
  return std::ranges::count(established, id_of(c)) > 0;
}

void Stack::Impl::release(Connection& c) {
  ++c.generation;
  c.owner = Owner::nobody;
  free_slots.push_back(c.slot);
}

// --- outputs

void Stack::Impl::decided(const Connection& c, Why why) {
  outputs.emplace_back(Decided{c.local, c.remote, why});
}

void Stack::Impl::ready(Ready::What what, const Connection& c, std::int32_t error) {
  outputs.emplace_back(Ready{what, id_of(c), {}, error});
}

void Stack::Impl::timer_changed(const Connection& c, TimerName name, TimerAction action,
                                Instant deadline, Why why) {
  auto& out = put_out<TimerChanged>();
  out.local = c.local;
  out.remote = c.remote;
  out.name = name;
  out.action = action;
  out.deadline = deadline;
  out.why = why;
}

void Stack::Impl::start_timer(Connection& c, TimerName name, Instant deadline, Why why) {
  c.timer(name) = deadline;
  timer_changed(c, name, TimerAction::started, deadline, why);
}

void Stack::Impl::stop_timer(Connection& c, TimerName name, Why why) {
  if (!c.running(name)) return;
  timer_changed(c, name, TimerAction::stopped, c.timer(name), why);
  c.timer(name) = never;
}

void Stack::Impl::stop_timers(Connection& c, Why why) {
  for (const TimerName name : all_timers) stop_timer(c, name, why);
}

// To be called at the end of each input that may have touched c's timers.
void Stack::Impl::refresh_deadline(Connection& c) {
  Instant earliest = never;
  if (c.alive) {
    for (const Instant deadline : c.timers) earliest = std::min(earliest, deadline);
  }
  if (earliest == c.deadline) return;
  c.deadline = earliest;
  if (earliest == never) {
    deadlines.erase(c.slot);
  } else {
    deadlines.set(c.slot, earliest);
  }
}

// --- the public interface

Stack::Stack(StackOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Stack::~Stack() = default;

void Stack::handle_segment(Instant now, const SocketAddress& src, const SocketAddress& dst,
                           const model::Segment& segment) {
  impl_->now = now;
  impl_->cause = Why::ack_releases_data;
  impl_->segment_arrives(src, dst, segment);
}

void Stack::handle_deadline(Instant now) {
  impl_->now = now;
  while (!impl_->deadlines.empty() && impl_->deadlines.first().at <= now) {
    impl_->timeouts(*impl_->connections[impl_->deadlines.first().slot]);
  }
}

const Output* Stack::poll_output() {
  if (impl_->polled == impl_->outputs.size()) {
    impl_->outputs.clear();
    impl_->polled = 0;
    return nullptr;
  }
  return &impl_->outputs[impl_->polled++];
}

const Instant* Stack::next_deadline() const {
  return impl_->deadlines.empty() ? nullptr : &impl_->deadlines.first().at;
}

const model::Tcb* Stack::tcb(ConnectionId id) const {
  const Connection* c = impl_->find(id);
  return c != nullptr && c->alive ? &c->tcb : nullptr;
}

SocketAddress Stack::local(ConnectionId id) const {
  const Connection* c = impl_->find(id);
  return c != nullptr ? c->local : SocketAddress{};
}

SocketAddress Stack::remote(ConnectionId id) const {
  const Connection* c = impl_->find(id);
  return c != nullptr ? c->remote : SocketAddress{};
}

void Stack::each_connection(const Visitor& visit) const {
  for (const auto& c : impl_->connections) {
    if (c->alive) visit(c->local, c->remote, c->tcb);
  }
}

std::size_t Stack::connection_count() const {
  return impl_->table.size();
}

bool Stack::port_in_use(const SocketAddress& local) const {
  const bool any = local.ip.is_unspecified();
  const auto clashes = [&](const SocketAddress& other) {
    return other.port == local.port && other.ip.family == local.ip.family &&
           (any || other.ip.is_unspecified() || other.ip == local.ip);
  };
  if (std::ranges::any_of(impl_->listeners,
                          [&](const Listener& l) { return l.open && clashes(l.local); })) {
    return true;
  }
  return impl_->connections_at_port.contains(local.port) &&
         std::ranges::any_of(impl_->connections,
                             [&](const auto& c) { return c->alive && clashes(c->local); });
}

}  // namespace synoptic::tcp
