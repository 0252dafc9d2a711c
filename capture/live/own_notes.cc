// Reading back the comments that viz/export/pcapng.cc writes.
#include "capture/live/own_notes.hh"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace synoptic::live {
namespace {

constexpr std::uint32_t section_header_block = 0x0A0D0D0A;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint16_t opt_end = 0, opt_comment = 1, shb_userappl = 4;
constexpr std::size_t section_options_at = 24, packet_data_at = 28;
constexpr std::uint32_t head_size = 8, least_block = 12;
constexpr std::uint32_t largest_block = 1 << 20;  // of ours none is longer

using wire::Bytes;

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

OwnNotes::Note note_of(const Bytes& packet_block) {
  const std::size_t captured = (std::size_t{number(packet_block, 20, 4)} + 3) & ~std::size_t{3};
  const auto comment = option(packet_block, packet_data_at + captured, opt_comment);
  if (!comment) return {};
  const model::Fate fate = comment->starts_with("LOST:")      ? model::Fate::lost
                           : comment->starts_with("DAMAGED:") ? model::Fate::damaged
                                                              : model::Fate::delivered;
  model::Why copied = model::Why::none;
  for (const model::Why why : {model::Why::fault_duplicate, model::Why::link_duplicate})
    if (comment->find(model::info(why).text) != comment->npos) copied = why;
  return {true, fate, copied};
}

}  // namespace

void OwnNotes::feed(wire::ByteSpan bytes) {
  while (ours_ && !bytes.empty()) {
    const std::size_t wanted = skip_ > 0                   ? skip_
                               : block_.size() < head_size ? head_size - block_.size()
                                                           : size_ - block_.size();
    const wire::ByteSpan part = bytes.first(std::min(wanted, bytes.size()));
    bytes = bytes.subspan(part.size());
    at_ += static_cast<off_t>(part.size());
    if (skip_ > 0) {
      skip_ -= static_cast<std::uint32_t>(part.size());
      continue;
    }
    block_.insert(block_.end(), part.begin(), part.end());
    if (block_.size() == head_size)
      head();
    else if (block_.size() == size_)
      whole();
  }
}

// The first 8 bytes of a block are there.
void OwnNotes::head() {
  const bool first = at_ == off_t{head_size};
  size_ = number(block_, 4, 4);
  ours_ = size_ >= least_block && size_ % 4 == 0 &&
          (!first || number(block_, 0, 4) == section_header_block);
  if (size_ <= largest_block) return;
  skip_ = size_ - head_size;
  block_.clear();
}

void OwnNotes::whole() {
  const std::uint32_t type = number(block_, 0, 4);
  if (type == section_header_block)
    ours_ = option(block_, section_options_at, shb_userappl) == "Synoptic";
  if (type == enhanced_packet_block) notes_.emplace_back(at_, note_of(block_));
  block_.clear();
}

std::optional<OwnNotes::Note> OwnNotes::before(off_t end) {
  while (!notes_.empty() && notes_.front().first < end) notes_.pop_front();
  if (notes_.empty() || notes_.front().first != end) return std::nullopt;
  return notes_.front().second;
}

}  // namespace synoptic::live
