// What the peer's SYN, ACK field and window mean for what we sent: the send sequence space of RFC
// 9293 section 3.3.1.
#include <algorithm>

#include "sim/tcp/impl.hh"

namespace synoptic::tcp {

using model::TcpState;
using model::TimerName;
using model::Why;
using wire::SeqNum;
using wire::SeqSize;

namespace {

std::uint32_t default_mss(const wire::SocketAddress& address) {
  return address.ip.is_v6() ? 1220 : 536;  // MUST-15
}
constexpr std::uint32_t smallest_mss =
    48;  // a peer's MSS of 0 must not stop us; Linux has the same floor
constexpr std::uint8_t largest_shift = 14;  // RFC 7323 section 2.3

}  // namespace

// A SYN arrived (with or without ACK): its numbers and options.
void Stack::Impl::negotiate(Connection& c, const Arrival& a) {
  const Profile& profile = options.profile;
  model::Tcb& tcb = c.tcb;
  tcb.rcv.irs = a.seg.seq;
  tcb.rcv.nxt = a.seg.seq + SeqSize{1};
  tcb.rcv.up = tcb.rcv.nxt;
  c.received.start(tcb.rcv.nxt);
  tcb.snd.wnd = a.seg.wnd;  // never scaled in a SYN
  tcb.snd.wl1 = a.seg.seq;
  tcb.snd.wl2 = a.seg.ack;
  c.max_window = tcb.snd.wnd;

  const std::uint32_t absent = profile.assume_link_mss ? c.own_mss : default_mss(c.local);
  c.send_mss = std::min<std::uint32_t>(a.options.mss.value_or(absent), c.own_mss);
  c.send_mss = std::max(c.send_mss, smallest_mss);
  c.window_scaling = profile.window_scale_option && a.options.window_scale.has_value();
  if (c.window_scaling) {
    c.snd_wind_shift = std::min(*a.options.window_scale, largest_shift);
    c.rcv_wind_shift = profile.window_scale;
  }
  c.sack = profile.sack_option && a.options.sack_permitted;
  c.timestamps = profile.timestamps_option && a.options.timestamps.has_value();
  if (c.timestamps) {
    c.ts_recent = a.options.timestamps->val;
    c.ts_recent_at = now;
  }
}

// SND.UNA < SEG.ACK =< SND.NXT: "set SND.UNA <- SEG.ACK. Any segments on the retransmission queue
// that are thereby entirely acknowledged are removed."
void Stack::Impl::acknowledged(Connection& c, const Arrival& a) {
  const std::size_t buffered = c.send_buffer.size();
  drop_acknowledged(c, a);
  c.tcb.snd.una = a.seg.ack;
  c.retransmissions = 0;
  c.unanswered_probes = 0;
  const auto octets = static_cast<std::uint32_t>(buffered - c.send_buffer.size());
  if (octets > 0) {
    c.congestion.on_ack(octets);
    if (c.wants_to_send && c.send_buffer.size() <= options.profile.send_buffer / 3 * 2) {
      c.wants_to_send = false;
      ready(Ready::What::writable, c);
    }
  }
  // RFC 6298 (5.2), (5.3).
  if (c.sent.empty()) {
    stop_timer(c, TimerName::retransmission, Why::all_acknowledged);
  } else if (c.running(TimerName::retransmission)) {
    start_timer(c, TimerName::retransmission, now + c.rtt.rto(), Why::ack_restarts_timer);
  }
}

// Takes off the queue what SEG.ACK covers, and a round-trip time from it: of the earliest segment
// acknowledged, by the clock where none was sent twice (Karn), else by the echoed timestamp (RFC
// 7323 section 4).
void Stack::Impl::drop_acknowledged(Connection& c, const Arrival& a) {
  const SeqNum ack = a.seg.ack;
  bool any = false, ambiguous = false, syn = false;
  model::Instant earliest;
  while (!c.sent.empty() && wire::leq(c.sent.front().end(), ack)) {
    const SentSegment& segment = c.sent.front();
    if (!any) earliest = segment.sent;
    any = true;
    ambiguous |= segment.retransmitted;
    syn |= segment.ctl.has(wire::SYN);
    if (segment.lost) c.lost_octets -= segment.len().n;
    c.sent.pop_front();
  }
  if (!c.sent.empty() && wire::lt(c.sent.front().seq, ack)) {  // the front of a segment only
    const std::uint32_t n = wire::offset(c.sent.front().seq, ack).n;
    c.sent.front().seq = ack;
    c.sent.front().text_size -= n;
    if (c.sent.front().lost) c.lost_octets -= n;
  }
  if (any && !ambiguous) {
    c.rtt.sample(now - earliest, options.profile);
  } else if (any && c.timestamps && a.options.timestamps && a.options.timestamps->ecr != 0) {
    const std::uint32_t elapsed_ms = timestamp() - a.options.timestamps->ecr;
    c.rtt.sample(model::milliseconds(elapsed_ms), options.profile);
  }
  if (syn && c.syn_was_lost && !c.rtt.has_sample()) c.rtt.fall_back_after_syn(options.profile);

  const SeqNum end = c.send_base + SeqSize{static_cast<std::uint32_t>(c.send_buffer.size())};
  const SeqNum to = wire::min(ack, end);
  if (wire::lt(c.send_base, to)) {
    c.send_buffer.consume(wire::offset(c.send_base, to).n);
    c.send_base = to;
  }
}

// RFC 5681 section 2: a duplicate ACK has data outstanding, no text, no SYN or FIN, SND.UNA, and
// the same window.
void Stack::Impl::duplicate_ack(Connection& c, const Arrival& a) {
  const model::SendSequence& snd = c.tcb.snd;
  if (a.seg.ack == snd.una) c.unanswered_probes = 0;
  const bool duplicate = !c.sent.empty() && a.seg.len().n == 0 && !a.text_dropped &&
                         a.seg.ack == snd.una && snd.wnd != 0 &&
                         std::uint32_t{a.seg.wnd} << c.snd_wind_shift == snd.wnd;
  if (!duplicate) return;
  if (c.congestion.on_duplicate_ack(c.flight())) {
    retransmit(c, c.sent.front(), Why::fast_retransmit);
  }
}

// "If (SND.WL1 < SEG.SEQ or (SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK)), set SND.WND <- SEG.WND, …"
void Stack::Impl::update_send_window(Connection& c, const Arrival& a) {
  model::SendSequence& snd = c.tcb.snd;
  const bool newer =
      wire::lt(snd.wl1, a.seg.seq) || (snd.wl1 == a.seg.seq && wire::leq(snd.wl2, a.seg.ack));
  if (!newer || wire::lt(a.seg.ack, snd.una)) return;
  const bool was_closed = snd.wnd == 0;
  snd.wnd = std::uint32_t{a.seg.wnd} << c.snd_wind_shift;
  snd.wl1 = a.seg.seq;
  snd.wl2 = a.seg.ack;
  c.max_window = std::max(c.max_window, snd.wnd);
  if (was_closed && snd.wnd != 0) {
    c.probes = c.unanswered_probes = 0;
    stop_timer(c, TimerName::persist, Why::window_opened);
    mark_all_lost(c);  // what went out against the closed window was not taken
  }
}

}  // namespace synoptic::tcp
