// The layers of IPv4 (RFC 791) and IPv6 (RFC 8200), and what they carry.
#include <fmt/format.h>

#include "sim/wire/decode_layers.hh"
#include "sim/wire/endian.hh"

namespace synoptic::wire {
namespace {

Saying ecn_name(std::uint32_t ecn) {
  constexpr const char* names[] = {"not ECN-capable", "ECT(1)", "ECT(0)", "congestion experienced"};
  return Saying::of("{} ({})", ecn, Saying(names[ecn & 3]));
}

Saying ipv4_flags(std::uint32_t flags) {
  constexpr std::string_view known[] = {"", "MF", "DF", "DF, MF"};
  const std::string_view names = known[flags & 3];
  if ((flags & 4) == 0) return names.empty() ? Saying("none") : Saying::value(names);
  return names.empty() ? Saying("reserved bit") : Saying::of("reserved bit, {}", names);
}

void decode_ipv4_flags(Decoding& d, LayerWriter& layer) {
  if (!layer.fits({6, 2})) return;  // half of a bit field is none
  if (const auto flags = layer.number({6, 1, 0, 3})) {
    layer.field("Flags", {6, 1, 0, 3}, ipv4_flags);
    layer.field("Reserved", {6, 1, 0, 1}, set_or_not, 1);
    layer.field("Don't Fragment", {6, 1, 1, 1}, set_or_not, 1);
    layer.field("More Fragments", {6, 1, 2, 1}, set_or_not, 1);
    if ((*flags & 4) != 0) {
      d.anomaly(AnomalyCode::reserved_bits_set, layer.range({6, 1}),
                "The first of the IPv4 flags is reserved and must be zero, but it is set.");
    }
  }
  layer.field("Fragment Offset", {6, 2, 3, 13},
              [](auto n) { return n == 0 ? decimal(0) : Saying::of("{} ({} bytes)", n, 8 * n); });
}

void decode_ipv4_checksum(Decoding& d, LayerWriter& layer, const PacketView& v) {
  const Place place{10, 2};
  const auto found = layer.number(place);
  if (!found) return;
  const std::uint16_t expected =
      v.ip_checksum == ChecksumStatus::wrong
          ? expected_checksum(slice(d.bytes, layer.range({0, v.ip_header.size})), {},
                              static_cast<std::uint16_t>(*found))
          : std::uint16_t{0};
  if (layer.writes())
    layer.text("Header Checksum", place, show_checksum(*found, v.ip_checksum, expected));
  if (v.ip_checksum == ChecksumStatus::wrong) {
    d.anomaly(
        AnomalyCode::ip_checksum_wrong, layer.range(place),
        Saying::of("The IPv4 header's checksum is {} but should be {}: the header was changed on "
                   "the way, and the next host throws the packet away.",
                   hexadecimal(*found), hexadecimal(expected)));
  } else if (v.ip_checksum == ChecksumStatus::partial) {
    d.anomaly(
        AnomalyCode::checksum_not_filled, layer.range(place),
        "The IPv4 header's checksum is not filled in: the sender leaves that to its network card "
        "(offload). This is normal in captures of the sending host.");
  }
}

Saying address_text(ByteSpan bytes) {
  IpAddress address;
  address.family = bytes.size() == 16 ? Family::ipv6 : Family::ipv4;
  std::copy(bytes.begin(), bytes.end(), address.octets.begin());
  return Saying::value(address.str());
}

void address_field(LayerWriter& layer, std::string_view name, Place place) {
  if (layer.writes() && layer.fits(place))
    layer.text(name, place, address_text(layer.bytes(place)));
}

void decode_ipv4_header(Decoding& d, const PacketView& v, std::uint32_t at, const IpParse& found) {
  const std::uint32_t header_end =
      found.header_size == 0 || found.problem == Problem::cut
          ? std::min<std::uint32_t>(d.wire_end, at + std::max(20u, (d.bytes[at] & 0x0fu) * 4))
          : at + found.header_size;
  LayerWriter layer(d, "IPv4", at, header_end);
  layer.field("Version", {0, 1, 0, 4}, decimal);
  layer.field("IHL", {0, 1, 4, 4}, [](auto n) { return Saying::of("{} ({} bytes)", n, 4 * n); });
  layer.field("DSCP", {1, 1, 0, 6}, decimal);
  layer.field("ECN", {1, 1, 6, 2}, ecn_name);
  layer.field("Total Length", {2, 2}, decimal);
  layer.field("Identification", {4, 2}, hexadecimal);
  decode_ipv4_flags(d, layer);
  layer.field("Time to Live", {8, 1}, decimal);
  layer.field("Protocol", {9, 1}, protocol_name);
  decode_ipv4_checksum(d, layer, v);
  address_field(layer, "Source Address", {12, 4});
  address_field(layer, "Destination Address", {16, 4});
  const std::uint32_t size = d.clip(header_end) - at;
  if (size > 20) {
    const Place options{20, size - 20};
    layer.text("Options", options, describe_bytes(layer.bytes(options)));
  }
  layer.finish();
}

void decode_ipv6_header(Decoding& d, std::uint32_t at) {
  LayerWriter layer(d, "IPv6", at, std::min(at + 40, d.wire_end));
  if (layer.fits({0, 4})) {  // half of a bit field is none
    layer.field("Version", {0, 1, 0, 4}, decimal);
    layer.field("DSCP", {0, 2, 4, 6}, decimal);
    layer.field("ECN", {1, 1, 2, 2}, ecn_name);
    layer.field("Flow Label", {1, 3, 4, 20},
                [](auto n) { return Saying::value(fmt::format("{:#07x}", n)); });
  }
  layer.field("Payload Length", {4, 2}, decimal);
  layer.field("Next Header", {6, 1}, protocol_name);
  layer.field("Hop Limit", {7, 1}, decimal);
  address_field(layer, "Source Address", {8, 16});
  address_field(layer, "Destination Address", {24, 16});
  layer.finish();
}

void report_ipv4_problem(Decoding& d, std::uint32_t at, const IpParse& found) {
  const std::uint32_t ihl = d.bytes[at] & 0x0fu;
  switch (found.problem) {
    case Problem::too_short:
      report_short_header(d, "IPv4", at, d.wire_end, std::max(20u, ihl * 4));
      break;
    case Problem::bad_header_length:
      d.anomaly(
          AnomalyCode::bad_length, d.range(at, at + 1),
          Saying::of("The header says it is {} bytes long, but an IPv4 header has at least 20: "
                     "what follows is shown as bytes.",
                     ihl * 4));
      break;
    case Problem::bad_length:
      d.anomaly(
          AnomalyCode::bad_length, d.range(at + 2, at + 4),
          Saying::of("The total length of {} bytes is less than the header of {}: what follows "
                     "is shown as bytes.",
                     load_u16(&d.bytes[at + 2]), ihl * 4));
      break;
    case Problem::overrun:
      d.anomaly(AnomalyCode::bad_length, d.range(at + 2, at + 4),
                Saying::of("The IPv4 packet says it is {} bytes long, but only {} are there.",
                           load_u16(&d.bytes[at + 2]), d.wire_end - at));
      break;
    default: break;
  }
}

void report_ip_problem(Decoding& d, std::uint32_t at, const IpParse& found) {
  if (found.version == 4) {
    report_ipv4_problem(d, at, found);
  } else if (found.problem == Problem::too_short) {
    report_short_header(d, "IPv6", at, d.wire_end, 40);
  } else if (found.problem == Problem::overrun) {
    d.anomaly(AnomalyCode::bad_length, d.range(at + 4, at + 6),
              Saying::of("The IPv6 packet says that {} bytes follow its header, but only {} do.",
                         load_u16(&d.bytes[at + 4]), d.wire_end - at - 40));
  }
  if (found.length_not_filled) {
    const std::uint32_t field = at + (found.version == 4 ? 2 : 4);
    d.anomaly(
        AnomalyCode::length_not_filled, d.range(field, field + 2),
        "The length is 0: either the sender leaves it to its network card to cut this packet "
        "into segments (offload), or it is larger than the field can say. The captured packet's "
        "own size is taken.");
  }
}

void decode_above_ip(Decoding& d, const PacketView& v, std::uint32_t at, const IpParse& found) {
  constexpr std::uint8_t no_next_header = 59;
  if (found.fragment) {
    d.anomaly(
        AnomalyCode::fragment, d.range(at, found.end),
        "This is a fragment: one piece of an IP packet that was too large for a link. Its bytes "
        "are shown; no header is read from a piece.");
    return;
  }
  switch (static_cast<IpProtocol>(found.protocol)) {
    case IpProtocol::tcp: return decode_tcp(d, v, at, found.end);
    case IpProtocol::udp: return decode_udp(d, v, at, found.end);
    case IpProtocol::icmp:
      if (found.version == 4) return decode_icmp(d, v, at, found.end);
      break;
    case IpProtocol::icmpv6:
      if (found.version == 6) return decode_icmp(d, v, at, found.end);
      break;
  }
  if (found.version == 6 && found.protocol == no_next_header) return;
  d.anomaly(AnomalyCode::unknown_protocol, d.range(at, found.end),
            Saying::of("IP carries protocol {} here, which Synoptic does not read: it is shown as "
                       "bytes.",
                       protocol_name(found.protocol)));
}

}  // namespace

void decode_ip(Decoding& d, const PacketView& v, std::uint32_t at, std::uint8_t expected_version) {
  const IpParse found = parse_ip(d.bytes, at, d.wire_end, expected_version);
  if (found.problem == Problem::bad_version) {
    d.anomaly(AnomalyCode::bad_version, d.range(at, at + 1),
              expected_version == 0
                  ? Saying::of("The first four bits say IP version {}: neither IPv4 nor IPv6.",
                               found.version)
                  : Saying::of("IPv{} was announced, but the first four bits say version {}.",
                               expected_version, found.version));
    return decode_data(d, at, d.wire_end);
  }
  if (found.version == 0) {  // not even the first byte is there
    if (found.problem == Problem::too_short) report_short_header(d, "IP", at, d.wire_end, 20);
    return;
  }
  if (found.version == 4)
    decode_ipv4_header(d, v, at, found);
  else
    decode_ipv6_header(d, at);
  report_ip_problem(d, at, found);
  if (found.problem != Problem::none && found.problem != Problem::overrun) {
    return decode_data(d, d.covered(), found.header_size == 0 ? d.wire_end : found.end);
  }
  decode_above_ip(d, v, at + found.header_size, found);
  decode_data(d, d.covered(), found.end);
}

}  // namespace synoptic::wire
