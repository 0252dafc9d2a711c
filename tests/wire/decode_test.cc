// decode(): the layers and fields of known packets, and each anomaly called forth by the packet it
// names.
#include "sim/wire/decode.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/wire/checksum.hh"
#include "sim/wire/endian.hh"
#include "tests/fuzz/wire_properties.hh"
#include "tests/wire/sample_packets.hh"

namespace synoptic::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> layer_names(const Decoded& decoded) {
  std::vector<std::string> names;
  for (const Layer& layer : decoded.layers) names.push_back(layer.name);
  return names;
}

std::vector<AnomalyCode> codes(const Decoded& decoded) {
  std::vector<AnomalyCode> codes;
  for (const Anomaly& anomaly : decoded.anomalies) codes.push_back(anomaly.code);
  return codes;
}

const Field* find(const Decoded& decoded, std::string_view layer, std::string_view field) {
  for (const Layer& l : decoded.layers) {
    if (l.name != layer) continue;
    for (const Field& f : l.fields) {
      if (f.name == field) return &f;
    }
  }
  return nullptr;
}

std::string value(const Decoded& decoded, std::string_view layer, std::string_view field) {
  const Field* found = find(decoded, layer, field);
  return found == nullptr ? "(missing)" : found->value;
}

// Raw IP packets with whatever stands in them; checksums made right again after a change.
struct Packet {
  Bytes bytes;
  LinkType link = LinkType::raw;

  static Packet tcp(Family family, const TcpHeader& header, std::string_view text = {}) {
    Packet p;
    append_tcp(p.bytes, link_spec(LinkType::raw), ip_spec(family), header, text_bytes(text));
    return p;
  }
  static Packet udp(Family family, std::string_view text) {
    Packet p;
    append_udp(p.bytes, link_spec(LinkType::raw), ip_spec(family), 5353, 9999, text_bytes(text));
    return p;
  }
  std::uint32_t ip_size() const { return bytes[0] >> 4 == 4 ? 20 : 40; }
  Packet& with(std::size_t at, std::uint8_t b) {
    bytes[at] = b;
    return *this;
  }
  Packet& with_transport(std::size_t at, std::uint8_t b) { return with(ip_size() + at, b); }
  Packet& fix_checksums() {
    const PacketView v = view(bytes, link, 0, {.verify_checksums = false});
    if (!v.src.is_v6()) {
      store_u16(&bytes[10], 0);
      store_u16(&bytes[10], checksum_of(sum_of(ByteSpan(bytes).first(v.ip_header.size))));
    }
    const std::uint32_t at = v.ip_header.end();
    const std::size_t field = at + (v.ip_protocol == 6 ? 16 : 6);
    if (v.transport == Transport::none) return *this;
    store_u16(&bytes[field], 0);
    const auto length = static_cast<std::uint32_t>(bytes.size()) - at;
    store_u16(&bytes[field], checksum_of(pseudo_header_sum(v.src, v.dst, v.ip_protocol, length) +
                                         sum_of(ByteSpan(bytes).subspan(at))));
    return *this;
  }
  Decoded decoded(std::uint32_t original_size = 0) const {
    EXPECT_EQ(broken_property(bytes, link, original_size), "");
    return decode(bytes, link, original_size);
  }
};

TcpHeader header_with(std::initializer_list<std::uint8_t> options, CtlSet ctl = ACK) {
  TcpHeader tcp{.src_port = 46978, .dst_port = 9999, .seq = {1}, .ack = {2}, .window = 3};
  tcp.ctl = ctl;
  EXPECT_TRUE(tcp.options.append_raw(Bytes(options)));
  return tcp;
}

