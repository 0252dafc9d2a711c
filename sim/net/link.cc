// The link's arithmetic.
#include "sim/net/link.hh"

#include <algorithm>
#include <utility>

namespace synoptic::net {

using model::Duration;
using model::Instant;
using model::Why;

namespace {

// Rounded up to whole nanoseconds, in integers: a packet has less than 2^31 bytes, so the product
// fits.
Duration time_on_wire(std::uint32_t size, std::uint64_t rate_bps) {
  if (rate_bps == 0) return {};
  const std::uint64_t bits = std::uint64_t{size} * 8;
  return model::nanoseconds(
      static_cast<std::int64_t>((bits * 1'000'000'000 + rate_bps - 1) / rate_bps));
}

}  // namespace

// Every packet draws the same count of numbers, whatever becomes of it: one fault more changes
// nothing else.
Link::Chances Link::draw() {
  if (options_.loss <= 0 && options_.duplicate <= 0 && options_.reorder <= 0) return {};
  const bool lost = rng_.chance(options_.loss);
  const bool duplicated = rng_.chance(options_.duplicate);
  const bool reordered = rng_.chance(options_.reorder);
  const Duration most = std::max(options_.delay, model::milliseconds(1));
  return {lost, duplicated, reordered, 1 + rng_.below(static_cast<std::uint64_t>(most.ns))};
}

// Finds the packet its time on the wire. False when the queue is full.
bool Link::take_place(Instant now, std::uint32_t size) {
  while (!waiting_.empty() && waiting_.front() <= now) waiting_.pop_front();
  const Instant begin = std::max(now, busy_until_);
  if (begin > now) {
    if (waiting_.size() >= options_.queue_packets) return false;
    waiting_.push_back(begin);
  }
  busy_until_ = begin + time_on_wire(size, options_.rate_bps);
  return true;
}

Passage Link::send(Instant now, std::uint32_t packet, std::uint32_t size,
                   const FaultDecision& fault) {
  const Chances chances = draw();
  Passage passage;
  if (!take_place(now, size)) {
    passage.lost = Why::link_queue_full;
    return passage;
  }
  if (fault.drop || chances.lost) {
    passage.lost = fault.drop ? Why::fault_drop : Why::link_loss;
    return passage;
  }
  passage.corrupt = fault.corrupt;
  if (fault.duplicate || chances.duplicated) {
    passage.duplicated = fault.duplicate ? Why::fault_duplicate : Why::link_duplicate;
  }
  passage.arrival = std::max(busy_until_ + options_.delay, last_arrival_);
  if (fault.swap && !held_) {
    held_ = Held{packet, fault.corrupt};
    passage.held_back = Why::fault_swap;
    passage.waits = true;
    passage.arrival = passage.arrival + longest_wait;
    return passage;
  }
  if (fault.delay > Duration{}) {
    passage.held_back = Why::fault_delay;
    passage.arrival = passage.arrival + fault.delay;
  } else if (chances.reordered) {
    passage.held_back = Why::link_reorder;
    passage.arrival =
        passage.arrival + model::nanoseconds(static_cast<std::int64_t>(chances.extra_ns));
  } else {
    last_arrival_ = passage.arrival;
  }
  if (held_) passage.overtaken = std::exchange(held_, std::nullopt);
  return passage;
}

std::optional<Held> Link::release(std::uint32_t packet) {
  if (!held_ || held_->packet != packet) return std::nullopt;
  return std::exchange(held_, std::nullopt);
}

}  // namespace synoptic::net
