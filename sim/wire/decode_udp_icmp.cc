// The layers of UDP (RFC 768), ICMP (RFC 792) and ICMPv6 (RFC 4443), with the packet an error
// quotes.
#include <fmt/format.h>

#include "sim/wire/decode_layers.hh"

namespace synoptic::wire {
namespace {

struct Name {
  std::uint8_t number;
  const char* name;
};

template <std::size_t N>
Saying with_name(const Name (&names)[N], std::uint32_t number) {
  for (const Name& known : names) {
    if (known.number == number) return Saying::of("{} ({})", number, Saying(known.name));
  }
  return decimal(number);
}

Saying type_text(bool v6, std::uint32_t type) {
  static constexpr Name v4_names[] = {{0, "echo reply"},           {3, "destination unreachable"},
                                      {4, "source quench"},        {5, "redirect"},
                                      {8, "echo request"},         {9, "router advertisement"},
                                      {10, "router solicitation"}, {11, "time exceeded"},
                                      {12, "parameter problem"},   {13, "timestamp"},
                                      {14, "timestamp reply"}};
  static constexpr Name v6_names[] = {{1, "destination unreachable"},
                                      {2, "packet too big"},
                                      {3, "time exceeded"},
                                      {4, "parameter problem"},
                                      {128, "echo request"},
                                      {129, "echo reply"},
                                      {130, "listener query"},
                                      {131, "listener report"},
                                      {132, "listener done"},
                                      {133, "router solicitation"},
                                      {134, "router advertisement"},
                                      {135, "neighbor solicitation"},
                                      {136, "neighbor advertisement"},
                                      {137, "redirect"},
                                      {143, "listener report, version 2"}};
  return v6 ? with_name(v6_names, type) : with_name(v4_names, type);
}

Saying code_text(bool v6, std::uint32_t type, std::uint32_t code) {
  static constexpr Name v4_unreachable[] = {
      {0, "network unreachable"}, {1, "host unreachable"},     {2, "protocol unreachable"},
      {3, "port unreachable"},    {4, "fragmentation needed"}, {5, "source route failed"},
      {9, "network prohibited"},  {10, "host prohibited"},     {13, "communication prohibited"}};
  static constexpr Name v6_unreachable[] = {
      {0, "no route"},         {1, "communication prohibited"},
      {2, "beyond scope"},     {3, "address unreachable"},
      {4, "port unreachable"}, {5, "source address refused"},
      {6, "route rejected"}};
  static constexpr Name exceeded[] = {{0, "in transit"}, {1, "fragment reassembly"}};
  if (!v6 && type == 3) return with_name(v4_unreachable, code);
  if (v6 && type == 1) return with_name(v6_unreachable, code);
  if (type == (v6 ? 3u : 11u)) return with_name(exceeded, code);
  return decimal(code);
}

// The four bytes behind the checksum mean something else in every type.
void decode_rest_of_header(LayerWriter& layer, bool v6, std::uint32_t type, std::uint32_t code) {
  const bool echo = v6 ? type == 128 || type == 129 : type == 0 || type == 8;
  if (echo) {
    layer.field("Identifier", {4, 2}, decimal);
    layer.field("Sequence Number", {6, 2}, decimal);
  } else if (!v6 && type == 3 && code == 4) {
    layer.field("Unused", {4, 2}, decimal);
    layer.field("Next-Hop MTU", {6, 2}, decimal);
  } else if (!v6 && type == 12) {
    layer.field("Pointer", {4, 1}, decimal);
    layer.field("Unused", {5, 3}, decimal);
  } else if (v6 && type == 2) {
    layer.field("MTU", {4, 4}, decimal);
  } else if (v6 && type == 4) {
    layer.field("Pointer", {4, 4}, decimal);
  } else {
    layer.field(is_icmp_error(v6, static_cast<std::uint8_t>(type)) ? "Unused" : "Rest of Header",
                {4, 4}, [](auto n) { return Saying::value(fmt::format("{:#010x}", n)); });
  }
}

}  // namespace

void decode_udp(Decoding& d, const PacketView& v, std::uint32_t at, std::uint32_t end) {
  const TransportParse found = parse_udp(d.bytes, at, end);
  LayerWriter layer(d, "UDP", at, std::min(end, at + 8));
  layer.field("Source Port", {0, 2}, decimal);
  layer.field("Destination Port", {2, 2}, decimal);
  layer.field("Length", {4, 2}, decimal);
  decode_transport_checksum(d, layer, v, 6, at, found.end);
  const Place length{4, 2}, dst_port{2, 2};
  if (layer.number(dst_port) == 0u) {
    d.anomaly(AnomalyCode::port_zero, layer.range(dst_port),
              "The destination port is 0, which no program can have.");
  }
  if (found.problem == Problem::too_short) {
    report_short_header(d, "UDP", at, end, 8);
  } else if (found.problem == Problem::bad_length) {
    d.anomaly(AnomalyCode::bad_length, layer.range(length),
              Saying::of("The UDP length is {}, but the UDP header alone has 8 bytes.",
                         *layer.number(length)));
  } else if (found.problem == Problem::overrun) {
    d.anomaly(AnomalyCode::bad_length, layer.range(length),
              Saying::of("The UDP length is {}, but IP has room for only {} bytes.",
                         *layer.number(length), end - at));
  }
  layer.finish();
  decode_data(d, d.covered(), found.end);
  if (found.problem == Problem::none && found.end < d.clip(end)) {
    d.anomaly(
        AnomalyCode::trailing_bytes, d.range(found.end, end),
        "The IP packet goes on behind the UDP datagram that it carries: these bytes belong to "
        "nothing.");
  }
}

void decode_icmp(Decoding& d, const PacketView& v, std::uint32_t at, std::uint32_t end) {
  const TransportParse found = parse_icmp(d.bytes, at, end);
  const bool v6 = v.src.is_v6();
  const char* name = v6 ? "ICMPv6" : "ICMP";
  LayerWriter layer(d, name, at, std::min(end, at + 8));
  const std::uint32_t type = layer.number({0, 1}).value_or(0);
  const std::uint32_t code = layer.number({1, 1}).value_or(0);
  layer.field("Type", {0, 1}, [v6](auto n) { return type_text(v6, n); });
  layer.field("Code", {1, 1}, [=](auto n) { return code_text(v6, type, n); });
  decode_transport_checksum(d, layer, v, 2, at, end);
  if (found.header_size != 0) decode_rest_of_header(layer, v6, type, code);
  layer.finish();
  if (found.problem == Problem::too_short) report_short_header(d, name, at, end, 8);
  if (found.header_size == 0 || d.quoted || d.detail == Detail::anomalies) return;
  const auto quoted = view_quoted(d.bytes, v);
  if (!quoted || v.payload.size == 0) return;
  Decoding inner{d.bytes.first(v.payload.end()), unbounded, true, d.out};
  decode_ip(inner, *quoted, v.payload.offset, v6 ? 6 : 4);
}

}  // namespace synoptic::wire
