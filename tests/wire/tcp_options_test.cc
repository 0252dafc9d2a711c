// TCP options: each built and parsed, alignment, room, illegal lengths; control bits as text.
#include <gtest/gtest.h>

#include <random>

#include "sim/wire/tcp.hh"

namespace synoptic::wire {
namespace {

Bytes bytes_of(const TcpOptions& options) {
  return {options.raw().begin(), options.raw().end()};
}

ParsedOptions parse(const Bytes& raw) {
  TcpOptions options;
  EXPECT_TRUE(options.append_raw(raw));
  return options.parse();
}

TEST(TcpOptions, Each_HasTheBytesOfItsRfc) {
  TcpOptions mss, ws, permitted, sack, ts, nop, eol;
  ASSERT_TRUE(mss.append_mss(1460));
  EXPECT_EQ(bytes_of(mss), (Bytes{2, 4, 0x05, 0xb4}));
  ASSERT_TRUE(ws.append_window_scale(7));
  EXPECT_EQ(bytes_of(ws), (Bytes{3, 3, 7}));
  ASSERT_TRUE(permitted.append_sack_permitted());
  EXPECT_EQ(bytes_of(permitted), (Bytes{4, 2}));
  const SackBlock block{{0x01020304}, {0x05060708}};
  ASSERT_TRUE(sack.append_sack({&block, 1}));
  EXPECT_EQ(bytes_of(sack), (Bytes{5, 10, 1, 2, 3, 4, 5, 6, 7, 8}));
  ASSERT_TRUE(ts.append_timestamps({0x11223344, 0x55667788}));
  EXPECT_EQ(bytes_of(ts), (Bytes{8, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}));
  ASSERT_TRUE(nop.append_nop());
  EXPECT_EQ(bytes_of(nop), (Bytes{1}));
  ASSERT_TRUE(eol.append_eol());
  EXPECT_EQ(bytes_of(eol), (Bytes{0}));
}

TEST(TcpOptions, LinuxSynOptions_ParseToWhatWasBuilt) {
  TcpOptions options;
  ASSERT_TRUE(options.append_mss(65495) && options.append_sack_permitted() &&
              options.append_timestamps({1234567890, 0}) && options.append_nop() &&
              options.append_window_scale(7));
  EXPECT_EQ(options.size(), 20u);
  EXPECT_EQ(options.padded_size(), 20u);
  const ParsedOptions parsed = options.parse();
  EXPECT_EQ(parsed.mss, 65495);
  EXPECT_TRUE(parsed.sack_permitted);
  EXPECT_EQ(parsed.timestamps, (Timestamps{1234567890, 0}));
  EXPECT_EQ(parsed.window_scale, 7);
  EXPECT_FALSE(parsed.malformed);
  EXPECT_FALSE(parsed.unknown);
  EXPECT_EQ(parsed.sack_count, 0);
}

TEST(TcpOptions, PaddedSize_IsTheNextMultipleOfFour) {
  TcpOptions options;
  for (std::size_t size = 0; size <= TcpOptions::max_size; ++size) {
    EXPECT_EQ(options.size(), size);
    EXPECT_EQ(options.padded_size(), (size + 3) / 4 * 4);
    EXPECT_EQ(options.append_nop(), size < TcpOptions::max_size);
  }
}

TEST(TcpOptions, WhatDoesNotFit_IsRefusedWhole) {
  const std::array<SackBlock, 5> blocks{};
  for (std::size_t used = 0; used <= TcpOptions::max_size; ++used) {
    TcpOptions full;
    ASSERT_TRUE(full.append_raw(Bytes(used, 1)));
    const std::size_t room = TcpOptions::max_size - used;
    const auto expect = [&](std::size_t size, auto append) {
      TcpOptions options = full;
      EXPECT_EQ(append(options), size <= room) << "size " << size << " room " << room;
      EXPECT_EQ(options.size(), size <= room ? used + size : used);
    };
    expect(1, [](TcpOptions& o) { return o.append_nop(); });
    expect(1, [](TcpOptions& o) { return o.append_eol(); });
    expect(4, [](TcpOptions& o) { return o.append_mss(1); });
    expect(3, [](TcpOptions& o) { return o.append_window_scale(1); });
    expect(2, [](TcpOptions& o) { return o.append_sack_permitted(); });
    expect(10, [](TcpOptions& o) { return o.append_timestamps({}); });
    for (std::size_t n = 1; n <= 5; ++n) {
      expect(2 + 8 * n, [&](TcpOptions& o) { return o.append_sack(std::span(blocks).first(n)); });
    }
  }
  TcpOptions none;
  EXPECT_FALSE(none.append_sack({}));
  EXPECT_TRUE(none.empty());
}

TEST(TcpOptions, OneToFourSackBlocks_RoundTrip) {
  for (std::size_t n = 1; n <= 4; ++n) {
    std::array<SackBlock, 4> blocks{};
    for (std::uint32_t i = 0; i < n; ++i) blocks[i] = {{0xfffffff0 + 100 * i}, {50 + 100 * i}};
    TcpOptions options;
    ASSERT_TRUE(options.append_nop() && options.append_nop() &&
                options.append_sack(std::span(blocks).first(n)));
    const ParsedOptions parsed = options.parse();
    EXPECT_EQ(parsed.sack_count, n);
    EXPECT_EQ(parsed.sack_blocks, blocks);
    EXPECT_FALSE(parsed.malformed);
  }
}

TEST(TcpOptions, LengthZeroOrOne_EndsTheParse) {
  for (const std::uint8_t kind : {2, 3, 4, 5, 8, 99, 254}) {
    for (const std::uint8_t length : {0, 1}) {
      const ParsedOptions parsed = parse({3, 3, 5, kind, length, 2, 4, 1, 1, 4, 2});
      EXPECT_TRUE(parsed.malformed) << int{kind} << " length " << int{length};
      EXPECT_EQ(parsed.window_scale, 5) << "what stood before it is kept";
      EXPECT_FALSE(parsed.mss) << "nothing behind it can be told apart";
      EXPECT_FALSE(parsed.sack_permitted);
    }
  }
}

TEST(TcpOptions, LengthPastTheEnd_EndsTheParse) {
  for (const std::uint8_t kind : {2, 3, 4, 5, 8, 99}) {
    EXPECT_TRUE(parse({1, kind}).malformed) << int{kind};
    EXPECT_TRUE(parse({1, kind, 3}).malformed) << int{kind};
    EXPECT_TRUE(parse({1, kind, 255, 0, 0}).malformed) << int{kind};
  }
  const ParsedOptions parsed = parse({4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0});
  EXPECT_TRUE(parsed.malformed);
  EXPECT_TRUE(parsed.sack_permitted);
  EXPECT_FALSE(parsed.timestamps);
}

TEST(TcpOptions, KnownKindOfWrongLength_IsSkippedWhole) {
  const Bytes wrong[] = {{2, 3, 9},
                         {2, 5, 1, 2, 3},
                         {3, 2},
                         {3, 4, 1, 1},
                         {4, 3, 0},
                         {5, 2},
                         {5, 9, 1, 2, 3, 4, 5, 6, 7},
                         {8, 9, 1, 2, 3, 4, 5, 6, 7},
                         {8, 2}};
  for (Bytes raw : wrong) {
    const int kind = raw[0];
    for (const std::uint8_t b : {1, 254, 3, 0}) raw.push_back(b);
    const ParsedOptions parsed = parse(raw);
    EXPECT_TRUE(parsed.malformed) << "kind " << kind;
    EXPECT_TRUE(parsed.unknown) << "the option behind it is read; kind " << kind;
    EXPECT_FALSE(parsed.mss || parsed.window_scale || parsed.timestamps || parsed.sack_permitted);
    EXPECT_EQ(parsed.sack_count, 0);
  }
}

TEST(TcpOptions, UnknownKind_IsSkippedAndSaid) {
  const ParsedOptions parsed = parse({34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 0x05, 0xb4});
  EXPECT_TRUE(parsed.unknown);
  EXPECT_FALSE(parsed.malformed);
  EXPECT_EQ(parsed.mss, 1460);
}

TEST(TcpOptions, BehindEndOfList_NothingIsRead) {
  const ParsedOptions parsed = parse({4, 2, 0, 2, 4, 5, 0xb4, 99});
  EXPECT_TRUE(parsed.sack_permitted);
  EXPECT_FALSE(parsed.mss);
  EXPECT_FALSE(parsed.malformed);
}

TEST(TcpOptions, OptionMetTwice_TheLastCounts) {
  EXPECT_EQ(parse({2, 4, 0, 1, 2, 4, 0, 2}).mss, 2);
  EXPECT_EQ(parse({3, 3, 1, 3, 3, 2}).window_scale, 2);
}

TEST(TcpOptions, ShiftAboveFourteen_IsKeptAsSent) {
  EXPECT_EQ(parse({3, 3, 200}).window_scale, 200);
}

TEST(TcpOptions, AnyBytes_AreParsedWithoutHarm) {
  constexpr unsigned seed = 1122;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int malformed = 0, clean = 0;
  for (int i = 0; i < 200000; ++i) {
    // Small numbers are kinds and lengths that mean something.
    Bytes raw(random() % 41);
    for (auto& b : raw) b = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 12);
    const ParsedOptions parsed = parse(raw);
    ASSERT_LE(parsed.sack_count, 4);
    ++(parsed.malformed ? malformed : clean);
  }
  EXPECT_GT(malformed, 1000);
  EXPECT_GT(clean, 1000);
}

TEST(TcpOptions, Equality_IsOfTheBytesInUse) {
  TcpOptions a, b;
  EXPECT_EQ(a, b);
  a.append_nop();
  EXPECT_FALSE(a == b);
  b.append_eol();
  EXPECT_FALSE(a == b);
}

TEST(ControlBits, WiresharkText_IsInItsOrder) {
  EXPECT_EQ(wireshark_flags(SYN), "SYN");
  EXPECT_EQ(wireshark_flags(ACK | SYN), "SYN, ACK");
  EXPECT_EQ(wireshark_flags(FIN | PSH | ACK), "FIN, PSH, ACK");
  EXPECT_EQ(wireshark_flags(CtlSet(0xff)), "FIN, SYN, RST, PSH, ACK, URG, ECE, CWR");
  EXPECT_EQ(wireshark_flags({}), "<None>");
}

TEST(ControlBits, TcpdumpText_HasItsLetters) {
  EXPECT_EQ(tcpdump_flags(SYN), "[S]");
  EXPECT_EQ(tcpdump_flags(SYN | ACK), "[S.]");
  EXPECT_EQ(tcpdump_flags(FIN | ACK), "[F.]");
  EXPECT_EQ(tcpdump_flags(PSH | ACK), "[P.]");
  EXPECT_EQ(tcpdump_flags(RST), "[R]");
  EXPECT_EQ(tcpdump_flags(CtlSet(0xff)), "[FSRP.UEW]");
  EXPECT_EQ(tcpdump_flags({}), "[none]");
}

}  // namespace
}  // namespace synoptic::wire