TEST(Decode, SynInAVlan_HasItsLayersAndFields) {
  Bytes bytes;
  append_tcp(bytes, link_spec(LinkType::ethernet, 0x6064), ip_spec(Family::ipv4), syn_header(), {});
  const Decoded d = decode(bytes, LinkType::ethernet);
  EXPECT_THAT(d.anomalies, IsEmpty());
  ASSERT_THAT(layer_names(d), ElementsAre("Ethernet II", "802.1Q", "IPv4", "TCP"));
  EXPECT_EQ(value(d, "Ethernet II", "Destination"), "02:00:00:00:00:02");
  EXPECT_EQ(value(d, "Ethernet II", "Source"), "02:00:00:00:00:01");
  EXPECT_EQ(value(d, "Ethernet II", "EtherType"), "0x8100 (802.1Q)");
  EXPECT_EQ(value(d, "802.1Q", "Priority"), "3");
  EXPECT_EQ(value(d, "802.1Q", "VLAN Identifier"), "100");
  EXPECT_EQ(value(d, "802.1Q", "EtherType"), "0x0800 (IPv4)");
  EXPECT_EQ(value(d, "IPv4", "IHL"), "5 (20 bytes)");
  EXPECT_EQ(value(d, "IPv4", "Total Length"), "60");
  EXPECT_EQ(value(d, "IPv4", "Identification"), "0x1234");
  EXPECT_EQ(value(d, "IPv4", "Flags"), "DF");
  EXPECT_EQ(value(d, "IPv4", "Protocol"), "TCP (6)");
  EXPECT_EQ(value(d, "IPv4", "Source Address"), "192.0.2.1");
  EXPECT_EQ(value(d, "TCP", "Sequence Number"), "4294967294");
  EXPECT_EQ(value(d, "TCP", "Data Offset"), "10 (40 bytes)");
  EXPECT_EQ(value(d, "TCP", "Control Bits"), "SYN");
  EXPECT_EQ(value(d, "TCP", "Option: Maximum Segment Size"), "65495 bytes");
  EXPECT_EQ(value(d, "TCP", "Option: SACK-Permitted"), "yes");
  EXPECT_EQ(value(d, "TCP", "Option: Timestamps"), "TSval 1234567890, TSecr 0");
  EXPECT_EQ(value(d, "TCP", "Option: Window Scale"), "7 (window × 128)");
  EXPECT_THAT(value(d, "TCP", "Checksum"), HasSubstr("[correct]"));
}

TEST(Decode, ByteRanges_AreThoseOfTheHeaders) {
  Bytes bytes;
  append_tcp(bytes, link_spec(LinkType::ethernet), ip_spec(Family::ipv6), data_header(),
             text_bytes("Hello"));
  const Decoded d = decode(bytes, LinkType::ethernet);
  const auto range = [&](std::string_view layer, std::string_view field) {
    return find(d, layer, field)->range;
  };
  EXPECT_EQ(range("IPv6", "Hop Limit"), (ByteRange{21, 1}));
  EXPECT_EQ(range("IPv6", "Destination Address"), (ByteRange{38, 16}));
  EXPECT_EQ(range("TCP", "Acknowledgment Number"), (ByteRange{62, 4}));
  EXPECT_EQ(range("TCP", "Option: SACK"), (ByteRange{76, 18}));
  EXPECT_EQ(range("TCP", "Option: unknown kind 254"), (ByteRange{94, 6}));
  EXPECT_EQ(range("Data", "Data"), (ByteRange{102, 5}));
  const Field* psh = find(d, "TCP", "PSH");
  EXPECT_EQ(psh->range, (ByteRange{67, 1}));
  EXPECT_EQ(psh->bit_offset, 4);
  EXPECT_EQ(psh->bit_size, 1);
  EXPECT_EQ(psh->depth, 1);
  EXPECT_EQ(psh->value, "set");
  EXPECT_EQ(value(d, "TCP", "SYN"), "not set");
  EXPECT_EQ(value(d, "TCP", "Option: SACK"), "3000-4000, 5000-6000");
  EXPECT_EQ(value(d, "Data", "Data"), "5 bytes: \"Hello\"");
}

TEST(Decode, StackedVlans_AreLayersEach) {
  Bytes bytes;
  append_udp(bytes, link_spec(LinkType::ethernet, 100), ip_spec(Family::ipv4), 1, 2, {});
  const std::uint8_t outer[] = {0x88, 0xa8, 0x00, 0xc8};
  bytes.insert(bytes.begin() + 12, std::begin(outer), std::end(outer));
  const Decoded d = decode(bytes, LinkType::ethernet);
  EXPECT_THAT(layer_names(d), ElementsAre("Ethernet II", "802.1Q", "802.1Q", "IPv4", "UDP"));
  EXPECT_EQ(value(d, "802.1Q", "VLAN Identifier"), "200");
  EXPECT_THAT(d.anomalies, IsEmpty());
  EXPECT_EQ(d.view.transport, Transport::udp);
}

