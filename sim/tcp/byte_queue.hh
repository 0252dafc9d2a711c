// Octets waiting to be acknowledged: appended at the end, taken from the front. Flat, so that any
// part is one span; it allocates only when it grows.
#pragma once

#include "sim/wire/bytes.hh"

namespace synoptic::tcp {

class ByteQueue {
 public:
  std::size_t size() const { return bytes_.size() - head_; }

  // Moves what is there to the front first when that frees half of the memory in use. Spans handed
  // out end here.
  void append(wire::ByteSpan text) {
    if (head_ > 0 && head_ >= size()) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    if (bytes_.capacity() == 0) bytes_.reserve(first_capacity);
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  // Octets leave the queue; spans handed out stay readable until the next append.
  void consume(std::size_t n) { head_ += n; }
  wire::ByteSpan view(std::size_t offset, std::size_t n) const {
    return wire::ByteSpan(bytes_).subspan(head_ + offset, n);
  }
  void clear() {
    bytes_.clear();
    head_ = 0;
  }

 private:
  static constexpr std::size_t first_capacity = 256;
  wire::Bytes bytes_;
  std::size_t head_ = 0;
};

}  // namespace synoptic::tcp
