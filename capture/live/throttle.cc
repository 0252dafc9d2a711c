// Throttle: three settings of a token bucket filter.
#include "capture/live/throttle.hh"

#include <net/if.h>

#include <algorithm>

namespace synoptic::live {
namespace {

// What each packet counts beside its own octets: it costs the capture about as much as these.
constexpr std::uint16_t packet_cost = 1'300;

// The bucket holds enough for the longest packet, else the kernel drops it. At full pace 220,000
// small packets pass a second, or 17,000 of 16 KiB: 2.4 Gbit/s; and a burst after a rest is a
// fraction of what any of the capture's rings holds.
TokenBucket bucket(Throttle::Pace pace) {
  constexpr std::uint32_t waiting = std::uint32_t{1} << 30;  // no sender's buffer is that large
  switch (pace) {
    case Throttle::Pace::full: return {300'000'000, 1 << 20, waiting, packet_cost};
    case Throttle::Pace::slow: return {20'000'000, 128 << 10, waiting, packet_cost};
    case Throttle::Pace::crawl: return {500'000, 128 << 10, waiting, packet_cost};
  }
  return {};
}

}  // namespace

int Throttle::set_up(Netlink& netlink, unsigned interface) {
  return netlink.set_token_bucket(interface, bucket(Pace::full), Netlink::Bucket::is_new);
}

Throttle::Throttle() : interface_(::if_nametoindex("lo")) {}

Throttle::Pace Throttle::wanted() const {
  return std::max(by_[0], by_[1]);
}

void Throttle::set(By by, Pace pace) {
  const std::lock_guard lock(mutex_);
  by_[static_cast<std::size_t>(by)] = pace;
  if (wanted() == now_ || !possible_) return;
  possible_ =
      netlink_.set_token_bucket(interface_, bucket(wanted()), Netlink::Bucket::is_there) == 0;
  if (!possible_) return;
  const bool before = now_ != Pace::full;
  now_ = wanted();
  if (before && now_ == Pace::full) {
    total_ += Clock::now() - since_;
  } else if (!before) {
    since_ = Clock::now();
    ++times_;
  }
}

bool Throttle::slowed() {
  const std::lock_guard lock(mutex_);
  return now_ != Pace::full;
}

bool Throttle::anything_waits() {
  const std::lock_guard lock(mutex_);
  return netlink_.waiting(interface_).value_or(0) > 0;
}

int Throttle::times() {
  const std::lock_guard lock(mutex_);
  return times_;
}

std::chrono::nanoseconds Throttle::total() {
  const std::lock_guard lock(mutex_);
  return now_ == Pace::full ? total_ : total_ + (Clock::now() - since_);
}

}  // namespace synoptic::live
