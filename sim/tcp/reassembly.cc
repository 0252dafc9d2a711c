// Text is written where it belongs; ranges say which of the places beyond next() are filled.
#include "sim/tcp/reassembly.hh"

#include <algorithm>

namespace synoptic::tcp {

using wire::geq;
using wire::leq;
using wire::lt;
using wire::SeqNum;
using wire::SeqSize;

void Reassembly::start(SeqNum next) {
  bytes_.clear();
  ranges_.clear();
  head_ = in_order_ = 0;
  next_ = next;
}

void Reassembly::insert(SeqNum seq, wire::ByteSpan text) {
  if (text.empty()) return;
  if (ranges_.size() >= max_ranges && seq != next_) return;
  make_room();
  const std::size_t place = head_ + in_order_ + wire::offset(next_, seq).n;
  if (bytes_.size() < place + text.size()) bytes_.resize(place + text.size());
  std::ranges::copy(text, bytes_.begin() + static_cast<std::ptrdiff_t>(place));
  merge(seq, seq + SeqSize{static_cast<std::uint32_t>(text.size())});
}

// Forgets what was read once it is half of the memory in use.
void Reassembly::make_room() {
  if (bytes_.capacity() == 0) bytes_.reserve(first_capacity);
  if (head_ == 0 || head_ < bytes_.size() - head_) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

// The new range swallows all those that it overlaps or touches.
void Reassembly::merge(SeqNum left, SeqNum right) {
  auto first = std::ranges::find_if(ranges_, [&](const Range& r) { return geq(r.right, left); });
  auto last = first;
  for (; last != ranges_.end() && leq(last->left, right); ++last) {
    left = wire::min(left, last->left);
    right = wire::max(right, last->right);
  }
  const Range merged{left, right, ++touches_};
  if (first == last) {
    ranges_.insert(first, merged);
  } else {
    *first = merged;
    ranges_.erase(first + 1, last);
  }
}

SeqSize Reassembly::advance() {
  if (ranges_.empty() || lt(next_, ranges_.front().left)) return {};
  const SeqSize n = wire::offset(next_, ranges_.front().right);
  next_ = ranges_.front().right;
  in_order_ += n.n;
  ranges_.erase(ranges_.begin());
  return n;
}

SeqSize Reassembly::accept(SeqNum seq, wire::ByteSpan text) {
  if (seq != next_ || !ranges_.empty()) {
    insert(seq, text);
    return advance();
  }
  make_room();
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  const SeqSize n{static_cast<std::uint32_t>(text.size())};
  in_order_ += n.n;
  next_ += n;
  return n;
}

std::size_t Reassembly::read(std::span<std::uint8_t> into) {
  const std::size_t n = std::min(into.size(), in_order_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(head_), n, into.begin());
  head_ += n;
  in_order_ -= n;
  if (in_order_ == 0 && ranges_.empty()) {
    bytes_.clear();
    head_ = 0;
  }
  return n;
}

std::size_t Reassembly::sack_blocks(std::span<wire::SackBlock> room) const {
  std::uint32_t before =
      touches_ + 1;  // report only ranges touched earlier than the last one reported
  std::size_t n = 0;
  for (; n < room.size() && n < ranges_.size(); ++n) {
    const Range* latest = nullptr;
    for (const Range& r : ranges_) {
      if (r.touched < before && (latest == nullptr || r.touched > latest->touched)) latest = &r;
    }
    room[n] = {latest->left, latest->right};
    before = latest->touched;
  }
  return n;
}

void Reassembly::flush_out_of_order() {
  ranges_.clear();
  bytes_.resize(head_ + in_order_);
}

}  // namespace synoptic::tcp
