// Looks backwards from the end of the trace, and not far.
#include "capture/observe/quoted_packet.hh"

#include <algorithm>

namespace synoptic::observe {

using model::EventId;

namespace {

constexpr std::size_t reach = 4096;                  // events
constexpr model::Duration soon = model::seconds(1);  // an error comes
constexpr std::uint32_t always_quoted = 8;           // bytes of the transport header (RFC 792)

// Its packets are on their way to be changed: checksums by network cards and translators. What
// stays are ports, lengths and sequence numbers.
enum class Likeness { byte_for_byte, by_numbers };

bool is_quoted(const model::Packet& packet, const Quote& quote, Likeness likeness) {
  const wire::PacketView v =
      wire::view(packet.bytes, packet.link, packet.original_size, {.verify_checksums = false});
  const wire::PacketView& q = quote.view;
  if (v.transport != q.transport || v.src_port != q.src_port || v.dst_port != q.dst_port ||
      v.ip_id != q.ip_id)
    return false;
  if (likeness == Likeness::by_numbers)
    return v.transport == wire::Transport::tcp ? v.tcp.seq == q.tcp.seq
                                               : v.payload_length == q.payload_length;
  const wire::ByteSpan sent = wire::slice(packet.bytes, {v.transport_header.offset, always_quoted});
  const wire::ByteSpan told = wire::slice(quote.bytes, {q.transport_header.offset, always_quoted});
  return std::ranges::equal(sent, told);
}

EventId find(const model::Trace& trace, const Quote& quote, Likeness likeness) {
  const auto& events = trace.events();
  std::uint32_t answered = 0;  // up to this one, not included, errors have come
  EventId latest = EventId::none, first = EventId::none;
  for (std::size_t left = std::min(reach, events.size()), i = events.size(); left-- > 0;) {
    const model::Event& e = events[--i];
    if (e.flow != quote.flow) continue;
    if (e.kind == model::EventKind::icmp) {
      if (e.cause != EventId::none) answered = std::max(answered, model::index(e.cause) + 1);
      continue;
    }
    const auto* packet = std::get_if<model::Packet>(&e.body);
    if (packet == nullptr || e.endpoint != quote.sender) continue;
    const bool open = model::index(e.id) >= answered && quote.t - e.t <= soon;
    if (!open && latest != EventId::none) break;
    if (!is_quoted(*packet, quote, likeness)) continue;
    if (latest == EventId::none) latest = e.id;
    if (open) first = e.id;
  }
  return first != EventId::none ? first : latest;
}

}  // namespace

EventId quoted_packet(const model::Trace& trace, const Quote& quote) {
  if (quote.flow == model::FlowId::none) return EventId::none;
  const EventId found = find(trace, quote, Likeness::byte_for_byte);
  return found != EventId::none ? found : find(trace, quote, Likeness::by_numbers);
}

}  // namespace synoptic::observe
