// What may be sent and how it looks: segmentation, the sender's silly-window avoidance (RFC 9293
// section 3.8.6.2.1), Nagle (3.7.4), the congestion window, and the segments themselves.
#include <algorithm>

#include "sim/tcp/impl.hh"

namespace synoptic::tcp {

using model::Segment;
using model::TcpState;
using model::TimerName;
using model::Why;
using wire::CtlSet;
using wire::SeqNum;
using wire::SeqSize;

namespace {

constexpr std::uint32_t timestamps_size = 12;  // with the two NOPs before it
constexpr std::uint32_t largest_window_field = 0xffff;

bool may_send_text(TcpState state) {
  return state == TcpState::established || state == TcpState::fin_wait_1 ||
         state == TcpState::close_wait || state == TcpState::closing;
}

// U = SND.UNA + SND.WND - SND.NXT; negative when the peer shrank its window (MUST-34).
std::int64_t usable_window(const Connection& c) {
  return std::int64_t{c.tcb.snd.wnd} - wire::offset(c.tcb.snd.una, c.tcb.snd.nxt).n;
}

}  // namespace

// What the input that was just processed leaves to be said. The last act of every input.
void Stack::Impl::output(Connection& c) {
  send_lost(c);
  send_new(c);
  if (c.owed_ack == OwedAck::now) {
    send_ack(c, c.owed_why);
  } else if (c.owed_ack == OwedAck::delayed && !c.running(TimerName::delayed_ack)) {
    start_timer(c, TimerName::delayed_ack, now + options.profile.delayed_ack_timeout, c.owed_why);
  }
  manage_timers(c);
}

// After a timeout everything that was on its way goes again, as the congestion window allows.
void Stack::Impl::send_lost(Connection& c) {
  if (c.lost_octets == 0 || c.tcb.snd.wnd == 0) return;
  for (SentSegment& segment : c.sent) {
    if (!segment.lost) continue;
    if (c.flight() > 0 && c.flight() + segment.len().n > c.congestion.window()) return;
    retransmit(c, segment, Why::retransmission_after_loss);
  }
}

void Stack::Impl::send_new(Connection& c) {
  while (may_send_text(c.state()) && (c.unsent > 0 || (c.fin_queued && !c.fin_sent))) {
    const Why reason = must_wait(c);
    if (reason != Why::none) {
      wait(c, reason);
      return;
    }
    const auto room = static_cast<std::uint32_t>(std::min<std::int64_t>(usable_window(c), smss(c)));
    send_one(c, std::min(c.unsent, room), cause);
  }
}

// The rules of section 3.8.6.2.1; every SEND is pushed, as no program of ours says otherwise.
Why Stack::Impl::must_wait(const Connection& c) const {
  const std::int64_t usable = usable_window(c);
  if (usable <= 0) return Why::window_waits;
  if (c.unsent == 0) return Why::none;  // a FIN alone
  const std::uint32_t mss = smss(c);
  const auto sendable = static_cast<std::uint32_t>(std::min<std::int64_t>(c.unsent, usable));
  const bool full_sized = sendable >= mss;                         // (1)
  const bool all_queued = c.unsent <= usable;                      // (2)
  const bool half_of_window = sendable >= (c.max_window + 1) / 2;  // (3), Fs = 1/2
  if (!full_sized && !all_queued && !half_of_window) return Why::silly_window_waits;
  if (!full_sized && nagle_holds(c)) return Why::nagle_waits;
  const std::uint32_t flight = c.flight();
  if (flight > 0 && flight + std::min(sendable, mss) > c.congestion.window()) {
    return Why::congestion_waits;
  }
  return Why::none;
}

// "If there is unacknowledged data, then the sending TCP endpoint buffers all user data (regardless
// of the PSH bit) until the outstanding data has been acknowledged or … a full-sized segment." What
// a FIN follows goes at once.
bool Stack::Impl::nagle_holds(const Connection& c) const {
  if (!options.profile.nagle || c.options.no_delay || c.fin_queued || c.sent.empty()) return false;
  return !options.profile.minshall_nagle || (c.small_sent && wire::gt(c.small_end, c.tcb.snd.una));
}

// Says once why data waits.
void Stack::Impl::wait(Connection& c, Why why) {
  if (c.waiting == why) return;
  c.waiting = why;
  decided(c, why);
}

// The next `size` octets, and the FIN behind the last of them where it fits; size 0: the FIN alone.
void Stack::Impl::send_one(Connection& c, std::uint32_t size, Why why) {
  const bool fin =
      c.fin_queued && !c.fin_sent && size == c.unsent && (size == 0 || usable_window(c) > size);
  CtlSet ctl = wire::ACK;
  if (size > 0 && size == c.unsent) ctl = ctl | wire::PSH;  // MUST-61
  if (fin) {
    ctl = ctl | wire::FIN;
    c.fin_sent = true;
    if (why != Why::zero_window_probe) why = Why::close_sends_fin;
  }
  c.waiting = Why::none;
  const SeqNum seq = c.tcb.snd.nxt;
  const wire::ByteSpan text = c.send_buffer.view(wire::offset(c.send_base, seq).n, size);
  c.tcb.snd.nxt = c.sent.push(seq, size, ctl, now).end();
  c.unsent -= size;
  if (size > 0) {
    note_text_sent(c);
    c.small_sent = c.small_sent || size < smss(c);
    if (size < smss(c)) c.small_end = seq + SeqSize{size};
  }
  transmit(c, seq, ctl, text, why);
  if (fin && c.state() == TcpState::close_wait) {
    set_state(c, TcpState::last_ack, Why::close_sends_fin);
  }
}

// The retransmission timer runs while something is unacknowledged; while the window is closed the
// persist timer runs instead, and for the override of silly-window avoidance, too.
void Stack::Impl::manage_timers(Connection& c) {
  const bool synchronized = c.state() != TcpState::syn_sent && c.state() != TcpState::syn_received;
  const bool something_left = !c.sent.empty() || c.unsent > 0 || (c.fin_queued && !c.fin_sent);
  if (synchronized && c.tcb.snd.wnd == 0 && something_left) {
    stop_timer(c, TimerName::retransmission, Why::zero_window);
    if (!c.running(TimerName::persist)) {
      start_timer(c, TimerName::persist, now + c.rtt.base_rto(), Why::zero_window);
    }
  } else if (!c.sent.empty()) {
    stop_timer(c, TimerName::persist, Why::window_opened);
    if (!c.running(TimerName::retransmission)) {
      start_timer(c, TimerName::retransmission, now + c.rtt.rto(), Why::awaits_ack);
    }
  } else if (c.waiting == Why::silly_window_waits) {
    if (c.running(TimerName::persist)) return;
    const model::Duration override_timeout =
        std::clamp(c.rtt.base_rto(), model::milliseconds(100), model::seconds(1));
    start_timer(c, TimerName::persist, now + override_timeout, Why::silly_window_waits);
  } else {
    stop_timer(c, TimerName::persist, Why::window_opened);
  }
}

void Stack::Impl::retransmit(Connection& c, SentSegment& segment, Why why) {
  if (segment.lost) {
    segment.lost = false;
    c.lost_octets -= segment.len().n;
  }
  segment.retransmitted = true;
  const std::size_t offset = segment.text_size > 0 ? wire::offset(c.send_base, segment.seq).n : 0;
  transmit(c, segment.seq, segment.ctl, c.send_buffer.view(offset, segment.text_size), why, true);
}

// "<SEQ=ISS><CTL=SYN>", or "<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>".
void Stack::Impl::send_syn(Connection& c, Why why) {
  const CtlSet ctl = c.passive ? wire::SYN | wire::ACK : CtlSet(wire::SYN);
  c.sent.push(c.tcb.snd.iss, 0, ctl, now);
  c.tcb.snd.nxt = c.tcb.snd.iss + SeqSize{1};
  transmit(c, c.tcb.snd.iss, ctl, {}, why);
  start_timer(c, TimerName::retransmission, now + c.rtt.rto(), Why::awaits_ack);
}

// --- the segment

void Stack::Impl::transmit(Connection& c, SeqNum seq, CtlSet ctl, wire::ByteSpan text, Why why,
                           bool retransmission) {
  if (ctl.has(wire::ACK)) ack_was_sent(c);  // what it puts out stands before the segment
  auto& out = put_out<Transmit>();
  out.src = c.local;
  out.dst = c.remote;
  out.why = why;
  out.retransmission = retransmission;
  Segment& segment = out.segment;
  segment.seq = seq;
  segment.ctl = ctl;
  segment.text = text;
  const bool syn = ctl.has(wire::SYN);
  segment.wnd = window_field(c, syn);
  if (syn) {
    segment.options = syn_options(c, ctl.has(wire::ACK));
  } else if (!ctl.has(wire::RST)) {
    segment.options = segment_options(c, text.size());
  }
  if (ctl.has(wire::ACK)) segment.ack = c.tcb.rcv.nxt;
}

// RCV.WND scaled down, rounded up so that the right edge never moves back; RCV.WND is what was
// said.
std::uint16_t Stack::Impl::window_field(Connection& c, bool syn) {
  std::uint32_t& wnd = c.tcb.rcv.wnd;
  if (syn) return static_cast<std::uint16_t>(std::min(wnd, largest_window_field));
  advance_window(c);
  const std::uint32_t unit = 1u << c.rcv_wind_shift;
  const std::uint32_t field = std::min((wnd + unit - 1) / unit, largest_window_field);
  wnd = field * unit;
  return static_cast<std::uint16_t>(field);
}

// Our SYN offers what the profile has; the SYN,ACK only what the peer has offered, too.
wire::TcpOptions Stack::Impl::syn_options(const Connection& c, bool answers_syn) const {
  const Profile& profile = options.profile;
  const bool scale = answers_syn ? c.window_scaling : profile.window_scale_option;
  const bool sack = answers_syn ? c.sack : profile.sack_option;
  const bool times = answers_syn ? c.timestamps : profile.timestamps_option;
  const wire::Timestamps ts{timestamp(), answers_syn ? c.ts_recent : 0};
  wire::TcpOptions o;
  const auto nops = [&o](int n) {
    while (n-- > 0) o.append_nop();
  };
  if (profile.mss_option) o.append_mss(static_cast<std::uint16_t>(c.own_mss));
  if (profile.linux_option_order) {
    if (sack) {
      if (!times) nops(2);
      o.append_sack_permitted();
    }
    if (times) {
      if (!sack) nops(2);
      o.append_timestamps(ts);
    }
    if (scale) {
      nops(1);
      o.append_window_scale(profile.window_scale);
    }
    return o;
  }
  if (scale) {
    nops(1);
    o.append_window_scale(profile.window_scale);
  }
  if (sack) {
    nops(2);
    o.append_sack_permitted();
  }
  if (times) {
    nops(2);
    o.append_timestamps(ts);
  }
  return o;
}

// Timestamps in every segment once agreed on; SACK blocks as far as text leaves room for them.
wire::TcpOptions Stack::Impl::segment_options(const Connection& c, std::size_t text_size) const {
  wire::TcpOptions o;
  if (c.timestamps) {
    o.append_nop();
    o.append_nop();
    o.append_timestamps({timestamp(), c.ts_recent});
  }
  if (!c.sack || !c.received.has_gap()) return o;
  constexpr std::size_t sack_header = 4, sack_block = 8;  // NOP, NOP, kind, length; two edges
  const std::size_t most = std::min<std::size_t>(
      wire::TcpOptions::max_size, c.send_mss > text_size ? c.send_mss - text_size : 0);
  if (most < o.size() + sack_header + sack_block) return o;
  std::array<wire::SackBlock, 4> blocks;
  const std::size_t room = std::min(blocks.size(), (most - o.size() - sack_header) / sack_block);
  const std::size_t n = c.received.sack_blocks(std::span(blocks).first(room));
  o.append_nop();
  o.append_nop();
  o.append_sack(std::span(blocks).first(n));
  return o;
}

// TSval: milliseconds since the run began; never 0, which Linux takes for "none".
std::uint32_t Stack::Impl::timestamp() const {
  return static_cast<std::uint32_t>(now.ns / 1'000'000) + 1;
}

// Eff.snd.MSS (section 3.7.1): what fits beside the options that every segment carries.
std::uint32_t Stack::Impl::smss(const Connection& c) const {
  return c.timestamps ? c.send_mss - timestamps_size : c.send_mss;
}

}  // namespace synoptic::tcp
