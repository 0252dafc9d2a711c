// The earliest deadline of many connections, each of which can be moved or taken out.
//
// Most deadlines are set later than all that are set already (a TIME-WAIT lasts longer than any
// other timer, and they begin one after the other): those form a queue. The others, of the few
// connections that talk just now, are in a binary heap that knows where each of them stands.
#pragma once

#include <cstdint>
#include <deque>
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
  bool empty() const { return heap_.empty() && queue_.empty(); }
  const Entry& first() const {
    if (queue_.empty()) return heap_.front();
    if (heap_.empty()) return queue_.front();
    return heap_.front() < queue_.front() ? heap_.front() : queue_.front();
  }

  void set(std::uint32_t slot, model::Instant at) {
    erase(slot);
    if (slot >= places_.size()) places_.resize(slot + 1);
    const Entry entry{at, slot};
    if (queue_.empty() || queue_.back() < entry) {
      places_[slot] = {Place::in_queue, taken_ + queue_.size()};
      queue_.push_back(entry);
    } else {
      heap_.push_back(entry);
      settle(heap_.size() - 1);
    }
  }
  void erase(std::uint32_t slot) {
    if (slot >= places_.size()) return;
    const Place place = places_[slot];
    places_[slot] = {};
    if (place.where == Place::in_queue) {
      erase_from_queue(place.index - taken_);
    } else if (place.where == Place::in_heap) {
      erase_from_heap(place.index);
    }
  }

 private:
  static constexpr std::uint32_t nobody = 0xffff'ffff;
  struct Place {
    enum Where : std::uint8_t { nowhere, in_heap, in_queue } where = nowhere;
    std::uint64_t index = 0;  // in_queue: counted from the first that ever stood there
  };

  // --- the queue: neither its first nor its last entry is nobody's
  void erase_from_queue(std::size_t i) {
    queue_[i].slot = nobody;
    while (!queue_.empty() && queue_.back().slot == nobody) queue_.pop_back();
    for (; !queue_.empty() && queue_.front().slot == nobody; ++taken_) queue_.pop_front();
  }

  // --- the heap
  void erase_from_heap(std::size_t i) {
    const Entry last = heap_.back();
    heap_.pop_back();
    if (i == heap_.size()) return;
    heap_[i] = last;
    settle(i);
  }
  // Moves the entry at i to where it belongs.
  void settle(std::size_t i) {
    const Entry entry = heap_[i];
    while (i > 0 && entry < heap_[(i - 1) / 2]) {
      put(i, heap_[(i - 1) / 2]);
      i = (i - 1) / 2;
    }
    for (std::size_t child = 2 * i + 1; child < heap_.size(); child = 2 * i + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
      if (!(heap_[child] < entry)) break;
      put(i, heap_[child]);
      i = child;
    }
    put(i, entry);
  }
  void put(std::size_t i, const Entry& entry) {
    heap_[i] = entry;
    places_[entry.slot] = {Place::in_heap, i};
  }

  std::vector<Entry> heap_;
  std::deque<Entry> queue_;    // ascending; entries that were taken out are nobody's
  std::uint64_t taken_ = 0;    // how many have left the queue at its front
  std::vector<Place> places_;  // by slot
};

}  // namespace synoptic::tcp
