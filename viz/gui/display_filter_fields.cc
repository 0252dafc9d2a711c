// One table: each field with its type and how it is found.
#include "viz/gui/display_filter_fields.hh"

#include <algorithm>

namespace synoptic::gui {
namespace {

using P = FilteredPacket;
using enum FieldType;

constexpr std::uint64_t u8 = 0xff, u16 = 0xffff, u32 = 0xffff'ffff;

bool is_tcp(const P& p) {
  return p.view.transport == wire::Transport::tcp && p.event.kind == model::EventKind::segment;
}
bool is_udp(const P& p) {
  return p.view.transport == wire::Transport::udp && p.event.kind == model::EventKind::datagram;
}
bool is_icmp(const P& p, wire::Family family) {
  return p.view.transport == wire::Transport::icmp && p.view.src.family == family;
}
bool is_ip(const P& p, wire::Family family) {
  return p.view.has_ip && p.view.src.family == family;
}

FieldValues one(bool there, std::uint64_t number) {
  return there ? FieldValues{.count = 1, .numbers = {number}} : FieldValues{};
}
FieldValues two(bool there, std::uint64_t a, std::uint64_t b) {
  return there ? FieldValues{.count = 2, .numbers = {a, b}} : FieldValues{};
}
FieldValues from(bool there, const P& p, std::uint32_t begin) {
  if (!there) return {};
  const auto size = static_cast<std::uint32_t>(p.packet.bytes.size());
  return {.count = 1, .bytes = wire::slice(p.packet.bytes, {begin, size - std::min(begin, size)})};
}
FieldValues payload(bool there, const P& p) {
  if (!there || p.view.payload.size == 0) return {};
  return {.count = 1, .bytes = wire::slice(p.packet.bytes, p.view.payload)};
}
FieldValues addresses(const P& p, wire::Family family, bool src, bool dst) {
  FieldValues found;
  if (!is_ip(p, family)) return found;
  if (src) found.addresses[found.count++] = p.view.src;
  if (dst) found.addresses[found.count++] = p.view.dst;
  return found;
}

template <wire::Ctl bit>
FieldValues flag_of(const P& p) {
  return one(is_tcp(p), p.view.tcp.ctl.has(bit) ? 1 : 0);
}

std::uint32_t seq_size(const P& p) {
  const wire::CtlSet ctl = p.view.tcp.ctl;
  return p.view.payload_length + (ctl.has(wire::SYN) ? 1u : 0u) + (ctl.has(wire::FIN) ? 1u : 0u);
}

// Conversations of a protocol are counted from 0, in the order in which they began.
FieldValues stream(const P& p, bool there, model::Protocol protocol) {
  if (!there || p.event.flow == model::FlowId::none) return {};
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < model::index(p.event.flow); ++i)
    count += p.trace.flows()[i].protocol == protocol ? 1 : 0;
  return one(true, count);
}

constexpr auto v4 = wire::Family::ipv4, v6 = wire::Family::ipv6;

constexpr std::array fields{
    FilterField{"frame", protocol, 0, [](const P& p) { return from(true, p, 0); }},
    FilterField{"frame.number", number, u32, [](const P& p) { return one(true, p.number); }},
    FilterField{"frame.len", number, u32,
                [](const P& p) { return one(true, p.packet.original_size); }},
    FilterField{"ip", protocol, 0,
                [](const P& p) { return from(is_ip(p, v4), p, p.view.ip_header.offset); }},
    FilterField{"ip.addr", ipv4, 0, [](const P& p) { return addresses(p, v4, true, true); }},
    FilterField{"ip.src", ipv4, 0, [](const P& p) { return addresses(p, v4, true, false); }},
    FilterField{"ip.dst", ipv4, 0, [](const P& p) { return addresses(p, v4, false, true); }},
    FilterField{"ip.ttl", number, u8, [](const P& p) { return one(is_ip(p, v4), p.view.ttl); }},
    FilterField{"ip.id", number, u16, [](const P& p) { return one(is_ip(p, v4), p.view.ip_id); }},
    FilterField{"ip.proto", number, u8,
                [](const P& p) { return one(is_ip(p, v4), p.view.ip_protocol); }},
    FilterField{"ipv6", protocol, 0,
                [](const P& p) { return from(is_ip(p, v6), p, p.view.ip_header.offset); }},
    FilterField{"ipv6.addr", ipv6, 0, [](const P& p) { return addresses(p, v6, true, true); }},
    FilterField{"ipv6.src", ipv6, 0, [](const P& p) { return addresses(p, v6, true, false); }},
    FilterField{"ipv6.dst", ipv6, 0, [](const P& p) { return addresses(p, v6, false, true); }},
    FilterField{"ipv6.hlim", number, u8, [](const P& p) { return one(is_ip(p, v6), p.view.ttl); }},
    FilterField{"tcp", protocol, 0,
                [](const P& p) { return from(is_tcp(p), p, p.view.transport_header.offset); }},
    FilterField{"tcp.port", number, u16,
                [](const P& p) { return two(is_tcp(p), p.view.src_port, p.view.dst_port); }},
    FilterField{"tcp.srcport", number, u16,
                [](const P& p) { return one(is_tcp(p), p.view.src_port); }},
    FilterField{"tcp.dstport", number, u16,
                [](const P& p) { return one(is_tcp(p), p.view.dst_port); }},
    FilterField{"tcp.stream", number, u32,
                [](const P& p) { return stream(p, is_tcp(p), model::Protocol::tcp); }},
    FilterField{"tcp.len", number, u32,
                [](const P& p) { return one(is_tcp(p), p.view.payload_length); }},
    FilterField{"tcp.seq", number, u32,
                [](const P& p) { return one(is_tcp(p), p.trace.relative_seq(p.event)); }},
    FilterField{"tcp.seq_raw", number, u32,
                [](const P& p) { return one(is_tcp(p), p.view.tcp.seq.raw); }},
    FilterField{
        "tcp.nxtseq", number, u32,
        [](const P& p) { return one(is_tcp(p), p.trace.relative_seq(p.event) + seq_size(p)); }},
    FilterField{"tcp.ack", number, u32,
                [](const P& p) { return one(is_tcp(p), p.trace.relative_ack(p.event)); }},
    FilterField{"tcp.ack_raw", number, u32,
                [](const P& p) { return one(is_tcp(p), p.view.tcp.ack.raw); }},
    FilterField{"tcp.hdr_len", number, u8,
                [](const P& p) { return one(is_tcp(p), p.view.tcp.data_offset_words * 4u); }},
    FilterField{"tcp.flags", number, 0xfff,
                [](const P& p) { return one(is_tcp(p), p.view.tcp.ctl.bits); }},
    FilterField{"tcp.flags.fin", flag, 1, flag_of<wire::FIN>},
    FilterField{"tcp.flags.syn", flag, 1, flag_of<wire::SYN>},
    FilterField{"tcp.flags.reset", flag, 1, flag_of<wire::RST>},
    FilterField{"tcp.flags.push", flag, 1, flag_of<wire::PSH>},
    FilterField{"tcp.flags.ack", flag, 1, flag_of<wire::ACK>},
    FilterField{"tcp.flags.urg", flag, 1, flag_of<wire::URG>},
    FilterField{"tcp.flags.ece", flag, 1, flag_of<wire::ECE>},
    FilterField{"tcp.flags.cwr", flag, 1, flag_of<wire::CWR>},
    FilterField{"tcp.window_size_value", number, u16,
                [](const P& p) { return one(is_tcp(p), p.view.tcp.window); }},
    FilterField{"tcp.window_size", number, u32,
                [](const P& p) { return one(is_tcp(p), p.packet.wnd); }},
    FilterField{"tcp.payload", bytes, 0, [](const P& p) { return payload(is_tcp(p), p); }},
    FilterField{"tcp.analysis.retransmission", protocol, 0,
                [](const P& p) {
                  return from(is_tcp(p) && p.packet.retransmission, p,
                              p.view.transport_header.offset);
                }},
    FilterField{"udp", protocol, 0,
                [](const P& p) { return from(is_udp(p), p, p.view.transport_header.offset); }},
    FilterField{"udp.port", number, u16,
                [](const P& p) { return two(is_udp(p), p.view.src_port, p.view.dst_port); }},
    FilterField{"udp.srcport", number, u16,
                [](const P& p) { return one(is_udp(p), p.view.src_port); }},
    FilterField{"udp.dstport", number, u16,
                [](const P& p) { return one(is_udp(p), p.view.dst_port); }},
    FilterField{"udp.stream", number, u32,
                [](const P& p) { return stream(p, is_udp(p), model::Protocol::udp); }},
    FilterField{"udp.length", number, u16,
                [](const P& p) { return one(is_udp(p), p.view.payload_length + 8u); }},
    FilterField{"udp.payload", bytes, 0, [](const P& p) { return payload(is_udp(p), p); }},
    FilterField{"icmp", protocol, 0,
                [](const P& p) { return from(is_icmp(p, v4), p, p.view.transport_header.offset); }},
    FilterField{"icmp.type", number, u8,
                [](const P& p) { return one(is_icmp(p, v4), p.view.icmp_type); }},
    FilterField{"icmp.code", number, u8,
                [](const P& p) { return one(is_icmp(p, v4), p.view.icmp_code); }},
    FilterField{"icmpv6", protocol, 0,
                [](const P& p) { return from(is_icmp(p, v6), p, p.view.transport_header.offset); }},
    FilterField{"icmpv6.type", number, u8,
                [](const P& p) { return one(is_icmp(p, v6), p.view.icmp_type); }},
    FilterField{"icmpv6.code", number, u8,
                [](const P& p) { return one(is_icmp(p, v6), p.view.icmp_code); }},
};

}  // namespace

std::span<const FilterField> all_filter_fields() {
  return fields;
}

const FilterField* find_filter_field(std::string_view name) {
  const auto* const found = std::ranges::find(fields, name, &FilterField::name);
  return found == fields.end() ? nullptr : found;
}

}  // namespace synoptic::gui
