// SEGMENT ARRIVES (RFC 9293 section 3.10.7): one function a clause, in the order of the RFC.
#include <cerrno>

#include "sim/tcp/impl.hh"

namespace synoptic::tcp {

using model::Segment;
using model::TcpState;
using model::TimerName;
using model::Why;
using wire::SeqNum;
using wire::SeqSize;
using wire::SocketAddress;

void Stack::Impl::segment_arrives(const SocketAddress& src, const SocketAddress& dst,
                                  const Segment& segment) {
  Arrival a{src, dst, segment, segment.options.parse()};
  Connection* const c = find(dst, src);
  if (c == nullptr) {
    const auto listener = find_listener(dst);
    if (listener) {
      listen_state(*listener, a);
    } else {
      closed_state(a);
    }
    return;
  }
  if (c->state() == TcpState::syn_sent) {
    syn_sent_state(*c, a);
  } else {
    other_states(*c, a);
  }
  refresh_deadline(*c);
}

// --- 3.10.7.1, CLOSED

void Stack::Impl::closed_state(const Arrival& a) {
  if (a.seg.ctl.has(wire::RST)) {
    outputs.emplace_back(Decided{a.dst, a.src, Why::closed_ignores_reset});
    return;
  }
  send_reset_for(a, Why::closed_resets);
}

// "If the ACK bit is off, sequence number zero is used, <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>.
// If the ACK bit is on, <SEQ=SEG.ACK><CTL=RST>."
void Stack::Impl::send_reset_for(const Arrival& a, Why why) {
  Segment reset;
  if (a.seg.ctl.has(wire::ACK)) {
    reset.seq = a.seg.ack;
    reset.ctl = wire::RST;
  } else {
    reset.ack = a.seg.seq + a.seg.len();
    reset.ctl = wire::RST | wire::ACK;
  }
  outputs.emplace_back(Transmit{a.dst, a.src, reset, why});
}

// --- 3.10.7.2, LISTEN

void Stack::Impl::listen_state(ListenerId listener, const Arrival& a,
                               std::optional<SeqNum> iss_floor) {
  // First, check for a RST: "should be ignored".
  if (a.seg.ctl.has(wire::RST)) {
    outputs.emplace_back(Decided{a.dst, a.src, Why::listen_ignores_reset});
    return;
  }
  // Second, check for an ACK: "any acknowledgment is bad".
  if (a.seg.ctl.has(wire::ACK)) {
    send_reset_for(a, Why::listen_resets_ack);
    return;
  }
  // Third, check for a SYN.
  if (a.seg.ctl.has(wire::SYN)) {
    passive_open(listener, a, iss_floor);
    return;
  }
  // Fourth, other data or control: "drop the segment".
  outputs.emplace_back(Decided{a.dst, a.src, Why::listen_drops});
}

// "Set RCV.NXT to SEG.SEQ+1, IRS is set to SEG.SEQ, and any other control or text should be queued
// for processing later. ISS should be selected and a SYN segment sent of the form
// <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>."
void Stack::Impl::passive_open(ListenerId id, const Arrival& a, std::optional<SeqNum> iss_floor) {
  const auto not_unicast = [](const wire::IpAddress& ip) {
    return ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast();
  };
  if (not_unicast(a.src.ip) || not_unicast(a.dst.ip)) {  // MUST-57, MUST-63
    outputs.emplace_back(Decided{a.dst, a.src, Why::address_invalid});
    return;
  }
  const Listener& listener = listeners[static_cast<std::size_t>(id)];
  Connection* const c =
      listener.established.size() > listener.backlog ? nullptr : create(a.dst, a.src);
  if (c == nullptr) {
    outputs.emplace_back(Decided{a.dst, a.src, Why::backlog_full});
    return;
  }
  SeqNum iss = choose_iss(listener.options, a.dst, a.src);
  if (iss_floor && wire::leq(iss, *iss_floor)) iss = *iss_floor;
  prepare(*c, listener.options, iss);
  c->passive = true;
  c->owner = Owner::listener;
  c->listener = id;
  c->tcb.state = TcpState::listen;
  negotiate(*c, a);
  offer_first_window(*c);
  c->received.insert(c->tcb.rcv.nxt,
                     a.seg.text.first(std::min<std::size_t>(a.seg.text.size(), c->tcb.rcv.wnd)));
  if (a.seg.ctl.has(wire::FIN)) {
    c->fin_at = c->tcb.rcv.nxt + SeqSize{static_cast<std::uint32_t>(a.seg.text.size())};
  }
  set_state(*c, TcpState::syn_received, Why::listen_answers_syn);
  send_syn(*c, Why::listen_answers_syn);
  refresh_deadline(*c);
}

// --- 3.10.7.3, SYN-SENT

void Stack::Impl::syn_sent_state(Connection& c, Arrival& a) {
  if (syn_sent_check_ack(c, a) == Then::stop) return;
  // Second, check the RST bit. RFC 5961's exact match is the check of the ACK here (its
  // section 3.2).
  if (a.seg.ctl.has(wire::RST)) {
    if (!a.seg.ctl.has(wire::ACK)) {
      decided(c, Why::syn_sent_drops_reset);
      return;
    }
    set_state(c, TcpState::closed, Why::connection_refused);
    delete_tcb(c, ECONNREFUSED);
    return;
  }
  // Fourth, check the SYN bit.
  if (a.seg.ctl.has(wire::SYN)) {
    syn_sent_check_syn(c, a);
    return;
  }
  // Fifth, "if neither of the SYN or RST bits is set, then drop the segment and return".
  decided(c, Why::syn_sent_drops);
}

// First, check the ACK bit: "if SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST
// bit is set)".
Then Stack::Impl::syn_sent_check_ack(Connection& c, const Arrival& a) {
  if (!a.seg.ctl.has(wire::ACK)) return Then::go_on;
  if (wire::gt(a.seg.ack, c.tcb.snd.iss) && wire::leq(a.seg.ack, c.tcb.snd.nxt)) return Then::go_on;
  if (a.seg.ctl.has(wire::RST)) {
    decided(c, Why::syn_sent_drops_reset);
  } else {
    send_reset_for(a, Why::syn_sent_resets_ack);
  }
  return Then::stop;
}

// "If SND.UNA > ISS (our SYN has been ACKed), change the connection state to ESTABLISHED, form an
// ACK segment and send it … Otherwise, enter SYN-RECEIVED, form a SYN,ACK segment and send it."
void Stack::Impl::syn_sent_check_syn(Connection& c, Arrival& a) {
  negotiate(c, a);
  if (a.seg.ctl.has(wire::ACK)) {
    acknowledged(c, a);
    enter_established(c, Why::syn_ack_received);
    owe_ack(c, Why::handshake_ack);
    a.seg.seq += SeqSize{1};
    a.seg.ctl.bits &= static_cast<std::uint8_t>(~wire::SYN);
    cut_to_window(c, a);
    from_sixth_clause(c, a);
    return;
  }
  set_state(c, TcpState::syn_received, Why::simultaneous_open);
  c.received.insert(c.tcb.rcv.nxt,
                    a.seg.text.first(std::min<std::size_t>(a.seg.text.size(), c.tcb.rcv.wnd)));
  if (a.seg.ctl.has(wire::FIN)) {
    c.fin_at = c.tcb.rcv.nxt + SeqSize{static_cast<std::uint32_t>(a.seg.text.size())};
  }
  c.sent.front().ctl = wire::SYN | wire::ACK;
  transmit(c, c.tcb.snd.iss, wire::SYN | wire::ACK, {}, Why::simultaneous_open);
}

// --- 3.10.7.4, other states

void Stack::Impl::other_states(Connection& c, Arrival& a) {
  if (reopen_time_wait(c, a) == Then::stop) return;
  if (check_timestamps(c, a) == Then::stop) return;
  if (check_sequence_number(c, a) == Then::stop) return;
  if (check_rst(c, a) == Then::stop) return;
  cut_to_window(c, a);
  // Third, check security: no security compartments exist here.
  if (check_syn(c, a) == Then::stop) return;
  if (check_ack(c, a) == Then::stop) {
    if (c.alive) output(c);
    return;
  }
  // Text that came with the SYN was taken when the state became ESTABLISHED: this segment may hold
  // it, too.
  if (wire::lt(a.seg.seq, c.tcb.rcv.nxt)) cut_to_window(c, a);
  from_sixth_clause(c, a);
}

void Stack::Impl::from_sixth_clause(Connection& c, const Arrival& a) {
  check_urg(c, a);
  if (process_text(c, a) == Then::stop) return;
  check_fin(c, a);
  output(c);
}

// "For the TIME-WAIT state, there is an improved algorithm … for handling incoming SYN segments"
// (RFC 6191): a SYN beyond the old connection's numbers opens a new one, with an ISS beyond those
// we used (section 3.6.1, MAY-2).
Then Stack::Impl::reopen_time_wait(Connection& c, const Arrival& a) {
  if (c.state() != TcpState::time_wait || !a.seg.ctl.has(wire::SYN) || a.seg.ctl.has(wire::RST) ||
      a.seg.ctl.has(wire::ACK)) {
    return Then::go_on;
  }
  const auto listener = find_listener(c.local);
  const bool newer_timestamp =
      c.timestamps && a.options.timestamps &&
      static_cast<std::int32_t>(a.options.timestamps->val - c.ts_recent) > 0;
  if (!listener || !(newer_timestamp || wire::gt(a.seg.seq, c.tcb.rcv.nxt))) return Then::go_on;
  const SeqNum iss_floor = c.tcb.snd.nxt + SeqSize{0x1'0001};
  set_state(c, TcpState::closed, Why::time_wait_reopened);
  delete_tcb(c);
  listen_state(*listener, a, iss_floor);
  return Then::stop;
}

// RFC 7323 section 5.3, R1 (PAWS), before the sequence number; section 3.2 where the option is
// missing.
Then Stack::Impl::check_timestamps(Connection& c, const Arrival& a) {
  if (!c.timestamps || a.seg.ctl.has(wire::RST)) return Then::go_on;
  if (!a.options.timestamps) {
    decided(c, Why::timestamp_missing);
    return Then::stop;
  }
  constexpr model::Duration outdated = model::seconds(24 * 24 * 3600);  // section 5.5
  const bool old = static_cast<std::int32_t>(a.options.timestamps->val - c.ts_recent) < 0;
  if (!old || now - c.ts_recent_at > outdated) return Then::go_on;
  send_ack(c, Why::old_timestamp);
  return Then::stop;
}

// Table 6, the four cases of the acceptability test.
static bool acceptable(const model::ReceiveSequence& rcv, SeqNum seq, SeqSize len) {
  if (rcv.wnd == 0) return len.n == 0 && seq == rcv.nxt;
  const SeqSize window{rcv.wnd};
  if (wire::in_window(seq, rcv.nxt, window)) return true;
  return len.n > 0 && wire::in_window(seq + len - SeqSize{1}, rcv.nxt, window);
}

// First, check sequence number.
Then Stack::Impl::check_sequence_number(Connection& c, Arrival& a) {
  const model::ReceiveSequence& rcv = c.tcb.rcv;
  // The SYN,ACK of a simultaneous open (Figure 8, line 6): its SYN was here before, its ACK is new.
  const bool syn_unacknowledged = c.tcb.snd.una == c.tcb.snd.iss;
  if (syn_unacknowledged && !c.passive && a.seg.ctl.has(wire::SYN) && a.seg.ctl.has(wire::ACK) &&
      !a.seg.ctl.has(wire::RST) && a.seg.seq == rcv.irs) {
    a.seg.seq += SeqSize{1};
    a.seg.ctl.bits &= static_cast<std::uint8_t>(~wire::SYN);
  }
  if (!acceptable(rcv, a.seg.seq, a.seg.len())) {
    // "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made
    // to accept valid ACKs, URGs, and RSTs."
    if (rcv.wnd != 0 || a.seg.seq != rcv.nxt || a.seg.ctl.has(wire::SYN)) {
      refuse_unacceptable(c, a);
      return Then::stop;
    }
    a.text_dropped = true;
  }
  // RFC 7323 section 4.3: what we shall echo.
  if (c.timestamps && a.options.timestamps && wire::leq(a.seg.seq, c.last_ack_sent)) {
    c.ts_recent = a.options.timestamps->val;
    c.ts_recent_at = now;
  }
  return Then::go_on;
}

// "An acknowledgment should be sent in reply (unless the RST bit is set, if so drop the segment and
// return)". An empty segment may be such a reply itself: those are throttled, so that two ends
// cannot go on for ever.
void Stack::Impl::refuse_unacceptable(Connection& c, const Arrival& a) {
  if (a.seg.ctl.has(wire::RST)) {
    decided(c, Why::not_acceptable_reset_dropped);
  } else if (c.state() == TcpState::time_wait && a.seg.ctl.has(wire::FIN)) {
    send_ack(c, Why::time_wait_fin_again);
    start_timer(c, TimerName::time_wait, now + options.profile.time_wait, Why::time_wait_fin_again);
  } else if (options.profile.repeat_syn_ack && c.state() == TcpState::syn_received && c.passive &&
             a.seg.ctl.has(wire::SYN) && a.seg.seq == c.tcb.rcv.irs) {
    retransmit(c, c.sent.front(), Why::syn_again);
  } else if (a.seg.len().n == 0) {
    challenge(c, Why::not_acceptable_acked);
  } else {
    send_ack(c, Why::not_acceptable_acked);
  }
}

// "The idealized segment that begins at RCV.NXT and does not exceed the window."
void Stack::Impl::cut_to_window(Connection& c, Arrival& a) {
  const model::ReceiveSequence& rcv = c.tcb.rcv;
  Segment& seg = a.seg;
  const auto drop = [&seg](wire::Ctl bit) { seg.ctl.bits &= static_cast<std::uint8_t>(~bit); };
  if (a.text_dropped) {
    seg.text = {};
    drop(wire::FIN);
    return;
  }
  if (wire::lt(seg.seq, rcv.nxt)) {
    SeqSize old = wire::offset(seg.seq, rcv.nxt);
    if (seg.ctl.has(wire::SYN)) {
      drop(wire::SYN);
      old = old - SeqSize{1};
    }
    seg.text = seg.text.subspan(std::min<std::size_t>(old.n, seg.text.size()));
    seg.seq = rcv.nxt;
  }
  const SeqSize before_text{seg.ctl.has(wire::SYN) ? 1u : 0u};
  const std::uint32_t taken = wire::offset(rcv.nxt, seg.seq + before_text).n;
  const std::uint32_t room = rcv.wnd > taken ? rcv.wnd - taken : 0;
  if (seg.text.size() > room) {
    seg.text = seg.text.first(room);
    drop(wire::FIN);
    decided(c, Why::text_beyond_window);
  }
}

// Second, check the RST bit, with RFC 5961's three checks (the first was made with the sequence
// number).
Then Stack::Impl::check_rst(Connection& c, const Arrival& a) {
  if (!a.seg.ctl.has(wire::RST)) return Then::go_on;
  if (a.seg.seq != c.tcb.rcv.nxt) {
    challenge(c, Why::challenge_reset);
    return Then::stop;
  }
  switch (c.state()) {
    case TcpState::syn_received:
      if (c.passive) {
        set_state(c, TcpState::listen, Why::reset_returns_to_listen);
        delete_tcb(c);
      } else {
        set_state(c, TcpState::closed, Why::refused_in_handshake);
        delete_tcb(c, ECONNREFUSED);
      }
      break;
    case TcpState::established:
    case TcpState::fin_wait_1:
    case TcpState::fin_wait_2:
    case TcpState::close_wait: {
      // Linux tells EPIPE where the peer had closed before.
      const int error = c.state() == TcpState::close_wait ? EPIPE : ECONNRESET;
      set_state(c, TcpState::closed, Why::reset_received);
      delete_tcb(c, error);
      break;
    }
    default:  // CLOSING, LAST-ACK, TIME-WAIT
      set_state(c, TcpState::closed, Why::reset_received);
      delete_tcb(c);
      break;
  }
  return Then::stop;
}

// Fourth, check the SYN bit: "TCP endpoints MUST send a challenge ACK".
Then Stack::Impl::check_syn(Connection& c, const Arrival& a) {
  if (!a.seg.ctl.has(wire::SYN)) return Then::go_on;
  if (c.state() == TcpState::syn_received && c.passive) {
    set_state(c, TcpState::listen, Why::syn_returns_to_listen);
    delete_tcb(c);
  } else {
    challenge(c, Why::challenge_syn);
  }
  return Then::stop;
}

// Fifth, check the ACK field.
Then Stack::Impl::check_ack(Connection& c, const Arrival& a) {
  if (!a.seg.ctl.has(wire::ACK)) {
    decided(c, Why::no_ack_dropped);
    return Then::stop;
  }
  if (c.state() == TcpState::syn_received && check_ack_in_syn_received(c, a) == Then::stop) {
    return Then::stop;
  }
  const model::SendSequence& snd = c.tcb.snd;
  if (wire::gt(a.seg.ack, snd.nxt)) {
    challenge(c, Why::ack_of_unsent);
    return Then::stop;
  }
  if (wire::lt(a.seg.ack, snd.una - SeqSize{c.max_window})) {  // MAY-12, RFC 5961 section 5
    challenge(c, Why::ack_too_old);
    return Then::stop;
  }
  if (wire::lt(snd.una, a.seg.ack)) {
    acknowledged(c, a);
  } else {
    duplicate_ack(c, a);
  }
  update_send_window(c, a);
  return check_ack_of_fin(c, a);
}

// "If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state … If the segment acknowledgment is
// not acceptable, form a reset segment <SEQ=SEG.ACK><CTL=RST> and send it."
Then Stack::Impl::check_ack_in_syn_received(Connection& c, const Arrival& a) {
  model::SendSequence& snd = c.tcb.snd;
  if (!wire::lt(snd.una, a.seg.ack) || !wire::leq(a.seg.ack, snd.nxt)) {
    send_reset_for(a, Why::syn_received_resets_ack);
    return Then::stop;
  }
  if (c.owner == Owner::listener) {
    const Listener& listener = listeners[static_cast<std::size_t>(c.listener)];
    if (listener.established.size() > listener.backlog) {
      decided(c, Why::backlog_full);
      return Then::stop;
    }
  }
  snd.wnd = std::uint32_t{a.seg.wnd} << c.snd_wind_shift;
  snd.wl1 = a.seg.seq;
  snd.wl2 = a.seg.ack;
  enter_established(c, Why::syn_acknowledged);
  return Then::go_on;
}

// What an acknowledged FIN means in each state.
Then Stack::Impl::check_ack_of_fin(Connection& c, const Arrival& a) {
  if (!c.fin_sent || c.tcb.snd.una != c.tcb.snd.nxt) {
    // CLOSING: "otherwise, ignore the segment".
    return c.state() == TcpState::closing ? Then::stop : Then::go_on;
  }
  switch (c.state()) {
    case TcpState::fin_wait_1:
      // A FIN in this very segment leads to TIME-WAIT at once (Figure 5, note 2; the eighth
      // clause).
      if (a.seg.ctl.has(wire::FIN) && a.seg.seq == c.tcb.rcv.nxt) return Then::go_on;
      set_state(c, TcpState::fin_wait_2, Why::fin_acknowledged);
      await_last_fin(c);
      return Then::go_on;
    case TcpState::closing: enter_time_wait(c, Why::both_fins_acknowledged); return Then::go_on;
    case TcpState::last_ack:
      set_state(c, TcpState::closed, Why::both_fins_acknowledged);
      delete_tcb(c);
      return Then::stop;
    default: return Then::go_on;
  }
}

// Sixth, check the URG bit: "RCV.UP <- max(RCV.UP,SEG.UP), and signal the user".
void Stack::Impl::check_urg(Connection& c, const Arrival& a) {
  if (!a.seg.ctl.has(wire::URG) || c.fin_received) return;
  const SeqNum up = a.seg.seq + SeqSize{a.seg.up};
  if (wire::leq(up, c.tcb.rcv.up)) return;
  c.tcb.rcv.up = up;
  decided(c, Why::urgent_data);
}

// Seventh, process the segment text.
Then Stack::Impl::process_text(Connection& c, const Arrival& a) {
  if (a.text_dropped) owe_ack(c, Why::window_closed_acked);
  if (a.seg.text.empty()) return Then::go_on;
  const bool takes_text = c.state() == TcpState::established || c.state() == TcpState::fin_wait_1 ||
                          c.state() == TcpState::fin_wait_2;
  if (!takes_text) {
    decided(c, Why::text_after_fin);
    return Then::go_on;
  }
  if (c.owner == Owner::nobody) {  // section 3.6.1, SHLD-3
    send_reset_for(a, Why::reset_after_close);
    set_state(c, TcpState::closed, Why::reset_after_close);
    delete_tcb(c);
    return Then::stop;
  }
  const bool had_gap = c.received.has_gap();
  const SeqSize n = c.received.accept(a.seg.seq, a.seg.text);
  model::ReceiveSequence& rcv = c.tcb.rcv;
  if (n.n == 0) {  // MAY-13, SHLD-31
    decided(c, Why::queued_out_of_order);
    owe_ack(c, Why::duplicate_ack);
    return Then::go_on;
  }
  // "It advances RCV.NXT over the data accepted, and adjusts RCV.WND … The total should not be
  // reduced."
  rcv.nxt += n;
  rcv.wnd -= std::min(rcv.wnd, n.n);
  ready(Ready::What::readable, c);
  if (had_gap) {
    note_text_arrived(c, n.n);
    owe_ack(c, Why::gap_filled_ack);
  } else {
    owe_ack_for_text(c, n.n);
  }
  return Then::go_on;
}

// Eighth, check the FIN bit.
void Stack::Impl::check_fin(Connection& c, const Arrival& a) {
  if (c.fin_received) return;
  if (a.seg.ctl.has(wire::FIN)) {
    c.fin_at = a.seg.seq + SeqSize{static_cast<std::uint32_t>(a.seg.text.size())};
    if (*c.fin_at != c.tcb.rcv.nxt && a.seg.text.empty()) {
      decided(c, Why::queued_out_of_order);
      owe_ack(c, Why::duplicate_ack);
    }
  }
  if (c.fin_at == c.tcb.rcv.nxt) process_fin(c);
}

// "Advance RCV.NXT over the FIN, and send an acknowledgment for the FIN."
void Stack::Impl::process_fin(Connection& c) {
  c.tcb.rcv.nxt += SeqSize{1};
  c.fin_received = true;
  ready(Ready::What::readable, c);
  switch (c.state()) {
    case TcpState::established:
      set_state(c, TcpState::close_wait, Why::fin_received);
      if (options.profile.quick_ack) {  // Linux expects the program to close now, so that its FIN
                                        // carries the ACK
        c.quick.ping_pong = true;
        owe_delayed_ack(c, Why::ack_delayed);
        return;
      }
      break;
    case TcpState::fin_wait_1:
      if (c.fin_sent && c.tcb.snd.una == c.tcb.snd.nxt) {
        enter_time_wait(c, Why::fin_received_after_ours);
      } else {
        set_state(c, TcpState::closing, Why::fins_crossed);
      }
      break;
    case TcpState::fin_wait_2: enter_time_wait(c, Why::fin_received_after_ours); break;
    default: break;
  }
  owe_ack(c, Why::fin_ack);
}

// --- shared by the clauses

void Stack::Impl::enter_established(Connection& c, Why why) {
  set_state(c, TcpState::established, why);
  c.received.advance();
  const SeqSize early = wire::offset(c.tcb.rcv.nxt, c.received.next());
  c.congestion.start(options.profile, smss(c), c.syn_was_lost);
  if (c.owner == Owner::listener) {
    listeners[static_cast<std::size_t>(c.listener)].established.push_back(id_of(c));
    outputs.emplace_back(Ready{Ready::What::acceptable, {}, c.listener});
  } else {
    ready(Ready::What::connected, c);
  }
  if (early.n > 0) {  // text that came with the SYN
    c.tcb.rcv.nxt += early;
    c.tcb.rcv.wnd -= std::min(c.tcb.rcv.wnd, early.n);
    ready(Ready::What::readable, c);
    owe_ack_for_text(c, early.n);
  }
  if (c.fin_queued) set_state(c, TcpState::fin_wait_1, Why::close_sends_fin);
}

// "Start the time-wait timer, turn off the other timers."
void Stack::Impl::enter_time_wait(Connection& c, Why why) {
  set_state(c, TcpState::time_wait, why);
  stop_timers(c, Why::connection_ended);
  start_timer(c, TimerName::time_wait, now + options.profile.time_wait, Why::time_wait_started);
}

}  // namespace synoptic::tcp
