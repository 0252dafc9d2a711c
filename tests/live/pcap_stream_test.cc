// What the capture helper writes, however it is cut into pieces, and what it never writes.
#include "capture/live/pcap_stream.hh"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "capture/helper/protocol.hh"
#include "capture/live/file_descriptor.hh"

namespace synoptic::live {
namespace {

template <typename T>
std::string as_bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string record(std::uint32_t seconds, std::uint32_t part, const std::string& bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  return as_bytes(helper::RecordHeader{seconds, part, size, size + 1000}) + bytes;
}

// What comes out of `text` that is written `piece` bytes at a time.
struct Read {
  std::vector<std::string> packets;
  std::vector<std::int64_t> times;
  PcapStream stream;
};
void read(Read& to, const std::string& text, std::size_t piece) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor in(ends[0]), out(ends[1]);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const std::size_t size = std::min(piece, text.size() - at);
    ASSERT_EQ(::write(out.get(), text.data() + at, size), static_cast<ssize_t>(size));
    ASSERT_EQ(to.stream.read_from(in.get()), static_cast<ssize_t>(size));
    while (const auto packet = to.stream.next()) {
      to.packets.emplace_back(packet->bytes.begin(), packet->bytes.end());
      to.times.push_back(packet->t.ns);
      EXPECT_EQ(packet->original_size, packet->bytes.size() + 1000);
      EXPECT_EQ(packet->link, wire::LinkType::ethernet);
    }
  }
}

TEST(PcapStream, InPiecesOfAnySize_GivesTheSamePackets) {
  const std::string text = as_bytes(helper::FileHeader{.link = 1}) + record(7, 8, "first") +
                           record(9, 10, "") + record(11, 999'999'999, std::string(3000, 'x'));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{16}, text.size()}) {
    Read result;
    read(result, text, piece);
    EXPECT_TRUE(result.stream.begun());
    EXPECT_FALSE(result.stream.damaged());
    EXPECT_EQ(result.packets, (std::vector<std::string>{"first", "", std::string(3000, 'x')}));
    EXPECT_EQ(result.times,
              (std::vector<std::int64_t>{7'000'000'008, 9'000'000'010, 11'999'999'999}));
  }
}

TEST(PcapStream, Microseconds_AreTold) {
  Read result;
  read(result,
       as_bytes(helper::FileHeader{.magic = helper::magic_us, .link = 1}) + record(1, 2, "x"), 1);
  EXPECT_FALSE(result.stream.nanoseconds());
  EXPECT_EQ(result.times, std::vector<std::int64_t>{1'000'002'000});
}

TEST(PcapStream, HalfARecord_IsNone) {
  const std::string whole = as_bytes(helper::FileHeader{.link = 1}) + record(1, 2, "whole");
  const std::string half = record(3, 4, "half");
  for (std::size_t size = 0; size < half.size(); ++size) {
    Read result;
    read(result, whole + half.substr(0, size), 64);
    EXPECT_EQ(result.packets, std::vector<std::string>{"whole"});
    EXPECT_FALSE(result.stream.damaged());
  }
}

TEST(PcapStream, WhatIsNoCapture_IsDamaged) {
  Read other;
  read(other, "this is how synoptic captures; type: synoptic capture", 8);
  EXPECT_TRUE(other.stream.damaged());
  EXPECT_TRUE(other.packets.empty());
  Read too_long;
  helper::RecordHeader header;
  header.size = helper::longest_packet + 1;
  read(too_long, as_bytes(helper::FileHeader{.link = 1}) + as_bytes(header), 64);
  EXPECT_TRUE(too_long.stream.damaged());
  EXPECT_TRUE(too_long.packets.empty());
}

}  // namespace
}  // namespace synoptic::live
