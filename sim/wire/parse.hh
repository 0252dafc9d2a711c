// Where each header begins and ends, and what is wrong with it: what view() and decode() share, so
// that they cannot disagree. Internal to wire.
//
// Offsets count from the first captured byte. `captured` bytes are there to read; `wire_end` is
// where the packet ended on the wire, at or behind them.
#pragma once

#include <cstdint>

#include "sim/wire/packet.hh"

namespace synoptic::wire {

enum class Problem : std::uint8_t {
  none,
  cut,                // the capture ends inside the header, the packet does not
  too_short,          // the packet itself ends inside the header
  bad_version,        // IP: not the version that was announced
  bad_header_length,  // IPv4 IHL or TCP data offset below 5; what is fixed of the header can be
                      // read
  bad_length,  // a length that is smaller than its own header, or a header larger than its room
  overrun,     // a length that reaches behind the enclosing layer's end
};

enum class Network : std::uint8_t { ip, other, none };  // none: the link header is not whole

struct LinkParse {
  std::uint32_t size = 0;  // of the link headers read in full, VLAN tags included
  Network network = Network::none;
  Problem problem = Problem::none;
  std::uint8_t ip_version = 0;  // as announced; 0: by the first nibble
  std::uint8_t vlan_tags = 0;
};

struct IpParse {
  Problem problem = Problem::none;
  std::uint8_t version = 0;
  std::uint32_t header_size = 0;  // options included; 0 where the fixed header is not whole
  std::uint32_t end = 0;          // where the IP packet ends, as it announces
  bool length_not_filled =
      false;  // length field 0 (segmentation offload): the packet's size was taken
  bool fragment = false;
  std::uint8_t protocol = 0;
};

struct TransportParse {
  Problem problem = Problem::none;
  std::uint32_t header_size = 0;  // 0 where the fixed header is not whole
  std::uint32_t end = 0;          // where its payload ends, as announced
};

inline constexpr std::uint32_t unbounded =
    0x7fffffff;  // wire_end of a quoted packet: it may be cut anywhere
inline constexpr int max_vlan_tags = 8;

bool is_vlan_type(std::uint16_t ether_type);
// The address families that mean IP in a BSD loopback header; 0 for any other.
int ip_version_of_family(std::uint32_t family);
// The family of a LinkType::null header, whose byte order is the capturing host's.
std::uint32_t null_family(const std::uint8_t* p);

LinkParse parse_link(ByteSpan bytes, LinkType link, std::uint32_t wire_end);
IpParse parse_ip(ByteSpan bytes, std::uint32_t at, std::uint32_t wire_end,
                 std::uint8_t expected_version);
// `end` is the IP packet's.
TransportParse parse_tcp(ByteSpan bytes, std::uint32_t at, std::uint32_t end);
TransportParse parse_udp(ByteSpan bytes, std::uint32_t at, std::uint32_t end);
TransportParse parse_icmp(ByteSpan bytes, std::uint32_t at, std::uint32_t end);

// Does this type of ICMP (v6: ICMPv6) message report an error, so that it quotes a packet?
bool is_icmp_error(bool v6, std::uint8_t type);

ChecksumStatus ip_checksum_status(ByteSpan header, std::uint16_t found);
// Of the `length` bytes from `at`, the upper layer's whole packet, whose checksum is `found`.
ChecksumStatus transport_checksum_status(ByteSpan bytes, std::uint32_t at, std::uint32_t end,
                                         const IpAddress& src, const IpAddress& dst,
                                         std::uint8_t protocol, std::uint16_t found);

}  // namespace synoptic::wire
