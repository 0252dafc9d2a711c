// Addresses: text forms read and written, kinds, hash.
#include "sim/wire/address.hh"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace synoptic::wire {
namespace {

TEST(IpAddress, DottedQuad_IsReadAndWritten) {
  const auto address = IpAddress::parse("127.0.0.2");
  ASSERT_TRUE(address);
  EXPECT_EQ(*address, IpAddress::v4(127, 0, 0, 2));
  EXPECT_FALSE(address->is_v6());
  EXPECT_EQ(address->size(), 4u);
  EXPECT_EQ(address->str(), "127.0.0.2");
  EXPECT_EQ(IpAddress::parse("255.255.255.255")->str(), "255.255.255.255");
}

TEST(IpAddress, NotAnAddress_IsRefused) {
  for (const char* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "256.0.0.1",
                           "1.2.3.",
                           ".1.2.3",
                           "1..2.3",
                           "01.2.3.4",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.-4",
                           "a.b.c.d",
                           "1.2.3.0004",
                           ":",
                           ":::",
                           "1:",
                           ":1",
                           "1::2::3",
                           "12345::",
                           "g::1",
                           "::1%lo",
                           "[::1]",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "1:2:3:4::5:6:7:8",
                           "::1.2.3",
                           "::1.2.3.4:5",
                           "1.2.3.4::",
                           "1.2.3.4::5",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "::-1",
                           "+1::",
                           "localhost",
                           "::00001"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, Ipv6Text_IsCanonicalAfterRfc5952) {
  const std::pair<const char*, const char*> cases[] = {
      {"::", "::"},
      {"::1", "::1"},
      {"0:0:0:0:0:0:0:1", "::1"},
      {"1::", "1::"},
      {"2001:0DB8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // a single zero group stays
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longest run
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of two
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6::", "1:2:3:4:5:6::"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::ffff:c000:201", "::ffff:192.0.2.1"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"::1.2.3.4", "::102:304"},
      {"fe80::A0:b", "fe80::a0:b"},
  };
  for (const auto& [text, canonical] : cases) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(address->is_v6());
    EXPECT_EQ(address->str(), canonical) << text;
  }
}

TEST(IpAddress, TextRoundTrip_IsTheSameAddress) {
  constexpr unsigned seed = 5952;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20000; ++i) {
    std::array<std::uint8_t, 16> octets{};
    for (auto& octet : octets) octet = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : 0;
    const IpAddress v6 = IpAddress::v6(octets);
    ASSERT_EQ(IpAddress::parse(v6.str()), v6) << v6.str();
    const IpAddress v4 = IpAddress::v4(octets[0], octets[1], octets[2], octets[3]);
    ASSERT_EQ(IpAddress::parse(v4.str()), v4) << v4.str();
  }
}

TEST(IpAddress, Kinds_AreToldApart) {
  const auto is = [](const char* text) { return *IpAddress::parse(text); };
  EXPECT_TRUE(is("0.0.0.0").is_unspecified());
  EXPECT_TRUE(is("::").is_unspecified());
  EXPECT_FALSE(is("0.0.0.1").is_unspecified());
  EXPECT_TRUE(is("127.1.2.3").is_loopback());
  EXPECT_TRUE(is("::1").is_loopback());
  EXPECT_FALSE(is("::2").is_loopback());
  EXPECT_FALSE(is("1::1").is_loopback());
  EXPECT_FALSE(is("128.0.0.1").is_loopback());
  EXPECT_TRUE(is("224.0.0.1").is_multicast());
  EXPECT_TRUE(is("239.255.255.255").is_multicast());
  EXPECT_FALSE(is("240.0.0.1").is_multicast());
  EXPECT_TRUE(is("ff02::1").is_multicast());
  EXPECT_FALSE(is("fe80::1").is_multicast());
  EXPECT_TRUE(is("255.255.255.255").is_broadcast());
  EXPECT_FALSE(is("255.255.255.254").is_broadcast());
}

TEST(SocketAddress, Text_HasBracketsForIpv6) {
  EXPECT_EQ((SocketAddress{IpAddress::v4(127, 0, 0, 1), 9999}.str()), "127.0.0.1:9999");
  EXPECT_EQ((SocketAddress{*IpAddress::parse("::1"), 9999}.str()), "[::1]:9999");
}

TEST(MacAddress, Text_IsHexWithColons) {
  EXPECT_EQ((MacAddress{{2, 0, 0, 0, 0xab, 1}}.str()), "02:00:00:00:ab:01");
}

TEST(SocketAddress, Hash_SpreadsNeighbours) {
  std::set<std::size_t> buckets, hashes;
  int count = 0;
  for (int host = 0; host < 64; ++host) {
    for (int port = 0; port < 64; ++port, ++count) {
      const SocketAddress address{IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(host)),
                                  static_cast<std::uint16_t>(40000 + port)};
      hashes.insert(std::hash<SocketAddress>{}(address));
      buckets.insert(std::hash<SocketAddress>{}(address) % 4096);
    }
  }
  EXPECT_EQ(hashes.size(), static_cast<std::size_t>(count));
  EXPECT_GT(buckets.size(), 2300u);  // 2589 of 4096 buckets are hit by chance
  const SocketAddress v4{IpAddress::v4(0, 0, 0, 0), 1}, v6{*IpAddress::parse("::"), 1};
  EXPECT_NE(hash_value(v4), hash_value(v6));
}

}  // namespace
}  // namespace synoptic::wire
