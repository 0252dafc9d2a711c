// User calls: OPEN, SEND, RECEIVE, CLOSE, ABORT (RFC 9293 sections 3.10.1 to 3.10.5), as the socket
// calls make them.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/tcp/impl.hh"

namespace synoptic::tcp {

using model::Instant;
using model::TcpState;
using model::Why;
using wire::SeqSize;
using wire::SocketAddress;

namespace {

// The largest text of a segment on a link of this MTU (MUST-67). The length field of IPv4 counts
// its header, that of IPv6 does not.
std::uint32_t mss_of_link(const SocketAddress& local, std::uint32_t mtu) {
  constexpr std::uint32_t largest_length = 0xffff, ipv4 = 20, ipv6 = 40, tcp = 20;
  const std::uint32_t headers = (local.ip.is_v6() ? ipv6 : ipv4) + tcp;
  const std::uint32_t packet = std::min(mtu, largest_length + (local.ip.is_v6() ? ipv6 : 0));
  return packet > headers ? packet - headers : 1;
}

// The pending error, told once.
std::int32_t take_error(Connection& c) {
  return std::exchange(c.error, 0);
}

}  // namespace

// --- 3.10.1, OPEN

// Passive: "enter the LISTEN state and return".
std::variant<ListenerId, std::int32_t> Stack::listen(Instant now, const SocketAddress& local,
                                                     int backlog, ConnectionOptions options) {
  impl_->now = now;
  if (impl_->listening.contains(local)) return EADDRINUSE;
  const ListenerId id{static_cast<std::uint32_t>(impl_->listeners.size())};
  impl_->listeners.push_back(
      {true, local, static_cast<std::size_t>(std::max(backlog, 0)), options, {}});
  impl_->listening.emplace(local, id);
  SocketAddress nobody;
  nobody.ip.family = local.ip.family;
  impl_->outputs.emplace_back(
      StateChanged{local, nobody, TcpState::closed, TcpState::listen, Why::passive_open});
  return id;
}

// Active: "<SEQ=ISS><CTL=SYN> is sent. Set SND.UNA to ISS, SND.NXT to ISS+1, enter SYN-SENT".
std::variant<ConnectionId, std::int32_t> Stack::connect(Instant now, const SocketAddress& local,
                                                        const SocketAddress& remote,
                                                        ConnectionOptions options) {
  impl_->now = now;
  if (remote.ip.is_unspecified() || remote.ip.is_multicast() || remote.ip.is_broadcast() ||
      remote.port == 0) {
    return ENETUNREACH;  // MUST-46
  }
  if (impl_->find(local, remote) != nullptr) return EADDRINUSE;
  Connection* const c = impl_->create(local, remote);
  if (c == nullptr) return ENOBUFS;
  impl_->prepare(*c, options, impl_->choose_iss(options, local, remote));
  impl_->set_state(*c, TcpState::syn_sent, Why::active_open);
  impl_->send_syn(*c, Why::active_open);
  impl_->refresh_deadline(*c);
  return Impl::id_of(*c);
}

wire::SeqNum Stack::Impl::choose_iss(const ConnectionOptions& call, const SocketAddress& local,
                                     const SocketAddress& remote) {
  return call.iss ? *call.iss : options.isn(now, local, remote);
}

// What both kinds of OPEN fill into the new TCB.
void Stack::Impl::prepare(Connection& c, const ConnectionOptions& call, wire::SeqNum iss) {
  const Profile& profile = options.profile;
  c.options = call;
  c.tcb.snd.iss = c.tcb.snd.una = c.tcb.snd.nxt = c.tcb.snd.up = iss;
  c.send_base = iss + SeqSize{1};
  c.small_end = iss;
  c.own_mss = mss_of_link(c.local, options.mtu);
  if (call.mss != 0) c.own_mss = std::min<std::uint32_t>(c.own_mss, call.mss);
  c.rtt.start(profile);
  offer_first_window(c);
}

void Stack::close_listener(Instant now, ListenerId id) {
  impl_->now = now;
  Listener& listener = impl_->listeners[static_cast<std::size_t>(id)];
  if (!listener.open) return;
  listener.open = false;
  impl_->listening.erase(listener.local);
  // Nobody will accept() those that are waiting or still in their handshake.
  listener.established.clear();
  for (const auto& c : impl_->connections) {
    if (c->owner != Owner::listener || c->listener != id) continue;
    if (c->alive) {
      impl_->reset_connection(*c, Why::listener_closed_resets);
    } else {
      impl_->release(*c);
    }
  }
  SocketAddress nobody;
  nobody.ip.family = listener.local.ip.family;
  impl_->outputs.emplace_back(StateChanged{listener.local, nobody, TcpState::listen,
                                           TcpState::closed, Why::listener_closed});
}

std::optional<ConnectionId> Stack::accept(ListenerId id) {
  Listener& listener = impl_->listeners[static_cast<std::size_t>(id)];
  if (listener.established.empty()) return std::nullopt;
  const ConnectionId accepted = listener.established.front();
  listener.established.pop_front();
  impl_->find(accepted)->owner = Owner::program;
  return accepted;
}

// --- 3.10.2, SEND

Result Stack::send(Instant now, ConnectionId id, wire::ByteSpan text) {
  impl_->now = now;
  Connection* const c = impl_->find(id);
  if (c == nullptr) return {0, EBADF};
  if (c->error != 0) return {0, take_error(*c)};
  if (!c->alive || c->fin_queued) return {0, EPIPE};
  if (text.empty()) return {};
  const std::size_t limit = impl_->options.profile.send_buffer;
  const std::size_t used = c->send_buffer.size();
  const std::size_t taken = std::min(text.size(), used < limit ? limit - used : 0);
  c->wants_to_send = taken < text.size();
  if (taken == 0) return {0, EAGAIN};
  c->send_buffer.append(text.first(taken));
  c->unsent += static_cast<std::uint32_t>(taken);
  impl_->cause = Why::send_data;
  impl_->output(*c);
  impl_->refresh_deadline(*c);
  return {static_cast<std::int64_t>(taken), 0};
}

// --- 3.10.3, RECEIVE

Result Stack::receive(Instant now, ConnectionId id, std::span<std::uint8_t> into) {
  impl_->now = now;
  Connection* const c = impl_->find(id);
  if (c == nullptr) return {0, EBADF};
  if (c->received.readable() > 0) {
    const std::size_t n = c->received.read(into);
    if (c->alive) {
      impl_->after_read(*c);
      impl_->refresh_deadline(*c);
    }
    return {static_cast<std::int64_t>(n), 0};
  }
  if (c->error != 0) return {0, take_error(*c)};
  if (!c->alive || c->fin_received) return {};
  return {0, EAGAIN};
}

// --- 3.10.4, CLOSE

// One direction only: text may go on coming in.
Result Stack::shutdown_write(Instant now, ConnectionId id) {
  impl_->now = now;
  Connection* const c = impl_->find(id);
  if (c == nullptr) return {0, EBADF};
  if (!c->alive || c->state() == TcpState::syn_sent) return {0, ENOTCONN};
  impl_->close_send(*c);
  impl_->refresh_deadline(*c);
  return {};
}

// "Queue this until all preceding SENDs have been segmentized, then form a FIN segment and send
// it."
void Stack::Impl::close_send(Connection& c) {
  if (c.fin_queued) return;  // "as long as a second FIN is not emitted"
  c.fin_queued = true;
  cause = Why::close_sends_fin;
  switch (c.state()) {
    case TcpState::established: set_state(c, TcpState::fin_wait_1, Why::close_sends_fin); break;
    case TcpState::syn_received:
      // "If no SENDs have been issued … enter FIN-WAIT-1; otherwise, queue for processing after
      // entering ESTABLISHED".
      if (c.unsent == 0) {
        set_state(c, TcpState::fin_wait_1, Why::close_sends_fin);
        c.congestion.start(options.profile, smss(c), c.syn_was_lost);
      }
      break;
    default: break;  // CLOSE-WAIT enters LAST-ACK when its FIN is sent
  }
  output(c);
}

void Stack::close(Instant now, ConnectionId id) {
  impl_->now = now;
  Connection* const c = impl_->find(id);
  if (c == nullptr) return;
  if (!c->alive) {
    impl_->release(*c);
    return;
  }
  c->owner = Owner::nobody;
  switch (c->state()) {
    case TcpState::syn_sent:  // "Delete the TCB"
      impl_->set_state(*c, TcpState::closed, Why::close_without_connection);
      impl_->delete_tcb(*c);
      return;
    case TcpState::syn_received:
    case TcpState::established:
    case TcpState::fin_wait_1:
    case TcpState::fin_wait_2:
    case TcpState::close_wait:
      if (c->received.readable() > 0) {  // SHLD-3
        impl_->reset_connection(*c, Why::close_unread_resets);
        return;
      }
      impl_->close_send(*c);
      impl_->await_last_fin(*c);
      break;
    default: break;  // CLOSING, LAST-ACK, TIME-WAIT: the FIN is on its way or acknowledged
  }
  impl_->refresh_deadline(*c);
}

// Linux: once no program holds the connection, FIN-WAIT-2 does not last for ever.
void Stack::Impl::await_last_fin(Connection& c) {
  const model::Duration timeout = options.profile.fin_wait_2_timeout;
  if (c.state() != TcpState::fin_wait_2 || c.owner != Owner::nobody || timeout.ns == 0) return;
  start_timer(c, model::TimerName::fin_wait_2, now + timeout, Why::fin_wait_2_waits);
}

// --- 3.10.5, ABORT

void Stack::abort(Instant now, ConnectionId id) {
  impl_->now = now;
  Connection* const c = impl_->find(id);
  if (c == nullptr) return;
  if (!c->alive) {
    impl_->release(*c);
    return;
  }
  c->owner = Owner::nobody;
  impl_->reset_connection(*c, Why::abort_sends_reset);
}

// "<SEQ=SND.NXT><CTL=RST>", where the state asks for it; then "delete the TCB, enter CLOSED state,
// and return".
void Stack::Impl::reset_connection(Connection& c, Why why) {
  switch (c.state()) {
    case TcpState::syn_received:
    case TcpState::established:
    case TcpState::fin_wait_1:
    case TcpState::fin_wait_2:
    case TcpState::close_wait:
      transmit(c, c.tcb.snd.nxt,
               options.profile.reset_carries_ack ? wire::RST | wire::ACK : wire::CtlSet(wire::RST),
               {}, why);
      break;
    default: break;
  }
  set_state(c, TcpState::closed, why);
  delete_tcb(c);
}

}  // namespace synoptic::tcp
