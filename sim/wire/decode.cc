// decode(): any bytes in, layers, fields and anomalies out.
#include "sim/wire/decode.hh"

#include <fmt/format.h>

#include "sim/wire/decode_layers.hh"
#include "sim/wire/endian.hh"
#include "sim/wire/parse.hh"

namespace synoptic::wire {
namespace {

// Bytes that stand behind everything that was announced.
void decode_trailing(Decoding& d, LinkType link) {
  constexpr std::uint32_t least_frame =
      60;  // Ethernet's minimum of 64, less the frame check sequence
  const std::uint32_t at = d.covered();
  if (at >= d.captured()) return;
  const bool is_padding = link == LinkType::ethernet && d.captured() <= least_frame;
  decode_data(d, at, d.captured(), is_padding ? "Padding" : "Data");
  if (!d.out.view.has_ip || d.out.view.malformed) return;
  d.anomaly(AnomalyCode::trailing_bytes, {at, d.captured() - at},
            is_padding
                ? "Ethernet sends no frame of less than 60 bytes (and 4 of checksum): these bytes "
                  "fill it up and are no part of the IP packet."
                : "These bytes stand behind the end of the IP packet and belong to nothing in it.");
}

}  // namespace

std::string_view code_name(AnomalyCode code) {
  switch (code) {
    case AnomalyCode::truncated: return "truncated";
    case AnomalyCode::short_header: return "short_header";
    case AnomalyCode::bad_length: return "bad_length";
    case AnomalyCode::bad_version: return "bad_version";
    case AnomalyCode::ip_checksum_wrong: return "ip_checksum_wrong";
    case AnomalyCode::checksum_wrong: return "checksum_wrong";
    case AnomalyCode::checksum_not_filled: return "checksum_not_filled";
    case AnomalyCode::bad_option_length: return "bad_option_length";
    case AnomalyCode::options_cut_off: return "options_cut_off";
    case AnomalyCode::reserved_bits_set: return "reserved_bits_set";
    case AnomalyCode::nonzero_padding: return "nonzero_padding";
    case AnomalyCode::syn_fin: return "syn_fin";
    case AnomalyCode::port_zero: return "port_zero";
    case AnomalyCode::unknown_link_type: return "unknown_link_type";
    case AnomalyCode::unknown_protocol: return "unknown_protocol";
    case AnomalyCode::fragment: return "fragment";
    case AnomalyCode::trailing_bytes: return "trailing_bytes";
    case AnomalyCode::length_not_filled: return "length_not_filled";
  }
  return "unknown";
}

Saying kind_without_transport(ByteSpan bytes, LinkType link, const PacketView& view) {
  if (view.malformed) return "damaged";
  if (view.has_ip) {
    if (view.fragment) return view.src.is_v6() ? "IPv6 fragment" : "IPv4 fragment";
    if (view.truncated && view.payload.size < 8) return "cut off";
    const char* const name = known_protocol(view.ip_protocol);
    return name != nullptr ? Saying(name) : Saying::of("IP protocol {}", view.ip_protocol);
  }
  if (!is_understood(link)) return "of an unknown link type";
  const LinkParse found = parse_link(bytes, link, unbounded - 1);
  if (found.network != Network::other) return "cut off";
  if (link != LinkType::ethernet) return "not IP";
  const std::uint16_t type = load_u16(&bytes[found.size - 2]);
  if (type < 0x0600) return "IEEE 802.3";
  const char* const name = known_ether_type(type);
  return name != nullptr ? Saying(name) : Saying::of("EtherType {}", hexadecimal(type));
}

Decoded decode(ByteSpan bytes, LinkType link, std::uint32_t original_size, Detail detail) {
  Decoded out;
  out.view = view(bytes, link, original_size);
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), unbounded - 1));
  const auto captured = static_cast<std::uint32_t>(bytes.size());
  const std::uint32_t wire_end = std::clamp(original_size, captured, unbounded - 1);
  Decoding d{bytes, wire_end, false, out, detail};
  if (captured < wire_end) {
    d.anomaly(
        AnomalyCode::truncated, {captured, 0},
        Saying::of("The capture kept the first {} of this packet's {} bytes; the rest was not "
                   "recorded.",
                   captured, wire_end));
  }
  const LinkParse found = decode_link(d, link);
  if (found.network == Network::ip)
    decode_ip(d, out.view, found.size, found.ip_version);
  else
    decode_data(d, d.covered(), captured);
  decode_trailing(d, link);
  return out;
}

}  // namespace synoptic::wire
