// When an ACK goes out and which window it offers: delayed ACK (RFC 9293 section 3.8.6.3), the
// receiver's silly-window avoidance (3.8.6.2.2), challenge ACKs (RFC 5961), and Linux's ways where
// the profile asks for them.
#include <algorithm>

#include "sim/tcp/impl.hh"

namespace synoptic::tcp {

using model::Duration;
using model::TcpState;
using model::TimerName;
using model::Why;

namespace {

// Linux's quick acknowledgements: so many at once, and how soon text counts as following.
constexpr int quick_acks = 16;
constexpr Duration ato_min = model::milliseconds(40);

// RFC 5961 section 7: so many challenge ACKs in so long a time.
constexpr int challenge_limit = 10;
constexpr Duration challenge_period = model::seconds(5);

constexpr std::uint32_t largest_unscaled_window = 0xffff;

}  // namespace

void Stack::Impl::owe_ack(Connection& c, Why why) {
  c.owed_ack = OwedAck::now;
  c.owed_why = why;
}

void Stack::Impl::owe_delayed_ack(Connection& c, Why why) {
  if (c.owed_ack == OwedAck::now) return;
  c.owed_ack = OwedAck::delayed;
  c.owed_why = why;
}

void Stack::Impl::owe_ack_for_text(Connection& c, std::uint32_t octets) {
  const Profile& profile = options.profile;
  note_text_arrived(c, octets);
  c.unacked_octets += octets;
  const bool second_segment =
      profile.quick_ack ? c.unacked_octets > c.quick.largest_text : c.unacked_octets >= 2 * smss(c);
  if (!profile.delayed_ack) {
    owe_ack(c, Why::ack_at_once);
  } else if (second_segment) {
    owe_ack(c, Why::ack_second_segment);
  } else if (profile.quick_ack && c.quick.left > 0 && !c.quick.ping_pong) {
    owe_ack(c, Why::ack_quick);
  } else {
    owe_delayed_ack(c, Why::ack_delayed);
  }
}

// Linux counts how soon text follows text; a long silence brings quick acknowledgements back.
void Stack::Impl::note_text_arrived(Connection& c, std::uint32_t octets) {
  if (!options.profile.quick_ack) return;
  QuickAck& quick = c.quick;
  const Duration gap = now - quick.last_text;
  if (!quick.started) {
    quick.started = true;
    quick.left = quick_acks;
    quick.ato = ato_min;
  } else if (gap <= ato_min / 2) {
    quick.ato = quick.ato / 2 + ato_min / 2;
  } else if (gap < quick.ato) {
    quick.ato = std::min(quick.ato / 2 + gap, c.rtt.rto());
  } else if (gap > c.rtt.rto()) {
    quick.left = quick_acks;
  }
  quick.last_text = now;
  quick.largest_text = std::max(quick.largest_text, std::min(octets, smss(c)));
}

// Text that goes back soon after text came in: the program answers, so ACKs may wait for its
// answers.
void Stack::Impl::note_text_sent(Connection& c) {
  if (options.profile.quick_ack && c.quick.started && now - c.quick.last_text < c.quick.ato) {
    c.quick.ping_pong = true;
  }
}

// Every segment with ACK comes by here.
void Stack::Impl::ack_was_sent(Connection& c) {
  if (c.owed_ack != OwedAck::none && c.quick.left > 0) --c.quick.left;
  c.owed_ack = OwedAck::none;
  c.unacked_octets = 0;
  c.last_ack_sent = c.tcb.rcv.nxt;
  stop_timer(c, TimerName::delayed_ack, Why::ack_carried);
}

void Stack::Impl::send_ack(Connection& c, Why why) {
  transmit(c, c.tcb.snd.nxt, wire::ACK, {}, why);
}

void Stack::Impl::challenge(Connection& c, Why why) {
  if (c.challenges == 0 || now - c.challenges_since >= challenge_period) {
    c.challenges_since = now;
    c.challenges = 0;
  }
  if (c.challenges == challenge_limit) {
    decided(c, Why::challenge_throttled);
    return;
  }
  ++c.challenges;
  send_ack(c, why);
}

// --- the window

// What the SYN or SYN,ACK offers. Linux: a whole number of segments.
void Stack::Impl::offer_first_window(Connection& c) {
  const std::uint32_t most = std::min(options.profile.receive_buffer, largest_unscaled_window);
  c.window_limit = options.profile.receive_buffer;
  c.tcb.rcv.wnd = most;
  if (!options.profile.linux_window) return;
  constexpr std::uint32_t timestamps_size = 12;
  const std::uint32_t segment =
      c.own_mss > timestamps_size && c.timestamps ? c.own_mss - timestamps_size : c.own_mss;
  c.tcb.rcv.wnd = c.window_limit = std::max(most / segment * segment, std::min(most, segment));
}

// RCV.WND as it may be now; never less than it is (SHLD-14). "Keep RCV.NXT+RCV.WND fixed until the
// reduction satisfies RCV.BUFF - RCV.USER - RCV.WND >= min(Fr * RCV.BUFF, Eff.snd.MSS)."
std::uint32_t Stack::Impl::window_candidate(const Connection& c) const {
  const std::uint32_t buffer = options.profile.receive_buffer;
  const auto user = static_cast<std::uint32_t>(c.received.readable());
  const std::uint32_t space = buffer > user ? buffer - user : 0;
  const std::uint32_t candidate = std::min(space, c.window_limit);
  const std::uint32_t current = c.tcb.rcv.wnd;
  if (candidate <= current) return current;
  if (options.profile.linux_window) {
    return space < buffer / 2 && space < c.own_mss ? current : candidate;
  }
  return candidate - current >= std::min(buffer / 2, smss(c)) ? candidate : current;
}

void Stack::Impl::advance_window(Connection& c) {
  c.tcb.rcv.wnd = window_candidate(c);
}

// The program has read. An update of the window goes out alone only where the peer may be waiting
// for it: when the window at least doubles.
void Stack::Impl::after_read(Connection& c) {
  const bool peer_may_send = !c.fin_received && c.state() != TcpState::syn_received;
  const std::uint32_t candidate = window_candidate(c);
  if (peer_may_send && candidate > c.tcb.rcv.wnd && candidate / 2 >= c.tcb.rcv.wnd) {
    send_ack(c, Why::window_update);
  } else if (options.profile.quick_ack && c.owed_ack == OwedAck::delayed && !c.quick.ping_pong &&
             c.received.readable() == 0) {
    send_ack(c, Why::ack_after_read);
  }
}

}  // namespace synoptic::tcp
