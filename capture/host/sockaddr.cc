// Between our addresses and the kernel's.
#include "capture/host/sockaddr.hh"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace synoptic::host {

KernelAddress to_kernel(const wire::SocketAddress& address) {
  KernelAddress out;
  if (address.ip.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&v6.sin6_addr, address.ip.octets.data(), 16);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.size = sizeof v6;
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.ip.octets.data(), 4);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.size = sizeof v4;
  }
  return out;
}

wire::SocketAddress from_kernel(const KernelAddress& address) {
  wire::SocketAddress out;
  if (address.storage.ss_family == AF_INET && address.size >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, &address.storage, sizeof v4);
    std::memcpy(out.ip.octets.data(), &v4.sin_addr, 4);
    out.port = ntohs(v4.sin_port);
  } else if (address.storage.ss_family == AF_INET6 && address.size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address.storage, sizeof v6);
    out.port = ntohs(v6.sin6_port);
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      std::copy_n(octets + 12, 4, out.ip.octets.begin());
    } else {
      out.ip.family = wire::Family::ipv6;
      std::copy_n(octets, 16, out.ip.octets.begin());
    }
  }
  return out;
}

wire::SocketAddress local_address(int fd) {
  KernelAddress address;
  if (::getsockname(fd, address.get(), &address.size) != 0) return {};
  return from_kernel(address);
}

wire::SocketAddress peer_address(int fd) {
  KernelAddress address;
  if (::getpeername(fd, address.get(), &address.size) != 0) return {};
  return from_kernel(address);
}

}  // namespace synoptic::host
