// Reading back the comments that viz/export/pcapng.cc writes.
#include "capture/live/own_notes.hh"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace synoptic::live {
namespace {

constexpr std::uint32_t section_header_block = 0x0A0D0D0A;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint16_t opt_end = 0, opt_comment = 1, shb_userappl = 4;
constexpr std::size_t section_options_at = 24, packet_data_at = 28;
constexpr std::size_t largest_block = 1 << 20;

using Bytes = std::vector<std::uint8_t>;

Bytes read_at(int fd, off_t at, std::size_t size) {
  Bytes bytes(size);
  const ssize_t n = ::pread(fd, bytes.data(), size, at);
  bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return bytes;
}

// Little-endian, as we write it; 0 beyond the end.
std::uint32_t number(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  if (at + size > bytes.size()) return 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t{bytes[at + i]} << (8 * i);
  return value;
}

// The value of a block's first option of this code. The block's own length ends it.
std::optional<std::string_view> option(const Bytes& block, std::size_t at, std::uint16_t code) {
  while (at + 8 <= block.size()) {
    const std::uint32_t found = number(block, at, 2);
    const std::size_t size = number(block, at + 2, 2);
    if (found == opt_end || at + 4 + size > block.size()) break;
    if (found == code)
      return std::string_view(reinterpret_cast<const char*>(block.data()) + at + 4, size);
    at += 4 + ((size + 3) & ~std::size_t{3});
  }
  return std::nullopt;
}

}  // namespace

OwnNotes::OwnNotes(int fd) : fd_(fd) {
  const Bytes head = read_at(fd, 0, 8);
  if (number(head, 0, 4) != section_header_block) return;
  const Bytes block = read_at(fd, 0, std::min<std::size_t>(number(head, 4, 4), largest_block));
  ours_ = option(block, section_options_at, shb_userappl) == "Synoptic";
}

std::optional<OwnNotes::Note> OwnNotes::before(off_t end) const {
  if (!ours_ || end < 4) return std::nullopt;
  const std::uint32_t size = number(read_at(fd_, end - 4, 4), 0, 4);
  if (size < packet_data_at || size > largest_block || off_t{size} > end) return std::nullopt;
  const Bytes block = read_at(fd_, end - off_t{size}, size);
  if (number(block, 0, 4) != enhanced_packet_block || number(block, 4, 4) != size)
    return std::nullopt;
  const std::size_t captured = (std::size_t{number(block, 20, 4)} + 3) & ~std::size_t{3};
  const auto comment = option(block, packet_data_at + captured, opt_comment);
  if (!comment) return Note{};
  const model::Fate fate = comment->starts_with("LOST:")      ? model::Fate::lost
                           : comment->starts_with("DAMAGED:") ? model::Fate::damaged
                                                              : model::Fate::delivered;
  return Note{true, fate};
}

}  // namespace synoptic::live
