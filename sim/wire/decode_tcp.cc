// The layer of TCP (RFC 9293 section 3.1).
#include <fmt/format.h>

#include "sim/wire/decode_layers.hh"

namespace synoptic::wire {
namespace {

void decode_control_bits(LayerWriter& layer) {
  layer.field("Control Bits", {13, 1}, [](auto n) {
    return Saying::value(wireshark_flags(CtlSet(static_cast<std::uint8_t>(n))));
  });
  constexpr std::string_view names[] = {"CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"};
  for (std::uint8_t bit = 0; bit < 8; ++bit) {
    layer.field(names[bit], {13, 1, bit, 1}, set_or_not, 1);
  }
}

void report_odd_flags(Decoding& d, const LayerWriter& layer) {
  const auto bits = layer.number({13, 1});
  if (!bits) return;
  const CtlSet ctl(static_cast<std::uint8_t>(*bits));
  const ByteRange range = layer.range({13, 1});
  if (ctl.has(SYN) && ctl.has(FIN)) {
    d.anomaly(
        AnomalyCode::syn_fin, range,
        "SYN and FIN together would open and close in one segment: no TCP sends this, scanners "
        "do.");
  } else if (ctl.has(SYN) && ctl.has(RST)) {
    d.anomaly(AnomalyCode::syn_fin, range,
              "SYN and RST together would open and abort in one segment: no TCP sends this.");
  } else if ((ctl.bits & (FIN | SYN | RST | ACK).bits) == 0) {
    d.anomaly(AnomalyCode::syn_fin, range,
              "None of SYN, ACK, FIN and RST is set: no TCP sends this, for every segment but the "
              "first SYN (and some RST) acknowledges something.");
  }
}

void report_problem(Decoding& d, const LayerWriter& layer, std::uint32_t at, std::uint32_t end,
                    const TransportParse& found) {
  switch (found.problem) {
    case Problem::too_short: return report_short_header(d, "TCP", at, end, 20);
    case Problem::bad_header_length:
      return d.anomaly(AnomalyCode::bad_length, layer.range({12, 1}),
                       Saying::of("The data offset says that the header has {} bytes, but a TCP "
                                  "header has at least 20.",
                                  4 * *layer.number({12, 1, 0, 4})));
    case Problem::bad_length:
      return d.anomaly(AnomalyCode::bad_length, layer.range({12, 1}),
                       Saying::of("The data offset says that the header has {} bytes, but the "
                                  "segment has only {}.",
                                  4 * *layer.number({12, 1, 0, 4}), end - at));
    default: return;
  }
}

void report_odd_values(Decoding& d, const LayerWriter& layer) {
  if (layer.number({12, 1, 4, 4}).value_or(0) != 0) {
    d.anomaly(
        AnomalyCode::reserved_bits_set, layer.range({12, 1}),
        "The four bits behind the data offset are reserved and must be zero, but some are set "
        "(some newer TCPs try out an extension there).");
  }
  for (const std::uint32_t offset : {0u, 2u}) {
    if (layer.number({offset, 2}) != 0u) continue;
    d.anomaly(AnomalyCode::port_zero, layer.range({offset, 2}),
              offset == 0 ? "The source port is 0, which no program can have."
                          : "The destination port is 0, which no program can have.");
  }
}

}  // namespace

void decode_tcp(Decoding& d, const PacketView& v, std::uint32_t at, std::uint32_t end) {
  const TransportParse found = parse_tcp(d.bytes, at, end);
  const std::uint32_t header_end =
      found.header_size == 0 ? std::min(end, at + 20) : at + found.header_size;
  LayerWriter layer(d, "TCP", at, header_end);
  layer.field("Source Port", {0, 2}, decimal);
  layer.field("Destination Port", {2, 2}, decimal);
  layer.field("Sequence Number", {4, 4}, decimal);
  layer.field("Acknowledgment Number", {8, 4}, decimal);
  layer.field("Data Offset", {12, 1, 0, 4},
              [](auto n) { return Saying::of("{} ({} bytes)", n, 4 * n); });
  layer.field("Reserved", {12, 1, 4, 4}, decimal);
  decode_control_bits(layer);
  layer.field("Window", {14, 2}, decimal);
  decode_transport_checksum(d, layer, v, 16, at, end);
  layer.field("Urgent Pointer", {18, 2}, decimal);
  report_problem(d, layer, at, end, found);
  report_odd_flags(d, layer);
  report_odd_values(d, layer);
  const std::uint32_t captured_size = d.clip(header_end) - d.clip(at);
  if (captured_size > 20) {
    decode_tcp_options(d, layer, captured_size - 20, found.header_size - 20);
  }
  layer.finish();
}

}  // namespace synoptic::wire
