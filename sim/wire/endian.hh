// Numbers in network byte order, loaded from and stored to bytes of any alignment.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace synoptic::wire {

inline std::uint16_t load_u16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
inline std::uint32_t load_u32(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}
inline void store_u16(std::uint8_t* p, std::uint16_t value) {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(p, &value, sizeof value);
}
inline void store_u32(std::uint8_t* p, std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(p, &value, sizeof value);
}

}  // namespace synoptic::wire
