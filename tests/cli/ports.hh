// Ports for the servers of tests, and whether somebody has one.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace synoptic::cli::test {

// Whether a socket of `type` may be bound to `port` of this family's loopback address, now.
inline bool can_bind(int family, int type, int port) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (family == AF_INET) {
    auto& in = reinterpret_cast<sockaddr_in&>(address);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in.sin_port = htons(static_cast<std::uint16_t>(port));
    size = sizeof in;
  } else {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(address);
    in6.sin6_addr = in6addr_loopback;
    in6.sin6_port = htons(static_cast<std::uint16_t>(port));
    size = sizeof in6;
  }
  address.ss_family = static_cast<sa_family_t>(family);
  const int fd = ::socket(family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return family == AF_INET6;  // a machine without IPv6 has no such port to take
  const bool good = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0;
  ::close(fd);
  return good;
}

// The first of `count` ports in a row that are free for TCP and UDP, IPv4 and IPv6. No port is
// given twice (one in TIME-WAIT cannot be bound), nor one that the kernel chooses for clients: it
// could give it away before the server is there.
inline int free_ports(int count = 1) {
  constexpr int lowest = 10'000;
  static const int range = [] {
    int low = 32'768;  // the kernel's own beginning, ip(7)
    std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> low;
    return std::max(low - lowest, 1000);
  }();
  // Test programs that run side by side begin at places of their own.
  static int next = ::getpid() * 512 % range;
  for (int tries = 0, first = 0; tries < range; ++tries) {
    if (next + count > range) next = 0;
    first = lowest + next++;
    bool good = true;
    for (int port = first; good && port < first + count; ++port)
      for (const int family : {AF_INET, AF_INET6})
        for (const int type : {SOCK_STREAM, SOCK_DGRAM})
          good = good && can_bind(family, type, port);
    if (!good) continue;
    next += count - 1;
    return first;
  }
  ADD_FAILURE() << "no free port between " << lowest << " and " << lowest + range;
  return 0;
}

inline std::string free_port() {
  return std::to_string(free_ports());
}

// As /proc/net lists it: a TCP socket that listens, a UDP one that is bound. `protocol`: tcp, udp.
inline bool taken(const std::string& protocol, int port) {
  const std::string place = fmt::format(":{:04X}", port);
  for (const std::string& table : {protocol, protocol + "6"}) {
    std::ifstream list("/proc/net/" + table);
    for (std::string line; std::getline(list, line);) {
      std::istringstream words(line);
      std::string number, local, remote, state;
      words >> number >> local >> remote >> state;
      if (local.ends_with(place) && state == (protocol == "tcp" ? "0A" : "07")) return true;
    }
  }
  return false;
}

}  // namespace synoptic::cli::test
