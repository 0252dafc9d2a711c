// Packets read and written: view() reads what any bytes hold without allocating; append_*() write.
//
// view() serves the fast paths (the simulated network's receivers, the flow tracker). decode() in
// decode.hh serves the eye: every layer and field with its byte range. The two agree (tested).
#pragma once

#include <cstdint>
#include <optional>

#include "sim/wire/address.hh"
#include "sim/wire/bytes.hh"
#include "sim/wire/tcp.hh"

namespace synoptic::wire {

// The link types understood so far, with their libpcap LINKTYPE numbers. Any other number may stand
// in one: it is kept for whoever understands it.
enum class LinkType : std::uint16_t {
  null = 0,  // BSD loopback: address family in the capturing host's byte order
  ethernet = 1,
  raw = 101,   // IP at once
  loop = 108,  // OpenBSD loopback: address family in network byte order
  unknown = 0xffff,
};
constexpr bool is_understood(LinkType link) {
  return link == LinkType::null || link == LinkType::ethernet || link == LinkType::raw ||
         link == LinkType::loop;
}

enum class IpProtocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17, icmpv6 = 58 };

// What verifying a checksum found. `partial` is a checksum that the sender left to its network card
// (offload): it holds the pseudo-header's sum only (IPv4 header: zero); normal in captures of
// loopback or of the own host.
enum class ChecksumStatus : std::uint8_t { absent, good, partial, wrong, unverifiable };

enum class Transport : std::uint8_t { none, tcp, udp, icmp };

// What a packet holds, as far as it could be understood. Absent parts have their `has_` false;
// ranges are of captured bytes. Nothing is refused: what is not understood ends up in `payload`.
//
// A TCP header whose data offset is impossible is `malformed` but still tells its fixed 20 bytes
// (no options): who sent it to whom can be shown. A receiver drops what is `malformed`, whatever
// `transport` says. Of a packet that an ICMP error quotes, a TCP header may be known by its first 8
// bytes only: then the ports and the sequence number are valid, and it is `truncated`.
struct PacketView {
  bool has_ip = false;
  Transport transport = Transport::none;
  bool truncated = false;        // fewer bytes were captured than the headers announce
  bool malformed = false;        // some header contradicts itself; what stands before it is valid
  bool fragment = false;         // an IP fragment (no transport is read from it)
  IpAddress src, dst;            // valid if has_ip
  std::uint8_t ttl = 0;          // or hop limit
  std::uint8_t ip_protocol = 0;  // valid if has_ip
  std::uint16_t ip_id = 0;       // IPv4
  ChecksumStatus ip_checksum = ChecksumStatus::absent;  // IPv4 header
  ChecksumStatus transport_checksum = ChecksumStatus::absent;
  TcpHeader tcp;                              // valid if transport == tcp
  std::uint16_t src_port = 0, dst_port = 0;   // tcp, udp
  std::uint8_t icmp_type = 0, icmp_code = 0;  // icmp (ICMP or ICMPv6, by src.family)
  ByteRange ip_header, transport_header;
  ByteRange payload;                 // captured bytes above the highest layer understood
  std::uint32_t payload_length = 0;  // as the headers announce it (>= payload.size when truncated)
};

struct ViewOptions {
  bool verify_checksums = true;
};

// Any bytes in, what could be read of them out. `original_size` is the packet's size on the wire,
// where the capture kept less of it; 0 means bytes.size().
PacketView view(ByteSpan bytes, LinkType link, std::uint32_t original_size = 0,
                ViewOptions options = {});

// The packet that an ICMP error quotes (RFC 792, RFC 4443), read as far as it goes; its ranges are
// relative to the quoted bytes `payload`. Nothing when `icmp` is no error message.
std::optional<PacketView> view_quoted(ByteSpan bytes, const PacketView& icmp);

// --- writing -----------------------------------------------------------------------------------

struct LinkSpec {
  LinkType type = LinkType::ethernet;
  MacAddress src, dst;                // ethernet
  std::optional<std::uint16_t> vlan;  // ethernet: 802.1Q tag control information
};
struct IpSpec {
  IpAddress src, dst;  // of one family
  std::uint8_t ttl = 64;
  std::uint16_t id = 0;  // IPv4 identification; DF is set
};

// Each appends one whole packet to `out`, every checksum correct, and returns its size in bytes.
// Preconditions: src and dst of one family; header + payload fit into the IP length field (65,535
// bytes).
std::size_t append_tcp(Bytes& out, const LinkSpec& link, const IpSpec& ip, const TcpHeader& tcp,
                       ByteSpan payload);
std::size_t append_udp(Bytes& out, const LinkSpec& link, const IpSpec& ip, std::uint16_t src_port,
                       std::uint16_t dst_port, ByteSpan payload);
// An ICMP error (IPv4: RFC 792, as much of the original as 576 bytes allow; IPv6: RFC 4443, 1280)
// or any other message: `body` is what follows the 4 bytes of type, code and checksum.
std::size_t append_icmp(Bytes& out, const LinkSpec& link, const IpSpec& ip, std::uint8_t type,
                        std::uint8_t code, ByteSpan body);
// The body of a "destination unreachable" that quotes `original_ip_packet` (from its IP header on).
Bytes unreachable_body(ByteSpan original_ip_packet, Family family);

}  // namespace synoptic::wire
