// The writer of one layer's fields, and the words that all layers share.
#include "sim/wire/decode_layers.hh"

#include <fmt/format.h>

namespace synoptic::wire {

Saying decimal(std::uint32_t value) {
  return Saying::value(value);
}
Saying hexadecimal(std::uint32_t value) {
  return Saying::value(fmt::format("{:#06x}", value));
}
Saying set_or_not(std::uint32_t value) {
  return value != 0 ? "set" : "not set";
}

namespace {

// The first of them: as text where they are one, else in hex.
std::string beginning(ByteSpan bytes) {
  constexpr std::size_t most_text = 64, most_hex = 16;
  const ByteSpan head = bytes.first(std::min(bytes.size(), most_text));
  const auto plain = [](std::uint8_t b) {
    return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\r';
  };
  if (!std::ranges::all_of(head, plain)) {
    std::string out =
        fmt::format("{:02x}", fmt::join(head.first(std::min(head.size(), most_hex)), " "));
    if (bytes.size() > most_hex) out += " …";
    return out;
  }
  std::string out = "\"";
  for (const std::uint8_t b : head) {
    if (b == '\n')
      out += "\\n";
    else if (b == '\r')
      out += "\\r";
    else if (b == '"' || b == '\\')
      (out += '\\') += static_cast<char>(b);
    else
      out += static_cast<char>(b);
  }
  out += '"';
  if (bytes.size() > most_text) out += " …";
  return out;
}

}  // namespace

Saying describe_bytes(ByteSpan bytes) {
  if (bytes.empty()) return "0 bytes";
  if (bytes.size() == 1) return Saying::of("1 byte: {}", beginning(bytes));
  return Saying::of("{} bytes: {}", bytes.size(), beginning(bytes));
}

LayerWriter::LayerWriter(Decoding& decoding, std::string_view name, std::uint32_t at,
                         std::uint32_t limit)
    : decoding_(decoding),
      layer_{name, {}, {}},
      at_(at),
      limit_(std::max(at, decoding.clip(limit))),
      named_(at) {
  if (decoding.quoted) layer_.name = Saying::of("{} (quoted)", layer_.name);
}

std::optional<std::uint32_t> LayerWriter::number(Place place) const {
  if (!fits(place)) return std::nullopt;
  std::uint32_t value = 0;
  for (const std::uint8_t b : bytes(place)) value = value << 8 | b;
  if (place.bit_size == 0) return value;
  const std::uint32_t below = 8 * place.size - place.bit_offset - place.bit_size;
  return value >> below & ((std::uint32_t{1} << place.bit_size) - 1);
}

void LayerWriter::add(Saying name, Place place, Saying value, std::uint8_t depth) {
  if (!writes()) return;
  layer_.fields.push_back(
      {std::move(name), std::move(value), range(place), place.bit_offset, place.bit_size, depth});
  named_ = std::max(named_, range(place).end());
}

void LayerWriter::finish() {
  if (limit_ == at_) return;
  if (named_ < limit_) add("Cut off", {named_ - at_, limit_ - named_}, "the header goes on", 0);
  layer_.range = {at_, limit_ - at_};
  decoding_.out.layers.push_back(std::move(layer_));
}

Saying show_checksum(std::uint32_t found, ChecksumStatus status, std::uint16_t expected) {
  const Saying shown = hexadecimal(found);
  switch (status) {
    case ChecksumStatus::good: return Saying::of("{} [correct]", shown);
    case ChecksumStatus::partial: return Saying::of("{} [not filled in (offload)]", shown);
    case ChecksumStatus::wrong:
      return Saying::of("{} [wrong, should be {}]", shown, hexadecimal(expected));
    case ChecksumStatus::unverifiable:
      return Saying::of("{} [not verified: bytes are missing]", shown);
    case ChecksumStatus::absent: break;
  }
  return Saying::of("{} [not used]", shown);
}

std::uint16_t expected_checksum(ByteSpan bytes, Sum pseudo_header, std::uint16_t found) {
  // Taking `found` out of a one's-complement sum is adding its complement.
  std::uint32_t sum = fold(pseudo_header + sum_of(bytes)) + (0xffffu ^ found);
  sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(~sum);
}

const char* known_protocol(std::uint8_t protocol) {
  switch (protocol) {
    case 0: return "Hop-by-Hop Options";
    case 1: return "ICMP";
    case 2: return "IGMP";
    case 6: return "TCP";
    case 17: return "UDP";
    case 43: return "Routing header";
    case 44: return "Fragment header";
    case 47: return "GRE";
    case 50: return "ESP";
    case 51: return "Authentication Header";
    case 58: return "ICMPv6";
    case 59: return "no next header";
    case 60: return "Destination Options";
    case 89: return "OSPF";
    case 132: return "SCTP";
    default: return nullptr;
  }
}

Saying protocol_name(std::uint8_t protocol) {
  const char* const name = known_protocol(protocol);
  return name == nullptr ? decimal(protocol) : Saying::of("{} ({})", Saying(name), protocol);
}

void report_short_header(Decoding& d, std::string_view name, std::uint32_t at, std::uint32_t end,
                         std::uint32_t needed) {
  d.anomaly(AnomalyCode::short_header, d.range(at, end),
            Saying::of("The packet ends inside its {} header: that needs {} bytes, and only {} are "
                       "there.",
                       Saying(name), needed, end > at ? end - at : 0));
}

void decode_data(Decoding& d, std::uint32_t at, std::uint32_t end, std::string_view name) {
  const ByteRange range = d.range(at, end);
  if (range.size == 0) return;
  Layer layer{name, range, {}};
  if (d.quoted) layer.name = Saying::of("{} (quoted)", layer.name);
  if (d.detail == Detail::anomalies) return d.out.layers.push_back(std::move(layer));
  layer.fields.push_back({name, describe_bytes(slice(d.bytes, range)), range, 0, 0, 0});
  d.out.layers.push_back(std::move(layer));
}

void decode_transport_checksum(Decoding& d, LayerWriter& layer, const PacketView& v,
                               std::uint32_t offset, std::uint32_t at, std::uint32_t end) {
  const Place place{offset, 2};
  const auto found = layer.number(place);
  if (!found) return;
  std::uint16_t expected = 0;
  if (v.transport_checksum == ChecksumStatus::wrong && end <= d.captured()) {
    const bool icmp_v4 = v.ip_protocol == static_cast<std::uint8_t>(IpProtocol::icmp);
    const Sum pseudo = icmp_v4 ? Sum{} : pseudo_header_sum(v.src, v.dst, v.ip_protocol, end - at);
    expected = expected_checksum(d.bytes.subspan(at, end - at), pseudo,
                                 static_cast<std::uint16_t>(*found));
    if (v.transport == Transport::udp && expected == 0) expected = 0xffff;
  }
  if (layer.writes())
    layer.text("Checksum", place, show_checksum(*found, v.transport_checksum, expected));
  if (v.transport_checksum == ChecksumStatus::partial) {
    d.anomaly(
        AnomalyCode::checksum_not_filled, layer.range(place),
        "The checksum is not filled in: the sender leaves that to its network card (offload). "
        "This is normal in captures of loopback and of the sending host.");
  } else if (v.transport_checksum == ChecksumStatus::wrong && *found == 0 &&
             v.transport == Transport::udp) {
    d.anomaly(
        AnomalyCode::checksum_wrong, layer.range(place),
        "The UDP checksum is zero, which means \"not used\"; over IPv6 that is not allowed, and "
        "the receiver throws the datagram away.");
  } else if (v.transport_checksum == ChecksumStatus::wrong) {
    d.anomaly(
        AnomalyCode::checksum_wrong, layer.range(place),
        Saying::of("The checksum is {} but the bytes add up to {}: something was changed on the "
                   "way, and the receiver throws the packet away.",
                   hexadecimal(*found), hexadecimal(expected)));
  }
}

}  // namespace synoptic::wire
