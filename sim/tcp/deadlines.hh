// The earliest deadline of many connections: a binary heap that knows where each connection stands
// in it, so that a deadline can be moved or taken out in O(log n).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/time.hh"

namespace synoptic::tcp {

class Deadlines {
 public:
  struct Entry {
    model::Instant at;
    std::uint32_t slot = 0;  // equal deadlines fall due in order of slots
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.at != b.at ? a.at < b.at : a.slot < b.slot;
    }
  };
  bool empty() const { return heap_.empty(); }
  const Entry& first() const { return heap_.front(); }

  void set(std::uint32_t slot, model::Instant at) {
    if (slot >= place_.size()) place_.resize(slot + 1, nowhere);
    std::uint32_t i = place_[slot];
    if (i == nowhere) {
      i = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back({at, slot});
    } else {
      heap_[i].at = at;
    }
    settle(i);
  }
  void erase(std::uint32_t slot) {
    if (slot >= place_.size() || place_[slot] == nowhere) return;
    const std::uint32_t i = place_[slot];
    place_[slot] = nowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (i == heap_.size()) return;
    heap_[i] = last;
    settle(i);
  }

 private:
  static constexpr std::uint32_t nowhere = 0xffff'ffff;

  // Moves the entry at i to where it belongs.
  void settle(std::uint32_t i) {
    const Entry entry = heap_[i];
    while (i > 0 && entry < heap_[(i - 1) / 2]) {
      put(i, heap_[(i - 1) / 2]);
      i = (i - 1) / 2;
    }
    const auto size = static_cast<std::uint32_t>(heap_.size());
    for (std::uint32_t child = 2 * i + 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && heap_[child + 1] < heap_[child]) ++child;
      if (!(heap_[child] < entry)) break;
      put(i, heap_[child]);
      i = child;
    }
    put(i, entry);
  }
  void put(std::uint32_t i, const Entry& entry) {
    heap_[i] = entry;
    place_[entry.slot] = i;
  }
  std::vector<Entry> heap_;
  std::vector<std::uint32_t> place_;  // of each slot in heap_
};

}  // namespace synoptic::tcp
