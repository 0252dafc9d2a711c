// Between our addresses and the kernel's: sockaddr_in and sockaddr_in6.
#pragma once

#include <sys/socket.h>

#include "sim/wire/address.hh"

namespace synoptic::host {

struct KernelAddress {
  sockaddr_storage storage{};
  socklen_t size =
      sizeof(sockaddr_storage);  // as handed to accept(), getsockname(): the room there is

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

KernelAddress to_kernel(const wire::SocketAddress& address);
// An IPv4 address inside IPv6 (::ffff:a.b.c.d) comes out as IPv4: that is what is on the wire. Of
// another family: 0.0.0.0:0.
wire::SocketAddress from_kernel(const KernelAddress& address);

// getsockname() and getpeername(); 0.0.0.0:0 where there is none.
wire::SocketAddress local_address(int fd);
wire::SocketAddress peer_address(int fd);

}  // namespace synoptic::host
