// Stores bytes at places that never move, until the arena itself is destroyed. Moving the arena
// moves no byte.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/model/large_memory.hh"
#include "sim/wire/bytes.hh"

namespace synoptic::model {

class ByteArena {
 public:
  ByteArena() = default;
  ByteArena(ByteArena&& other) noexcept { *this = std::move(other); }
  ByteArena& operator=(ByteArena&& other) noexcept {
    chunks_ = std::move(other.chunks_);
    next_ = std::exchange(other.next_, nullptr);
    left_ = std::exchange(other.left_, 0);
    total_ = std::exchange(other.total_, 0);
    other.chunks_.clear();
    return *this;
  }

  // A copy of `bytes` that lives as long as the arena.
  wire::ByteSpan store(wire::ByteSpan bytes);
  std::string_view store(std::string_view text);
  std::size_t size() const { return total_; }  // bytes stored

 private:
  // A short trace needs little; of a long one each chunk is a large page.
  static constexpr std::size_t first_chunk = 1 << 16, chunk_size = 1 << 21;
  struct Free {
    std::size_t size;
    void operator()(std::uint8_t* chunk) const noexcept { free_large(chunk, size); }
  };
  using Chunk = std::unique_ptr<std::uint8_t[], Free>;
  std::vector<Chunk> chunks_;
  std::uint8_t* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t total_ = 0;
};

}  // namespace synoptic::model
