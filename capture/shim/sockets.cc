// A table of the lowest descriptors; of those beyond the kernel is asked each time.
#include "capture/shim/sockets.hh"

#include <cerrno>

namespace synoptic::shim {
namespace {

constexpr int table_size = 1024;

enum class Known : std::uint8_t { nothing, no_socket, socket };

// Written whole before `known` says so. Two threads that ask at once write the same.
struct Entry {
  std::atomic<Known> known;
  std::atomic<std::uint8_t> refused;  // 1 + the call that last had nothing to give
  Socket socket;
};
Entry table[table_size];

Entry* entry_of(int fd) {
  return fd >= 0 && fd < table_size ? &table[fd] : nullptr;
}

std::optional<Socket> ask(int fd) {
  int domain = 0, type = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return std::nullopt;
  size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return std::nullopt;
  const Protocol protocol = protocol_of(domain, type);
  if (protocol == Protocol::other) return std::nullopt;
  return Socket{protocol, ask_local(fd), ask_remote(fd)};
}

bool is_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

}  // namespace

Protocol protocol_of(int domain, int type) {
  if (domain != AF_INET && domain != AF_INET6) return Protocol::other;
  switch (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) {
    case SOCK_STREAM: return Protocol::tcp;
    case SOCK_DGRAM: return Protocol::udp;
    default: return Protocol::other;
  }
}

Address from_kernel(const sockaddr* address, socklen_t size) {
  Address out;
  sa_family_t family = AF_UNSPEC;
  if (address == nullptr || size < sizeof family) return out;
  std::memcpy(&family, address, sizeof family);
  if (family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    out.family = 4;
    out.port = ntohs(in.sin_port);
    std::memcpy(out.octets, &in.sin_addr, 4);
  } else if (family == AF_INET6 && size >= 24) {  // SIN6_LEN_RFC2133: without the scope
    sockaddr_in6 in{};
    std::memcpy(&in, address, size < sizeof in ? size : sizeof in);
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&in.sin6_addr);  // its packets are IPv4
    out.family = mapped ? 4 : 6;
    out.port = ntohs(in.sin6_port);
    std::memcpy(out.octets, in.sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
  }
  return out;
}

Address ask_local(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_kernel(reinterpret_cast<sockaddr*>(&address), size);
}

Address ask_remote(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_kernel(reinterpret_cast<sockaddr*>(&address), size);
}

std::optional<Socket> find(int fd, bool probe) {
  Entry* const entry = entry_of(fd);
  if (entry == nullptr) return ask(fd);
  const Known known = entry->known.load(std::memory_order_acquire);
  if (known == Known::no_socket && !probe) return std::nullopt;
  // Without a port it may have come to one since, by a first datagram.
  if (known == Known::socket && entry->socket.local.port != 0 && (probe || is_socket(fd)))
    return entry->socket;
  const auto socket = ask(fd);
  if (socket) entry->socket = *socket;
  entry->known.store(socket ? Known::socket : Known::no_socket, std::memory_order_release);
  return socket;
}

void forget(int fd) {
  Entry* const entry = entry_of(fd);
  if (entry == nullptr) return;
  entry->known.store(Known::nothing, std::memory_order_release);
  entry->refused.store(0, std::memory_order_relaxed);
}

bool asked_before(int fd, CallId call) {
  Entry* const entry = entry_of(fd);
  const auto mark = static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(call));
  return entry != nullptr && entry->refused.exchange(mark, std::memory_order_relaxed) == mark;
}

void asked_otherwise(int fd) {
  if (Entry* const entry = entry_of(fd)) entry->refused.store(0, std::memory_order_relaxed);
}

}  // namespace synoptic::shim
