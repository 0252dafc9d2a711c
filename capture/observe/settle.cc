// What a segment means to its receiver, once it is certain that it arrived: because the receiver
// would have had to send again and did not, or because the capture was taken where packets arrive.
#include <algorithm>

#include "capture/observe/connection.hh"

namespace synoptic::observe {

using model::Instant;
using model::TcpState;
using model::Why;
using wire::SeqNum;
using wire::SeqSize;

namespace {

constexpr int silences =
    3;  // how many times the time of a retransmission must pass to count as proof

}  // namespace

// X sent `s`, with ACK: which of Y's SYN and FIN it acknowledges.
void Connection::note_acknowledged(End& y, const End& x, const SegmentSeen& s,
                                   std::optional<SeqNum> next_before) {
  const Sighting now{s.event, s.t};
  if (y.iss && !y.syn_acked && s.acks(*y.iss)) {
    y.syn_acked = now;
    y.syn_acked_before = next_before.value_or(s.seq + SeqSize{1});
  }
  if (!y.fin || !s.acks(*y.fin)) return;
  if (!y.fin_acked) y.fin_acked = now;
  if (s.ctl.has(wire::FIN)) return;
  if (!y.fin_acked_alone) {
    y.fin_acked_alone = now;
    y.alone_before_fin = !x.fin;
  }
  if (!y.acked_since && !x.fin) {
    y.acked_since = now;
    y.acked_since_at = s.seq;
  }
  if (s.text_size > 0 && !y.fin_acked_text && next_before && wire::lt(*next_before, s.end())) {
    y.fin_acked_text = *next_before;
  }
}

void Connection::settle(End& y, bool by_silence, Claims& out) {
  if (by_silence ? y.missed : !trusts_arrival()) return;
  settle_handshake(y, by_silence, out);
  settle_close(y, by_silence, out);
  settle_reset(y, by_silence, out);
}

// An end in SYN-RECEIVED may ignore the last acknowledgment of the handshake (its queue of
// connections is full), even where packets are captured on arrival: then it sends its SYN again. So
// only silence proves.
void Connection::settle_handshake(End& y, bool by_silence, Claims& out) {
  const End& x = peer(y);
  if (!by_silence || !y.known || y.state != TcpState::syn_received) return;
  if (y.syn_acked && y.syn_again == 0 && !x.rst && !y.rst) {
    claim(y, TcpState::established, y.syn_acked, Why::observed_silence, out);
  }
}

void Connection::settle_close(End& y, bool by_silence, Claims& out) {
  const End& x = peer(y);
  if (by_silence && y.may_have_closed && !y.fin && y.all_acked && !x.rst && !y.rst) {
    y.may_have_closed = false;
    claim(y, TcpState::close_wait, y.fin_received, Why::observed_silence, out);
  }
  if (!y.fin || y.fin_again > 0) return;
  const Why why = by_silence ? Why::observed_silence : Why::observed_on_arrival;
  switch (y.state) {
    case TcpState::fin_wait_1:
      // A FIN that crossed ours, and was not answered yet, leaves it open which of the two came
      // first.
      // Text that came before and was not acknowledged yet may end the connection (RFC 9293 3.6.1).
      if (y.known && y.fin_acked_alone && !x.rst && !y.rst && !(x.fin && !x.fin_acks_fin) &&
          (by_silence || y.max_ack == x.next)) {
        claim(y, TcpState::fin_wait_2, y.fin_acked_alone, why, out);
      }
      break;
    case TcpState::closing:
      if (!y.fin_acked || x.rst || y.rst) break;
      if (y.known) {
        claim(y, TcpState::time_wait, y.fin_acked, why, out);
      } else {
        found(y, TcpState::time_wait, y.fin_acked, Why::observed_again, out);
      }
      break;
    case TcpState::last_ack:
      if (y.known && y.fin_acked) claim(y, TcpState::closed, y.fin_acked, why, out);
      break;
    default: break;
  }
}

// Nothing acknowledges the last octets that Y sent.
bool Connection::nothing_came_back(const End& y) const {
  const End& x = peer(y);
  return y.next && y.last_with_len && !(x.max_ack && wire::leq(*y.next, *x.max_ack));
}

// A reset is answered by nothing and never sent again: that it arrived shows only where Y had to
// send again.
void Connection::settle_reset(End& y, bool by_silence, Claims& out) {
  const End& x = peer(y);
  if (!y.known || !x.rst || y.rst) return;
  const bool heard = by_silence ? nothing_came_back(y) && y.any_again_after_rst == 0 : x.rst_fits;
  const Why why = by_silence ? Why::observed_silence : Why::observed_on_arrival;
  if (!heard) return;
  switch (y.state) {
    case TcpState::syn_sent: claim(y, TcpState::closed, x.rst, why, out); break;
    case TcpState::syn_received:
      if (y.syn_acked || !(y.passive || y.bare_syn)) break;
      claim(y, y.passive ? TcpState::listen : TcpState::closed, x.rst, why, out);
      break;
    case TcpState::established:
    case TcpState::close_wait:
      // Perhaps it was closed already, and its FIN waited; or the peer's FIN came between.
      if (y.idle_at == y.next && (y.state == TcpState::close_wait || !x.fin)) {
        claim(y, TcpState::closed, x.rst, why, out);
      } else if (!suppose_reset(y, out)) {
        found(y, TcpState::closed, x.rst, Why::observed_again, out);
      }
      break;
    case TcpState::last_ack:
    case TcpState::fin_wait_2: claim(y, TcpState::closed, x.rst, why, out); break;
    case TcpState::fin_wait_1:
      if (!y.fin_acked && !x.fin) {
        claim(y, TcpState::closed, x.rst, why, out);
      } else {
        suppose_reset(y, out);
      }
      break;
    case TcpState::time_wait:  // Linux ignores it there (RFC 1337)
    default: break;
  }
}

// Whether Y may have been closed, and its FIN wait behind text: with no more than one segment in
// flight it would hardly have to.
bool Connection::fin_may_wait(const End& y) const {
  return y.idle_at != y.next && y.unacked_segments > 1;
}

// The peer's reset came, and before it what was sent before it. False when that is not the ordinary
// reading.
bool Connection::suppose_reset(End& y, Claims& out) {
  const End& x = peer(y);
  if (!x.rst_fits || disturbed_) return false;
  switch (y.state) {
    case TcpState::established:
      if (fin_may_wait(y)) return false;
      if (x.fin) suppose(y, TcpState::close_wait, x.first_fin, out);
      break;
    case TcpState::fin_wait_1:
      if (x.fin) return false;
      if (y.acked_since) suppose(y, TcpState::fin_wait_2, y.acked_since, out);
      break;
    case TcpState::close_wait:
      if (fin_may_wait(y)) return false;
      break;
    case TcpState::last_ack:
    case TcpState::fin_wait_2: break;
    default: return false;
  }
  suppose(y, TcpState::closed, {x.rst.event, std::max(x.rst.t, y.last_sent)}, out);
  return true;
}

// --- the passing of time

bool Connection::waits() const {
  for (const End& y : ends_) {
    const End& x = peer(y);
    if (y.state == TcpState::syn_received && y.known && y.syn_acked) return true;
    if (y.fin && y.fin_acked && y.fin_again == 0 &&
        (y.state == TcpState::fin_wait_1 || y.state == TcpState::closing ||
         y.state == TcpState::last_ack)) {
      return true;
    }
    if (y.may_have_closed && !y.fin && y.all_acked) return true;
    if (x.rst && y.known && y.state != TcpState::closed && nothing_came_back(y)) return true;
  }
  return false;
}

bool Connection::silence(Instant now, Claims& out) {
  if (now - last_packet_ <= patience() * silences) return false;
  if (!disturbed_) {
    for (End& y : ends_) settle(y, true, out);
  }
  return true;
}

void Connection::finish(Claims& out) {
  for (End& y : ends_) {
    const End& x = peer(y);
    settle(y, true, out);
    if (!y.known) continue;
    const auto unsure = [&](Sighting cause, Why why) {
      out.push_back({.end = &y == &ends_[0] ? 0 : 1,
                     .from = y.state,
                     .to = y.state,
                     .t = std::max(cause.t, y.last_change),
                     .cause = cause.event,
                     .why = why,
                     .unsure = true});
    };
    const bool open = y.state != TcpState::closed && y.state != TcpState::listen;
    if (open && x.rst && !y.rst && suppose_reset(y, out)) continue;
    if (open && x.rst && !y.rst) {
      unsure(x.rst, Why::observed_reset_unanswered);
    } else if (y.fin_acked && y.fin_again > 0 &&
               (y.state == TcpState::last_ack || y.state == TcpState::fin_wait_1 ||
                y.state == TcpState::closing)) {
      unsure(y.fin_acked, Why::observed_ack_unanswered);
    }
  }
}

void Connection::superseded(int end, Instant t, model::EventId cause, Claims& out) {
  End& x = ends_[static_cast<std::size_t>(end)];
  if (!x.known) return;
  const Sighting now{cause, t};
  if (x.state == TcpState::last_ack && x.fin_acked && x.fin_again == 0) {
    claim(x, TcpState::closed, x.fin_acked, Why::observed_superseded, out);
  } else if (x.state == TcpState::time_wait || x.state == TcpState::last_ack) {
    claim(x, TcpState::closed, now, Why::observed_superseded, out);
  }
  lose(x);
}

// --- whose SYN it is

bool Connection::is_over() const {
  const bool reset =
      (ends_[0].rst || ends_[1].rst) && (ends_[0].iss || ends_[1].iss || mid_stream_);
  return reset || (ends_[0].fin_acked && ends_[1].fin_acked);
}

bool Connection::takes_syn(const SegmentSeen& s) const {
  const End& x = ends_[static_cast<std::size_t>(s.from)];
  const End& y = peer(x);
  if (s.ctl.has(wire::ACK)) {
    if (x.iss) return *x.iss == s.seq;
    return y.iss && s.acks(*y.iss);
  }
  if (x.iss && *x.iss == s.seq) {
    // The same SYN once more; or, where numbers are no secret (textbook), another connection.
    return !is_over() || (x.state == TcpState::syn_sent && x.known);
  }
  // Two SYNs that cross.
  return !x.iss && !x.next && y.bare_syn && y.state == TcpState::syn_sent && !is_over();
}

}  // namespace synoptic::observe
