// Valid packets of every kind that append_*() writes, for tests to look at, cut and bend.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "sim/wire/packet.hh"

namespace synoptic::wire {

struct Sample {
  std::string name;
  LinkType link = LinkType::ethernet;
  Bytes bytes;
};

inline const IpAddress v4_client = IpAddress::v4(192, 0, 2, 1);
inline const IpAddress v4_server = IpAddress::v4(198, 51, 100, 7);
inline const IpAddress v6_client = *IpAddress::parse("2001:db8::1");
inline const IpAddress v6_server = *IpAddress::parse("2001:db8:0:1::7");

inline Bytes text_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

inline LinkSpec link_spec(LinkType type, std::optional<std::uint16_t> vlan = {}) {
  return {type, {{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}, vlan};
}
inline IpSpec ip_spec(Family family) {
  return family == Family::ipv6 ? IpSpec{v6_client, v6_server, 64, 0}
                                : IpSpec{v4_client, v4_server, 64, 0x1234};
}

// A SYN as Linux sends it.
inline TcpHeader syn_header() {
  TcpHeader tcp{.src_port = 46978, .dst_port = 9999, .seq = {0xfffffffe}, .window = 65495};
  tcp.ctl = SYN;
  tcp.options.append_mss(65495);
  tcp.options.append_sack_permitted();
  tcp.options.append_timestamps({1234567890, 0});
  tcp.options.append_nop();
  tcp.options.append_window_scale(7);
  return tcp;
}

// A segment with text, and with each option that one may have after the handshake.
inline TcpHeader data_header() {
  TcpHeader tcp{.src_port = 46978, .dst_port = 9999, .seq = {1000}, .ack = {2000}, .window = 512};
  tcp.ctl = PSH | ACK;
  tcp.options.append_nop();
  tcp.options.append_nop();
  const SackBlock blocks[] = {{{3000}, {4000}}, {{5000}, {6000}}};
  tcp.options.append_sack(blocks);
  const std::uint8_t unknown[] = {254, 6, 0xde, 0xad, 0xbe, 0xef};
  tcp.options.append_raw(unknown);
  return tcp;
}

inline std::vector<Sample> sample_packets() {
  std::vector<Sample> samples;
  const auto add = [&](std::string name, LinkType link) -> Bytes& {
    return samples.emplace_back(Sample{std::move(name), link, {}}).bytes;
  };
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const std::string suffix = family == Family::ipv6 ? " over IPv6" : " over IPv4";
    const IpSpec ip = ip_spec(family);
    for (const LinkType type :
         {LinkType::ethernet, LinkType::null, LinkType::loop, LinkType::raw}) {
      append_tcp(add("SYN" + suffix, type), link_spec(type), ip, syn_header(), {});
    }
    append_tcp(add("data in a VLAN" + suffix, LinkType::ethernet),
               link_spec(LinkType::ethernet, 0x6064), ip, data_header(), text_bytes("Hello"));
    append_udp(add("datagram" + suffix, LinkType::ethernet), link_spec(LinkType::ethernet), ip,
               5353, 9999, text_bytes("Hello, world"));
    Bytes original;
    append_udp(original, link_spec(LinkType::raw), ip, 5353, 9, text_bytes("nobody listens"));
    const bool v6 = family == Family::ipv6;
    append_icmp(add("port unreachable" + suffix, LinkType::ethernet), link_spec(LinkType::ethernet),
                ip, v6 ? 1 : 3, v6 ? 4 : 3, unreachable_body(original, family));
    append_icmp(add("echo request" + suffix, LinkType::raw), link_spec(LinkType::raw), ip,
                v6 ? 128 : 8, 0, text_bytes("idsq ping"));
  }
  return samples;
}

}  // namespace synoptic::wire
