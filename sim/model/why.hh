// Why: each decision of the state machine, the link and the observer has a code, the place in the
// RFC that asks for it, and one sentence for a student. It is tooltip, lesson anchor and coverage
// mark at once.
//
// To add one: a line here, a row in why.cc at the same place (a test holds the two together).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace synoptic::model {

enum class Why : std::uint16_t {
  none,
  // --- calls (RFC 9293 3.10.1 to 3.10.5)
  passive_open,
  active_open,
  send_data,
  close_sends_fin,
  close_without_connection,
  abort_sends_reset,
  // --- sim/tcp
  listener_closed,
  listener_closed_resets,
  close_unread_resets,
  reset_after_close,
  closed_resets,
  closed_ignores_reset,
  listen_ignores_reset,
  listen_resets_ack,
  listen_drops,
  listen_answers_syn,
  syn_again,
  backlog_full,
  address_invalid,
  syn_sent_resets_ack,
  syn_sent_drops_reset,
  connection_refused,
  syn_ack_received,
  handshake_ack,
  simultaneous_open,
  syn_sent_drops,
  not_acceptable_acked,
  not_acceptable_reset_dropped,
  old_timestamp,
  timestamp_missing,
  text_beyond_window,
  window_closed_acked,
  reset_received,
  refused_in_handshake,
  reset_returns_to_listen,
  challenge_reset,
  syn_returns_to_listen,
  challenge_syn,
  challenge_throttled,
  time_wait_reopened,
  no_ack_dropped,
  syn_received_resets_ack,
  syn_acknowledged,
  ack_of_unsent,
  ack_too_old,
  fin_acknowledged,
  both_fins_acknowledged,
  time_wait_fin_again,
  urgent_data,
  text_after_fin,
  queued_out_of_order,
  fin_received,
  fin_received_after_ours,
  fins_crossed,
  ack_at_once,
  ack_second_segment,
  ack_quick,
  ack_after_read,
  ack_delayed,
  ack_delay_over,
  ack_carried,
  duplicate_ack,
  gap_filled_ack,
  fin_ack,
  window_update,
  ack_releases_data,
  nagle_waits,
  window_waits,
  silly_window_waits,
  silly_window_override,
  congestion_waits,
  zero_window,
  zero_window_probe,
  window_opened,
  awaits_ack,
  ack_restarts_timer,
  all_acknowledged,
  retransmission_timeout,
  retransmission_after_loss,
  fast_retransmit,
  gave_up,
  gave_up_unheard,
  time_wait_started,
  time_wait_over,
  fin_wait_2_waits,
  fin_wait_2_over,
  connection_ended,
  // --- sim/udp
  udp_send,
  udp_beyond_mtu,
  udp_port_unreachable,
  udp_queue_full,
  udp_other_peer,
  udp_truncated,
  udp_error_reported,
  udp_error_unreported,
  // --- the network between
  link_loss,
  fault_drop,
  fault_duplicate,
  fault_corrupt,
  fault_delay,
  fault_swap,
  fault_swap_alone,
  link_queue_full,
  link_duplicate,
  link_reorder,
  checksum_mismatch,
  // --- observing (a state inferred from packets)
  observed_mid_stream,
  observed_sent,
  observed_answer,
  observed_silence,
  observed_on_arrival,
  observed_again,
  observed_ordinary,
  observed_superseded,
  observed_reset_unanswered,
  observed_ack_unanswered,
  // --- further codes of sim/tcp, sim/udp, sim/net and capture/observe follow; each library keeps
  // its own block
  count_,
};

struct WhyInfo {
  Why code;
  std::string_view name;  // the enumerator, as JSON prints it
  std::string_view rfc;   // "RFC 9293 3.10.7.4"; empty where no RFC speaks of it
  std::string_view text;  // one sentence
};

const WhyInfo& info(Why why);
std::optional<Why> parse_why(std::string_view name);

}  // namespace synoptic::model
