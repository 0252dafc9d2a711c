// Sockets found by address, a queue each; what UDP itself has to say is little.
#include "sim/udp/udp.hh"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace synoptic::udp {

using model::Why;
using wire::SocketAddress;

namespace {

// The largest payload of one IP packet: 65,535 less the UDP header, and for IPv4 its header, too.
std::size_t largest_payload(const SocketAddress& dst) {
  return dst.ip.is_v6() ? 65'527 : 65'507;
}

// What Linux counts for each datagram besides its payload: so many empty ones fill a queue, too.
constexpr std::size_t overhead = 768;

SocketAddress any_address(const SocketAddress& local) {
  SocketAddress any = local;
  any.ip.octets = {};
  return any;
}

}  // namespace

std::variant<SocketId, std::int32_t> Stack::bind(const SocketAddress& local) {
  if (port_in_use(local)) return EADDRINUSE;
  if (free_.empty()) {
    free_.push_back(SocketId{static_cast<std::uint32_t>(sockets_.size())});
    sockets_.emplace_back();
  }
  const SocketId id = free_.back();
  free_.pop_back();
  at(id) = {};
  at(id).open = true;
  at(id).local = local;
  by_address_.emplace(local, id);
  return id;
}

void Stack::connect(SocketId id, const SocketAddress& remote) {
  at(id).remote = remote;
}

Result Stack::sendto(SocketId id, wire::ByteSpan payload, const SocketAddress& dst,
                     const wire::IpAddress& source) {
  Socket& socket = at(id);
  if (socket.error != 0) return {0, take_error(socket), {}};
  if (dst.port == 0) return {0, EDESTADDRREQ, {}};
  if (payload.size() > largest_payload(dst)) return {0, EMSGSIZE, {}};
  SocketAddress src = socket.local;
  if (src.ip.is_unspecified()) src.ip = source;
  sending_.assign(payload.begin(), payload.end());
  outputs_.emplace_back(Transmit{src, dst, sending_, Why::udp_send});
  return {static_cast<std::int64_t>(payload.size()), 0, {}};
}

Result Stack::receive(SocketId id, std::span<std::uint8_t> into) {
  Socket& socket = at(id);
  if (socket.error != 0) return {0, take_error(socket), {}};
  if (socket.next == socket.waiting.size()) return {0, EAGAIN, {}};
  const Waiting datagram = socket.waiting[socket.next++];
  const std::size_t n = std::min(into.size(), datagram.size);
  std::copy_n(socket.bytes.begin() + static_cast<std::ptrdiff_t>(datagram.offset), n, into.begin());
  socket.queued -= datagram.size + overhead;
  if (n < datagram.size) {
    outputs_.emplace_back(Decided{socket.local, datagram.from, Why::udp_truncated});
  }
  if (socket.next == socket.waiting.size()) {
    socket.waiting.clear();
    socket.bytes.clear();
    socket.next = 0;
  }
  return {static_cast<std::int64_t>(n), 0, datagram.from};
}

void Stack::close(SocketId id) {
  if (!at(id).open) return;
  by_address_.erase(at(id).local);
  at(id) = {};
  free_.push_back(id);
}

void Stack::handle_datagram(const SocketAddress& src, const SocketAddress& dst,
                            wire::ByteSpan payload) {
  const auto id = find(dst);
  if (!id) {
    outputs_.emplace_back(Unreachable{dst, src, Why::udp_port_unreachable});
    return;
  }
  Socket& socket = at(*id);
  if (socket.remote && *socket.remote != src) {
    outputs_.emplace_back(Decided{dst, src, Why::udp_other_peer});
    return;
  }
  if (socket.queued + payload.size() + overhead > options_.receive_buffer) {
    outputs_.emplace_back(Decided{dst, src, Why::udp_queue_full});
    return;
  }
  // Octets already received go when they are more than those that wait.
  if (socket.bytes.size() > 2 * socket.queued + 4096) {
    const std::size_t done = socket.waiting[socket.next].offset;
    socket.bytes.erase(socket.bytes.begin(),
                       socket.bytes.begin() + static_cast<std::ptrdiff_t>(done));
    socket.waiting.erase(socket.waiting.begin(),
                         socket.waiting.begin() + static_cast<std::ptrdiff_t>(socket.next));
    socket.next = 0;
    for (Waiting& w : socket.waiting) w.offset -= done;
  }
  socket.waiting.push_back({src, socket.bytes.size(), payload.size()});
  socket.bytes.insert(socket.bytes.end(), payload.begin(), payload.end());
  socket.queued += payload.size() + overhead;
  outputs_.emplace_back(Ready{*id});
}

void Stack::handle_unreachable(const SocketAddress& local, const SocketAddress& remote) {
  const auto id = find(local);
  if (!id) return;
  Socket& socket = at(*id);
  if (socket.remote != remote) {
    outputs_.emplace_back(Decided{local, remote, Why::udp_error_unreported});
    return;
  }
  socket.error = ECONNREFUSED;
  outputs_.emplace_back(Decided{local, remote, Why::udp_error_reported});
  outputs_.emplace_back(Ready{*id});
}

bool Stack::port_in_use(const SocketAddress& local) const {
  return std::ranges::any_of(by_address_, [&](const auto& entry) {
    const SocketAddress& other = entry.first;
    return other.port == local.port && other.ip.family == local.ip.family &&
           (other.ip == local.ip || other.ip.is_unspecified() || local.ip.is_unspecified());
  });
}

SocketAddress Stack::local(SocketId id) const {
  return at(id).local;
}

std::optional<SocketId> Stack::find(const SocketAddress& local) const {
  auto found = by_address_.find(local);
  if (found == by_address_.end()) found = by_address_.find(any_address(local));
  if (found == by_address_.end()) return std::nullopt;
  return found->second;
}

std::int32_t Stack::take_error(Socket& socket) {
  return std::exchange(socket.error, 0);
}

}  // namespace synoptic::udp
