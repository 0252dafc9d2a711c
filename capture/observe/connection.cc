// What each segment proves about its sender. What it may mean to its receiver is in settle.cc.
#include "capture/observe/connection.hh"

#include <algorithm>

namespace synoptic::observe {

using model::Duration;
using model::Instant;
using model::TcpState;
using model::Why;
using wire::SeqNum;
using wire::SeqSize;

namespace {

constexpr std::size_t max_holes = 16;            // more than that: the oldest are forgotten
constexpr std::uint32_t absurd_jump = 1u << 30;  // the largest window is 2^30 octets (RFC 7323 2.3)
constexpr SeqSize one{1};
// A window that holds up no FIN: an end with nothing in flight sends into it, silly-window
// avoidance or not.
constexpr std::uint32_t open_window = 536;

}  // namespace

// --- claims

void Connection::claim(End& x, TcpState to, Sighting cause, Why why, Claims& out) {
  if (x.supposed && disturbed_) {  // how it came there is open after all
    x.state = to;
    x.supposed = false;
    why = Why::observed_again;
  }
  const Instant t = std::max(cause.t, x.last_change);
  out.push_back({.end = &x == &ends_[0] ? 0 : 1,
                 .from = x.state,
                 .to = to,
                 .t = t,
                 .cause = cause.event,
                 .why = x.supposed ? Why::observed_ordinary : why});
  x.state = to;
  x.known = true;
  if (to == TcpState::time_wait) x.supposed = false;  // all ways lead there
  x.last_change = t;
}

// By something received: after it was sent, and after the last segment that does not know of it
// yet.
void Connection::claim_received(End& x, TcpState to, Sighting cause, Claims& out) {
  claim(x, to, {cause.event, std::max(cause.t, x.last_sent)}, Why::observed_answer, out);
}

// What happened if nothing was lost that does not look lost.
void Connection::suppose(End& x, TcpState to, Sighting cause, Claims& out) {
  x.supposed = true;
  claim(x, to, cause, Why::observed_ordinary, out);
}

void Connection::found(End& x, TcpState state, Sighting cause, Why why, Claims& out) {
  x.state = state;
  x.supposed = false;
  claim(x, state, cause, why, out);
}

// --- input

bool Connection::segment(const SegmentSeen& s, Claims& out) {
  End& x = ends_[static_cast<std::size_t>(s.from)];
  End& y = peer(x);
  last_packet_ = s.t;
  if (s.lost) disturb();
  if (s.ctl.has(wire::RST)) {
    sent_rst(x, s, out);
    x.last_sent = s.t;
    settle(y, false, out);
    return false;
  }
  if (!x.next && !y.next && !(s.ctl.has(wire::SYN) && !s.ctl.has(wire::ACK))) mid_stream_ = true;
  const std::optional<SeqNum> next_before = x.next;
  const bool again = track(x, s);
  if (again && y.rst) ++x.any_again_after_rst;
  if (mid_stream_) find_mid_stream(x, s, out);
  if (s.ctl.has(wire::SYN)) sent_syn(x, s, out);
  if (s.ctl.has(wire::ACK)) {
    time_reaction(x, s);
    note_idle(x, s, next_before);
    sent_ack(x, s, out);
  }
  if (s.ctl.has(wire::FIN)) sent_fin(x, s, out);
  if (s.ctl.has(wire::ACK)) {
    if (!s.lost) note_acknowledged(y, x, s, next_before);
    const bool moves_on = !x.max_ack || wire::lt(*x.max_ack, s.ack);
    if (moves_on && !(y.fin && s.acks(*y.fin))) y.partly_acked = s.t;
    if (!x.max_ack || wire::lt(*x.max_ack, s.ack)) x.max_ack = s.ack;
  }
  x.last_sent = s.t;
  if (s.len().n > 0) x.last_with_len = {s.event, s.t};
  if (s.len().n > 0 && !again) {
    x.all_acked = {};
    if (s.text_size > 0) ++x.unacked_segments;
    if (!s.ctl.has(wire::FIN)) x.before_fin = {s.end(), s.ack, s.window};
  }
  for (End& end : ends_) settle(end, false, out);
  return again;
}

void Connection::disturb() {
  disturbed_ = true;
  only_fins_again_ = false;
}

void Connection::unreadable(int from) {
  ends_[static_cast<std::size_t>(from)].missed = true;
  disturb();
}

// Which octets of X were seen. True when these had all been.
bool Connection::track(End& x, const SegmentSeen& s) {
  if (!x.next) {
    x.next = s.end();
    return false;
  }
  if (s.seq == *x.next && s.len().n > 0) x.missed = false;  // no FIN is among what was missed
  const std::uint32_t ahead = wire::offset(*x.next, s.seq).n;
  if (wire::lt(*x.next, s.seq)) {
    x.missed = true;
    disturb();
    if (ahead > absurd_jump) return false;
    if (x.holes.size() == max_holes) x.holes.erase(x.holes.begin());
    x.holes.push_back({*x.next, s.seq});
    x.next = s.end();
    return false;
  }
  if (wire::lt(*x.next, s.end())) {
    x.next = s.end();
    return false;
  }
  if (s.len().n == 0) return false;
  // Answering a SYN that crossed its own, an end sends its SYN once more, with an ACK (RFC
  // 9293 3.5, Figure 7).
  if (s.ctl.has(wire::SYN) && s.ctl.has(wire::ACK) && !x.sent_syn_ack) return false;
  disturbed_ = true;
  only_fins_again_ &= s.ctl.has(wire::FIN) && x.holes.empty();
  const auto hole = std::ranges::find_if(
      x.holes, [&](const Hole& h) { return wire::leq(h.from, s.seq) && wire::leq(s.end(), h.to); });
  if (hole == x.holes.end()) return true;
  const Hole rest{s.end(), hole->to};
  hole->to = s.seq;
  if (hole->from == hole->to) x.holes.erase(hole);
  if (rest.from != rest.to && x.holes.size() < max_holes) x.holes.push_back(rest);
  return false;
}

// Whether X knew, before it sent `s`, that everything it had sent was acknowledged, by something
// that came before the peer's FIN: then text that waited had its chance to be sent.
void Connection::note_idle(End& x, const SegmentSeen& s, std::optional<SeqNum> next_before) {
  End& y = peer(x);
  const SeqNum next = next_before.value_or(s.seq);
  if (y.before_fin && y.before_fin->window >= open_window) {
    const bool nothing_sent = x.iss && next == *x.iss + one;
    const bool received = wire::leq(y.before_fin->end, s.ack) &&
                          !(y.fin && wire::lt(y.fin_segment, y.before_fin->end));
    if (nothing_sent || (received && y.before_fin->ack == next)) {
      x.idle_at = next;
      x.unacked_segments = 0;
    }
  }
  if (y.next && s.ack == *y.next && s.window >= open_window) {
    if (!y.all_acked) y.all_acked = {s.event, s.t};
    if (!x.fin && !s.ctl.has(wire::FIN)) y.acked_before_fin = s.ack;
  }
  if (!x.may_have_closed || x.fin || s.len().n == 0) return;
  // It sends, after it had long been free to send its FIN, or nothing but its FIN: so it had not
  // been closed before.
  x.may_have_closed = false;
  const bool waited = x.all_acked && s.t - x.all_acked.t > patience();
  x.known = !disturbed_ && (waited || fin_could_not_wait(x, s));
  if (!x.known || !waited) return;
  x.idle_at = next;
  x.unacked_segments = 0;
}

// `s` is X's FIN, and nothing but text would have held it up: with no more than one segment in
// flight, and none before the FIN now, there was none.
bool Connection::fin_could_not_wait(const End& x, const SegmentSeen& s) const {
  const End& y = peer(x);
  return s.ctl.has(wire::FIN) && s.text_size == 0 && !disturbed_ && x.unacked_segments <= 1 &&
         y.before_fin && y.before_fin->window >= open_window;
}

// How long X took to acknowledge everything of its peer's: not less than the way there takes.
void Connection::time_reaction(End& x, const SegmentSeen& s) {
  const End& y = peer(x);
  if (!y.next || s.ack != *y.next || !y.last_with_len || (x.max_ack && *x.max_ack == s.ack)) return;
  const Duration took = s.t - y.last_with_len.t;
  if (took.ns < 0) return;
  if (!fastest_reaction_ || took < *fastest_reaction_) fastest_reaction_ = took;
  x.slowest_reaction = std::max(x.slowest_reaction, took);
}

// By then, an end that lacks an acknowledgment has sent again. RFC 6298 (2.4): one second at least,
// where nothing was lost before; more only where the round trip takes long (2.2: three times as
// long as the first, which is no longer than the reactions of both ends together).
Duration Connection::patience() const {
  const Duration slowest = std::max(ends_[0].slowest_reaction, ends_[1].slowest_reaction);
  return std::max(model::seconds(1), slowest * 8);
}

// --- what a sender must be

void Connection::sent_syn(End& x, const SegmentSeen& s, Claims& out) {
  End& y = peer(x);
  const bool first = !x.iss;
  if (first) {
    x.iss = s.seq;
    x.syn = {s.event, s.t};
    x.text_in_syn = s.text_size > 0;
  } else if (x.syn_acked || y.rst) {
    ++x.syn_again;
  }
  if (s.ctl.has(wire::ACK)) x.sent_syn_ack = true;
  if (!s.ctl.has(wire::ACK)) {
    x.bare_syn = true;
    if (first) claim(x, TcpState::syn_sent, x.syn, Why::observed_sent, out);
    return;
  }
  if (first && !y.iss) {  // the SYN that it answers was not seen
    found(x, TcpState::syn_received, x.syn, Why::observed_mid_stream, out);
  } else if (first) {
    if (s.ack != *y.iss + one && !y.text_in_syn) return;  // it answers another SYN
    x.state = TcpState::listen;
    x.passive = true;
    claim(x, TcpState::syn_received, {y.syn.event, y.syn.t}, Why::observed_answer, out);
  } else if (x.known && x.state == TcpState::syn_sent && y.iss) {
    claim_received(x, TcpState::syn_received, y.syn, out);
  }
}

// X sent a segment with ACK, no RST: what it must have received, in the order in which it received
// it.
void Connection::sent_ack(End& x, const SegmentSeen& s, Claims& out) {
  End& y = peer(x);
  if (y.next && wire::lt(*y.next, s.ack)) {
    y.missed = true;
    disturb();
  }
  if (y.fin && s.acks(*y.fin) && !x.fin_received) {
    // After the last segment that does not know of it yet.
    x.fin_received = {y.first_fin.event, std::max(y.first_fin.t, x.last_sent)};
  }
  if (!x.known) return;
  if (x.state == TcpState::syn_sent && !s.ctl.has(wire::SYN) && y.iss && s.acks(*y.iss)) {
    // With two SYNs crossing it could have been SYN-RECEIVED on the way, had we missed its SYN,ACK.
    if (x.missed && y.bare_syn) return lose(x);
    claim_received(x, TcpState::established, y.syn, out);
  }
  if (x.state == TcpState::syn_received && !s.ctl.has(wire::SYN) && x.syn_acked) {
    const bool sends = (s.text_size > 0 || s.ctl.has(wire::FIN)) && !y.text_in_syn;
    if (sends || wire::lt(x.syn_acked_before, s.ack)) {
      claim(x, TcpState::established, x.syn_acked, Why::observed_answer, out);
    }
  }
  if (x.state == TcpState::fin_wait_1 && x.fin_acked_text && wire::lt(*x.fin_acked_text, s.ack) &&
      !(y.fin && wire::leq(y.fin_segment, *x.fin_acked_text))) {
    claim(x, TcpState::fin_wait_2, x.fin_acked_alone, Why::observed_answer, out);
  }
  if (!y.fin || !s.acks(*y.fin)) return;
  switch (x.state) {
    case TcpState::established: received_fin_in_established(x, s, out); break;
    case TcpState::fin_wait_1: received_fin_in_fin_wait_1(x, s, out); break;
    case TcpState::fin_wait_2:
      claim(x, TcpState::time_wait, x.fin_received, Why::observed_answer, out);
      break;
    default: break;
  }
}

// … unless its FIN waits behind text that it may not send yet: then it was FIN-WAIT-1, and is
// CLOSING.
void Connection::received_fin_in_established(End& x, const SegmentSeen& s, Claims& out) {
  if (x.missed) return lose(x);
  const SeqNum before = s.len().n > 0 ? s.seq : x.next.value_or(s.seq);
  const bool acked = trusts_arrival() && x.acked_before_fin == before;
  if (x.idle_at == before || acked || fin_could_not_wait(x, s)) {
    claim(x, TcpState::close_wait, x.fin_received, Why::observed_answer, out);
    return;
  }
  x.may_have_closed = true;
  lose(x);
}

// X, in FIN-WAIT-1 as far as is known, acknowledges the peer's FIN: had its own been acknowledged
// before?
void Connection::received_fin_in_fin_wait_1(End& x, const SegmentSeen& s, Claims& out) {
  const End& y = peer(x);
  if (y.fin_acks_fin) {
    const bool alone = trusts_arrival() ? x.alone_before_fin
                                        : x.fin_acked_alone && !too_early(x.fin_acked_alone, s);
    const bool in_order = x.max_ack && *x.max_ack == y.fin_segment;
    if (alone && fin_wait_2_is_certain(x, s)) {
      claim(x, TcpState::fin_wait_2, x.fin_acked_alone, Why::observed_answer, out);
      claim(x, TcpState::time_wait, x.fin_received, Why::observed_answer, out);
    } else if (!alone && (in_order || trusts_arrival())) {
      claim(x, TcpState::time_wait, x.fin_received, Why::observed_answer, out);
    } else if (x.acked_since && !disturbed_) {
      suppose(x, TcpState::fin_wait_2, x.acked_since, out);
      suppose(x, TcpState::time_wait, x.fin_received, out);
    } else if (!x.alone_before_fin && !disturbed_) {
      suppose(x, TcpState::time_wait, x.fin_received, out);
    } else {
      found(x, TcpState::time_wait, {s.event, s.t}, Why::observed_again, out);
    }
    return;
  }
  // The FINs crossed. An acknowledgment of ours that was sent by now either cannot have come yet,
  // or may have.
  if (!x.fin_acked || trusts_arrival() || too_early(x.fin_acked, s)) {
    claim(x, TcpState::closing, x.fin_received, Why::observed_answer, out);
  } else if (!disturbed_) {  // before what was sent after it
    suppose(x, TcpState::closing, x.fin_received, out);
  } else {
    x.state = TcpState::closing;  // or TIME-WAIT already
    lose(x);
  }
}

// Whether `sent` cannot have come yet when its receiver sent `s`: no packet of this connection was
// faster.
bool Connection::too_early(Sighting sent, const SegmentSeen& s) const {
  return !disturbed_ && fastest_reaction_ && s.t - sent.t < *fastest_reaction_;
}

// Whether the acknowledgment of X's FIN that is no FIN itself must have come before the FIN: had it
// been lost, X would have sent its FIN again before `s`. It began to wait for that when an
// acknowledgment last moved on, as that came.
bool Connection::fin_wait_2_is_certain(const End& x, const SegmentSeen& s) const {
  if (!x.alone_before_fin) return false;
  if (trusts_arrival()) return true;
  if (disturbed_) return false;
  const Instant moved_on = x.partly_acked + x.slowest_reaction;
  return s.t - std::max(x.first_fin.t, moved_on) >= patience();  // what is due then, comes first
}

void Connection::sent_fin(End& x, const SegmentSeen& s, Claims& out) {
  const End& y = peer(x);
  if (x.fin) {
    if (x.fin_acked) ++x.fin_again;
    x.acked_since = {};
    x.fin_segment = wire::min(x.fin_segment, s.seq);
    return;
  }
  const bool acks_fin = y.fin && s.acks(*y.fin);
  x.fin = s.end() - one;
  x.fin_segment = s.seq;
  x.first_fin = {s.event, s.t};
  x.fin_acks_fin = acks_fin;
  // It may be sent again, and we missed the first, which knew less.
  if (y.missed || (x.missed && acks_fin)) return lose(x);
  if (!x.known) return;
  switch (x.state) {
    case TcpState::established:
      claim(x, TcpState::fin_wait_1, x.first_fin, Why::observed_sent, out);
      break;
    case TcpState::close_wait:
      claim(x, TcpState::last_ack, x.first_fin, Why::observed_sent, out);
      break;
    default: lose(x); break;
  }
}

// X sent a reset. In a synchronized state that ends the connection; SYN-SENT outlives it.
void Connection::sent_rst(End& x, const SegmentSeen& s, Claims& out) {
  const End& y = peer(x);
  const Sighting now{s.event, s.t};
  // SYN-SENT heeds a reset only by its ACK (RFC 9293 3.10.7.3), the others by its SEQ (3.10.7.4).
  const bool in_syn_sent = y.state == TcpState::syn_sent && y.next;
  if (in_syn_sent && !(s.ctl.has(wire::ACK) && s.ack == *y.next)) return;
  x.rst = now;
  x.rst_fits = !s.lost && (in_syn_sent || x.next == s.seq);
  if (!x.known) return;
  const bool fin_on_its_way = y.fin && !(x.max_ack && wire::lt(*y.fin, *x.max_ack));
  bool certain = true;
  switch (x.state) {
    case TcpState::closed:
    case TcpState::listen:
    case TcpState::syn_sent: return;
    case TcpState::syn_received:
      if (y.max_ack || y.rst) return lose(x);
      break;
    case TcpState::established:
      certain = !fin_on_its_way && !x.missed && x.idle_at == x.next;
      break;
    case TcpState::close_wait: certain = x.idle_at == x.next; break;
    case TcpState::fin_wait_1: certain = !fin_on_its_way && !x.fin_acked; break;
    case TcpState::closing: certain = !x.fin_acked; break;
    default: break;
  }
  if (certain) {
    claim(x, TcpState::closed, now, Why::observed_sent, out);
  } else {
    closed_by_own_rst(x, s, now, out);
  }
}

// X sent a reset, and it is open what had reached it by then, or whether its FIN waited.
void Connection::closed_by_own_rst(End& x, const SegmentSeen& s, Sighting now, Claims& out) {
  const End& y = peer(x);
  const bool fin_unanswered = y.fin && !(x.max_ack && wire::lt(*y.fin, *x.max_ack));
  const bool whole = !disturbed_;
  bool ordinary = whole && !fin_may_wait(x);
  switch (x.state) {
    case TcpState::established:
      if (!ordinary) break;
      // Its ACK tells whether the FIN had come.
      if (whole && fin_unanswered && s.acks(*y.fin)) {
        suppose(x, TcpState::close_wait, {y.first_fin.event, std::max(y.first_fin.t, x.last_sent)},
                out);
      } else if (fin_unanswered) {
        ordinary = whole && s.ctl.has(wire::ACK);
      }
      break;
    case TcpState::close_wait: break;
    case TcpState::fin_wait_1:
      // The reset's SEQ is the ACK of the text that called for it (RFC 9293 3.10.7.1).
      ordinary = whole && !s.ctl.has(wire::ACK) && wire::leq(s.seq, *x.fin);
      if (ordinary) break;
      // It was the text with the acknowledgment of its FIN, or later text.
      ordinary = whole && !y.fin && x.acked_since && x.max_ack == x.acked_since_at;
      if (ordinary) suppose(x, TcpState::fin_wait_2, x.acked_since, out);
      break;
    default: ordinary = false; break;
  }
  if (ordinary) {
    suppose(x, TcpState::closed, now, out);
  } else {
    found(x, TcpState::closed, now, Why::observed_again, out);
  }
}

// A capture that began in the middle: an end that sends new octets where an empty segment of its
// own had shown its SND.NXT to be, had not sent a FIN before. When that is known of both, both were
// ESTABLISHED.
void Connection::find_mid_stream(End& x, const SegmentSeen& s, Claims& out) {
  End& y = peer(x);
  if (s.len().n > 0 && x.empty_ack_at == s.seq && !x.fin) x.not_closing = true;
  if (s.len().n == 0 && x.next == s.seq) x.empty_ack_at = s.seq;
  if (x.known || y.known || disturbed_ || x.fin || y.fin || !x.not_closing || !y.not_closing)
    return;
  found(x, TcpState::established, {s.event, s.t}, Why::observed_mid_stream, out);
  found(y, TcpState::established, {s.event, s.t}, Why::observed_mid_stream, out);
}

}  // namespace synoptic::observe
