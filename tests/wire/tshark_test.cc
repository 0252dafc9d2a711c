// tshark as judge: it reads what append_*() writes, finds nothing malformed and no wrong checksum,
// and sees the fields that were meant.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <sstream>

#include "tests/files.hh"
#include "tests/wire/pcap_file.hh"
#include "tests/wire/sample_packets.hh"

namespace synoptic::wire {
namespace {

using Row = std::vector<std::string>;

class Tshark : public testing::TestWithParam<LinkType> {
 protected:
  // The fields that tshark finds in each of these packets; of a field met twice (an ICMP error
  // quotes a packet), the first.
  std::vector<Row> fields(LinkType link, const std::vector<Bytes>& packets,
                          const Row& names) const {
    const std::string path = folder_.file("packets.pcap");
    write_pcap(path, link, packets);
    std::string command =
        "tshark -n -r " + path +
        " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE"
        " -o tcp.relative_sequence_numbers:FALSE -o tcp.analyze_sequence_numbers:FALSE"
        " -T fields -E separator='|' -E occurrence=f";
    for (const std::string& name : names) command += " -e " + name;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>&1").c_str(), "r"),
                                                     pclose);
    std::string text;
    char buffer[4096];
    while (const std::size_t n = fread(buffer, 1, sizeof buffer, pipe.get()))
      text.append(buffer, n);
    std::vector<Row> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.find('|') == std::string::npos) continue;  // "Running as user root", and so on
      Row& row = rows.emplace_back();
      std::istringstream cells(line + '|');
      for (std::string cell; std::getline(cells, cell, '|');) row.push_back(cell);
    }
    EXPECT_EQ(rows.size(), packets.size()) << command << '\n' << text;
    return rows;
  }

 private:
  const TempDir folder_;
};

std::string hex_of(ByteSpan bytes) {
  std::string text;
  for (const std::uint8_t b : bytes) {
    text += "0123456789abcdef"[b >> 4];
    text += "0123456789abcdef"[b & 15];
  }
  return text;
}

constexpr const char* good = "1";  // of tshark's checksum states: bad 0, good 1, unverified 2

TEST_P(Tshark, RandomSegments_AreSeenAsTheyWereMeant) {
  constexpr unsigned seed = 4711;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<Bytes> packets;
  std::vector<Row> expected;
  for (int i = 0; i < 200; ++i) {
    const Family family = i % 2 == 0 ? Family::ipv4 : Family::ipv6;
    const bool v6 = family == Family::ipv6;
    LinkSpec link = link_spec(GetParam());
    if (i % 3 == 0 && GetParam() == LinkType::ethernet) link.vlan = i;
    IpSpec ip = ip_spec(family);
    ip.ttl = static_cast<std::uint8_t>(1 + random() % 255);
    TcpHeader tcp = i % 4 < 2 ? syn_header() : data_header();
    tcp.src_port = static_cast<std::uint16_t>(50000 + random() % 10000);
    tcp.seq = {static_cast<std::uint32_t>(random())};
    tcp.ack = {static_cast<std::uint32_t>(random())};
    tcp.ctl = CtlSet(static_cast<std::uint8_t>(random()));
    tcp.window = static_cast<std::uint16_t>(random());
    tcp.urgent_pointer = static_cast<std::uint16_t>(random());
    const Bytes payload(random() % 100, 'x');
    append_tcp(packets.emplace_back(), link, ip, tcp, payload);
    TcpOptions padded = tcp.options;
    while (padded.size() % 4 != 0) padded.append_eol();
    const auto text = [](auto n) { return std::to_string(n); };
    char flags[8];
    std::snprintf(flags, sizeof flags, "0x%04x", tcp.ctl.bits);
    expected.push_back({"", v6 ? "" : ip.src.str(), v6 ? "" : ip.dst.str(), v6 ? "" : text(ip.ttl),
                        v6 ? "" : good, v6 ? ip.src.str() : "", v6 ? ip.dst.str() : "",
                        v6 ? text(ip.ttl) : "", link.vlan ? text(*link.vlan & 0xfff) : "",
                        text(tcp.src_port), text(tcp.dst_port), text(tcp.seq.raw),
                        text(tcp.ack.raw), flags, text(tcp.window), text(payload.size()),
                        text(tcp.urgent_pointer), good, hex_of(padded.raw())});
  }
  const auto rows =
      fields(GetParam(), packets,
             {"_ws.malformed", "ip.src", "ip.dst", "ip.ttl", "ip.checksum.status", "ipv6.src",
              "ipv6.dst", "ipv6.hlim", "vlan.id", "tcp.srcport", "tcp.dstport", "tcp.seq_raw",
              "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len", "tcp.urgent_pointer",
              "tcp.checksum.status", "tcp.options"});
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(rows[i], expected[i]) << "packet " << i + 1;
}

TEST_P(Tshark, OptionsDatagramsAndErrors_AreSeenAsTheyWereMeant) {
  std::vector<Bytes> packets;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const bool v6 = family == Family::ipv6;
    const LinkSpec link = link_spec(GetParam());
    const IpSpec ip = ip_spec(family);
    append_tcp(packets.emplace_back(), link, ip, syn_header(), {});
    append_tcp(packets.emplace_back(), link, ip, data_header(), text_bytes("Hello"));
    append_udp(packets.emplace_back(), link, ip, 50000, 9999, text_bytes("Hello"));
    Bytes original;
    append_udp(original, link_spec(LinkType::raw), ip, 50000, 9999, text_bytes("nobody listens"));
    append_icmp(packets.emplace_back(), link, ip, v6 ? 1 : 3, v6 ? 4 : 3,
                unreachable_body(original, family));
  }
  const Row names{"_ws.malformed",
                  "tcp.options.mss_val",
                  "tcp.options.wscale.shift",
                  "tcp.options.timestamp.tsval",
                  "tcp.options.sack_le",
                  "tcp.checksum.status",
                  "udp.length",
                  "udp.checksum.status",
                  "icmp.type",
                  "icmp.code",
                  "icmp.checksum.status",
                  "icmpv6.type",
                  "icmpv6.code",
                  "icmpv6.checksum.status"};
  const auto rows = fields(GetParam(), packets, names);
  const std::vector<Row> expected{
      {"", "65495", "7", "1234567890", "", good, "", "", "", "", "", "", "", ""},
      {"", "", "", "", "3000", good, "", "", "", "", "", "", "", ""},
      {"", "", "", "", "", "", "13", good, "", "", "", "", "", ""},
      {"", "", "", "", "", "", "22", "", "3", "3", good, "", "", ""},
      {"", "65495", "7", "1234567890", "", good, "", "", "", "", "", "", "", ""},
      {"", "", "", "", "3000", good, "", "", "", "", "", "", "", ""},
      {"", "", "", "", "", "", "13", good, "", "", "", "", "", ""},
      {"", "", "", "", "", "", "22", "", "", "", "", "1", "4", good}};
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row = rows[i];
    if (i % 4 == 3) row[7].clear();  // of the quoted datagram, whose checksum it may verify or not
    EXPECT_EQ(row, expected[i]) << "packet " << i + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryLink, Tshark,
                         testing::Values(LinkType::ethernet, LinkType::null, LinkType::loop,
                                         LinkType::raw),
                         [](const auto& info) {
                           return "LinkType" + std::to_string(static_cast<int>(info.param));
                         });

}  // namespace
}  // namespace synoptic::wire
