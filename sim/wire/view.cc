// view(): what any bytes hold, read without allocating.
#include <algorithm>
#include <cstring>

#include "sim/wire/endian.hh"
#include "sim/wire/packet.hh"
#include "sim/wire/parse.hh"

namespace synoptic::wire {
namespace {

struct Source {
  ByteSpan bytes;
  std::uint32_t wire_end = 0;
  bool verify = true;
  bool quoted = false;
};

void read_address(IpAddress& address, Family family, const std::uint8_t* p) {
  address.family = family;
  std::memcpy(address.octets.data(), p, address.size());
}

// The captured part of [at, end), as the payload; its length as the headers announce it.
void set_payload(const Source& from, PacketView& v, std::uint32_t at, std::uint32_t end) {
  const auto captured = static_cast<std::uint32_t>(from.bytes.size());
  at = std::min(at, captured);
  const std::uint32_t captured_end = std::max(at, std::min(end, captured));
  v.payload = {at, captured_end - at};
  v.payload_length = end > at ? end - at : 0;
}

// What a header's problem means for the packet.
void note_problem(PacketView& v, Problem problem) {
  switch (problem) {
    case Problem::none: break;
    case Problem::cut: v.truncated = true; break;
    case Problem::overrun:
      v.truncated = true;
      v.malformed = true;
      break;
    default: v.malformed = true;
  }
}

void read_tcp(const Source& from, PacketView& v, std::uint32_t at, std::uint32_t end) {
  const TransportParse found = parse_tcp(from.bytes, at, end);
  note_problem(v, found.problem);
  const std::uint8_t* p = from.bytes.data() + at;
  if (found.header_size == 0) {
    // RFC 792 promises only the first eight bytes of a quoted header: the ports and the number.
    if (!from.quoted || from.bytes.size() < at + 8u || end < at + 8u) return;
    v.transport = Transport::tcp;
    v.src_port = v.tcp.src_port = load_u16(p);
    v.dst_port = v.tcp.dst_port = load_u16(p + 2);
    v.tcp.seq = {load_u32(p + 4)};
    v.transport_header = {
        at, static_cast<std::uint32_t>(std::min<std::size_t>(end, from.bytes.size()) - at)};
    set_payload(from, v, v.transport_header.end(), end);
    return;
  }
  v.transport = Transport::tcp;
  v.src_port = v.tcp.src_port = load_u16(p);
  v.dst_port = v.tcp.dst_port = load_u16(p + 2);
  v.tcp.seq = {load_u32(p + 4)};
  v.tcp.ack = {load_u32(p + 8)};
  v.tcp.data_offset_words = p[12] >> 4;
  v.tcp.ctl = CtlSet(p[13]);
  v.tcp.window = load_u16(p + 14);
  v.tcp.checksum = load_u16(p + 16);
  v.tcp.urgent_pointer = load_u16(p + 18);
  const std::uint32_t header_end = at + found.header_size;
  const auto captured_end = std::min(header_end, static_cast<std::uint32_t>(from.bytes.size()));
  v.transport_header = {at, captured_end - at};
  v.tcp.options.append_raw(from.bytes.subspan(at + 20, captured_end - at - 20));
  set_payload(from, v, header_end, end);
  if (found.problem == Problem::cut) {
    v.payload = {captured_end, 0};
    v.payload_length = end - header_end;
  }
  if (from.verify) {
    v.transport_checksum =
        transport_checksum_status(from.bytes, at, end, v.src, v.dst, v.ip_protocol, v.tcp.checksum);
  }
}

void read_udp(const Source& from, PacketView& v, std::uint32_t at, std::uint32_t end) {
  const TransportParse found = parse_udp(from.bytes, at, end);
  note_problem(v, found.problem);
  if (found.header_size == 0) return;
  const std::uint8_t* p = from.bytes.data() + at;
  v.transport = Transport::udp;
  v.src_port = load_u16(p);
  v.dst_port = load_u16(p + 2);
  v.transport_header = {at, 8};
  set_payload(from, v, at + 8, found.end);
  const std::uint16_t checksum = load_u16(p + 6);
  if (!from.verify) return;
  if (checksum == 0) {  // IPv4: not used (RFC 768). IPv6: not allowed (RFC 8200 section 8.1)
    if (v.src.is_v6()) v.transport_checksum = ChecksumStatus::wrong;
    return;
  }
  v.transport_checksum = found.problem == Problem::none
                             ? transport_checksum_status(from.bytes, at, found.end, v.src, v.dst,
                                                         v.ip_protocol, checksum)
                             : ChecksumStatus::unverifiable;
}

void read_icmp(const Source& from, PacketView& v, std::uint32_t at, std::uint32_t end) {
  const TransportParse found = parse_icmp(from.bytes, at, end);
  note_problem(v, found.problem);
  if (found.header_size == 0) return;
  const std::uint8_t* p = from.bytes.data() + at;
  v.transport = Transport::icmp;
  v.icmp_type = p[0];
  v.icmp_code = p[1];
  v.transport_header = {at, 8};
  set_payload(from, v, at + 8, end);
  if (from.verify) {
    v.transport_checksum = transport_checksum_status(from.bytes, at, end, v.src, v.dst,
                                                     v.ip_protocol, load_u16(p + 2));
  }
}

void read_transport(const Source& from, PacketView& v, std::uint32_t at, std::uint32_t end) {
  switch (static_cast<IpProtocol>(v.ip_protocol)) {
    case IpProtocol::tcp: return read_tcp(from, v, at, end);
    case IpProtocol::udp: return read_udp(from, v, at, end);
    case IpProtocol::icmp:
      if (!v.src.is_v6()) read_icmp(from, v, at, end);
      return;
    case IpProtocol::icmpv6:
      if (v.src.is_v6()) read_icmp(from, v, at, end);
      return;
  }
}

void read_ip(const Source& from, PacketView& v, std::uint32_t at, std::uint8_t version) {
  const IpParse found = parse_ip(from.bytes, at, from.wire_end, version);
  note_problem(v, found.problem);
  set_payload(from, v, at, found.header_size == 0 ? from.wire_end : found.end);
  if (found.header_size == 0) {
    if (from.bytes.size() < from.wire_end) v.truncated = true;
    return;
  }
  const std::uint8_t* p = from.bytes.data() + at;
  v.has_ip = true;
  v.ip_protocol = found.protocol;
  v.fragment = found.fragment;
  if (found.version == 4) {
    v.ttl = p[8];
    v.ip_id = load_u16(p + 4);
    read_address(v.src, Family::ipv4, p + 12);
    read_address(v.dst, Family::ipv4, p + 16);
    if (from.verify) {
      v.ip_checksum = found.problem == Problem::none || found.problem == Problem::overrun
                          ? ip_checksum_status({p, found.header_size}, load_u16(p + 10))
                          : ChecksumStatus::unverifiable;
    }
  } else {
    v.ttl = p[7];
    read_address(v.src, Family::ipv6, p + 8);
    read_address(v.dst, Family::ipv6, p + 24);
  }
  v.ip_header = {at, found.header_size};
  const std::uint32_t above = at + found.header_size;
  set_payload(from, v, above, found.end);
  if (found.end > from.bytes.size()) v.truncated = true;
  if (found.problem != Problem::none && found.problem != Problem::overrun) return;
  if (!found.fragment) read_transport(from, v, above, found.end);
}

}  // namespace

PacketView view(ByteSpan bytes, LinkType link, std::uint32_t original_size, ViewOptions options) {
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), unbounded - 1));
  const auto captured = static_cast<std::uint32_t>(bytes.size());
  const Source from{bytes, std::clamp(original_size, captured, unbounded - 1),
                    options.verify_checksums};
  PacketView v;
  const LinkParse found = parse_link(bytes, link, from.wire_end);
  note_problem(v, found.problem);
  set_payload(from, v, found.size, from.wire_end);
  if (captured < from.wire_end) v.truncated = found.network != Network::ip;
  if (found.network == Network::ip) read_ip(from, v, found.size, found.ip_version);
  return v;
}

std::optional<PacketView> view_quoted(ByteSpan bytes, const PacketView& icmp) {
  if (icmp.transport != Transport::icmp || !is_icmp_error(icmp.src.is_v6(), icmp.icmp_type)) {
    return std::nullopt;
  }
  const Source from{slice(bytes, icmp.payload), unbounded, true, true};
  PacketView v;
  v.payload = {0, icmp.payload.size};
  v.payload_length = icmp.payload_length;
  read_ip(from, v, 0, icmp.src.is_v6() ? 6 : 4);
  return v;
}

}  // namespace synoptic::wire
