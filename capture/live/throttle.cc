// Throttle: SIGSTOP and SIGCONT for a process namespace, or three settings of a token bucket
// filter.
#include "capture/live/throttle.hh"

#include <net/if.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

namespace synoptic::live {
namespace {

// The bucket holds enough for the longest packet, else the kernel drops it. Where it is slow a
// packet counts more than its octets, by about what it costs the capture.
TokenBucket bucket(Throttle::Pace pace) {
  constexpr std::uint32_t waiting = std::uint32_t{1} << 30;  // no sender's buffer is that large
  switch (pace) {
    case Throttle::Pace::full: return {4'200'000'000, 64 << 20, waiting, 0};
    case Throttle::Pace::slow: return {20'000'000, 128 << 10, waiting, 1'300};
    case Throttle::Pace::crawl: return {500'000, 128 << 10, waiting, 1'300};
  }
  return {};
}

}  // namespace

int Throttle::set_up(Netlink& netlink, unsigned interface) {
  return netlink.set_token_bucket(interface, bucket(Pace::full), Netlink::Bucket::is_new);
}

// Only the first of a process namespace can stop all the others, and no one else.
Throttle::Throttle(Means means)
    : means_(means),
      interface_(::if_nametoindex("lo")),
      possible_(means == Means::slow_network || ::getpid() == 1) {}

Throttle::~Throttle() {
  end();
}

bool Throttle::apply(Pace pace) {
  if (means_ == Means::slow_network)
    return netlink_.set_token_bucket(interface_, bucket(pace), Netlink::Bucket::is_there) == 0;
  ::kill(-1, pace == Pace::full ? SIGCONT : SIGSTOP);
  return true;
}

void Throttle::follow() {
  const Pace wanted = possible_ ? std::max(by_[0], by_[1]) : Pace::full;
  if (wanted == now_) return;
  if (!apply(wanted)) {
    possible_ = false;
    return;
  }
  const bool before = now_ != Pace::full;
  now_ = wanted;
  if (before && now_ == Pace::full) {
    total_ += Clock::now() - since_;
  } else if (!before) {
    since_ = Clock::now();
    ++times_;
  }
}

void Throttle::set(By by, Pace pace) {
  const std::lock_guard lock(mutex_);
  by_[static_cast<std::size_t>(by)] = pace;
  if (possible_) follow();
}

void Throttle::end() {
  const std::lock_guard lock(mutex_);
  possible_ = false;
  follow();
}

bool Throttle::slowed() {
  const std::lock_guard lock(mutex_);
  return now_ != Pace::full;
}

bool Throttle::anything_waits() {
  const std::lock_guard lock(mutex_);
  return means_ == Means::slow_network && netlink_.waiting(interface_).value_or(0) > 0;
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
