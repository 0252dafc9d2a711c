// Timeouts (RFC 9293 section 3.10.8): retransmission, zero-window probes, delayed ACK, TIME-WAIT,
// giving up.
#include <algorithm>
#include <cerrno>

#include "sim/tcp/impl.hh"

namespace synoptic::tcp {

using model::Duration;
using model::TcpState;
using model::TimerAction;
using model::TimerName;
using model::Why;
using wire::SeqSize;

// Everything of this connection that is due.
void Stack::Impl::timeouts(Connection& c) {
  const auto due = [&](TimerName name) { return c.alive && c.timer(name) <= now; };
  cause = Why::ack_releases_data;
  if (due(TimerName::delayed_ack)) {
    expired(c, TimerName::delayed_ack, Why::ack_delay_over);
    delayed_ack_timeout(c);
  }
  if (due(TimerName::retransmission)) {
    expired(c, TimerName::retransmission, Why::retransmission_timeout);
    retransmission_timeout(c);
  }
  if (due(TimerName::persist)) persist_timeout(c);
  if (due(TimerName::time_wait)) {
    expired(c, TimerName::time_wait, Why::time_wait_over);
    set_state(c, TcpState::closed, Why::time_wait_over);
    delete_tcb(c);
  }
  if (due(TimerName::fin_wait_2)) {
    expired(c, TimerName::fin_wait_2, Why::fin_wait_2_over);
    set_state(c, TcpState::closed, Why::fin_wait_2_over);
    delete_tcb(c);
  }
  refresh_deadline(c);
}

void Stack::Impl::expired(Connection& c, TimerName name, Why why) {
  timer_changed(c, name, TimerAction::expired, c.timer(name), why);
  c.timer(name) = never;
}

void Stack::Impl::delayed_ack_timeout(Connection& c) {
  c.quick.ping_pong = false;  // the program did not answer: Linux no longer counts on it
  send_ack(c, Why::ack_delay_over);
}

// "Send the segment at the front of the retransmission queue again, reinitialize the retransmission
// timer."
void Stack::Impl::retransmission_timeout(Connection& c) {
  const Profile& profile = options.profile;
  const bool syn = c.sent.front().ctl.has(wire::SYN);
  const int limit = !syn        ? profile.max_retransmissions
                    : c.passive ? profile.max_syn_ack_retransmissions
                                : profile.max_syn_retransmissions + profile.linear_syn_timeouts;
  if (c.retransmissions >= limit) {  // R2, section 3.8.3
    give_up(c);
    return;
  }
  ++c.retransmissions;
  if (syn) {
    c.syn_was_lost = true;
  } else {
    c.congestion.on_timeout(c.flight(), c.retransmissions == 1);
    mark_all_lost(c);
  }
  if (c.state() != TcpState::syn_sent || c.retransmissions > profile.linear_syn_timeouts) {
    c.rtt.back_off(profile);  // RFC 6298 (5.5)
  }
  retransmit(c, c.sent.front(), Why::retransmission_timeout);
  start_timer(c, TimerName::retransmission, now + c.rtt.rto(), Why::retransmission_timeout);
}

// Zero-window probe (section 3.8.6.1), or the override of silly-window avoidance (3.8.6.2.1, rule
// 4).
void Stack::Impl::persist_timeout(Connection& c) {
  if (c.tcb.snd.wnd != 0) {
    expired(c, TimerName::persist, Why::silly_window_override);
    send_one(c, std::min({c.unsent, c.tcb.snd.wnd, smss(c)}), Why::silly_window_override);
    manage_timers(c);
    return;
  }
  expired(c, TimerName::persist, Why::zero_window_probe);
  // A peer that answers may keep its window closed for ever (MUST-37); one that does not answer may
  // not.
  if (c.unanswered_probes >= options.profile.max_retransmissions) {
    give_up(c);
    return;
  }
  ++c.unanswered_probes;
  if (options.profile.probe_without_data) {
    transmit(c, c.tcb.snd.una - SeqSize{1}, wire::ACK, {}, Why::zero_window_probe);
  } else if (!c.sent.empty()) {
    retransmit(c, c.sent.front(), Why::zero_window_probe);
  } else {
    send_one(c, std::min(c.unsent, 1u), Why::zero_window_probe);
  }
  Duration interval = c.rtt.base_rto();  // SHLD-29, SHLD-30
  c.probes = std::min(c.probes + 1, 30);
  for (int i = 0; i < c.probes && interval < options.profile.max_rto; ++i) interval = interval * 2;
  start_timer(c, TimerName::persist, now + std::min(interval, options.profile.max_rto),
              Why::zero_window_probe);
}

void Stack::Impl::give_up(Connection& c) {
  const bool heard = program_hears(c);
  set_state(c, TcpState::closed, heard ? Why::gave_up : Why::gave_up_unheard);
  delete_tcb(c, ETIMEDOUT);
}

void Stack::Impl::mark_all_lost(Connection& c) {
  c.lost_octets = 0;
  for (SentSegment& segment : c.sent) {
    segment.lost = true;
    c.lost_octets += segment.len().n;
  }
}

}  // namespace synoptic::tcp
