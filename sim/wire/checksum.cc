// The Internet checksum, eight bytes at a time.
#include "sim/wire/checksum.hh"

#include <cstring>

namespace synoptic::wire {
namespace {

template <typename Word>
Word load(const std::uint8_t* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

}  // namespace

Sum sum_of(ByteSpan bytes) {
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t wide = 0;  // the carry out of its top bit comes in again at the bottom
  for (; left >= 8; left -= 8, p += 8) {
    const auto word = load<std::uint64_t>(p);
    wide += word;
    wide += wide < word;
  }
  std::uint64_t sum = (wide >> 32) + (wide & 0xffffffff);
  if (left >= 4) {
    sum += load<std::uint32_t>(p);
    left -= 4, p += 4;
  }
  if (left >= 2) {
    sum += load<std::uint16_t>(p);
    left -= 2, p += 2;
  }
  if (left != 0) sum += detail::in_native_order(static_cast<std::uint16_t>(*p << 8));
  return {sum};
}

}  // namespace synoptic::wire
