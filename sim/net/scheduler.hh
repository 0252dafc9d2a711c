// Scheduler: what will happen, by virtual time. Order is (time, insertion id): of two items for the
// same instant the one that was put in first comes first, so a run is the same every time.
//
// Items are small plain values, not functions: a million of them a second cost no allocation each.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/model/time.hh"

namespace synoptic::net {

template <typename Item>
class Scheduler {
 public:
  struct Entry {
    model::Instant at;
    std::uint64_t id = 0;  // counts insertions
    Item item{};
  };

  void add(model::Instant at, const Item& item) {
    heap_.push_back({at, next_id_++, item});
    std::ranges::push_heap(heap_, later);
  }

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  // The earliest entry. Not to be called when empty().
  const Entry& top() const { return heap_.front(); }
  Entry pop() {
    std::ranges::pop_heap(heap_, later);
    const Entry entry = heap_.back();
    heap_.pop_back();
    return entry;
  }

 private:
  static bool later(const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.id > b.id;
  }

  std::vector<Entry> heap_;
  std::uint64_t next_id_ = 0;
};

}  // namespace synoptic::net