TEST(Decode, LoopbackFamilies_OfEverySystemAndByteOrder) {
  Bytes v4, v6;
  append_udp(v4, link_spec(LinkType::raw), ip_spec(Family::ipv4), 1, 2, {});
  append_udp(v6, link_spec(LinkType::raw), ip_spec(Family::ipv6), 1, 2, {});
  for (const std::uint8_t family : {2, 10, 24, 28, 30}) {
    const Bytes& ip = family == 2 ? v4 : v6;
    Bytes little{family, 0, 0, 0}, big{0, 0, 0, family};
    little.insert(little.end(), ip.begin(), ip.end());
    big.insert(big.end(), ip.begin(), ip.end());
    EXPECT_EQ(view(little, LinkType::null).transport, Transport::udp) << int{family};
    EXPECT_EQ(view(big, LinkType::null).transport, Transport::udp) << int{family};
    EXPECT_EQ(view(big, LinkType::loop).transport, Transport::udp) << int{family};
    EXPECT_EQ(view(little, LinkType::loop).transport, Transport::none) << int{family};
    EXPECT_THAT(decode(little, LinkType::null).anomalies, IsEmpty());
    EXPECT_EQ(value(decode(big, LinkType::loop), "Loopback (OpenBSD)", "Address Family"),
              std::to_string(family) + (family == 2 ? " (IPv4)" : " (IPv6)"));
  }
  const Bytes other{7, 0, 0, 0, 1, 2, 3};
  const Decoded d = decode(other, LinkType::null);
  EXPECT_THAT(layer_names(d), ElementsAre("Loopback (BSD)", "Data"));
  EXPECT_THAT(codes(d), ElementsAre(AnomalyCode::unknown_protocol));
}

TEST(Decode, PortUnreachable_ShowsTheQuotedPacketAsLayers) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const bool v6 = family == Family::ipv6;
    Bytes original, bytes;
    append_udp(original, link_spec(LinkType::raw), ip_spec(family), 5353, 9, text_bytes("nobody"));
    append_icmp(bytes, link_spec(LinkType::raw), ip_spec(family), v6 ? 1 : 3, v6 ? 4 : 3,
                unreachable_body(original, family));
    const Decoded d = decode(bytes, LinkType::raw);
    EXPECT_THAT(d.anomalies, IsEmpty());
    const std::string ip = v6 ? "IPv6" : "IPv4", icmp = v6 ? "ICMPv6" : "ICMP";
    EXPECT_THAT(layer_names(d),
                ElementsAre(ip, icmp, ip + " (quoted)", "UDP (quoted)", "Data (quoted)"));
    EXPECT_THAT(value(d, icmp, "Type"), HasSubstr("destination unreachable"));
    EXPECT_THAT(value(d, icmp, "Code"), HasSubstr("port unreachable"));
    EXPECT_EQ(value(d, "UDP (quoted)", "Destination Port"), "9");
  }
}

TEST(Decode, EightQuotedBytesOfTcp_ShowPortsAndSequenceNumber) {
  Packet original = Packet::tcp(Family::ipv4, syn_header());
  Bytes body(4);
  body.insert(body.end(), original.bytes.begin(), original.bytes.begin() + 28);
  Bytes bytes;
  append_icmp(bytes, link_spec(LinkType::raw), ip_spec(Family::ipv4), 11, 0, body);
  const Decoded d = decode(bytes, LinkType::raw);
  EXPECT_THAT(d.anomalies, IsEmpty());
  EXPECT_EQ(value(d, "TCP (quoted)", "Source Port"), "46978");
  EXPECT_EQ(value(d, "TCP (quoted)", "Sequence Number"), "4294967294");
  const auto quoted = view_quoted(bytes, d.view);
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->dst_port, 9999);
  EXPECT_TRUE(quoted->truncated);
  EXPECT_FALSE(quoted->malformed);
  EXPECT_EQ(quoted->payload.size, 0u);
}

TEST(Decode, EchoRequest_QuotesNothing) {
  Bytes bytes;
  append_icmp(bytes, link_spec(LinkType::raw), ip_spec(Family::ipv4), 8, 0,
              Bytes{0x12, 0x34, 0, 7, 'h', 'i'});
  const Decoded d = decode(bytes, LinkType::raw);
  EXPECT_FALSE(view_quoted(bytes, d.view));
  EXPECT_EQ(value(d, "ICMP", "Identifier"), "4660");
  EXPECT_EQ(value(d, "ICMP", "Sequence Number"), "7");
  EXPECT_THAT(layer_names(d), ElementsAre("IPv4", "ICMP", "Data"));
}

