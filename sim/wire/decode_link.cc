// The layers below IP: Ethernet II with 802.1Q tags, and BSD loopback.
#include <fmt/format.h>

#include "sim/wire/decode_layers.hh"
#include "sim/wire/endian.hh"

namespace synoptic::wire {
namespace {

Saying ether_type_name(std::uint32_t type) {
  const char* const name = known_ether_type(type);
  return name == nullptr ? hexadecimal(type)
                         : Saying::of("{} ({})", hexadecimal(type), Saying(name));
}

Saying mac_text(ByteSpan bytes) {
  MacAddress mac;
  std::copy(bytes.begin(), bytes.end(), mac.octets.begin());
  return Saying::value(mac.str());
}

// Below 0x0600 the two bytes are a length (IEEE 802.3).
void ether_type_field(LayerWriter& layer, Place place) {
  const auto type = layer.number(place);
  if (!type) return;
  if (*type < 0x0600)
    layer.text("Length", place, decimal(*type));
  else
    layer.text("EtherType", place, ether_type_name(*type));
}

void decode_ethernet(Decoding& d, const LinkParse& found) {
  LayerWriter ethernet(d, "Ethernet II", 0, 14);
  constexpr Place dst{0, 6}, src{6, 6}, type{12, 2};
  if (ethernet.writes()) {
    if (ethernet.fits(dst)) ethernet.text("Destination", dst, mac_text(ethernet.bytes(dst)));
    if (ethernet.fits(src)) ethernet.text("Source", src, mac_text(ethernet.bytes(src)));
    ether_type_field(ethernet, type);
  }
  ethernet.finish();
  const std::uint32_t tags = found.vlan_tags + (found.size >= 14 && found.problem != Problem::none);
  for (std::uint32_t i = 0; i < tags; ++i) {
    LayerWriter tag(d, "802.1Q", 14 + 4 * i, 18 + 4 * i);
    if (tag.fits({0, 2})) {  // half of a bit field is none
      tag.field("Priority", {0, 1, 0, 3}, decimal);
      tag.field("Drop Eligible", {0, 1, 3, 1}, set_or_not);
      tag.field("VLAN Identifier", {0, 2, 4, 12}, decimal);
    }
    ether_type_field(tag, {2, 2});
    tag.finish();
  }
  if (found.problem == Problem::too_short) {
    const bool in_tag = found.size >= 14;
    report_short_header(d, in_tag ? "802.1Q" : "Ethernet", found.size, d.wire_end, in_tag ? 4 : 14);
  }
  if (found.network != Network::other) return;
  const std::uint16_t type_value = load_u16(&d.bytes[found.size - 2]);
  if (type_value < 0x0600) {
    d.anomaly(AnomalyCode::unknown_protocol, {found.size - 2, 2},
              "This is a frame of IEEE 802.3 with a length in place of a type, not IP: it is shown "
              "as bytes.");
  } else {
    d.anomaly(AnomalyCode::unknown_protocol, {found.size - 2, 2},
              Saying::of("This is EtherType {}, not IP: it is shown as bytes.",
                         ether_type_name(type_value)));
  }
}

void decode_bsd_loopback(Decoding& d, LinkType link, const LinkParse& found) {
  LayerWriter layer(d, link == LinkType::loop ? "Loopback (OpenBSD)" : "Loopback (BSD)", 0, 4);
  constexpr Place family{0, 4};
  if (layer.fits(family)) {
    const ByteSpan bytes = layer.bytes(family);
    const std::uint32_t value =
        link == LinkType::loop ? load_u32(bytes.data()) : null_family(bytes.data());
    const int version = ip_version_of_family(value);
    layer.text("Address Family", family,
               version == 0 ? decimal(value)
                            : Saying::of("{} ({})", value, fmt::format("IPv{}", version)));
    if (version == 0) {
      d.anomaly(AnomalyCode::unknown_protocol, {0, 4},
                Saying::of("Address family {} is not one that means IPv4 or IPv6: what follows is "
                           "shown as bytes.",
                           value));
    }
  }
  layer.finish();
  if (found.problem == Problem::too_short) {
    report_short_header(d, "loopback", 0, d.wire_end, 4);
  }
}

}  // namespace

const char* known_ether_type(std::uint32_t type) {
  switch (type) {
    case 0x0800: return "IPv4";
    case 0x0806: return "ARP";
    case 0x8100: return "802.1Q";
    case 0x86dd: return "IPv6";
    case 0x8847: return "MPLS";
    case 0x8863: return "PPPoE discovery";
    case 0x8864: return "PPPoE session";
    case 0x88a8: return "802.1ad";
    case 0x88cc: return "LLDP";
    case 0x9100: return "802.1Q, old";
    default: return nullptr;
  }
}

LinkParse decode_link(Decoding& d, LinkType link) {
  const LinkParse found = parse_link(d.bytes, link, d.wire_end);
  switch (link) {
    case LinkType::ethernet: decode_ethernet(d, found); break;
    case LinkType::null:
    case LinkType::loop: decode_bsd_loopback(d, link, found); break;
    case LinkType::raw: break;
    default:
      d.anomaly(AnomalyCode::unknown_link_type, {0, d.captured()},
                "Synoptic does not know this capture's link type: the packet is shown as bytes.");
  }
  return found;
}

}  // namespace synoptic::wire
