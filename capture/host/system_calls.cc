// Each call of program::Host as the system call of that name.
#include "capture/host/system_calls.hh"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "capture/host/sockaddr.hh"

namespace synoptic::host {
namespace {

using model::CallName;
using program::CallOp;
using program::CallResult;

CallResult as_result(std::int64_t value) {
  CallResult result;
  result.value = value;
  if (value < 0) {
    result.value = -1;
    result.error = errno;
  }
  return result;
}

template <typename F>
std::int64_t uninterrupted(F call) {
  for (;;) {
    const std::int64_t value = call();
    if (value >= 0 || errno != EINTR) return value;
  }
}

CallResult make_socket(const CallOp& op) {
  const int family = op.family == wire::Family::ipv6 ? AF_INET6 : AF_INET;
  const bool stream = op.number == static_cast<std::int64_t>(program::SocketType::stream);
  return as_result(::socket(family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
}

CallResult bind_socket(const CallOp& op, bool reuse_address) {
  if (reuse_address) {
    const int on = 1;
    if (::setsockopt(op.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return as_result(-1);
  }
  const KernelAddress address = to_kernel(op.address);
  return as_result(::bind(op.fd, address.get(), address.size));
}

CallResult accept_client(const CallOp& op) {
  KernelAddress peer;
  const std::int64_t fd = uninterrupted([&] {
    peer.size = sizeof peer.storage;
    return ::accept4(op.fd, peer.get(), &peer.size, SOCK_CLOEXEC);
  });
  CallResult result = as_result(fd);
  if (result.ok()) result.peer = from_kernel(peer);
  return result;
}

// A connect() that a signal interrupts goes on in the kernel; calling it again would give EALREADY
// (connect(2)).
CallResult connect_socket(const CallOp& op) {
  const KernelAddress address = to_kernel(op.address);
  if (::connect(op.fd, address.get(), address.size) == 0) return as_result(0);
  if (errno != EINTR) return as_result(-1);
  pollfd ready{op.fd, POLLOUT, 0};
  uninterrupted([&] { return ::poll(&ready, 1, -1); });
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(op.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return as_result(-1);
  errno = error;
  return as_result(error == 0 ? 0 : -1);
}

// All of it, as a blocking send(2) does unless a signal comes between. An error after a part of it
// went out is told by the next call, as the kernel does.
CallResult send_all(const CallOp& op) {
  std::size_t sent = 0;
  do {
    const std::int64_t n = uninterrupted(
        [&] { return ::send(op.fd, op.out.data() + sent, op.out.size() - sent, MSG_NOSIGNAL); });
    if (n < 0) return sent == 0 ? as_result(-1) : as_result(static_cast<std::int64_t>(sent));
    sent += static_cast<std::size_t>(n);
  } while (sent < op.out.size());
  return as_result(static_cast<std::int64_t>(sent));
}

CallResult send_datagram(const CallOp& op) {
  const KernelAddress address = to_kernel(op.address);
  return as_result(uninterrupted([&] {
    return ::sendto(op.fd, op.out.data(), op.out.size(), MSG_NOSIGNAL, address.get(), address.size);
  }));
}

CallResult receive_from(const CallOp& op) {
  KernelAddress peer;
  const std::int64_t n = uninterrupted([&] {
    peer.size = sizeof peer.storage;
    return ::recvfrom(op.fd, op.in.data(), op.in.size(), 0, peer.get(), &peer.size);
  });
  CallResult result = as_result(n);
  if (result.ok()) result.peer = from_kernel(peer);
  return result;
}

// After EINTR the descriptor is closed on Linux all the same (close(2)).
CallResult close_socket(const CallOp& op) {
  const int value = ::close(op.fd);
  return as_result(value != 0 && errno == EINTR ? 0 : value);
}

// Until a moment, not for a time: signals in between do not make it longer.
CallResult sleep_for(const CallOp& op) {
  timespec until{};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  const std::int64_t ns = until.tv_nsec + (op.number > 0 ? op.number : 0);
  until.tv_sec += ns / 1'000'000'000;
  until.tv_nsec = ns % 1'000'000'000;
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
  return as_result(0);
}

}  // namespace

CallResult perform(const CallOp& op, bool reuse_address) {
  switch (op.name) {
    case CallName::socket: return make_socket(op);
    case CallName::bind: return bind_socket(op, reuse_address);
    case CallName::listen: return as_result(::listen(op.fd, static_cast<int>(op.number)));
    case CallName::accept: return accept_client(op);
    case CallName::connect: return connect_socket(op);
    case CallName::send: return send_all(op);
    case CallName::recv:
      return as_result(uninterrupted([&] { return ::recv(op.fd, op.in.data(), op.in.size(), 0); }));
    case CallName::sendto: return send_datagram(op);
    case CallName::recvfrom: return receive_from(op);
    case CallName::setsockopt: {
      const int on = 1;
      return as_result(
          ::setsockopt(op.fd, SOL_SOCKET, static_cast<int>(op.number), &on, sizeof on));
    }
    case CallName::shutdown: return as_result(::shutdown(op.fd, static_cast<int>(op.number)));
    case CallName::close: return close_socket(op);
    case CallName::sleep: return sleep_for(op);
    case CallName::print:
    case CallName::read_line:
    case CallName::save: break;
  }
  errno = ENOSYS;
  return as_result(-1);
}

}  // namespace synoptic::host