TEST(Decode, Ipv4Options_AreSkippedToTheTransport) {
  Packet p = Packet::udp(Family::ipv4, "Hello");
  const std::uint8_t router_alert[] = {148, 4, 0, 0};
  p.bytes.insert(p.bytes.begin() + 20, std::begin(router_alert), std::end(router_alert));
  p.with(0, 0x46).with(3, static_cast<std::uint8_t>(p.bytes.size())).fix_checksums();
  const Decoded d = p.decoded();
  EXPECT_THAT(d.anomalies, IsEmpty());
  EXPECT_EQ(value(d, "IPv4", "Options"), "4 bytes: 94 04 00 00");
  EXPECT_EQ(d.view.dst_port, 9999);
  EXPECT_EQ(d.view.payload.size, 5u);
}

TEST(Decode, EthernetPadding_IsToldFromThePacket) {
  Bytes bytes;
  append_tcp(bytes, link_spec(LinkType::ethernet), ip_spec(Family::ipv4), header_with({}), {});
  bytes.resize(60);
  const Decoded d = decode(bytes, LinkType::ethernet);
  EXPECT_THAT(layer_names(d), ElementsAre("Ethernet II", "IPv4", "TCP", "Padding"));
  EXPECT_THAT(codes(d), ElementsAre(AnomalyCode::trailing_bytes));
  EXPECT_EQ(d.view.payload.size, 0u);
  EXPECT_EQ(d.view.payload_length, 0u);
  EXPECT_EQ(d.view.transport_checksum, ChecksumStatus::good);
}

TEST(Decode, LengthLeftToTheNetworkCard_TakesThePacketsSize) {
  const std::string text(70000, 'x');
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    Packet p = Packet::tcp(family, header_with({}), std::string_view(text).substr(0, 100));
    const std::size_t length_at = family == Family::ipv4 ? 2 : 4;
    p.bytes.insert(p.bytes.end(), text.begin() + 100, text.end());
    p.with(length_at, 0).with(length_at + 1, 0).fix_checksums();
    const Decoded d = p.decoded();
    EXPECT_THAT(codes(d), ElementsAre(AnomalyCode::length_not_filled));
    EXPECT_EQ(d.view.payload_length, 70000u);
    EXPECT_EQ(d.view.payload.size, 70000u);
    EXPECT_EQ(d.view.transport_checksum, ChecksumStatus::good);
    EXPECT_FALSE(d.view.malformed || d.view.truncated);
    // The capture kept the head of it only.
    const PacketView cut = view(ByteSpan(p.bytes).first(96), LinkType::raw,
                                static_cast<std::uint32_t>(p.bytes.size()));
    EXPECT_EQ(cut.payload_length, 70000u);
    EXPECT_TRUE(cut.truncated && !cut.malformed);
  }
}

TEST(Checksums, PseudoHeaderSumOnly_IsOffload) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    for (const bool tcp : {true, false}) {
      Packet p = tcp ? Packet::tcp(family, syn_header(), "Hello") : Packet::udp(family, "Hello");
      const PacketView v = view(p.bytes, LinkType::raw);
      const std::uint32_t at = v.ip_header.end();
      const auto length = static_cast<std::uint32_t>(p.bytes.size()) - at;
      store_u16(&p.bytes[at + (tcp ? 16 : 6)],
                fold(pseudo_header_sum(v.src, v.dst, v.ip_protocol, length)));
      const Decoded d = p.decoded();
      EXPECT_EQ(d.view.transport_checksum, ChecksumStatus::partial);
      EXPECT_THAT(codes(d), ElementsAre(AnomalyCode::checksum_not_filled));
      EXPECT_THAT(value(d, tcp ? "TCP" : "UDP", "Checksum"),
                  HasSubstr("[not filled in (offload)]"));
      // It can be told of a packet whose text was not kept, too.
      const auto cut = ByteSpan(p.bytes).first(p.bytes.size() - 3);
      const auto size = static_cast<std::uint32_t>(p.bytes.size());
      EXPECT_EQ(view(cut, LinkType::raw, size).transport_checksum, ChecksumStatus::partial);
    }
  }
}

