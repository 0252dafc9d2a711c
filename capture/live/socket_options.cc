// The options that programs of tutorials set, by name.
#include "capture/live/socket_options.hh"

#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

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
    Option{IPPROTO_IP, IP_MULTICAST_TTL, "IPPROTO_IP", "IP_MULTICAST_TTL"},
    Option{IPPROTO_IP, IP_ADD_MEMBERSHIP, "IPPROTO_IP", "IP_ADD_MEMBERSHIP"},
    Option{IPPROTO_IPV6, IPV6_V6ONLY, "IPPROTO_IPV6", "IPV6_V6ONLY"},
};

template <typename T>
T value_as(wire::ByteSpan value) {
  T out{};
  std::memcpy(&out, value.data(), sizeof out);
  return out;
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
  if (value.size() == sizeof(int) && option != TCP_CONGESTION)
    return fmt::format("{}", value_as<int>(value));
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
