// sock_diag through libmnl: one question, one answer.
#include "capture/live/sock_diag.hh"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace synoptic::live {
namespace {

using model::TcpState;

constexpr std::uint32_t endless = 0x7fffffff;  // TCP_INFINITE_SSTHRESH of Linux
constexpr int patience_us = 100'000;           // the kernel answers at once

model::Instant now() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return {static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec};
}

std::uint16_t swapped(std::uint16_t port) {
  return static_cast<std::uint16_t>(port << 8 | port >> 8);
}

wire::SocketAddress address_of(const inet_diag_msg& m, const std::uint32_t* words,
                               std::uint16_t port) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(words);
  if (m.idiag_family == AF_INET6) return {unmapped_v6(bytes), swapped(port)};
  return {wire::IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]), swapped(port)};
}

model::KernelInfo info_of(const nlattr* attribute) {
  tcp_info raw{};  // an older kernel's is shorter
  std::memcpy(&raw, mnl_attr_get_payload(attribute),
              std::min<std::size_t>(sizeof raw, mnl_attr_get_payload_len(attribute)));
  model::KernelInfo info;
  info.cwnd = raw.tcpi_snd_cwnd;
  if (raw.tcpi_snd_ssthresh < endless) info.ssthresh = raw.tcpi_snd_ssthresh;
  info.unacked = raw.tcpi_unacked;
  info.rtt = model::microseconds(raw.tcpi_rtt);
  info.rto = model::microseconds(raw.tcpi_rto);
  return info;
}

bool has_info(TcpState state) {
  return state != TcpState::time_wait && state != TcpState::listen && state != TcpState::closed;
}

void read(const nlmsghdr* header, SocketAnswer& answer) {
  const auto& m = *static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
  const auto state = state_of_linux(m.idiag_state);
  if (!state) return;
  answer.found = true;
  answer.state = *state;
  answer.local = address_of(m, m.id.idiag_src, m.id.idiag_sport);
  answer.remote = address_of(m, m.id.idiag_dst, m.id.idiag_dport);
  answer.socket = std::uint64_t{m.id.idiag_cookie[1]} << 32 | m.id.idiag_cookie[0];
  if (!has_info(*state)) return;
  const auto* const end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(header));
  const auto* attribute =
      static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(header, sizeof(inet_diag_msg)));
  while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
    if (mnl_attr_get_type(attribute) == INET_DIAG_INFO) answer.info = info_of(attribute);
    attribute = mnl_attr_next(attribute);
  }
}

}  // namespace

std::optional<TcpState> state_of_linux(std::uint8_t number) {
  constexpr std::array<TcpState, 11> states{
      TcpState::established, TcpState::syn_sent,  TcpState::syn_received, TcpState::fin_wait_1,
      TcpState::fin_wait_2,  TcpState::time_wait, TcpState::closed,       TcpState::close_wait,
      TcpState::last_ack,    TcpState::listen,    TcpState::closing};
  constexpr std::uint8_t new_syn_received = 12;
  if (number == new_syn_received) return TcpState::syn_received;
  if (number == 0 || number > states.size()) return std::nullopt;
  return states[number - 1];
}

wire::IpAddress unmapped_v6(const std::uint8_t* bytes) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), bytes))
    return wire::IpAddress::v4(bytes[12], bytes[13], bytes[14], bytes[15]);
  std::array<std::uint8_t, 16> octets{};
  std::copy_n(bytes, octets.size(), octets.begin());
  return wire::IpAddress::v6(octets);
}

SockDiag::SockDiag() {
  mnl_socket* const socket = ::mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
  if (socket == nullptr) return;
  socket_.reset(socket);
  const timeval patience{0, patience_us};
  ::setsockopt(::mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) != 0) socket_.reset();
}

std::optional<SocketAnswer> SockDiag::ask(const wire::SocketAddress& local,
                                          const wire::SocketAddress& remote) {
  if (!open()) return std::nullopt;
  nlmsghdr* const header = ::mnl_nlmsg_put_header(buffer_.data());
  header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header->nlmsg_flags = NLM_F_REQUEST;
  header->nlmsg_seq = ++sequence_;
  auto& request = *static_cast<inet_diag_req_v2*>(
      ::mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
  request.sdiag_family = local.ip.is_v6() ? AF_INET6 : AF_INET;
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_ext = 1 << (INET_DIAG_INFO - 1);
  request.idiag_states = ~0u;
  request.id.idiag_sport = swapped(local.port);
  request.id.idiag_dport = swapped(remote.port);
  std::memcpy(request.id.idiag_src, local.ip.octets.data(), local.ip.size());
  if (remote.port != 0)
    std::memcpy(request.id.idiag_dst, remote.ip.octets.data(), remote.ip.size());
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;

  SocketAnswer answer;
  answer.before = now();
  if (::mnl_socket_sendto(socket_.get(), header, header->nlmsg_len) < 0) return std::nullopt;
  for (;;) {
    const ssize_t size = ::mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    answer.after = now();
    int left = static_cast<int>(size);
    const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
    if (!mnl_nlmsg_ok(message, left) || message->nlmsg_seq != sequence_) continue;  // a late one
    if (message->nlmsg_type == NLMSG_ERROR) {
      const auto& error = *static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message));
      return error.error == -ENOENT ? std::optional(answer) : std::nullopt;
    }
    if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY) continue;
    read(message, answer);
    return answer;
  }
}

}  // namespace synoptic::live