TEST(Checksums, ChangedByte_IsWrongAndTheRightOneIsNamed) {
  Packet p = Packet::tcp(Family::ipv4, syn_header(), "Hello");
  const std::string right = value(p.decoded(), "TCP", "Checksum").substr(0, 6);
  p.with(36, 0xab).with(37, 0xcd);
  const Decoded d = p.decoded();
  EXPECT_EQ(d.view.transport_checksum, ChecksumStatus::wrong);
  EXPECT_THAT(codes(d), ElementsAre(AnomalyCode::checksum_wrong));
  EXPECT_EQ(value(d, "TCP", "Checksum"), "0xabcd [wrong, should be " + right + "]");
}

TEST(Checksums, Ipv4Header_GoodWrongAndNotFilled) {
  Packet p = Packet::udp(Family::ipv4, "Hello");
  EXPECT_EQ(p.decoded().view.ip_checksum, ChecksumStatus::good);
  const std::string right = value(p.decoded(), "IPv4", "Header Checksum").substr(0, 6);
  p.with(10, 1).with(11, 2);
  EXPECT_THAT(codes(p.decoded()), ElementsAre(AnomalyCode::ip_checksum_wrong));
  EXPECT_EQ(value(p.decoded(), "IPv4", "Header Checksum"),
            "0x0102 [wrong, should be " + right + "]");
  p.with(10, 0).with(11, 0);
  EXPECT_THAT(codes(p.decoded()), ElementsAre(AnomalyCode::checksum_not_filled));
  EXPECT_EQ(p.decoded().view.ip_checksum, ChecksumStatus::partial);
}

TEST(Checksums, UdpZero_IsNotUsedOverIpv4AndWrongOverIpv6) {
  Packet v4 = Packet::udp(Family::ipv4, "Hello").with(26, 0).with(27, 0);
  EXPECT_EQ(v4.decoded().view.transport_checksum, ChecksumStatus::absent);
  EXPECT_THAT(v4.decoded().anomalies, IsEmpty());
  EXPECT_EQ(value(v4.decoded(), "UDP", "Checksum"), "0x0000 [not used]");
  Packet v6 = Packet::udp(Family::ipv6, "Hello").with(46, 0).with(47, 0);
  EXPECT_EQ(v6.decoded().view.transport_checksum, ChecksumStatus::wrong);
  EXPECT_THAT(codes(v6.decoded()), ElementsAre(AnomalyCode::checksum_wrong));
}

TEST(Checksums, TextNotKept_CannotBeVerified) {
  const Packet p = Packet::tcp(Family::ipv4, syn_header(), "Hello");
  const Bytes head(p.bytes.begin(), p.bytes.end() - 2);
  const Decoded d = decode(head, LinkType::raw, static_cast<std::uint32_t>(p.bytes.size()));
  EXPECT_EQ(d.view.transport_checksum, ChecksumStatus::unverifiable);
  EXPECT_THAT(codes(d), ElementsAre(AnomalyCode::truncated));
  EXPECT_EQ(d.view.payload.size, 3u);
  EXPECT_EQ(d.view.payload_length, 5u);
  EXPECT_EQ(d.anomalies[0].text,
            "The capture kept the first 63 of this packet's 65 bytes; the rest was not recorded.");
}

struct Odd {
  const char* name;
  Packet packet;
  std::vector<AnomalyCode> expected;
};

