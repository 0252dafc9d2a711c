// Chunks of fixed size; what does not fit into the rest of one begins the next; what is larger gets
// its own.
#include "sim/model/arena.hh"

namespace synoptic::model {

wire::ByteSpan ByteArena::store(wire::ByteSpan bytes) {
  if (bytes.empty()) return {};
  if (bytes.size() > left_) {
    const std::size_t usual = chunks_.size() < 4 ? first_chunk : chunk_size;
    const std::size_t size = std::max(bytes.size(), usual);
    auto* const memory = static_cast<std::uint8_t*>(allocate_large(size));
    auto& chunk = chunks_.emplace_back(Chunk(memory, {size}));
    if (size > usual) {  // its own chunk: the one begun before goes on being filled
      std::memcpy(chunk.get(), bytes.data(), bytes.size());
      total_ += bytes.size();
      return {chunk.get(), bytes.size()};
    }
    next_ = chunk.get();
    left_ = size;
  }
  std::uint8_t* const place = next_;
  std::memcpy(place, bytes.data(), bytes.size());
  next_ += bytes.size();
  left_ -= bytes.size();
  total_ += bytes.size();
  return {place, bytes.size()};
}

std::string_view ByteArena::store(std::string_view text) {
  const wire::ByteSpan kept =
      store(wire::ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  return {reinterpret_cast<const char*>(kept.data()), kept.size()};
}

}  // namespace synoptic::model
