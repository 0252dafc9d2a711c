// The eleven states of RFC 9293 section 3.3.2, and the transition table of its Figure 5.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace synoptic::model {

enum class TcpState : std::uint8_t {
  closed,
  listen,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  closing,
  last_ack,
  time_wait,
};
inline constexpr int tcp_state_count = 11;

std::string_view rfc_name(TcpState state);    // "FIN-WAIT-1"
std::string_view linux_name(TcpState state);  // "FIN_WAIT1", as ss and netstat print it
std::optional<TcpState> parse_state(std::string_view rfc_name);

// One arrow of the state diagram: what makes an endpoint go from `from` to `to`, and what it then
// sends.
struct Transition {
  TcpState from, to;
  std::string_view event;   // "rcv SYN", "CLOSE", "timeout 2MSL"
  std::string_view action;  // "snd SYN,ACK", or empty
  std::string_view rfc;     // where the RFC says so
};
std::span<const Transition> transitions();
bool is_transition(TcpState from, TcpState to);

}  // namespace synoptic::model
