// CaptureLoop: poll, dispatch, and a last draining of the ring.
#include "capture/live/capture_loop.hh"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <ctime>
#include <limits>

namespace synoptic::live {
namespace {

// A flood must not keep a batch from being handed on, nor stop() from being seen.
constexpr int packets_a_batch = 512;

std::int64_t now_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

struct CaptureLoop::Batch {
  const std::function<void(const observe::CapturedPacket&)>& on_packet;
  std::uint64_t left;      // how many more are wanted
  std::int64_t not_after;  // the time of capture of the last that is wanted
  bool past_end = false;
};

CaptureLoop::CaptureLoop(CaptureRings rings)
    : rings_(std::move(rings)), stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const int fd : rings_.fds()) polled_.push_back({fd, POLLIN, 0});
  polled_.push_back({stop_event_.get(), POLLIN, 0});
}

void CaptureLoop::stop() {
  std::int64_t not_yet = 0;
  stopped_at_.compare_exchange_strong(not_yet, now_ns(CLOCK_REALTIME));
  const std::uint64_t one = 1;
  // Fails only when it was told before (the counter is full).
  if (::write(stop_event_.get(), &one, sizeof one) < 0) return;
}

std::uint64_t CaptureLoop::kernel_dropped() {
  return rings_.dropped();
}

// One batch: how many, or an error below zero.
int CaptureLoop::dispatch(Batch& batch) {
  const auto most = static_cast<int>(std::min<std::uint64_t>(batch.left, packets_a_batch));
  return rings_.dispatch(most, [&batch](const observe::CapturedPacket& packet) {
    if (packet.t.ns > batch.not_after) batch.past_end = true;
    if (batch.past_end || batch.left == 0) return;
    --batch.left;
    batch.on_packet(packet);
  });
}

// Until packets are there; false when it is time to end.
bool CaptureLoop::wait(model::Instant until) {
  for (;;) {
    if (stopped_at_ != 0) return false;
    if (rings_.pending()) return true;
    int timeout_ms = -1;
    if (until.ns != 0) {
      const std::int64_t left = until.ns - now_ns(CLOCK_MONOTONIC);
      if (left <= 0) return false;
      timeout_ms = static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 1'000'000));
    }
    if (::poll(polled_.data(), polled_.size(), timeout_ms) <= 0) continue;
    const auto ready = [](const pollfd& one) { return one.revents != 0; };
    if (std::any_of(polled_.begin(), polled_.end() - 1, ready)) return true;
  }
}

std::optional<model::Error> CaptureLoop::run(
    const std::function<void(const observe::CapturedPacket&)>& on_packet,
    const std::function<void()>& on_rest, const CaptureLimits& limits) {
  const model::Instant until{
      limits.max_time.ns == 0 ? 0 : now_ns(CLOCK_MONOTONIC) + limits.max_time.ns};
  const std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
  Batch batch{on_packet, limits.max_packets == 0 ? no_limit : limits.max_packets,
              std::numeric_limits<std::int64_t>::max()};
  int count = 0;
  while (count >= 0 && batch.left > 0 && wait(until)) {
    count = dispatch(batch);
    on_rest();
  }
  // What the ring still holds, up to the moment of the stop: what comes later was not asked for.
  batch.not_after = stopped_at_ != 0 ? stopped_at_.load() : now_ns(CLOCK_REALTIME);
  while (count >= 0 && batch.left > 0 && !batch.past_end) {
    count = dispatch(batch);
    on_rest();
    if (count == 0) break;
  }
  if (count >= 0) return std::nullopt;
  return model::Error{wire::Saying::of("the capture ended early: {}", rings_.error()), ""};
}

}  // namespace synoptic::live
