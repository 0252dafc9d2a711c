// What is written is what is read: append_*() against view() and decode(), over random headers.
#include <gtest/gtest.h>

#include "sim/wire/decode.hh"
#include "tests/fuzz/wire_properties.hh"
#include "tests/wire/sample_packets.hh"

namespace synoptic::wire {
namespace {

class RoundTrip : public testing::Test {
 protected:
  static constexpr unsigned seed = 761;
  std::mt19937 random{seed};
  testing::ScopedTrace trace{__FILE__, __LINE__, testing::Message() << "seed " << seed};

  template <typename T>
  T any() {
    return static_cast<T>(random());
  }
  IpAddress address(Family family) {
    IpAddress address{.family = family};
    for (std::size_t i = 0; i < address.size(); ++i) address.octets[i] = any<std::uint8_t>();
    return address;
  }
  LinkSpec link() {
    constexpr LinkType types[] = {LinkType::ethernet, LinkType::null, LinkType::loop,
                                  LinkType::raw};
    LinkSpec link{types[random() % 4], {}, {}, {}};
    for (auto& octet : link.src.octets) octet = any<std::uint8_t>();
    for (auto& octet : link.dst.octets) octet = any<std::uint8_t>();
    if (random() % 3 == 0) link.vlan = any<std::uint16_t>();
    return link;
  }
  IpSpec ip() {
    const Family family = random() % 2 == 0 ? Family::ipv4 : Family::ipv6;
    return {address(family), address(family), any<std::uint8_t>(), any<std::uint16_t>()};
  }
  Bytes payload() {
    constexpr std::size_t most[] = {0, 1, 64, 1460, 9000};
    Bytes bytes(random() % (most[random() % std::size(most)] + 1));
    for (auto& b : bytes) b = any<std::uint8_t>();
    return bytes;
  }
  void append_any_option(TcpOptions& options) {
    SackBlock blocks[4];
    for (auto& block : blocks) block = {{any<std::uint32_t>()}, {any<std::uint32_t>()}};
    Bytes unknown(2 + random() % 12, 0);
    unknown[0] = static_cast<std::uint8_t>(200 + random() % 50);
    unknown[1] = static_cast<std::uint8_t>(unknown.size());
    switch (random() % 7) {
      case 0: options.append_nop(); break;
      case 1: options.append_mss(any<std::uint16_t>()); break;
      case 2: options.append_window_scale(any<std::uint8_t>()); break;
      case 3: options.append_sack_permitted(); break;
      case 4: options.append_sack(std::span(blocks).first(1 + random() % 4)); break;
      case 5: options.append_timestamps({any<std::uint32_t>(), any<std::uint32_t>()}); break;
      case 6: options.append_raw(unknown); break;
    }
  }
  TcpHeader tcp() {
    TcpHeader tcp{
        any<std::uint16_t>(), any<std::uint16_t>(), {any<std::uint32_t>()}, {any<std::uint32_t>()}};
    tcp.ctl = CtlSet(any<std::uint8_t>());
    tcp.window = any<std::uint16_t>();
    tcp.urgent_pointer = any<std::uint16_t>();
    for (auto n = random() % 6; n > 0; --n) append_any_option(tcp.options);
    return tcp;
  }
  static void expect_ip(const PacketView& v, const IpSpec& ip) {
    ASSERT_TRUE(v.has_ip && !v.truncated && !v.malformed && !v.fragment);
    EXPECT_EQ(v.src, ip.src);
    EXPECT_EQ(v.dst, ip.dst);
    EXPECT_EQ(v.ttl, ip.ttl);
    EXPECT_EQ(v.ip_id, ip.src.is_v6() ? 0 : ip.id);
    EXPECT_EQ(v.ip_checksum, ip.src.is_v6() ? ChecksumStatus::absent : ChecksumStatus::good);
    EXPECT_EQ(v.transport_checksum, ChecksumStatus::good);
  }
  static void expect_payload(ByteSpan packet, const PacketView& v, const Bytes& payload) {
    EXPECT_EQ(v.payload_length, payload.size());
    EXPECT_TRUE(std::ranges::equal(slice(packet, v.payload), payload));
    EXPECT_EQ(v.payload.end(), packet.size());
  }
};

TEST_F(RoundTrip, AnySegment_IsReadAsItWasWritten) {
  for (int i = 0; i < 20000; ++i) {
    const LinkSpec link = this->link();
    const IpSpec ip = this->ip();
    const TcpHeader tcp = this->tcp();
    const Bytes payload = this->payload();
    Bytes packet;
    const std::size_t size = append_tcp(packet, link, ip, tcp, payload);
    ASSERT_EQ(size, packet.size());
    const PacketView v = view(packet, link.type);
    ASSERT_NO_FATAL_FAILURE(expect_ip(v, ip)) << "turn " << i;
    ASSERT_EQ(v.transport, Transport::tcp);
    EXPECT_EQ(v.src_port, tcp.src_port);
    EXPECT_EQ(v.dst_port, tcp.dst_port);
    EXPECT_EQ(v.tcp.src_port, tcp.src_port);
    EXPECT_EQ(v.tcp.dst_port, tcp.dst_port);
    EXPECT_EQ(v.tcp.seq, tcp.seq);
    EXPECT_EQ(v.tcp.ack, tcp.ack);
    EXPECT_EQ(v.tcp.ctl, tcp.ctl);
    EXPECT_EQ(v.tcp.window, tcp.window);
    EXPECT_EQ(v.tcp.urgent_pointer, tcp.urgent_pointer);
    EXPECT_EQ(v.tcp.data_offset_words, 5 + tcp.options.padded_size() / 4);
    TcpOptions padded = tcp.options;
    while (padded.size() % 4 != 0) padded.append_eol();
    EXPECT_EQ(v.tcp.options, padded);
    expect_payload(packet, v, payload);
    ASSERT_EQ(broken_property(packet, link.type), "");
    ASSERT_FALSE(HasFailure()) << "turn " << i;
  }
}

TEST_F(RoundTrip, AnyDatagram_IsReadAsItWasWritten) {
  for (int i = 0; i < 10000; ++i) {
    const LinkSpec link = this->link();
    const IpSpec ip = this->ip();
    const auto src = any<std::uint16_t>(), dst = any<std::uint16_t>();
    const Bytes payload = this->payload();
    Bytes packet;
    const std::size_t size = append_udp(packet, link, ip, src, dst, payload);
    ASSERT_EQ(size, packet.size());
    const PacketView v = view(packet, link.type);
    ASSERT_NO_FATAL_FAILURE(expect_ip(v, ip)) << "turn " << i;
    ASSERT_EQ(v.transport, Transport::udp);
    EXPECT_EQ(v.src_port, src);
    EXPECT_EQ(v.dst_port, dst);
    expect_payload(packet, v, payload);
    ASSERT_EQ(broken_property(packet, link.type), "");
    ASSERT_FALSE(HasFailure()) << "turn " << i;
  }
}

TEST_F(RoundTrip, UnreachableQuotingASegment_TellsWhoseItWas) {
  for (int i = 0; i < 5000; ++i) {
    const IpSpec ip = this->ip(), back{ip.dst, ip.src, 64, 0};
    const LinkSpec link = this->link();
    const TcpHeader tcp = this->tcp();
    const bool v6 = ip.src.is_v6();
    Bytes original, packet;
    append_tcp(original, link_spec(LinkType::raw), ip, tcp, payload());
    const Bytes body = unreachable_body(original, ip.src.family);
    const std::size_t size = append_icmp(packet, link, back, v6 ? 1 : 3, v6 ? 4 : 3, body);
    ASSERT_EQ(size, packet.size());
    const PacketView v = view(packet, link.type);
    ASSERT_NO_FATAL_FAILURE(expect_ip(v, back)) << "turn " << i;
    ASSERT_EQ(v.transport, Transport::icmp);
    EXPECT_EQ(v.icmp_type, v6 ? 1 : 3);
    EXPECT_EQ(v.icmp_code, v6 ? 4 : 3);
    EXPECT_LE(packet.size() - v.ip_header.offset, v6 ? 1280u : 576u);
    const auto quoted = view_quoted(packet, v);
    ASSERT_TRUE(quoted);
    EXPECT_EQ(quoted->src, ip.src);
    EXPECT_EQ(quoted->dst, ip.dst);
    EXPECT_EQ(quoted->transport, Transport::tcp);
    EXPECT_EQ(quoted->src_port, tcp.src_port);
    EXPECT_EQ(quoted->dst_port, tcp.dst_port);
    EXPECT_EQ(quoted->tcp.seq, tcp.seq);
    EXPECT_EQ(quoted->truncated, original.size() > body.size() - 4);
    EXPECT_FALSE(quoted->malformed);
    ASSERT_EQ(broken_property(packet, link.type), "");
    ASSERT_FALSE(HasFailure()) << "turn " << i;
  }
}

TEST_F(RoundTrip, Append_LeavesWhatTheBufferHeld) {
  Bytes packet = text_bytes("before");
  append_tcp(packet, link_spec(LinkType::raw), ip_spec(Family::ipv4), syn_header(), {});
  const std::size_t first = packet.size();
  append_udp(packet, link_spec(LinkType::raw), ip_spec(Family::ipv6), 1, 2, text_bytes("x"));
  EXPECT_EQ(Bytes(packet.begin(), packet.begin() + 6), text_bytes("before"));
  EXPECT_EQ(view(ByteSpan(packet).subspan(6, first - 6), LinkType::raw).transport, Transport::tcp);
  EXPECT_EQ(view(ByteSpan(packet).subspan(first), LinkType::raw).transport, Transport::udp);
}

TEST_F(RoundTrip, LargestPackets_FitTheLengthField) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const Bytes payload(65535 - (family == Family::ipv4 ? 40 : 20), 0x5a);
    Bytes packet;
    append_tcp(packet, link_spec(LinkType::ethernet), ip_spec(family),
               TcpHeader{.src_port = 1, .dst_port = 2, .ctl = ACK}, payload);
    const PacketView v = view(packet, LinkType::ethernet);
    EXPECT_EQ(v.payload_length, payload.size());
    EXPECT_EQ(v.transport_checksum, ChecksumStatus::good);
    EXPECT_FALSE(v.truncated || v.malformed);
    EXPECT_TRUE(decode(packet, LinkType::ethernet).anomalies.empty());
  }
}

TEST_F(RoundTrip, UdpChecksumOfZero_IsSentAsOnes) {
  // The two bytes of payload make the sum come out as 0xffff, whose complement would be zero.
  Bytes packet;
  append_udp(packet, link_spec(LinkType::raw), ip_spec(Family::ipv4), 1, 2, Bytes{0, 0});
  const PacketView zero = view(packet, LinkType::raw);
  const ByteSpan sum = ByteSpan(packet).subspan(zero.transport_header.offset + 6, 2);
  const Bytes payload(sum.begin(), sum.end());  // the complement of the rest's sum
  Bytes second;
  append_udp(second, link_spec(LinkType::raw), ip_spec(Family::ipv4), 1, 2, payload);
  EXPECT_EQ(second[26], 0xff);
  EXPECT_EQ(second[27], 0xff);
  EXPECT_EQ(view(second, LinkType::raw).transport_checksum, ChecksumStatus::good);
}

}  // namespace
}  // namespace synoptic::wire
