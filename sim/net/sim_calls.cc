// The socket calls, with the results and errors of Linux (socket(7), tcp(7), udp(7), ip(7) and each
// call's page).
#include <algorithm>
#include <cerrno>

#include "sim/net/sim_host.hh"
#include "sim/net/simulation.hh"

namespace synoptic::net {

using model::CallName;
using model::Protocol;
using program::CallOp;

namespace {

wire::ByteSpan out_bytes(const CallOp& op) {
  return {reinterpret_cast<const std::uint8_t*>(op.out.data()), op.out.size()};
}

std::span<std::uint8_t> in_bytes(const CallOp& op) {
  return {reinterpret_cast<std::uint8_t*>(op.in.data()), op.in.size()};
}

}  // namespace

SimHost::Answer SimHost::attempt(Operation& operation) {
  const CallOp& op = *operation.op;
  switch (op.name) {
    case CallName::socket: return do_socket(op, operation.thread);
    case CallName::print: return {};
    case CallName::save: return {.value = op.number};
    case CallName::read_line:
      return role_.typing.ns > 0 || role_.by_hand ? blocks() : do_read_line(op);
    case CallName::sleep:
      if (op.number < 0) return fails(EINVAL);
      return op.number == 0 ? Answer{} : blocks();
    default: break;
  }
  Socket* const s = socket(op.fd);
  if (s == nullptr) return fails(EBADF);
  switch (op.name) {
    case CallName::setsockopt: s->reuse_address = true; return {};
    case CallName::bind: return do_bind(*s, op);
    case CallName::listen: return do_listen(*s, op);
    case CallName::accept: return do_accept(*s);
    case CallName::connect: return do_connect(*s, op);
    case CallName::send:
    case CallName::sendto:
      return s->kind == Kind::stream ? do_send(*s, operation) : do_sendto(*s, op);
    case CallName::recv:
    case CallName::recvfrom:
      return s->kind == Kind::stream ? do_recv(*s, op) : receive_datagram(*s, op);
    case CallName::shutdown: return do_shutdown(*s, op);
    case CallName::close: do_close(*s, operation.event); return {};
    default: return fails(EINVAL);
  }
}

SimHost::Answer SimHost::do_socket(const CallOp& op, std::uint32_t thread) {
  const std::int32_t fd = lowest_free_fd();
  Socket& s = *sockets_[static_cast<std::size_t>(fd - 3)];
  const std::uint32_t generation = s.generation + 1;
  s = {};
  s.kind = op.number == static_cast<std::int64_t>(program::SocketType::datagram) ? Kind::datagram
                                                                                 : Kind::stream;
  s.family = op.family;
  s.generation = generation;
  s.before.swap(before_);
  if (!first_protocol_) first_protocol_ = s.kind == Kind::stream ? Protocol::tcp : Protocol::udp;
  threads_[thread].fd = fd;
  threads_[thread].generation = generation;
  return {.value = fd};
}

// --- addresses

std::int32_t SimHost::bind_to(Socket& s, wire::SocketAddress local) {
  if (local.ip.family != s.family) return EAFNOSUPPORT;
  if (!local.ip.is_unspecified() && local.ip != machine_.ip()) return EADDRNOTAVAIL;
  if (s.family != machine_.ip().family) return EADDRNOTAVAIL;
  const bool stream = s.kind == Kind::stream;
  if (local.port == 0) {
    const auto port = machine_.ephemeral_port(stream ? Protocol::tcp : Protocol::udp);
    if (!port) return EADDRINUSE;
    local.port = *port;
  }
  if (stream) {
    if (machine_.tcp_port_taken(local, s.reuse_address)) return EADDRINUSE;
    machine_.bind_tcp(local);
    s.holds_port = true;
  } else {
    const auto bound = machine_.udp().bind(local);
    if (const auto* error = std::get_if<std::int32_t>(&bound)) return *error;
    s.datagrams = std::get<udp::SocketId>(bound);
  }
  s.local = local;
  place(s);
  return 0;
}

// As the kernel does for a socket that was not bound: the machine's own address, and any free port.
std::int32_t SimHost::bind_ephemeral(Socket& s) {
  if (s.local.port != 0) return 0;
  return bind_to(s, {machine_.ip(), 0});
}

SimHost::Answer SimHost::do_bind(Socket& s, const CallOp& op) {
  if (s.local.port != 0) return fails(EINVAL);
  if (const std::int32_t error = bind_to(s, op.address)) return fails(error);
  s.bound = true;
  if (s.datagrams) machine_.own(*s.datagrams, owner(op));
  return {};
}

SimHost::Answer SimHost::do_listen(Socket& s, const CallOp& op) {
  if (s.kind != Kind::stream) return fails(EOPNOTSUPP);
  if (s.phase == Phase::listening) return {};
  if (s.phase != Phase::fresh) return fails(EINVAL);
  if (const std::int32_t error = bind_ephemeral(s)) return fails(error);
  constexpr std::int64_t most = 4096;  // net.core.somaxconn
  const auto backlog = static_cast<int>(std::clamp<std::int64_t>(op.number, 0, most));
  const auto listening = machine_.tcp().listen(simulation_.now(), s.local, backlog);
  if (const auto* error = std::get_if<std::int32_t>(&listening)) return fails(*error);
  s.listener = std::get<tcp::ListenerId>(listening);
  s.phase = Phase::listening;
  machine_.own(*s.listener, owner(op));
  return {};
}

SimHost::Answer SimHost::do_accept(Socket& s) {
  if (s.kind != Kind::stream) return fails(EOPNOTSUPP);
  if (s.phase != Phase::listening) return fails(EINVAL);
  const auto connection = machine_.tcp().accept(*s.listener);
  if (!connection) return blocks();
  const std::int32_t fd = lowest_free_fd();
  Socket& accepted = *sockets_[static_cast<std::size_t>(fd - 3)];
  const std::uint32_t generation = accepted.generation + 1;
  accepted = {};
  accepted.kind = Kind::stream;
  accepted.phase = Phase::connected;
  accepted.family = s.family;
  accepted.generation = generation;
  accepted.connection = *connection;
  accepted.local = machine_.tcp().local(*connection);
  accepted.remote = machine_.tcp().remote(*connection);
  const View view = simulation_.recorder().view(accepted.local, accepted.remote, Protocol::tcp);
  accepted.lane = view.near().lane;
  accepted.flow = view.conversation->flow;
  machine_.own(*connection, {index_, fd});
  return {.value = fd, .peer = accepted.remote};
}

SimHost::Answer SimHost::do_connect(Socket& s, const CallOp& op) {
  if (s.phase == Phase::connecting) return fails(EALREADY);
  if (s.phase != Phase::fresh) return fails(EISCONN);
  if (op.address.ip.family != s.family) return fails(EAFNOSUPPORT);
  const wire::SocketAddress remote = machine_.concrete(op.address);  // 0.0.0.0 means this machine
  if (!simulation_.route(remote.ip)) return fails(ENETUNREACH);
  if (const std::int32_t error = bind_ephemeral(s))
    return fails(error == EADDRINUSE ? EADDRNOTAVAIL : error);
  if (s.datagrams) machine_.own(*s.datagrams, owner(op));
  if (s.kind == Kind::datagram) {
    machine_.udp().connect(*s.datagrams, remote);
    s.remote = remote;
    return {};
  }
  if (remote.port == 0) return fails(ECONNREFUSED);
  const auto connection =
      machine_.tcp().connect(simulation_.now(), machine_.concrete(s.local), remote);
  if (const auto* error = std::get_if<std::int32_t>(&connection)) return fails(*error);
  s.connection = std::get<tcp::ConnectionId>(connection);
  s.remote = remote;
  s.phase = Phase::connecting;
  machine_.own(*s.connection, owner(op));
  return blocks();
}

// --- bytes of a stream

// Takes all of it, as a blocking send(2) does; what was taken before an error counts.
SimHost::Answer SimHost::do_send(Socket& s, Operation& operation) {
  if (s.phase == Phase::connecting) return blocks();
  if (s.phase != Phase::connected || s.write_shut) return fails(EPIPE);
  const wire::ByteSpan text = out_bytes(*operation.op);
  while (operation.done < text.size()) {
    const tcp::Result taken =
        machine_.tcp().send(simulation_.now(), *s.connection, text.subspan(operation.done));
    if (taken.error == EAGAIN) return blocks();
    if (taken.error != 0 && operation.done > 0) break;
    if (taken.error != 0) return fails(taken.error);
    operation.done += static_cast<std::size_t>(taken.value);
  }
  return {.value = static_cast<std::int64_t>(operation.done)};
}

SimHost::Answer SimHost::do_recv(Socket& s, const CallOp& op) {
  if (s.phase == Phase::connecting) return blocks();
  if (s.phase != Phase::connected) return fails(ENOTCONN);
  if (s.read_shut || op.in.empty()) return {};
  const tcp::Result received =
      machine_.tcp().receive(simulation_.now(), *s.connection, in_bytes(op));
  if (received.error == EAGAIN) return blocks();
  if (received.error != 0) return fails(received.error);
  return {.value = received.value, .peer = s.remote};
}

SimHost::Answer SimHost::do_shutdown(Socket& s, const CallOp& op) {
  if (s.phase != Phase::connected && s.remote.port == 0) return fails(ENOTCONN);
  if (op.number < 0 || op.number > 2) return fails(EINVAL);
  const auto how = static_cast<program::ShutdownHow>(op.number);
  if (how != program::ShutdownHow::write) s.read_shut = true;
  if (how == program::ShutdownHow::read || s.kind == Kind::datagram) return {};
  s.write_shut = true;
  const tcp::Result done = machine_.tcp().shutdown_write(simulation_.now(), *s.connection);
  return done.error == 0 ? Answer{} : fails(done.error);
}

// Calls of other threads that wait on the socket end with EBADF. (On Linux they would go on
// waiting: a trap that teaches nothing here.)
void SimHost::do_close(Socket& s, model::EventId cause) {
  const model::Instant now = simulation_.now();
  if (s.listener) {
    machine_.disown(*s.listener);
    machine_.tcp().close_listener(now, *s.listener);
  }
  if (s.connection) {
    machine_.disown(*s.connection);
    machine_.tcp().close(now, *s.connection);
  }
  if (s.datagrams) {
    machine_.disown(*s.datagrams);
    machine_.udp().close(*s.datagrams);
  }
  if (s.holds_port) machine_.release_tcp(s.local);
  if (s.lane == model::EndpointId::none)
    before_.insert(before_.end(), s.before.begin(), s.before.end());
  s.kind = Kind::closed;
  end_waiting(s.readers, EBADF, cause);
  end_waiting(s.writers, EBADF, cause);
}

// --- datagrams

SimHost::Answer SimHost::do_sendto(Socket& s, const CallOp& op) {
  const bool to_peer = op.name == CallName::send || op.address.port == 0;
  wire::SocketAddress to = to_peer ? s.remote : op.address;
  if (to.port == 0) return fails(to_peer && op.name == CallName::send ? EDESTADDRREQ : EINVAL);
  if (to.ip.family != s.family) return fails(EAFNOSUPPORT);
  to = machine_.concrete(to);
  if (!simulation_.route(to.ip)) return fails(ENETUNREACH);
  if (const std::int32_t error = bind_ephemeral(s)) return fails(error);
  machine_.own(*s.datagrams, owner(op));
  const udp::Result sent = machine_.udp().sendto(*s.datagrams, out_bytes(op), to, machine_.ip());
  return sent.error == 0 ? Answer{.value = sent.value} : fails(sent.error);
}

SimHost::Answer SimHost::receive_datagram(Socket& s, const CallOp& op) {
  if (s.read_shut) return {};
  if (const std::int32_t error = bind_ephemeral(s)) return fails(error);
  machine_.own(*s.datagrams, owner(op));
  const udp::Result received = machine_.udp().receive(*s.datagrams, in_bytes(op));
  if (received.error == EAGAIN) return blocks();
  if (received.error != 0) return fails(received.error);
  return {.value = received.value, .peer = received.from};
}

SimHost::Answer SimHost::do_read_line(const CallOp& op) {
  if (lines_read_ == role_.lines.size()) {
    op.line->clear();
    return {};
  }
  *op.line = role_.lines[lines_read_++];
  return {.value = 1};
}

}  // namespace synoptic::net
