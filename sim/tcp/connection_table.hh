// Finds a connection by its pair of sockets: a flat hash table of slots with linear probing. The
// pairs themselves stay in the connections; the owner hands in how to reach them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sim/wire/address.hh"

namespace synoptic::tcp {

class ConnectionTable {
 public:
  static constexpr std::uint32_t none = 0xffff'ffff;

  static std::uint32_t hash(const wire::SocketAddress& local, const wire::SocketAddress& remote) {
    std::uint64_t h = add(add(0, local), remote);
    h ^= h >> 32;
    return static_cast<std::uint32_t>(h);
  }

  // `matches(slot)`: is that connection the pair looked for?
  template <typename Matches>
  std::uint32_t find(std::uint32_t hash, Matches matches) const {
    if (cells_.empty()) return none;
    for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
      if (cells_[i].slot == none) return none;
      if (cells_[i].hash == hash && matches(cells_[i].slot)) return cells_[i].slot;
    }
  }
  void insert(std::uint32_t hash, std::uint32_t slot) {
    if ((count_ + 1) * 2 > cells_.size()) grow();
    place({hash, slot});
    ++count_;
  }
  void erase(std::uint32_t hash, std::uint32_t slot) {
    std::size_t i = hash & mask();
    while (cells_[i].slot != slot) i = (i + 1) & mask();
    // Cells behind the gap move up unless that would put them before the place where their search
    // begins.
    for (std::size_t j = (i + 1) & mask(); cells_[j].slot != none; j = (j + 1) & mask()) {
      const std::size_t home = cells_[j].hash & mask();
      if (((j - home) & mask()) >= ((j - i) & mask())) {
        cells_[i] = cells_[j];
        i = j;
      }
    }
    cells_[i] = {};
    --count_;
  }
  std::size_t size() const { return count_; }

 private:
  struct Cell {
    std::uint32_t hash = 0, slot = none;
  };
  std::size_t mask() const { return cells_.size() - 1; }
  static std::uint64_t add(std::uint64_t h, const wire::SocketAddress& address) {
    std::uint64_t words[2];
    std::memcpy(words, address.ip.octets.data(), sizeof words);
    for (const std::uint64_t word : {words[0], words[1], std::uint64_t{address.port}}) {
      h = (std::rotl(h, 23) ^ word) * 0x9e37'79b9'7f4a'7c15;
    }
    return h;
  }
  void place(Cell cell) {
    std::size_t i = cell.hash & mask();
    while (cells_[i].slot != none) i = (i + 1) & mask();
    cells_[i] = cell;
  }
  void grow() {
    std::vector<Cell> old(cells_.empty() ? 64 : cells_.size() * 2);
    old.swap(cells_);
    for (const Cell& cell : old) {
      if (cell.slot != none) place(cell);
    }
  }
  std::vector<Cell> cells_;  // a power of two of them, at most half in use
  std::size_t count_ = 0;
};

}  // namespace synoptic::tcp
