// Any bytes: valid packets cut everywhere and bent everywhere, and noise. Nothing is refused, and
// what is said of the bytes stays consistent.
#include <gtest/gtest.h>

#include "tests/fuzz/wire_properties.hh"
#include "tests/wire/sample_packets.hh"

namespace synoptic::wire {
namespace {

constexpr LinkType all_links[] = {LinkType::null, LinkType::ethernet, LinkType::raw, LinkType::loop,
                                  LinkType::unknown};

std::string hex(ByteSpan bytes) {
  std::string text;
  for (const std::uint8_t b : bytes)
    text += "0123456789abcdef"[b >> 4], text += "0123456789abcdef"[b & 15];
  return text;
}

void expect_consistent(ByteSpan bytes, LinkType link, std::uint32_t original_size,
                       const std::string& what) {
  const std::string broken = broken_property(bytes, link, original_size);
  ASSERT_EQ(broken, "") << what << ", link type " << static_cast<int>(link) << ", original size "
                        << original_size << ": " << hex(bytes);
}

TEST(Malformed, ValidPacketCutAnywhere_IsTruncatedOrShort) {
  for (const Sample& sample : sample_packets()) {
    for (std::size_t kept = 0; kept <= sample.bytes.size(); ++kept) {
      const ByteSpan bytes = ByteSpan(sample.bytes).first(kept);
      const auto size = static_cast<std::uint32_t>(sample.bytes.size());
      expect_consistent(bytes, sample.link, size, sample.name + ", cut by the capture");
      expect_consistent(bytes, sample.link, 0, sample.name + ", short");
      if (kept == sample.bytes.size()) continue;
      const PacketView cut = view(bytes, sample.link, size), is_short = view(bytes, sample.link);
      EXPECT_TRUE(cut.truncated && !cut.malformed) << sample.name << " cut to " << kept;
      EXPECT_TRUE(is_short.malformed) << sample.name << " of only " << kept;
      EXPECT_FALSE(cut.transport_checksum == ChecksumStatus::wrong) << sample.name << ' ' << kept;
    }
  }
}

TEST(Malformed, EachByteChangedToEachValue_StaysConsistent) {
  for (const Sample& sample : sample_packets()) {
    Bytes bytes = sample.bytes;
    for (std::uint8_t& b : bytes) {
      const std::uint8_t was = b;
      for (int value = 0; value < 256; value += 5) {
        b = static_cast<std::uint8_t>(was ^ value);
        expect_consistent(bytes, sample.link, 0, sample.name);
      }
      b = was;
    }
  }
}

TEST(Malformed, AnyOneBitFlippedAboveTheLink_IsNoticed) {
  for (const Sample& sample : sample_packets()) {
    const PacketView whole = view(sample.bytes, sample.link);
    Bytes bytes = sample.bytes;
    // What no checksum covers: IPv6's version, class, label and hop limit.
    for (std::size_t i = whole.ip_header.offset; i < bytes.size(); ++i) {
      const std::size_t in_ip = i - whole.ip_header.offset;
      if (whole.src.is_v6() && (in_ip < 4 || in_ip == 7)) continue;
      for (int bit = 0; bit < 8; ++bit) {
        bytes[i] ^= static_cast<std::uint8_t>(1 << bit);
        const PacketView v = view(bytes, sample.link);
        const bool noticed =
            v.malformed || v.truncated || !v.has_ip || v.transport == Transport::none ||
            v.ip_checksum == ChecksumStatus::wrong || v.transport_checksum != ChecksumStatus::good;
        EXPECT_TRUE(noticed) << sample.name << ", byte " << i << ", bit " << bit;
        bytes[i] ^= static_cast<std::uint8_t>(1 << bit);
      }
    }
  }
}

TEST(Malformed, BentSeveralTimes_StaysConsistent) {
  constexpr unsigned seed = 20261121;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::vector<Sample> samples = sample_packets();
  for (int i = 0; i < 150000; ++i) {
    const Sample& sample = samples[random() % samples.size()];
    Bytes bytes = sample.bytes;
    for (int n = 1 + static_cast<int>(random() % 6); n > 0; --n) {
      // Mostly headers, where it matters; often a value at an edge.
      std::uint8_t& b = bytes[random() % std::min<std::size_t>(bytes.size(), 90)];
      constexpr std::uint8_t edges[] = {0, 1, 2, 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xf0, 0xff};
      b = random() % 2 == 0 ? edges[random() % std::size(edges)]
                            : static_cast<std::uint8_t>(random());
    }
    if (random() % 3 == 0) bytes.resize(random() % (bytes.size() + 20));
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::uint32_t original = random() % 3 == 0 ? size + random() % 100 : 0;
    ASSERT_NO_FATAL_FAILURE(expect_consistent(bytes, sample.link, original, sample.name))
        << "turn " << i;
  }
}

TEST(Malformed, Noise_StaysConsistent) {
  constexpr unsigned seed = 792;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 150000; ++i) {
    Bytes bytes(random() % 100);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    const LinkType link = all_links[random() % std::size(all_links)];
    if (random() % 2 == 0 && !bytes.empty()) bytes[0] = random() % 2 == 0 ? 0x45 : 0x60;
    const std::uint32_t original = random() % 2 == 0 ? random() % 200 : 0;
    ASSERT_NO_FATAL_FAILURE(expect_consistent(bytes, link, original, "noise")) << "turn " << i;
  }
}

}  // namespace
}  // namespace synoptic::wire