std::vector<Odd> odd_packets() {
  using enum AnomalyCode;
  const auto tcp = [](std::initializer_list<std::uint8_t> options, CtlSet ctl = ACK) {
    return Packet::tcp(Family::ipv4, header_with(options, ctl), "Hello");
  };
  const auto udp = [] { return Packet::udp(Family::ipv4, "Hello"); };
  Packet behind_udp = udp(), short_ip = udp(), arp{Bytes(42, 0), LinkType::ethernet};
  behind_udp.with_transport(5, 11);
  short_ip.bytes.resize(12);
  arp.with(12, 8).with(13, 6);
  TcpHeader no_port = header_with({});
  no_port.dst_port = 0;
  return {
      {"option of length 0", tcp({3, 0, 1, 1}), {bad_option_length}},
      {"option of length 1", tcp({1, 1, 8, 1}), {bad_option_length}},
      {"MSS of length 3", tcp({2, 3, 1, 1}), {bad_option_length}},
      {"SACK of length 11", tcp({5, 11, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}), {bad_option_length}},
      {"option past the end", tcp({1, 1, 8, 10}), {options_cut_off}},
      {"option without length", tcp({1, 1, 1, 8}), {options_cut_off}},
      {"padding of ones", tcp({0, 1, 0, 0}), {nonzero_padding}},
      {"padding of zeros", tcp({0, 0, 0, 0}), {}},
      {"SYN and FIN", tcp({}, SYN | FIN), {syn_fin}},
      {"SYN and RST", tcp({}, SYN | RST), {syn_fin}},
      {"no flag at all", tcp({}, {}), {syn_fin}},
      {"FIN, URG and PSH", tcp({}, FIN | URG | PSH), {}},
      {"reserved bits", tcp({}).with_transport(12, 0x52).fix_checksums(), {reserved_bits_set}},
      {"reserved flag of IPv4", udp().with(6, 0xc0).fix_checksums(), {reserved_bits_set}},
      {"port 0", Packet::tcp(Family::ipv4, no_port), {port_zero}},
      {"data offset of 4", tcp({}).with_transport(12, 0x40).fix_checksums(), {bad_length}},
      {"data offset past the end", tcp({}).with_transport(12, 0xf0).fix_checksums(), {bad_length}},
      {"UDP length of 7", udp().with_transport(5, 7), {bad_length}},
      {"UDP length past the end", udp().with_transport(5, 14), {bad_length}},
      {"UDP length too small", behind_udp, {checksum_wrong, trailing_bytes}},
      {"IHL of 4", udp().with(0, 0x44), {bad_length}},
      {"total length less than header", udp().with(3, 19), {bad_length}},
      {"total length past the end", udp().with(3, 34).fix_checksums(), {bad_length}},
      {"packet ends in the IP header", short_ip, {short_header}},
      {"version 5", udp().with(0, 0x55), {bad_version}},
      {"fragment", udp().with(6, 0x20).fix_checksums(), {fragment}},
      {"IPv6 fragment", Packet::udp(Family::ipv6, "Hello").with(6, 44), {fragment}},
      {"GRE", udp().with(9, 47).fix_checksums(), {unknown_protocol}},
      {"IPv6 hop-by-hop options",
       Packet::udp(Family::ipv6, "Hello").with(6, 0),
       {unknown_protocol}},
      {"ARP", arp, {unknown_protocol}},
      {"unknown link", Packet{Bytes(10, 1), LinkType::unknown}, {unknown_link_type}},
  };
}

TEST(Anomalies, EachOddPacket_IsShownWithItsOddity) {
  for (const Odd& odd : odd_packets()) {
    SCOPED_TRACE(odd.name);
    const Decoded d = odd.packet.decoded();
    EXPECT_EQ(codes(d), odd.expected);
    ASSERT_FALSE(d.layers.empty());
    EXPECT_EQ(d.layers.back().range.end(), odd.packet.bytes.size());
  }
}

TEST(Anomalies, MalformedTcpHeader_StillTellsItsFixedPart) {
  for (const std::uint8_t offset : {0x00, 0x40, 0xf0}) {
    Packet p = Packet::tcp(Family::ipv4, header_with({}), "Hello");
    const PacketView v = view(p.with_transport(12, offset).bytes, LinkType::raw);
    EXPECT_TRUE(v.malformed);
    EXPECT_EQ(v.transport, Transport::tcp);
    EXPECT_EQ(v.dst_port, 9999);
    EXPECT_EQ(v.tcp.seq, SeqNum{1});
    EXPECT_TRUE(v.tcp.options.empty());
  }
}

TEST(Anomalies, CodeNames_AreAllDifferent) {
  std::vector<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(AnomalyCode::length_not_filled); ++code) {
    names.push_back(code_name(static_cast<AnomalyCode>(code)));
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(std::ranges::count(names, "unknown"), 0);
}

TEST(Decode, NoBytesAtAll_AreNoLayers) {
  for (const LinkType link :
       {LinkType::ethernet, LinkType::null, LinkType::raw, LinkType::loop, LinkType::unknown}) {
    EXPECT_THAT(decode({}, link).layers, IsEmpty());
    EXPECT_EQ(broken_property({}, link), "");
    EXPECT_EQ(broken_property({}, link, 60), "");
  }
}

}  // namespace
}  // namespace synoptic::wire
