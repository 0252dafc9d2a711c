// The options that programs of tutorials set, by name.
#include "capture/live/socket_options.hh"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace synoptic::live {
namespace {

struct Option {
  int level, number;
  std::string_view level_name, name;
};
constexpr std::array options{
    Option{SOL_SOCKET, SO_REUSEADDR, "SOL_SOCKET", "SO_REUSEADDR"},
    Option{SOL_SOCKET, SO_REUSEPORT, "SOL_SOCKET", "SO_REUSEPORT"},
    Option{SOL_SOCKET, SO_KEEPALIVE, "SOL_SOCKET", "SO_KEEPALIVE"},
    Option{SOL_SOCKET, SO_BROADCAST, "SOL_SOCKET", "SO_BROADCAST"},
    Option{SOL_SOCKET, SO_LINGER, "SOL_SOCKET", "SO_LINGER"},
    Option{SOL_SOCKET, SO_SNDBUF, "SOL_SOCKET", "SO_SNDBUF"},
    Option{SOL_SOCKET, SO_RCVBUF, "SOL_SOCKET", "SO_RCVBUF"},
    Option{SOL_SOCKET, SO_SNDTIMEO, "SOL_SOCKET", "SO_SNDTIMEO"},
    Option{SOL_SOCKET, SO_RCVTIMEO, "SOL_SOCKET", "SO_RCVTIMEO"},
    Option{SOL_SOCKET, SO_BINDTODEVICE, "SOL_SOCKET", "SO_BINDTODEVICE"},
    Option{SOL_SOCKET, SO_OOBINLINE, "SOL_SOCKET", "SO_OOBINLINE"},
    Option{IPPROTO_TCP, TCP_NODELAY, "IPPROTO_TCP", "TCP_NODELAY"},
    Option{IPPROTO_TCP, TCP_CORK, "IPPROTO_TCP", "TCP_CORK"},
    Option{IPPROTO_TCP, TCP_MAXSEG, "IPPROTO_TCP", "TCP_MAXSEG"},
    Option{IPPROTO_TCP, TCP_KEEPIDLE, "IPPROTO_TCP", "TCP_KEEPIDLE"},
    Option{IPPROTO_TCP, TCP_KEEPINTVL, "IPPROTO_TCP", "TCP_KEEPINTVL"},
    Option{IPPROTO_TCP, TCP_KEEPCNT, "IPPROTO_TCP", "TCP_KEEPCNT"},
    Option{IPPROTO_TCP, TCP_QUICKACK, "IPPROTO_TCP", "TCP_QUICKACK"},
    Option{IPPROTO_TCP, TCP_USER_TIMEOUT, "IPPROTO_TCP", "TCP_USER_TIMEOUT"},
    Option{IPPROTO_TCP, TCP_CONGESTION, "IPPROTO_TCP", "TCP_CONGESTION"},
    Option{IPPROTO_TCP, TCP_DEFER_ACCEPT, "IPPROTO_TCP", "TCP_DEFER_ACCEPT"},
    Option{IPPROTO_TCP, TCP_FASTOPEN, "IPPROTO_TCP", "TCP_FASTOPEN"},
    Option{IPPROTO_IP, IP_TTL, "IPPROTO_IP", "IP_TTL"},
    Option{IPPROTO_IP, IP_TOS, "IPPROTO_IP", "IP_TOS"},
    Option{IPPROTO_IP, IP_OPTIONS, "IPPROTO_IP", "IP_OPTIONS"},
    Option{IPPROTO_IP, IP_HDRINCL, "IPPROTO_IP", "IP_HDRINCL"},
    Option{IPPROTO_IP, IP_PKTINFO, "IPPROTO_IP", "IP_PKTINFO"},
    Option{IPPROTO_IP, IP_RECVERR, "IPPROTO_IP", "IP_RECVERR"},
    Option{IPPROTO_IP, IP_RECVTTL, "IPPROTO_IP", "IP_RECVTTL"},
    Option{IPPROTO_IP, IP_RECVTOS, "IPPROTO_IP", "IP_RECVTOS"},
    Option{IPPROTO_IP, IP_RECVOPTS, "IPPROTO_IP", "IP_RECVOPTS"},
    Option{IPPROTO_IP, IP_RECVORIGDSTADDR, "IPPROTO_IP", "IP_RECVORIGDSTADDR"},
    Option{IPPROTO_IP, IP_MTU_DISCOVER, "IPPROTO_IP", "IP_MTU_DISCOVER"},
    Option{IPPROTO_IP, IP_MTU, "IPPROTO_IP", "IP_MTU"},
    Option{IPPROTO_IP, IP_MINTTL, "IPPROTO_IP", "IP_MINTTL"},
    Option{IPPROTO_IP, IP_FREEBIND, "IPPROTO_IP", "IP_FREEBIND"},
    Option{IPPROTO_IP, IP_TRANSPARENT, "IPPROTO_IP", "IP_TRANSPARENT"},
    Option{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "IPPROTO_IP", "IP_BIND_ADDRESS_NO_PORT"},
    Option{IPPROTO_IP, IP_MULTICAST_IF, "IPPROTO_IP", "IP_MULTICAST_IF"},
    Option{IPPROTO_IP, IP_MULTICAST_TTL, "IPPROTO_IP", "IP_MULTICAST_TTL"},
    Option{IPPROTO_IP, IP_MULTICAST_LOOP, "IPPROTO_IP", "IP_MULTICAST_LOOP"},
    Option{IPPROTO_IP, IP_MULTICAST_ALL, "IPPROTO_IP", "IP_MULTICAST_ALL"},
    Option{IPPROTO_IP, IP_ADD_MEMBERSHIP, "IPPROTO_IP", "IP_ADD_MEMBERSHIP"},
    Option{IPPROTO_IP, IP_DROP_MEMBERSHIP, "IPPROTO_IP", "IP_DROP_MEMBERSHIP"},
    Option{IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, "IPPROTO_IP", "IP_ADD_SOURCE_MEMBERSHIP"},
    Option{IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, "IPPROTO_IP", "IP_DROP_SOURCE_MEMBERSHIP"},
    Option{IPPROTO_IPV6, IPV6_V6ONLY, "IPPROTO_IPV6", "IPV6_V6ONLY"},
    Option{IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPPROTO_IPV6", "IPV6_UNICAST_HOPS"},
    Option{IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPPROTO_IPV6", "IPV6_MULTICAST_IF"},
    Option{IPPROTO_IPV6, IPV6_MULTICAST_HOPS, "IPPROTO_IPV6", "IPV6_MULTICAST_HOPS"},
    Option{IPPROTO_IPV6, IPV6_MULTICAST_LOOP, "IPPROTO_IPV6", "IPV6_MULTICAST_LOOP"},
    Option{IPPROTO_IPV6, IPV6_JOIN_GROUP, "IPPROTO_IPV6", "IPV6_JOIN_GROUP"},
    Option{IPPROTO_IPV6, IPV6_LEAVE_GROUP, "IPPROTO_IPV6", "IPV6_LEAVE_GROUP"},
    Option{IPPROTO_IPV6, IPV6_TCLASS, "IPPROTO_IPV6", "IPV6_TCLASS"},
    Option{IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPPROTO_IPV6", "IPV6_RECVPKTINFO"},
    Option{IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPPROTO_IPV6", "IPV6_RECVHOPLIMIT"},
    Option{IPPROTO_IPV6, IPV6_RECVTCLASS, "IPPROTO_IPV6", "IPV6_RECVTCLASS"},
    Option{IPPROTO_IPV6, IPV6_RECVERR, "IPPROTO_IPV6", "IPV6_RECVERR"},
    Option{IPPROTO_IPV6, IPV6_MTU_DISCOVER, "IPPROTO_IPV6", "IPV6_MTU_DISCOVER"},
    Option{IPPROTO_IPV6, IPV6_MTU, "IPPROTO_IPV6", "IPV6_MTU"},
    Option{IPPROTO_IPV6, IPV6_DONTFRAG, "IPPROTO_IPV6", "IPV6_DONTFRAG"},
    Option{IPPROTO_IPV6, IPV6_FREEBIND, "IPPROTO_IPV6", "IPV6_FREEBIND"},
};

template <typename T>
T value_as(wire::ByteSpan value) {
  T out{};
  std::memcpy(&out, value.data(), sizeof out);
  return out;
}

// The address of type T that begins at octet `at`.
template <typename T>
std::string address_at(int family, wire::ByteSpan value, std::size_t at) {
  const T address = value_as<T>(value.subspan(at));
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, &address, text.data(), text.size());
  return text.data();
}

// Whether the IP level's `option` is given as one address or several.
bool is_of_addresses(int option) {
  constexpr std::array all{IP_MULTICAST_IF, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP,
                           IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP};
  return std::ranges::find(all, option) != all.end();
}

std::string value_text(int level, int option, wire::ByteSpan value) {
  const bool of_socket = level == SOL_SOCKET;
  if (of_socket && option == SO_LINGER && value.size() == sizeof(linger)) {
    const auto l = value_as<linger>(value);
    return fmt::format("{{{}, {}}}", l.l_onoff, l.l_linger);
  }
  if (of_socket && (option == SO_RCVTIMEO || option == SO_SNDTIMEO) &&
      value.size() == sizeof(timeval)) {
    const auto t = value_as<timeval>(value);
    return fmt::format("{}.{:06} s", t.tv_sec, t.tv_usec);
  }
  if (level == IPPROTO_IP && is_of_addresses(option)) {
    if (value.size() == sizeof(in_addr)) return address_at<in_addr>(AF_INET, value, 0);
    // ip_mreq; ip_mreqn, which names an interface by its number as well; ip_mreq_source
    const bool of_source =
        option == IP_ADD_SOURCE_MEMBERSHIP || option == IP_DROP_SOURCE_MEMBERSHIP;
    if (value.size() == sizeof(ip_mreq) || value.size() == sizeof(ip_mreqn)) {
      std::string text = fmt::format("{{{}, {}", address_at<in_addr>(AF_INET, value, 0),
                                     address_at<in_addr>(AF_INET, value, sizeof(in_addr)));
      if (value.size() == sizeof(ip_mreqn)) {
        const wire::ByteSpan last = value.subspan(sizeof(ip_mreq));
        text += of_source ? ", " + address_at<in_addr>(AF_INET, last, 0)
                          : fmt::format(", {}", value_as<int>(last));
      }
      return text + "}";
    }
  }
  if (level == IPPROTO_IPV6 && (option == IPV6_JOIN_GROUP || option == IPV6_LEAVE_GROUP) &&
      value.size() == sizeof(ipv6_mreq)) {
    return fmt::format("{{{}, {}}}", address_at<in6_addr>(AF_INET6, value, 0),
                       value_as<int>(value.subspan(sizeof(in6_addr))));
  }
  const bool is_text = level == IPPROTO_TCP && option == TCP_CONGESTION;
  if (value.size() == sizeof(int) && !is_text) return fmt::format("{}", value_as<int>(value));
  if (value.size() == 1) return fmt::format("{}", value[0]);
  return fmt::format("{} bytes", value.size());
}

}  // namespace

std::string socket_option(int level, int option, wire::ByteSpan value) {
  std::string name = fmt::format("{}, {}", level, option);
  for (const Option& known : options) {
    if (known.level == level && known.number == option)
      name = fmt::format("{}, {}", known.level_name, known.name);
  }
  return fmt::format("{}, {}", name, value_text(level, option, value));
}

}  // namespace synoptic::live
