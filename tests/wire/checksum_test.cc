// The Internet checksum against RFC 1071's own example and against the sum done word by word.
#include "sim/wire/checksum.hh"

#include <gtest/gtest.h>

#include <random>

namespace synoptic::wire {
namespace {

// RFC 1071 section 1, as it is written there.
std::uint16_t plain_fold(ByteSpan bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i] << 8) | (i + 1 < bytes.size() ? bytes[i + 1] : 0);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}

TEST(Checksum, ExampleOfRfc1071_SumsToDdf2) {
  const Bytes bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(fold(sum_of(bytes)), 0xddf2);
  EXPECT_EQ(checksum_of(sum_of(bytes)), 0x220d);
}

TEST(Checksum, EverySizeAndAlignment_AgreesWithThePlainSum) {
  constexpr unsigned seed = 1071;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  Bytes bytes(300);
  for (int round = 0; round < 20; ++round) {
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random() % 4 == 0 ? 0xff : random());
    for (std::size_t start = 0; start < 9; ++start) {
      for (std::size_t size = 0; size <= 256; ++size) {
        const ByteSpan part = ByteSpan(bytes).subspan(start, size);
        ASSERT_EQ(fold(sum_of(part)), plain_fold(part)) << "start " << start << " size " << size;
      }
    }
  }
}

TEST(Checksum, SixtyFourKilobytesOfOnes_CarryNothingAway) {
  const Bytes bytes(65536, 0xff);
  EXPECT_EQ(fold(sum_of(bytes)), 0xffff);
  EXPECT_EQ(fold(sum_of(Bytes(65536, 0))), 0);
}

TEST(Checksum, PartsOfEvenSize_AddUp) {
  const Bytes bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const ByteSpan all(bytes);
  EXPECT_EQ(fold(sum_of(all.first(6)) + sum_of(all.subspan(6))), plain_fold(all));
}

TEST(Checksum, PseudoHeader_IsAddressesProtocolAndLength) {
  const Bytes v4{192, 0, 2, 1, 198, 51, 100, 7, 0, 6, 0x12, 0x34};
  EXPECT_EQ(fold(pseudo_header_sum(IpAddress::v4(192, 0, 2, 1), IpAddress::v4(198, 51, 100, 7), 6,
                                   0x1234)),
            plain_fold(v4));
  const IpAddress src = *IpAddress::parse("2001:db8::1"), dst = *IpAddress::parse("fe80::abcd:2");
  Bytes v6(src.octets.begin(), src.octets.end());
  v6.insert(v6.end(), dst.octets.begin(), dst.octets.end());
  for (const std::uint8_t b : {0x00, 0x01, 0x23, 0x45, 0, 0, 0, 58}) v6.push_back(b);
  EXPECT_EQ(fold(pseudo_header_sum(src, dst, 58, 0x12345)), plain_fold(v6));
}

}  // namespace
}  // namespace synoptic::wire
