// The Internet checksum, eight bytes at a time.
#include "sim/wire/checksum.hh"

#include <bit>
#include <cstring>

namespace synoptic::wire {
namespace {

template <typename Word>
Word load(const std::uint8_t* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// A number of the packet as it adds to a sum in the machine's byte order.
constexpr std::uint64_t in_native_order(std::uint16_t n) {
  return std::endian::native == std::endian::little ? std::byteswap(n) : n;
}

}  // namespace

Sum sum_of(ByteSpan bytes) {
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  // Two sums of 32-bit halves: no carry is lost below 2^32 words, and the compiler may vectorise.
  std::uint64_t low = 0, high = 0;
  for (; left >= 8; left -= 8, p += 8) {
    const auto word = load<std::uint64_t>(p);
    low += word & 0xffffffff;
    high += word >> 32;
  }
  std::uint64_t sum = low + high;
  if (left >= 4) {
    sum += load<std::uint32_t>(p);
    left -= 4, p += 4;
  }
  if (left >= 2) {
    sum += load<std::uint16_t>(p);
    left -= 2, p += 2;
  }
  if (left != 0) sum += in_native_order(static_cast<std::uint16_t>(*p << 8));
  return {sum};
}

Sum pseudo_header_sum(const IpAddress& src, const IpAddress& dst, std::uint8_t protocol,
                      std::uint32_t length) {
  Sum sum = src.is_v6() ? sum_of(src.octets) + sum_of(dst.octets)
                        : Sum{std::uint64_t{load<std::uint32_t>(src.octets.data())} +
                              load<std::uint32_t>(dst.octets.data())};
  sum.n += in_native_order(protocol);
  sum.n += in_native_order(static_cast<std::uint16_t>(length >> 16));
  sum.n += in_native_order(static_cast<std::uint16_t>(length));
  return sum;
}

std::uint16_t fold(Sum sum) {
  std::uint64_t n = (sum.n >> 32) + (sum.n & 0xffffffff);
  n = (n >> 16) + (n & 0xffff);
  n = (n >> 16) + (n & 0xffff);
  n = (n >> 16) + (n & 0xffff);
  return static_cast<std::uint16_t>(in_native_order(static_cast<std::uint16_t>(n)));
}

}  // namespace synoptic::wire
