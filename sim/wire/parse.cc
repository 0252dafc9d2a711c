// Where each header begins and ends, and what is wrong with it.
#include "sim/wire/parse.hh"

#include <algorithm>

#include "sim/wire/checksum.hh"
#include "sim/wire/endian.hh"

namespace synoptic::wire {
namespace {

// Why `size` bytes from `at` cannot be read, or none if they can.
Problem missing(ByteSpan bytes, std::uint32_t at, std::uint32_t size, std::uint32_t end) {
  if (std::uint64_t{at} + size > end) return Problem::too_short;
  if (std::uint64_t{at} + size > bytes.size()) return Problem::cut;
  return Problem::none;
}

LinkParse parse_ethernet(ByteSpan bytes, std::uint32_t wire_end) {
  LinkParse found;
  found.problem = missing(bytes, 0, 14, wire_end);
  if (found.problem != Problem::none) return found;
  found.size = 14;
  std::uint16_t type = load_u16(&bytes[12]);
  while (is_vlan_type(type) && found.vlan_tags < max_vlan_tags) {
    found.problem = missing(bytes, found.size, 4, wire_end);
    if (found.problem != Problem::none) return found;
    type = load_u16(&bytes[found.size + 2]);
    found.size += 4;
    ++found.vlan_tags;
  }
  found.network = Network::other;
  if (type == 0x0800) found.ip_version = 4;
  if (type == 0x86dd) found.ip_version = 6;
  if (found.ip_version != 0) found.network = Network::ip;
  return found;
}

LinkParse parse_bsd_loopback(ByteSpan bytes, LinkType link, std::uint32_t wire_end) {
  LinkParse found;
  found.problem = missing(bytes, 0, 4, wire_end);
  if (found.problem != Problem::none) return found;
  found.size = 4;
  const std::uint32_t family =
      link == LinkType::loop ? load_u32(bytes.data()) : null_family(bytes.data());
  found.ip_version = static_cast<std::uint8_t>(ip_version_of_family(family));
  found.network = found.ip_version != 0 ? Network::ip : Network::other;
  return found;
}

IpParse parse_ipv4(ByteSpan bytes, std::uint32_t at, std::uint32_t wire_end) {
  IpParse found;
  found.version = 4;
  found.end = wire_end;
  found.problem = missing(bytes, at, 20, wire_end);
  if (found.problem != Problem::none) return found;
  const std::uint8_t* p = &bytes[at];
  found.header_size = 20;
  found.protocol = p[9];
  found.fragment = (load_u16(p + 6) & 0x3fff) != 0;  // more fragments, or an offset
  const std::uint32_t header_size = (p[0] & 0x0fu) * 4;
  const std::uint32_t total_length = load_u16(p + 2);
  found.length_not_filled = total_length == 0;
  if (total_length != 0) {
    found.end = at + total_length;
  } else if (wire_end == unbounded) {
    found.end = static_cast<std::uint32_t>(bytes.size());
  }
  if (header_size < 20) {
    found.problem = Problem::bad_header_length;
  } else if (at + header_size > found.end) {
    found.problem = Problem::bad_length;
  } else {
    found.problem = missing(bytes, at, header_size, wire_end);
    if (found.problem != Problem::none) return found;
    found.header_size = header_size;
    if (found.end > wire_end) found.problem = Problem::overrun;
  }
  // A length that cannot be believed bounds nothing.
  if (found.end < at + found.header_size)
    found.end = std::min<std::uint32_t>(wire_end, bytes.size());
  return found;
}

IpParse parse_ipv6(ByteSpan bytes, std::uint32_t at, std::uint32_t wire_end) {
  constexpr std::uint8_t fragment_header = 44, no_next_header = 59;
  IpParse found;
  found.version = 6;
  found.end = wire_end;
  found.problem = missing(bytes, at, 40, wire_end);
  if (found.problem != Problem::none) return found;
  const std::uint8_t* p = &bytes[at];
  found.header_size = 40;
  found.protocol = p[6];
  found.fragment = found.protocol == fragment_header;
  const std::uint32_t payload_length = load_u16(p + 4);
  found.length_not_filled = payload_length == 0 && found.protocol != no_next_header;
  if (!found.length_not_filled) {
    found.end = at + 40 + payload_length;
  } else if (wire_end == unbounded) {
    found.end = static_cast<std::uint32_t>(bytes.size());
  }
  if (found.end > wire_end) found.problem = Problem::overrun;
  return found;
}

}  // namespace

bool is_vlan_type(std::uint16_t ether_type) {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;
}

int ip_version_of_family(std::uint32_t family) {
  switch (family) {
    case 2: return 4;
    case 10:  // Linux
    case 24:  // NetBSD, OpenBSD; Windows (Npcap)
    case 28:  // FreeBSD
    case 30:  // macOS
      return 6;
    default: return 0;
  }
}

std::uint32_t null_family(const std::uint8_t* p) {
  // Families are small numbers: where the first two bytes are zero, the order is the network's.
  if (p[0] == 0 && p[1] == 0) return load_u32(p);
  return std::uint32_t{p[3]} << 24 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
}

LinkParse parse_link(ByteSpan bytes, LinkType link, std::uint32_t wire_end) {
  switch (link) {
    case LinkType::ethernet: return parse_ethernet(bytes, wire_end);
    case LinkType::null:
    case LinkType::loop: return parse_bsd_loopback(bytes, link, wire_end);
    case LinkType::raw: return {.network = Network::ip};
    case LinkType::unknown: break;
  }
  return {.network = Network::other};
}

IpParse parse_ip(ByteSpan bytes, std::uint32_t at, std::uint32_t wire_end,
                 std::uint8_t expected_version) {
  IpParse found;
  found.end = wire_end;
  found.problem = missing(bytes, at, 1, wire_end);
  if (found.problem != Problem::none) return found;
  found.version = bytes[at] >> 4;
  const bool wanted = expected_version == 0 || found.version == expected_version;
  if (wanted && found.version == 4) return parse_ipv4(bytes, at, wire_end);
  if (wanted && found.version == 6) return parse_ipv6(bytes, at, wire_end);
  found.problem = Problem::bad_version;
  return found;
}

TransportParse parse_tcp(ByteSpan bytes, std::uint32_t at, std::uint32_t end) {
  TransportParse found{missing(bytes, at, 20, end), 0, end};
  if (found.problem != Problem::none) return found;
  found.header_size = 20;
  const std::uint32_t header_size = (bytes[at + 12] >> 4) * 4u;
  if (header_size < 20) {
    found.problem = Problem::bad_header_length;
  } else if (at + header_size > end) {
    found.problem = Problem::bad_length;
  } else {
    found.header_size = header_size;
    found.problem = missing(bytes, at, header_size, end);
  }
  return found;
}

TransportParse parse_udp(ByteSpan bytes, std::uint32_t at, std::uint32_t end) {
  TransportParse found{missing(bytes, at, 8, end), 0, end};
  if (found.problem != Problem::none) return found;
  found.header_size = 8;
  const std::uint32_t length = load_u16(&bytes[at + 4]);
  if (length < 8) {
    found.problem = Problem::bad_length;
  } else if (at + length > end) {
    found.problem = Problem::overrun;
  } else {
    found.end = at + length;
  }
  return found;
}

TransportParse parse_icmp(ByteSpan bytes, std::uint32_t at, std::uint32_t end) {
  TransportParse found{missing(bytes, at, 8, end), 0, end};
  if (found.problem == Problem::none) found.header_size = 8;
  return found;
}

bool is_icmp_error(bool v6, std::uint8_t type) {
  if (v6) return type < 128;  // RFC 4443 section 2.1
  switch (type) {
    case 3:   // destination unreachable
    case 4:   // source quench
    case 5:   // redirect
    case 11:  // time exceeded
    case 12:  // parameter problem
      return true;
    default: return false;
  }
}

ChecksumStatus ip_checksum_status(ByteSpan header, std::uint16_t found) {
  if (fold(sum_of(header)) == 0xffff) return ChecksumStatus::good;
  return found == 0 ? ChecksumStatus::partial : ChecksumStatus::wrong;
}

ChecksumStatus transport_checksum_status(ByteSpan bytes, std::uint32_t at, std::uint32_t end,
                                         const IpAddress& src, const IpAddress& dst,
                                         std::uint8_t protocol, std::uint16_t found) {
  const std::uint32_t length = end - at;
  const bool has_pseudo_header = protocol != static_cast<std::uint8_t>(IpProtocol::icmp);
  const Sum pseudo = has_pseudo_header ? pseudo_header_sum(src, dst, protocol, length) : Sum{};
  const bool whole = end <= bytes.size();
  if (whole && fold(pseudo + sum_of(bytes.subspan(at, length))) == 0xffff) {
    return ChecksumStatus::good;
  }
  // What Linux leaves there for the network card to add the rest to; it needs no text to recognise.
  if (has_pseudo_header && found == fold(pseudo)) return ChecksumStatus::partial;
  return whole ? ChecksumStatus::wrong : ChecksumStatus::unverifiable;
}

}  // namespace synoptic::wire
