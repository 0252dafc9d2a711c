// Profiles: which of the choices that RFC 9293 leaves open (or that Linux makes otherwise) a stack
// makes. All constants of the state machine live in this one table.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/model/time.hh"

namespace synoptic::tcp {

enum class ProfileName : std::uint8_t { textbook, linux_, rfc };

struct Profile {
  ProfileName name = ProfileName::textbook;
  // Options offered in SYNs.
  bool mss_option = false, window_scale_option = false, sack_option = false,
       timestamps_option = false;
  bool linux_option_order = false;  // MSS, SACK, TS, NOP, WS
  bool assume_link_mss = false;   // no MSS option came: what the link takes, instead of 536 or 1220
  std::uint8_t window_scale = 0;  // shift offered
  // Buffers and windows.
  std::uint32_t receive_buffer = 65'535, send_buffer = 65'535;  // octets
  // Linux: the window offered is a whole number of segments below 64 KiB and stays there while half
  // the buffer is free. Else: RCV.BUFF - RCV.USER, advanced as RFC 9293 3.8.6.2.2 says.
  bool linux_window = false;
  std::uint32_t initial_window_segments =
      0;  // congestion window at the start; 0: RFC 5681 section 3.1
  // Acknowledging and sending.
  bool delayed_ack = false;
  model::Duration delayed_ack_timeout = model::milliseconds(200);
  bool quick_ack = false;  // Linux's quick-ack and interactive ("ping-pong") modes
  bool nagle = false;
  bool minshall_nagle = false;      // Linux: small data waits only for earlier small data
  bool probe_without_data = false;  // Linux: a zero-window probe is an old, empty segment
  bool reset_carries_ack = false;   // Linux: the RST of an abort acknowledges, too
  // Timers.
  model::Duration initial_rto = model::seconds(1), min_rto = model::seconds(1),
                  max_rto = model::seconds(60);
  bool min_rto_on_variance = false;  // Linux: RTO = SRTT + max(min_rto, 4*RTTVAR)
  model::Duration time_wait = model::seconds(240);
  model::Duration fin_wait_2_timeout{};  // after close(); zero: none (RFC)
  int max_retransmissions = 6;           // R2, of data
  int max_syn_retransmissions = 7, max_syn_ack_retransmissions = 7;
  bool repeat_syn_ack = false;  // Linux: a repeated SYN is answered as the first was
  int linear_syn_timeouts = 0;  // so many SYNs are repeated before the back-off begins
  // Initial sequence numbers: small and round (textbook) or clock plus keyed hash (RFC 9293 3.4.1).
  bool round_isn = false;
};

const Profile& profile(ProfileName name);
std::optional<ProfileName> parse_profile(std::string_view text);  // "textbook", "linux", "rfc"
std::string_view profile_text(ProfileName name);

}  // namespace synoptic::tcp
