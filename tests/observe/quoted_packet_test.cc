// Which packet an ICMP error is about: the one whose first bytes it quotes.
#include "capture/observe/quoted_packet.hh"

#include <gtest/gtest.h>

#include "tests/observe/packets.hh"

namespace synoptic::observe {
namespace {

using model::EventId;
using testing::Bench;
using testing::client;
using testing::server;
using wire::SYN;

// The error that tells of `packet`; of TCP as many bytes as RFC 792 asks for at least.
wire::Bytes error_about(const wire::Bytes& packet, std::uint8_t type = 3, std::uint8_t code = 3,
                        std::size_t most = 1000) {
  const bool v6 = type == 1;
  wire::ByteSpan ip = wire::ByteSpan(packet).subspan(14);
  ip = ip.first(std::min(ip.size(), most));
  const auto host = v6 ? *wire::IpAddress::parse("fd00::2") : server.ip;
  const auto to = v6 ? *wire::IpAddress::parse("fd00::1") : client.ip;
  wire::Bytes error;
  wire::append_icmp(error, {}, {host, to}, type, code,
                    wire::unreachable_body(ip, v6 ? wire::Family::ipv6 : wire::Family::ipv4));
  return error;
}

wire::Bytes datagram(Bench& b, std::string_view text) {
  b.udp(client, server, text);
  return b.last;
}

TEST(QuotedPacket, IsTheOneWithTheseBytes) {
  Bench b;
  const wire::Bytes first = datagram(b, "one"), second = datagram(b, "two");
  b.raw(error_about(second));
  b.raw(error_about(first));
  EXPECT_EQ(b.packet_event(2).cause, b.packet_event(1).id);
  EXPECT_EQ(b.packet_event(3).cause, b.packet_event(0).id);
}

TEST(QuotedPacket, OfSeveralAlike_ComesInTheirOrder) {
  Bench b;
  const wire::Bytes sent = datagram(b, "hi");
  datagram(b, "hi");
  datagram(b, "hi");
  for (int i = 0; i < 3; ++i) b.raw(error_about(sent));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(b.packet_event(3 + i).cause, b.packet_event(i).id) << i;
}

// Hosts answer not every one: an error is about the latest, where the others are long gone.
TEST(QuotedPacket, OfSeveralAlike_IsNotOneOfLongAgo) {
  Bench b;
  const wire::Bytes sent = datagram(b, "hi");
  b.pass(model::seconds(10));
  datagram(b, "hi");
  b.raw(error_about(sent));
  EXPECT_EQ(b.packet_event(2).cause, b.packet_event(1).id);
}

TEST(QuotedPacket, MayBeASegmentOfWhichEightBytesCame) {
  Bench b;
  b.c({SYN, 1000});
  const wire::Bytes first = b.last;
  b.c({SYN, 1000});  // again
  b.c({wire::ACK, 1001, 1});
  b.raw(error_about(first, 3, 13, 28));
  EXPECT_EQ(b.packet_event(3).cause, b.packet_event(0).id);
  EXPECT_EQ(b.packet_event(3).flow, b.packet_event(0).flow);
}

TEST(QuotedPacket, OverIpv6) {
  Bench b;
  const wire::SocketAddress near{*wire::IpAddress::parse("fd00::1"), 40000},
      far{*wire::IpAddress::parse("fd00::2"), 9};
  b.udp(near, far, "hello");
  b.raw(error_about(b.last, 1, 4));
  EXPECT_EQ(b.packet_event(1).cause, b.packet_event(0).id);
  EXPECT_EQ(b.trace[b.packet_event(1).endpoint].address, far);
}

// A translator of addresses or a network card changed the checksum.
TEST(QuotedPacket, WhoseChecksumWasChanged_IsKnownByItsLength) {
  Bench b;
  datagram(b, "longer");
  wire::Bytes sent = datagram(b, "hi");
  sent[14 + 20 + 6] ^= 0x55;
  b.raw(error_about(sent));
  EXPECT_EQ(b.packet_event(2).cause, b.packet_event(1).id);
}

TEST(QuotedPacket, ThatWasNotSeen_IsNone) {
  Bench b;
  wire::Bytes other;
  wire::append_udp(other, {}, {client.ip, server.ip}, client.port, server.port, wire::Bytes(5));
  b.raw(error_about(other));
  EXPECT_EQ(b.packet_event(0).cause, EventId::none);
  datagram(b, "hi");
  b.raw(error_about(other));
  EXPECT_EQ(b.packet_event(2).cause, EventId::none);
}

}  // namespace
}  // namespace synoptic::observe
