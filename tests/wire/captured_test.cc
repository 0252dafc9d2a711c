// Packets of real stacks, captured by tcpdump (tests/data/README.md): read without a complaint that
// is not deserved.
#include <gtest/gtest.h>

#include "sim/wire/decode.hh"
#include "tests/fuzz/wire_properties.hh"
#include "tests/wire/pcap_file.hh"

namespace synoptic::wire {
namespace {

PcapFile fixture(const std::string& name) {
  return read_pcap(std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/" + name);
}

TEST(Captured, Loopback_IsUnderstoodWhole) {
  const PcapFile file = fixture("wire-loopback.pcap");
  ASSERT_EQ(file.link, LinkType::ethernet);
  ASSERT_EQ(file.packets.size(), 30u);
  int syn = 0, fin = 0, rst = 0, udp = 0, icmp = 0, truncated = 0, v6 = 0;
  int good = 0, partial = 0;
  for (const PcapPacket& packet : file.packets) {
    ASSERT_EQ(broken_property(packet.bytes, file.link, packet.original_size), "");
    const Decoded d = decode(packet.bytes, file.link, packet.original_size);
    for (const Anomaly& anomaly : d.anomalies) {
      EXPECT_TRUE(anomaly.code == AnomalyCode::checksum_not_filled ||
                  anomaly.code == AnomalyCode::truncated)
          << anomaly.text.str();
    }
    const PacketView& v = d.view;
    ASSERT_TRUE(v.has_ip);
    ASSERT_NE(v.transport, Transport::none);
    v6 += v.src.is_v6();
    truncated += v.truncated;
    if (v.transport == Transport::tcp) {
      syn += v.tcp.ctl.has(SYN);
      fin += v.tcp.ctl.has(FIN);
      rst += v.tcp.ctl.has(RST);
      const bool reset = v.tcp.ctl.has(RST);
      good += v.transport_checksum == ChecksumStatus::good;
      partial += v.transport_checksum == ChecksumStatus::partial;
      const ParsedOptions options = v.tcp.options.parse();
      EXPECT_FALSE(options.malformed);
      EXPECT_EQ(options.timestamps.has_value(), !reset);
      EXPECT_EQ(options.mss.has_value(), v.tcp.ctl.has(SYN));
      EXPECT_EQ(options.mss.value_or(0), !v.tcp.ctl.has(SYN) ? 0 : v.src.is_v6() ? 65476 : 65495);
    }
    udp += v.transport == Transport::udp;
    if (v.transport != Transport::icmp) continue;
    ++icmp;
    EXPECT_EQ(v.transport_checksum, ChecksumStatus::good);
    const auto quoted = view_quoted(packet.bytes, v);
    ASSERT_TRUE(quoted);
    EXPECT_EQ(quoted->transport, Transport::udp);
    EXPECT_EQ(quoted->dst_port, 9);
    EXPECT_EQ(quoted->payload.size, 14u);
  }
  EXPECT_EQ(syn, 6);
  EXPECT_EQ(fin, 4);
  EXPECT_EQ(rst, 2);
  EXPECT_EQ(udp, 2);
  EXPECT_EQ(icmp, 2);
  EXPECT_EQ(truncated, 2);  // the two answers of 800 bytes
  EXPECT_EQ(v6, 15);
  // Sockets leave the sum to the network card. Over IPv4, Linux sums itself where it answers
  // without a socket: the last ACK, out of TIME-WAIT, and the reset of a closed port.
  EXPECT_EQ(good, 2);
  EXPECT_EQ(partial, 24);
}

TEST(Captured, Ethernet_FragmentsAndArpAreShownAsBytes) {
  const PcapFile file = fixture("wire-ethernet.pcap");
  ASSERT_EQ(file.packets.size(), 4u);
  std::vector<std::vector<AnomalyCode>> codes;
  for (const PcapPacket& packet : file.packets) {
    ASSERT_EQ(broken_property(packet.bytes, file.link, packet.original_size), "");
    auto& of_packet = codes.emplace_back();
    for (const Anomaly& a : decode(packet.bytes, file.link, packet.original_size).anomalies)
      of_packet.push_back(a.code);
  }
  using enum AnomalyCode;
  EXPECT_EQ(codes, (std::vector<std::vector<AnomalyCode>>{
                       {checksum_not_filled}, {fragment}, {fragment}, {unknown_protocol}}));
}

}  // namespace
}  // namespace synoptic::wire
