// Rng: the run's own source of chance, xoshiro256++ seeded by splitmix64. The same numbers from
// every compiler: no distribution of the standard library is used, since those differ between
// implementations.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace synoptic::net {

// One step of splitmix64: turns `state` into the next one, and gives well mixed bits of it.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

class Rng {
 public:
  // Streams of one seed are independent of each other: each link direction draws from its own.
  explicit constexpr Rng(std::uint64_t seed, std::uint64_t stream = 0) {
    std::uint64_t mixed = stream;
    std::uint64_t start = seed ^ splitmix64(mixed);
    for (std::uint64_t& word : state_) word = splitmix64(start);
  }

  // 64 bits, uniform.
  constexpr std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, n). n > 0. Draws again where the rest would favour small numbers.
  constexpr std::uint64_t below(std::uint64_t n) {
    const std::uint64_t unfair = (0 - n) % n;
    for (;;) {
      const std::uint64_t bits = next();
      if (bits >= unfair) return bits % n;
    }
  }

  // True with `probability` (0: never, 1: always). Always draws once.
  constexpr bool chance(double probability) {
    return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace synoptic::net
