// From packets to events: which lane and conversation, which numbers; what they show of states is
// connection.hh's.
#include "capture/observe/flow_tracker.hh"

#include <algorithm>
#include <array>
#include <deque>

#include "capture/observe/call_placer.hh"
#include "capture/observe/connection.hh"
#include "capture/observe/flow_table.hh"
#include "capture/observe/kernel_word.hh"
#include "capture/observe/quoted_packet.hh"

namespace synoptic::observe {

using model::EndpointId;
using model::EventId;
using model::EventKind;
using model::FlowId;
using model::Instant;
using model::Protocol;

namespace {

constexpr std::uint8_t max_window_shift = 14;  // RFC 7323 2.3

// A TCP conversation: its states, and how its windows are scaled.
struct Conversation {
  explicit Conversation(bool on_arrival) : connection(on_arrival) {}
  Connection connection;
  bool swapped = false;  // the flow's `a` is the pair's second lane
  std::array<std::optional<std::uint8_t>, 2>
      shift;                       // as the SYN of each end (by side of the pair) offered it
  std::array<bool, 2> numbered{};  // the base of each end is set
  FlowId previous = FlowId::none;  // between the same ports
  bool watched = false;            // stands in the queue of those that silence may prove
};

constexpr std::uint32_t no_conversation = 0xffffffff;

}  // namespace

struct FlowTracker::Impl {
  model::Trace& trace;
  TrackerOptions options;
  FlowTable flows{trace};
  CallPlacer calls{trace, flows};
  KernelWord kernel{trace, flows};
  std::vector<Conversation> conversations;
  std::vector<std::uint32_t> conversation_of;  // by flow; none for datagrams
  struct Watch {
    Instant since;
    std::uint32_t conversation;
    FlowId flow;
  };
  std::deque<Watch> watched;
  Claims claims;      // of the packet in hand
  Claims old_claims;  // … about the conversation before its own
  bool news = false;

