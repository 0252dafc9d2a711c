// What the decoders of the layers share: the place they write to, and a writer of one layer's
// fields. Internal to wire.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/wire/checksum.hh"
#include "sim/wire/decode.hh"
#include "sim/wire/parse.hh"

namespace synoptic::wire {

// One packet being decoded: its bytes, and what has been found so far. Of a quoted packet: a copy
// whose bytes end where the quote ends.
struct Decoding {
  ByteSpan bytes;
  std::uint32_t wire_end = 0;
  bool quoted = false;
  Decoded& out;
  Detail detail = Detail::fields;

  std::uint32_t captured() const { return static_cast<std::uint32_t>(bytes.size()); }
  std::uint32_t covered() const { return out.layers.empty() ? 0 : out.layers.back().range.end(); }
  // Where [.., end) ends among the captured bytes.
  std::uint32_t clip(std::uint32_t end) const { return std::min(end, captured()); }
  ByteRange range(std::uint32_t at, std::uint32_t end) const {
    return {clip(at), clip(end) - clip(std::min(at, end))};
  }
  void anomaly(AnomalyCode code, ByteRange range, Saying text) {
    if (!quoted) out.anomalies.push_back({code, range, std::move(text)});
  }
};

// Where a field stands: whole bytes from the layer's first byte on, or some bits of them.
struct Place {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint8_t bit_offset = 0;
  std::uint8_t bit_size = 0;
};

Saying decimal(std::uint32_t value);
Saying hexadecimal(std::uint32_t value);  // four digits: "0x6d2a"
Saying set_or_not(std::uint32_t value);   // a flag: "set", "not set"
Saying describe_bytes(ByteSpan bytes);    // how many, and the first of them as text or in hex

// Writes the fields of one header, as far as the bytes reach: a field that is not wholly there is
// left out, and finish() names what is left over.
class LayerWriter {
 public:
  // The header's bytes are [at, limit) at most.
  LayerWriter(Decoding& decoding, std::string_view name, std::uint32_t at, std::uint32_t limit);

  // The number that stands there; nothing if it is not wholly there.
  std::optional<std::uint32_t> number(Place place) const;
  // A field whose value is its number as `show` puts it.
  template <typename Show>
  void field(std::string_view name, Place place, Show show, std::uint8_t depth = 0) {
    if (!writes()) return;
    if (const auto value = number(place)) add(name, place, show(*value), depth);
  }
  void text(Saying name, Place place, Saying value, std::uint8_t depth = 0) {
    if (fits(place)) add(std::move(name), place, std::move(value), depth);
  }
  bool writes() const { return decoding_.detail == Detail::fields; }  // else no field is kept
  bool fits(Place place) const { return at_ + place.offset + place.size <= limit_; }
  ByteSpan bytes(Place place) const {  // precondition: fits(place)
    return decoding_.bytes.subspan(at_ + place.offset, place.size);
  }
  ByteRange range(Place place) const { return {at_ + place.offset, place.size}; }

  // Adds the layer, with a last field for bytes of the header that no field has named. Without a
  // byte there is no layer.
  void finish();

 private:
  void add(Saying name, Place place, Saying value, std::uint8_t depth);

  Decoding& decoding_;
  Layer layer_;
  std::uint32_t at_;
  std::uint32_t limit_;
  std::uint32_t named_;  // where the last field ends
};

// "0x6d2a [correct]". `expected` is shown where the checksum is wrong.
Saying show_checksum(std::uint32_t found, ChecksumStatus status, std::uint16_t expected);
// The checksum that would be right for `bytes`, which hold `found` in its place.
std::uint16_t expected_checksum(ByteSpan bytes, Sum pseudo_header, std::uint16_t found);

// Their names; none where we know none.
const char* known_ether_type(std::uint32_t type);
const char* known_protocol(std::uint8_t protocol);
Saying protocol_name(std::uint8_t protocol);  // "TCP (6)", "139"
// Reports a header that the packet has no room for.
void report_short_header(Decoding& d, std::string_view name, std::uint32_t at, std::uint32_t end,
                         std::uint32_t needed);
// Bytes that no layer above explains; no layer if there are none.
void decode_data(Decoding& d, std::uint32_t at, std::uint32_t end, std::string_view name = "Data");

// Each writes the layers from `at` on and returns; what it leaves uncovered its caller shows as
// bytes.
LinkParse decode_link(Decoding& d, LinkType link);
void decode_ip(Decoding& d, const PacketView& v, std::uint32_t at, std::uint8_t expected_version);
void decode_tcp(Decoding& d, const PacketView& v, std::uint32_t at, std::uint32_t end);
void decode_udp(Decoding& d, const PacketView& v, std::uint32_t at, std::uint32_t end);
void decode_icmp(Decoding& d, const PacketView& v, std::uint32_t at, std::uint32_t end);
void decode_tcp_options(Decoding& d, LayerWriter& layer, std::uint32_t size,
                        std::uint32_t announced);

// The transport's checksum field and what is odd about it.
void decode_transport_checksum(Decoding& d, LayerWriter& layer, const PacketView& v,
                               std::uint32_t offset, std::uint32_t at, std::uint32_t end);

}  // namespace synoptic::wire
