// SockDiag: asks the kernel for one TCP socket of the network namespace we are in, by
// NETLINK_SOCK_DIAG (sock_diag(7)). Anybody may ask, of anybody's sockets, TIME-WAIT included.
//
// It asks for sockets one by one, by address and port: some microseconds each. A dump of all walks
// through the kernel's whole table of connections, which all namespaces share: measured, 0.8 ms,
// though there were two sockets.
#pragma once

#include <libmnl/libmnl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "sim/model/kernel_sample.hh"
#include "sim/wire/address.hh"

namespace synoptic::live {

struct SocketAnswer {
  model::Instant before, after;  // CLOCK_REALTIME, as packets are stamped
  bool found = false;
  wire::SocketAddress local, remote;
  std::uint64_t socket = 0;  // the kernel's cookie
  model::TcpState state = model::TcpState::closed;
  std::optional<model::KernelInfo> info;
};

class SockDiag {
 public:
  SockDiag();
  bool open() const { return socket_ != nullptr; }
  // Who listens has the remote address 0.0.0.0:0. Where no such connection is, but somebody listens
  // at `local`, that socket is found. Nothing when the kernel gives no answer.
  std::optional<SocketAnswer> ask(const wire::SocketAddress& local,
                                  const wire::SocketAddress& remote);

 private:
  struct Close {
    void operator()(mnl_socket* socket) const { ::mnl_socket_close(socket); }
  };
  std::unique_ptr<mnl_socket, Close> socket_;
  std::uint32_t sequence_ = 0;
  alignas(4) std::array<char, 8192> buffer_{};
};

// Linux's number of a state (net/tcp_states.h); nothing for what is none of ours.
std::optional<model::TcpState> state_of_linux(std::uint8_t number);
// Of 16 octets: a socket of IPv6 that speaks IPv4 shows its addresses as ::ffff:127.0.0.1.
wire::IpAddress unmapped_v6(const std::uint8_t* bytes);

}  // namespace synoptic::live
