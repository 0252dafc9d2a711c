// append_*(): whole packets written behind what a buffer holds, every checksum correct.
#include <algorithm>
#include <cassert>
#include <cstring>

#include "sim/wire/checksum.hh"
#include "sim/wire/endian.hh"
#include "sim/wire/packet.hh"

namespace synoptic::wire {
namespace {

std::size_t link_size(const LinkSpec& link) {
  switch (link.type) {
    case LinkType::ethernet: return link.vlan ? 18 : 14;
    case LinkType::null:
    case LinkType::loop: return 4;
    case LinkType::raw:
    case LinkType::unknown: break;
  }
  return 0;
}

std::uint8_t* write_link(std::uint8_t* p, const LinkSpec& link, bool v6) {
  switch (link.type) {
    case LinkType::ethernet:
      std::copy(link.dst.octets.begin(), link.dst.octets.end(), p);
      std::copy(link.src.octets.begin(), link.src.octets.end(), p + 6);
      p += 12;
      if (link.vlan) {
        store_u16(p, 0x8100);
        store_u16(p + 2, *link.vlan);
        p += 4;
      }
      store_u16(p, v6 ? 0x86dd : 0x0800);
      return p + 2;
    case LinkType::null:  // little-endian, with the family numbers of macOS: what is met most
      p[0] = v6 ? 30 : 2;
      p[1] = p[2] = p[3] = 0;
      return p + 4;
    case LinkType::loop: store_u32(p, v6 ? 24 : 2); return p + 4;
    case LinkType::raw:
    case LinkType::unknown: break;
  }
  return p;
}

std::uint8_t* write_ip(std::uint8_t* p, const IpSpec& ip, IpProtocol protocol, std::size_t length) {
  if (ip.src.is_v6()) {
    store_u32(p, 0x60000000);
    store_u16(p + 4, static_cast<std::uint16_t>(length));
    p[6] = static_cast<std::uint8_t>(protocol);
    p[7] = ip.ttl;
    std::memcpy(p + 8, ip.src.octets.data(), 16);
    std::memcpy(p + 24, ip.dst.octets.data(), 16);
    return p + 40;
  }
  constexpr std::uint16_t dont_fragment = 0x4000;
  store_u16(p, 0x4500);
  store_u16(p + 2, static_cast<std::uint16_t>(20 + length));
  store_u16(p + 4, ip.id);
  store_u16(p + 6, dont_fragment);
  p[8] = ip.ttl;
  p[9] = static_cast<std::uint8_t>(protocol);
  std::memcpy(p + 12, ip.src.octets.data(), 4);
  std::memcpy(p + 16, ip.dst.octets.data(), 4);
  const std::uint32_t fields = 0x4500 + 20 + static_cast<std::uint32_t>(length) + ip.id +
                               dont_fragment +
                               (std::uint32_t{ip.ttl} << 8 | static_cast<std::uint8_t>(protocol));
  store_u16(p + 10, checksum_of(sum_of_fields(fields) + sum_of_addresses(ip.src, ip.dst)));
  return p + 20;
}

// Makes room for a packet whose upper layer has `length` bytes and writes what stands below that
// layer. Returns where the upper layer begins; what is there is zero.
std::uint8_t* begin_packet(Bytes& out, const LinkSpec& link, const IpSpec& ip, IpProtocol protocol,
                           std::size_t length) {
  assert(ip.src.family == ip.dst.family);
  assert(length + (ip.src.is_v6() ? 0 : 20) <= 0xffff);
  const std::size_t before = out.size();
  out.resize(before + link_size(link) + (ip.src.is_v6() ? 40 : 20) + length);
  return write_ip(write_link(&out[before], link, ip.src.is_v6()), ip, protocol, length);
}

void copy_to(std::uint8_t* p, ByteSpan bytes) {
  if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
}

std::uint16_t checksum_with_pseudo_header(const IpSpec& ip, IpProtocol protocol, ByteSpan upper) {
  return checksum_of(pseudo_header_sum(ip.src, ip.dst, static_cast<std::uint8_t>(protocol),
                                       static_cast<std::uint32_t>(upper.size())) +
                     sum_of(upper));
}

}  // namespace

std::size_t append_tcp(Bytes& out, const LinkSpec& link, const IpSpec& ip, const TcpHeader& tcp,
                       ByteSpan payload) {
  const std::size_t before = out.size();
  const std::size_t header_size = 20 + tcp.options.padded_size();
  const std::size_t length = header_size + payload.size();
  std::uint8_t* p = begin_packet(out, link, ip, IpProtocol::tcp, length);
  store_u16(p, tcp.src_port);
  store_u16(p + 2, tcp.dst_port);
  store_u32(p + 4, tcp.seq.raw);
  store_u32(p + 8, tcp.ack.raw);
  p[12] = static_cast<std::uint8_t>(header_size / 4 << 4);
  p[13] = tcp.ctl.bits;
  store_u16(p + 14, tcp.window);
  store_u16(p + 18, tcp.urgent_pointer);
  copy_to(p + 20, tcp.options.raw());
  copy_to(p + header_size, payload);
  const std::uint32_t fields = tcp.src_port + tcp.dst_port + (tcp.seq.raw >> 16) +
                               (tcp.seq.raw & 0xffff) + (tcp.ack.raw >> 16) +
                               (tcp.ack.raw & 0xffff) + (std::uint32_t{p[12]} << 8 | p[13]) +
                               tcp.window + tcp.urgent_pointer;
  store_u16(
      p + 16,
      checksum_of(pseudo_header_sum(ip.src, ip.dst, static_cast<std::uint8_t>(IpProtocol::tcp),
                                    static_cast<std::uint32_t>(length)) +
                  sum_of_fields(fields) + sum_of(tcp.options.raw()) + sum_of(payload)));
  return out.size() - before;
}

std::size_t append_udp(Bytes& out, const LinkSpec& link, const IpSpec& ip, std::uint16_t src_port,
                       std::uint16_t dst_port, ByteSpan payload) {
  const std::size_t before = out.size();
  const std::size_t length = 8 + payload.size();
  std::uint8_t* p = begin_packet(out, link, ip, IpProtocol::udp, length);
  store_u16(p, src_port);
  store_u16(p + 2, dst_port);
  store_u16(p + 4, static_cast<std::uint16_t>(length));
  copy_to(p + 8, payload);
  const std::uint16_t checksum = checksum_with_pseudo_header(ip, IpProtocol::udp, {p, length});
  store_u16(p + 6, checksum == 0 ? 0xffff : checksum);  // zero would mean "no checksum" (RFC 768)
  return out.size() - before;
}

std::size_t append_icmp(Bytes& out, const LinkSpec& link, const IpSpec& ip, std::uint8_t type,
                        std::uint8_t code, ByteSpan body) {
  const std::size_t before = out.size();
  const std::size_t length = 4 + body.size();
  const IpProtocol protocol = ip.src.is_v6() ? IpProtocol::icmpv6 : IpProtocol::icmp;
  std::uint8_t* p = begin_packet(out, link, ip, protocol, length);
  p[0] = type;
  p[1] = code;
  copy_to(p + 4, body);
  store_u16(p + 2, ip.src.is_v6() ? checksum_with_pseudo_header(ip, protocol, {p, length})
                                  : checksum_of(sum_of({p, length})));
  return out.size() - before;
}

Bytes unreachable_body(ByteSpan original_ip_packet, Family family) {
  // The whole error fits into what every host can receive: 576 bytes (RFC 1812 section 4.3.2.3), or
  // 1280 (RFC 4443 section 2.4), less the IP header and the eight bytes of the ICMP header.
  const std::size_t room = family == Family::ipv6 ? 1280 - 40 - 8 : 576 - 20 - 8;
  const ByteSpan quoted = original_ip_packet.first(std::min(room, original_ip_packet.size()));
  Bytes body(4 + quoted.size());  // the first four bytes are unused
  copy_to(&body[4], quoted);
  return body;
}

}  // namespace synoptic::wire
