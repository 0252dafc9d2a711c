// What holds of view() and decode() whatever the bytes.
#include "tests/fuzz/wire_properties.hh"

#include <fmt/format.h>

#include <algorithm>

namespace synoptic::wire {
namespace {

std::string text_of(ByteRange r) {
  return fmt::format("[{}, +{})", r.offset, r.size);
}

std::string layer_text(const Decoded& decoded) {
  std::string text;
  for (const Layer& layer : decoded.layers)
    text += layer.name.str() + " " + text_of(layer.range) + "; ";
  return text;
}

// The fields of depth 0 cover the layer bit for bit; those of depth 1 lie within the one above.
std::string broken_fields(const Layer& layer) {
  std::uint64_t covered = 8ull * layer.range.offset, above_from = covered, above_to = covered;
  std::uint64_t within = covered;
  for (const Field& field : layer.fields) {
    const std::uint64_t from = 8ull * field.range.offset + field.bit_offset;
    const std::uint64_t to = field.bit_size != 0 ? from + field.bit_size : 8ull * field.range.end();
    const std::string where =
        fmt::format("{}: {} {} bits {}+{}", layer.name.str(), field.name.str(),
                    text_of(field.range), field.bit_offset, field.bit_size);
    if (field.name.empty() || field.value.empty()) return where + " has no name or no value";
    if (to <= from || to > 8ull * field.range.end()) return where + " is no range of bits";
    if (field.bit_size != 0 && (field.bit_offset >= 8 || 8ull * field.range.end() - to >= 8))
      return where + " names a byte that holds none of it";
    if (field.depth == 0) {
      if (from != covered) return where + fmt::format(" does not begin at bit {}", covered);
      covered = above_to = to;
      above_from = within = from;
    } else {
      if (from < std::max(within, above_from) || to > above_to)
        return where + " is not in its field";
      within = to;
    }
  }
  if (covered != 8ull * layer.range.end())
    return layer.name.str() + ": fields do not cover the layer";
  return {};
}

std::string broken_layers(ByteSpan bytes, const Decoded& decoded) {
  std::uint32_t covered = 0;
  for (const Layer& layer : decoded.layers) {
    if (layer.range.offset != covered || layer.range.size == 0)
      return fmt::format("{} leaves a gap or overlaps: {}", layer.name.str(), layer_text(decoded));
    covered = layer.range.end();
    if (std::string broken = broken_fields(layer); !broken.empty()) return broken;
  }
  if (covered != bytes.size()) return "layers do not cover the packet: " + layer_text(decoded);
  return {};
}

std::string broken_anomalies(ByteSpan bytes, const Decoded& decoded) {
  bool contradiction = false, missing = false;
  for (const Anomaly& anomaly : decoded.anomalies) {
    if (anomaly.range.end() > bytes.size())
      return fmt::format("{} is outside: {}", code_name(anomaly.code), text_of(anomaly.range));
    if (!anomaly.text.str().ends_with('.')) return "no sentence: " + anomaly.text.str();
    contradiction |= anomaly.code == AnomalyCode::short_header ||
                     anomaly.code == AnomalyCode::bad_length ||
                     anomaly.code == AnomalyCode::bad_version;
    missing |= anomaly.code == AnomalyCode::truncated || contradiction;
  }
  if (contradiction != decoded.view.malformed)
    return fmt::format("malformed is {}, the anomalies say otherwise: {}", decoded.view.malformed,
                       layer_text(decoded));
  if (decoded.view.truncated && !missing) return "truncated, but no anomaly says so";
  return {};
}

std::string broken_view(ByteSpan bytes, const PacketView& v) {
  for (const ByteRange r : {v.ip_header, v.transport_header, v.payload}) {
    if (r.end() > bytes.size()) return "a range of the view is outside: " + text_of(r);
  }
  if (v.payload.size > v.payload_length) return "more payload captured than announced";
  if (!v.truncated && v.payload.size != v.payload_length) return "payload missing, not truncated";
  if (v.transport != Transport::none && (!v.has_ip || v.fragment)) return "transport without IP";
  if (v.transport != Transport::none && v.payload.offset < v.transport_header.end())
    return "payload within the transport header";
  return {};
}

// Reading a number back from what is shown: its digits up to the first that is none.
std::string shown(const Layer& layer, std::string_view name) {
  for (const Field& field : layer.fields) {
    if (field.name == name) {
      const std::string value = field.value;
      return value.substr(0, value.find(' '));
    }
  }
  return "missing";
}

std::string disagreement(const Decoded& decoded, const PacketView& v, std::string_view suffix) {
  const auto find = [&](std::string name) -> const Layer* {
    name += suffix;
    const auto it = std::ranges::find_if(decoded.layers,
                                         [&](const Layer& layer) { return layer.name == name; });
    return it == decoded.layers.end() ? nullptr : &*it;
  };
  const auto differs = [](const Layer* layer, std::string_view field, const std::string& value) {
    return layer == nullptr ? true : shown(*layer, field) != value;
  };
  if (v.has_ip) {
    const Layer* ip = find(v.src.is_v6() ? "IPv6" : "IPv4");
    if (differs(ip, "Source Address", v.src.str()) ||
        differs(ip, "Destination Address", v.dst.str()) ||
        differs(ip, v.src.is_v6() ? "Hop Limit" : "Time to Live", fmt::format("{}", v.ttl)))
      return "the IP layer disagrees with the view: " + layer_text(decoded);
  }
  if (v.transport == Transport::tcp) {
    const Layer* tcp = find("TCP");
    const bool whole = v.transport_header.size >= 20;
    if (differs(tcp, "Source Port", fmt::format("{}", v.src_port)) ||
        differs(tcp, "Destination Port", fmt::format("{}", v.tcp.dst_port)) ||
        differs(tcp, "Sequence Number", fmt::format("{}", v.tcp.seq.raw)) ||
        (whole && (differs(tcp, "Acknowledgment Number", fmt::format("{}", v.tcp.ack.raw)) ||
                   differs(tcp, "Window", fmt::format("{}", v.tcp.window)) ||
                   differs(tcp, "Checksum", fmt::format("{:#06x}", v.tcp.checksum)))))
      return "the TCP layer disagrees with the view: " + layer_text(decoded);
  } else if (v.transport == Transport::udp) {
    const Layer* udp = find("UDP");
    if (differs(udp, "Source Port", fmt::format("{}", v.src_port)) ||
        differs(udp, "Destination Port", fmt::format("{}", v.dst_port)))
      return "the UDP layer disagrees with the view: " + layer_text(decoded);
  } else if (v.transport == Transport::icmp) {
    const Layer* icmp = find(v.src.is_v6() ? "ICMPv6" : "ICMP");
    if (differs(icmp, "Type", fmt::format("{}", v.icmp_type)) ||
        differs(icmp, "Code", fmt::format("{}", v.icmp_code)))
      return "the ICMP layer disagrees with the view: " + layer_text(decoded);
  }
  return {};
}

bool same_but_checksums(const PacketView& a, const PacketView& b) {
  return a.has_ip == b.has_ip && a.transport == b.transport && a.truncated == b.truncated &&
         a.malformed == b.malformed && a.fragment == b.fragment && a.src == b.src &&
         a.dst == b.dst && a.ttl == b.ttl && a.ip_protocol == b.ip_protocol && a.ip_id == b.ip_id &&
         a.tcp.seq == b.tcp.seq && a.tcp.ack == b.tcp.ack && a.tcp.ctl == b.tcp.ctl &&
         a.tcp.options == b.tcp.options && a.src_port == b.src_port && a.dst_port == b.dst_port &&
         a.icmp_type == b.icmp_type && a.icmp_code == b.icmp_code && a.ip_header == b.ip_header &&
         a.transport_header == b.transport_header && a.payload == b.payload &&
         a.payload_length == b.payload_length;
}

}  // namespace

std::string broken_property(ByteSpan bytes, LinkType link, std::uint32_t original_size) {
  const Decoded decoded = decode(bytes, link, original_size);
  const PacketView v = view(bytes, link, original_size);
  const PacketView unchecked = view(bytes, link, original_size, {.verify_checksums = false});
  std::string broken = broken_layers(bytes, decoded);
  if (broken.empty()) broken = broken_anomalies(bytes, decoded);
  if (broken.empty()) broken = broken_view(bytes, v);
  if (broken.empty()) broken = disagreement(decoded, v, "");
  if (!broken.empty()) return broken;
  if (!same_but_checksums(v, decoded.view) || v.ip_checksum != decoded.view.ip_checksum ||
      v.transport_checksum != decoded.view.transport_checksum)
    return "decode's view is not view's";
  if (!same_but_checksums(v, unchecked)) return "verifying checksums changes what is read";
  if (unchecked.ip_checksum != ChecksumStatus::absent ||
      unchecked.transport_checksum != ChecksumStatus::absent)
    return "a checksum was verified though nobody asked";
  const auto odd = decode(bytes, link, original_size, Detail::anomalies).anomalies;
  const auto alike = [](const Anomaly& x, const Anomaly& y) {
    return x.code == y.code && x.range == y.range && x.text.str() == y.text.str();
  };
  if (!std::ranges::equal(odd, decoded.anomalies, alike))
    return "without fields, other anomalies are found";
  v.tcp.options.parse();
  if (const auto quoted = view_quoted(bytes, v)) {
    const ByteSpan quote = slice(bytes, v.payload);
    broken = broken_view(quote, *quoted);
    if (broken.empty()) broken = disagreement(decoded, *quoted, " (quoted)");
    if (!broken.empty()) return "quoted: " + broken;
  }
  return {};
}

}  // namespace synoptic::wire
