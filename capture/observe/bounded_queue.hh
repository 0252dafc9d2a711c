// BoundedQueue: hands values from producer threads to one consumer thread, never holding more than
// its limits.
//
// A capture thread must not wait: push() refuses what does not fit and counts it, so that the loss
// can be shown. A reader of files can wait: push_wait(). The consumer takes everything at once, so
// the lock is held for a swap only, however long the consumer then works on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "sim/model/time.hh"

namespace synoptic::observe {

struct QueueLimits {
  std::size_t values = 65'536;
  std::size_t weight = std::size_t{64} << 20;  // the sum of what push() is told, usually bytes
};

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(QueueLimits limits = {}) : limits_(limits) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // --- producers, any number of threads
  // Never blocks. False, and counted in dropped(), when it does not fit or the queue is closed. A
  // value heavier than the whole limit fits into an empty queue, so that nothing is refused for
  // ever.
  bool push(T value, std::size_t weight = 0) { return put(value, weight, true); }
  // The same for what nobody misses: not counted.
  bool offer(T value, std::size_t weight = 0) { return put(value, weight, false); }
  // Waits for room. False (and not counted: the consumer asked for it) when the queue is closed.
  bool push_wait(T value, std::size_t weight = 0) {
    {
      std::unique_lock lock(mutex_);
      emptied_.wait(lock, [&] { return closed_ || fits(weight); });
      if (closed_) return false;
      store(std::move(value), weight);
    }
    filled_.notify_one();
    return true;
  }
  // Nothing more comes in; what is inside can still be taken. Wakes everybody. May be called more
  // than once, and by the consumer too.
  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
    emptied_.notify_all();
  }

  // --- the consumer
  // Replaces the contents of `into` by everything that waits, oldest first; its old capacity is
  // used again. False when nothing waited. Never blocks for longer than a swap.
  bool take(std::vector<T>& into) {
    into.clear();
    {
      std::lock_guard lock(mutex_);
      std::swap(into, values_);
      weight_ = 0;
    }
    if (into.empty()) return false;
    emptied_.notify_all();
    return true;
  }
  // Until something waits, the queue is closed, or `timeout` has passed. True if something waits.
  bool wait(model::Duration timeout) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, std::chrono::nanoseconds(timeout.ns),
                     [&] { return closed_ || !values_.empty(); });
    return !values_.empty();
  }
  // Closed, and everything was taken: nothing will ever come again.
  bool finished() const {
    std::lock_guard lock(mutex_);
    return closed_ && values_.empty();
  }

  // --- anybody
  std::uint64_t dropped() const {
    std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  bool put(T& value, std::size_t weight, bool counted) {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || !fits(weight)) {
        dropped_ += counted ? 1 : 0;
        return false;
      }
      store(std::move(value), weight);
    }
    filled_.notify_one();
    return true;
  }
  bool fits(std::size_t weight) const {
    if (values_.empty()) return limits_.values > 0;
    return values_.size() < limits_.values && weight <= limits_.weight &&
           weight_ <= limits_.weight - weight;
  }
  void store(T value, std::size_t weight) {
    values_.push_back(std::move(value));
    weight_ += weight;
  }

  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  std::vector<T> values_;
  std::size_t weight_ = 0;
  std::uint64_t dropped_ = 0;
  bool closed_ = false;
};

}  // namespace synoptic::observe
