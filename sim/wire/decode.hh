// A packet for the eye: layers, their fields with their byte ranges, and what is odd.
//
// decode() accepts any bytes and refuses nothing: what is not understood is a layer named "Data".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/packet.hh"
#include "sim/wire/saying.hh"

namespace synoptic::wire {

struct Field {
  Saying name;                  // the field's term in its RFC ("Sequence Number")
  Saying value;                 // as shown ("1000", "0x6d2a [correct]", "SYN, ACK")
  ByteRange range;              // the bytes that hold it
  std::uint8_t bit_offset = 0;  // within range, from its most significant bit on
  std::uint8_t bit_size = 0;    // 0: the field is whole bytes
  std::uint8_t depth = 0;       // 1: part of the field above it (a flag, an option's value)
};

struct Layer {
  Saying name;      // "Ethernet II", "802.1Q", "IPv4", "TCP", "Data", …
  ByteRange range;  // header bytes (for Data: all of them)
  std::vector<Field> fields;
};

enum class AnomalyCode : std::uint8_t {
  truncated,     // the capture kept fewer bytes than the packet had
  short_header,  // the packet itself ends inside a header
  bad_length,    // a length field contradicts the bytes
  bad_version,   // neither IPv4 nor IPv6 where IP was announced
  ip_checksum_wrong,
  checksum_wrong,
  checksum_not_filled,  // offload: normal on the sending host
  bad_option_length,
  options_cut_off,
  reserved_bits_set,
  nonzero_padding,
  syn_fin,  // SYN with FIN or RST, or no flag at all: no TCP sends this
  port_zero,
  unknown_link_type,
  unknown_protocol,
  fragment,           // shown as bytes
  trailing_bytes,     // link padding behind the IP packet
  length_not_filled,  // an IP length of 0: segmentation offload, or more than 65,535 bytes
};

struct Anomaly {
  AnomalyCode code;
  ByteRange range;
  Saying text;  // one sentence for a student
};

std::string_view code_name(AnomalyCode code);  // "bad_option_length"

struct Decoded {
  std::vector<Layer> layers;  // outermost first; their ranges ascend and cover the packet
  std::vector<Anomaly> anomalies;
  PacketView view;
};

// `original_size` as in view(). The fields of depth 0 of a layer ascend and cover its bytes, bit
// for bit; a field of depth 1 lies within the nearest field of depth 0 above it. Layers of a packet
// that an ICMP error quotes are named "IPv4 (quoted)", …; nothing odd is reported of them: it was
// reported, if at all, where that packet itself was captured.
//
// For whoever wants to know only what is odd, Detail::anomalies leaves the fields out, which takes
// most of the time.
enum class Detail : std::uint8_t { fields, anomalies };
Decoded decode(ByteSpan bytes, LinkType link, std::uint32_t original_size = 0,
               Detail detail = Detail::fields);

// What a packet is in which no transport was found, in a word or two: "ARP", "IPv4 fragment",
// "IGMP", "IP protocol 99", "EtherType 0x88b5", "damaged".
Saying kind_without_transport(ByteSpan bytes, LinkType link, const PacketView& view);

}  // namespace synoptic::wire
