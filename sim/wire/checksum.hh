// The Internet checksum (RFC 1071): one's-complement sums of 16-bit words, and the pseudo-headers.
//
// Sums are kept unfolded and in the machine's own byte order, which RFC 1071 section 2(B) allows
// and which is fast; fold() turns one into the number that stands in the packet. Sums of parts may
// be added as long as every part but the last has an even number of bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "sim/wire/address.hh"
#include "sim/wire/bytes.hh"

namespace synoptic::wire {

namespace detail {
// A number of the packet as it adds to a sum in the machine's byte order.
constexpr std::uint64_t in_native_order(std::uint16_t n) {
  return std::endian::native == std::endian::little ? std::byteswap(n) : n;
}
}  // namespace detail

// An unfolded sum; wide enough for 2^32 words.
struct Sum {
  std::uint64_t n = 0;
  friend Sum operator+(Sum a, Sum b) { return {a.n + b.n}; }
};

// The sum of 16-bit numbers (fewer than 2^16 of them), added up as they would be read from the
// packet: for a header whose fields are known, so that it need not be read back.
inline Sum sum_of_fields(std::uint32_t total) {
  total = (total >> 16) + (total & 0xffff);
  total += total >> 16;
  return {detail::in_native_order(static_cast<std::uint16_t>(total))};
}

// The sum over `bytes`; an odd last byte counts as if a zero followed it.
Sum sum_of(ByteSpan bytes);

// Of one family. What an IPv4 header, and every pseudo-header, has of the addresses.
inline Sum sum_of_addresses(const IpAddress& src, const IpAddress& dst) {
  if (src.is_v6()) return sum_of(src.octets) + sum_of(dst.octets);
  std::uint32_t a, b;
  std::memcpy(&a, src.octets.data(), sizeof a);
  std::memcpy(&b, dst.octets.data(), sizeof b);
  return {std::uint64_t{a} + b};
}

// The sum of the pseudo-header: RFC 9293 section 3.1 (IPv4), RFC 8200 section 8.1 (IPv6). `length`
// is the upper layer's, header and text, in bytes.
inline Sum pseudo_header_sum(const IpAddress& src, const IpAddress& dst, std::uint8_t protocol,
                             std::uint32_t length) {
  Sum sum = sum_of_addresses(src, dst);
  sum.n += detail::in_native_order(protocol);
  sum.n += detail::in_native_order(static_cast<std::uint16_t>(length >> 16));
  sum.n += detail::in_native_order(static_cast<std::uint16_t>(length));
  return sum;
}

// The one's-complement sum as a 16-bit number, as it would be read from the packet. A packet part
// with its checksum in place folds to 0xffff; a part with a zero there needs the complement of its
// fold.
inline std::uint16_t fold(Sum sum) {
  std::uint64_t n = (sum.n >> 32) + (sum.n & 0xffffffff);
  n = (n >> 16) + (n & 0xffff);
  n = (n >> 16) + (n & 0xffff);
  n = (n >> 16) + (n & 0xffff);
  return static_cast<std::uint16_t>(detail::in_native_order(static_cast<std::uint16_t>(n)));
}
inline std::uint16_t checksum_of(Sum sum) {
  return static_cast<std::uint16_t>(~fold(sum));
}

}  // namespace synoptic::wire
