// Bytes and ranges of bytes: the vocabulary in which wire speaks of packets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace synoptic::wire {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

// A range of a packet's bytes: [offset, offset + size), counted from the first captured byte.
struct ByteRange {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;

  std::uint32_t end() const { return offset + size; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// The bytes of `packet` that `range` names, cut off at the packet's end.
inline ByteSpan slice(ByteSpan packet, ByteRange range) {
  if (range.offset >= packet.size()) return {};
  return packet.subspan(range.offset,
                        std::min<std::size_t>(range.size, packet.size() - range.offset));
}

}  // namespace synoptic::wire