  void packet(const CapturedPacket& p);
  void segment(const CapturedPacket& p, const wire::PacketView& v);
  void datagram(const CapturedPacket& p, const wire::PacketView& v);
  void icmp(const CapturedPacket& p, const wire::PacketView& v);
  FlowId open(FlowTable::Pair& pair, int side, Protocol protocol, Instant t);
  Conversation& conversation(const FlowTable::Place& place, const SegmentSeen& s);
  void number(Conversation& c, FlowId flow, const SegmentSeen& s);
  std::uint32_t window(Conversation& c, const SegmentSeen& s, const wire::TcpHeader& header);
  model::Event event(const CapturedPacket& p, const wire::PacketView& v, EndpointId from,
                     EndpointId to, FlowId flow);
  void report(FlowId flow, const Claims& shown);
  void watch(FlowId flow, Instant now);
  void listen_to_silence(Instant now);
};

void FlowTracker::Impl::packet(const CapturedPacket& p) {
  const wire::PacketView v = wire::view(p.bytes, p.link, p.original_size);
  if (!watched.empty()) listen_to_silence(p.t);
  switch (v.transport) {
    case wire::Transport::tcp: segment(p, v); break;
    case wire::Transport::udp: datagram(p, v); break;
    case wire::Transport::icmp: icmp(p, v); break;
    case wire::Transport::none:
      trace.add(event(p, v, EndpointId::none, EndpointId::none, FlowId::none), EventKind::other);
      return;
  }
  if (news) {
    calls.flows_changed();
    kernel.flows_changed();
  }
  news = false;
}

model::Event FlowTracker::Impl::event(const CapturedPacket& p, const wire::PacketView& v,
                                      EndpointId from, EndpointId to, FlowId flow) {
  model::Packet packet;
  packet.bytes = trace.arena().store(p.bytes);
  packet.original_size = std::max(p.original_size, static_cast<std::uint32_t>(p.bytes.size()));
  packet.link = p.link;
  const bool damaged = v.transport_checksum == wire::ChecksumStatus::wrong;
  packet.fate = damaged ? model::Fate::damaged : p.fate;
  packet.arrived = p.t;
  packet.len = v.payload_length;
  return {.t = p.t, .endpoint = from, .to = to, .flow = flow, .why = p.copied, .body = packet};
}

FlowId FlowTracker::Impl::open(FlowTable::Pair& pair, int side, Protocol protocol, Instant t) {
  pair.flow = side == 0 ? trace.add_flow(protocol, pair.low, pair.high)
                        : trace.add_flow(protocol, pair.high, pair.low);
  pair.began = t;
  conversation_of.push_back(no_conversation);
  news = true;
  return pair.flow;
}

// --- TCP

void FlowTracker::Impl::segment(const CapturedPacket& p, const wire::PacketView& v) {
  const FlowTable::Place place =
      flows.find({{v.src, v.src_port}, {v.dst, v.dst_port}, Protocol::tcp});
  SegmentSeen s{.t = p.t,
                .event = EventId(static_cast<std::uint32_t>(trace.events().size())),
                .from = place.side,
                .ctl = v.tcp.ctl,
                .seq = v.tcp.seq,
                .ack = v.tcp.ack,
                .text_size = v.payload_length,
                .lost = p.fate != model::Fate::delivered};
  const bool readable = v.transport_checksum != wire::ChecksumStatus::wrong && !v.malformed;
  claims.clear();
  old_claims.clear();
  // A damaged packet begins no conversation, if there is one that it may belong to.
  Conversation& c = readable || place.pair->flow == FlowId::none
                        ? conversation(place, s)
                        : conversations[conversation_of[model::index(place.pair->flow)]];
  const FlowId flow = place.pair->flow;
  const EndpointId from = place.side == 0 ? place.pair->low : place.pair->high;
  const EndpointId to = place.side == 0 ? place.pair->high : place.pair->low;
  if (readable) number(c, flow, s);
  if (readable && s.ctl.has(wire::SYN) && c.previous != FlowId::none) {
    Connection& previous = conversations[conversation_of[model::index(c.previous)]].connection;
    previous.superseded(place.side, s.t, s.event, old_claims);
  }

  model::Event e = event(p, v, from, to, flow);
  auto& packet = std::get<model::Packet>(e.body);
  packet.ctl = s.ctl;
  packet.seq = s.seq;
  packet.ack = s.ack;
  packet.wnd = readable ? window(c, s, v.tcp) : v.tcp.window;
  if (readable) {
    s.window = packet.wnd;
    packet.retransmission = c.connection.segment(s, claims) && p.copied == model::Why::none;
  } else {
    c.connection.unreadable(place.side);
  }
  trace.add(e, EventKind::segment);
  report(c.previous, old_claims);
  report(flow, claims);
  if (c.connection.waits()) watch(flow, p.t);
}

// The conversation that this segment belongs to, or begins.
Conversation& FlowTracker::Impl::conversation(const FlowTable::Place& place, const SegmentSeen& s) {
  FlowTable::Pair& pair = *place.pair;
  const bool syn = s.ctl.has(wire::SYN) && !s.ctl.has(wire::RST);
  const FlowId previous = pair.flow;
  if (pair.flow != FlowId::none) {
    Conversation& latest = conversations[conversation_of[model::index(pair.flow)]];
    if (!syn || latest.connection.takes_syn(s)) return latest;
  }
  // A SYN,ACK comes from the passive end.
  const bool answers = syn && s.ctl.has(wire::ACK);
  const int opener = answers ? 1 - place.side : place.side;
  const FlowId flow = open(pair, opener, Protocol::tcp, s.t);
  trace.edit(flow).began_mid_stream = !syn || answers;
  conversation_of.back() = static_cast<std::uint32_t>(conversations.size());
  Conversation& c = conversations.emplace_back(options.captured_on_arrival);
  c.swapped = opener == 1;
  c.previous = previous;
  return c;
}

// What relative numbers count from.
void FlowTracker::Impl::number(Conversation& c, FlowId flow, const SegmentSeen& s) {
  const auto side = static_cast<std::size_t>(s.from);
  const auto base = [&](std::size_t of) -> std::optional<wire::SeqNum>& {
    model::Flow& f = trace.edit(flow);
    return (of == 1) == c.swapped ? f.base_a : f.base_b;
  };
  const bool syn = s.ctl.has(wire::SYN);
  if (s.ctl.has(wire::RST) && !trace[flow].began_mid_stream) return;  // may stand anywhere
  if (!c.numbered[side]) {
    c.numbered[side] = true;
    // Without its SYN, as if the first octet seen were the first of the text.
    base(side) = syn ? s.seq : s.seq - wire::SeqSize{1};
  }
  if (!c.numbered[1 - side] && s.ctl.has(wire::ACK) && trace[flow].began_mid_stream) {
    c.numbered[1 - side] = true;
    base(1 - side) = s.ack - wire::SeqSize{1};
  }
}

// In octets (RFC 7323 2.2: never scaled in a SYN, and only when both offered it).
std::uint32_t FlowTracker::Impl::window(Conversation& c, const SegmentSeen& s,
                                        const wire::TcpHeader& header) {
  const auto side = static_cast<std::size_t>(s.from);
  if (s.ctl.has(wire::SYN)) {
    c.shift[side] = header.options.parse().window_scale;
    return header.window;
  }
  if (!c.shift[0] || !c.shift[1]) return header.window;
  return std::uint32_t{header.window} << std::min(c.shift[side].value_or(0), max_window_shift);
}

// --- states

void FlowTracker::Impl::report(FlowId flow, const Claims& shown) {
  for (const Claim& claim : shown) {
    const Conversation& c = conversations[conversation_of[model::index(flow)]];
    const EndpointId at = (claim.end == 1) == c.swapped ? trace[flow].a : trace[flow].b;
    model::Event e{
        .t = claim.t, .endpoint = at, .flow = flow, .cause = claim.cause, .why = claim.why};
    if (claim.unsure) {
      e.body = model::Note{};
    } else {
      e.body = model::StateChange{claim.from, claim.to, model::Basis::inferred};
    }
    trace.add(e);
  }
}

void FlowTracker::Impl::watch(FlowId flow, Instant now) {
  const std::uint32_t index = conversation_of[model::index(flow)];
  if (conversations[index].watched) return;
  conversations[index].watched = true;
  watched.push_back({now, index, flow});
}

// Each waiting conversation is looked at again after a second at the earliest, so that the work for
// a packet does not grow with their number.
void FlowTracker::Impl::listen_to_silence(Instant now) {
  constexpr model::Duration pause = model::seconds(1);
  while (!watched.empty() && now - watched.front().since > pause) {
    const Watch w = watched.front();
    watched.pop_front();
    Conversation& c = conversations[w.conversation];
    c.watched = false;
    if (!c.connection.waits()) continue;
    claims.clear();
    const bool proved = c.connection.silence(now, claims);
    report(w.flow, claims);
    if (!proved) watch(w.flow, now);
  }
}

// --- UDP and ICMP

void FlowTracker::Impl::datagram(const CapturedPacket& p, const wire::PacketView& v) {
  const FlowTable::Place place =
      flows.find({{v.src, v.src_port}, {v.dst, v.dst_port}, Protocol::udp});
  FlowTable::Pair& pair = *place.pair;
  if (pair.flow == FlowId::none) open(pair, place.side, Protocol::udp, p.t);
  news |= !pair.sent[place.side];
  pair.sent[place.side] = p.t;
  const EndpointId from = place.side == 0 ? pair.low : pair.high;
  const EndpointId to = place.side == 0 ? pair.high : pair.low;
  trace.add(event(p, v, from, to, pair.flow), EventKind::datagram);
}

// An error belongs to the conversation of the packet that it quotes, which is its cause, and comes,
// as far as lanes go, from where that packet went. Other messages have lanes of their own: port 0.
void FlowTracker::Impl::icmp(const CapturedPacket& p, const wire::PacketView& v) {
  EndpointId from = EndpointId::none;
  EndpointId to = EndpointId::none;
  FlowId flow = FlowId::none;
  EventId cause = EventId::none;
  const auto quoted = wire::view_quoted(p.bytes, v);
  const bool ports = quoted && (quoted->transport == wire::Transport::tcp ||
                                quoted->transport == wire::Transport::udp);
  if (ports) {
    const Protocol protocol =
        quoted->transport == wire::Transport::tcp ? Protocol::tcp : Protocol::udp;
    const wire::SocketAddress src{quoted->src, quoted->src_port};
    const wire::SocketAddress dst{quoted->dst, quoted->dst_port};
    from = flows.lane(dst, protocol);
    to = flows.lane(src, protocol);
    if (const auto* const pair = flows.known({src, dst, protocol}); pair != nullptr)
      flow = pair->flow;
    cause = quoted_packet(trace, {.flow = flow,
                                  .sender = to,
                                  .t = p.t,
                                  .view = *quoted,
                                  .bytes = wire::slice(p.bytes, v.payload)});
  } else {
    from = flows.lane({v.src, 0}, Protocol::udp);
    to = flows.lane({v.dst, 0}, Protocol::udp);
  }
  model::Event e = event(p, v, from, to, flow);
  e.cause = cause;
  auto& packet = std::get<model::Packet>(e.body);
  packet.icmp_type = v.icmp_type;
  packet.icmp_code = v.icmp_code;
  trace.add(e, EventKind::icmp);
}

// --- the tracker

FlowTracker::FlowTracker(model::Trace& out, TrackerOptions options)
    : impl_(new Impl{.trace = out, .options = options}) {}

FlowTracker::~FlowTracker() = default;

void FlowTracker::packet(const CapturedPacket& packet) {
  impl_->packet(packet);
}

void FlowTracker::call(const CallRecord& record) {
  impl_->calls.call(record);
}

void FlowTracker::kernel(const KernelRecord& record) {
  impl_->kernel.record(record);
}

void FlowTracker::finish() {
  for (const model::Flow& flow : impl_->trace.flows()) {
    const std::uint32_t index = impl_->conversation_of[model::index(flow.id)];
    if (index == no_conversation) continue;
    impl_->claims.clear();
    impl_->conversations[index].connection.finish(impl_->claims);
    impl_->report(flow.id, impl_->claims);
  }
  impl_->calls.finish();
  impl_->kernel.finish();
}

void FlowTracker::packets_missed() {
  for (Conversation& c : impl_->conversations) {
    for (const int end : {0, 1}) c.connection.unreadable(end);
  }
}

}  // namespace synoptic::observe
