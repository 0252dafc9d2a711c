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

std::int64_t now_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

struct CaptureLoop::Batch {
  const std::function<void(const observe::CapturedPacket&)>& on_packet;
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
  return rings_.dispatch([&batch](const observe::CapturedPacket& packet) {
    if (packet.t.ns > batch.not_after) batch.past_end = true;
    if (batch.past_end) return;
    batch.on_packet(packet);
  });
}

// Until packets are there; false when it is time to end.
bool CaptureLoop::wait(const std::function<void()>& on_empty) {
  for (int timeout = 0;; timeout = -1) {
    if (stopped_at_ != 0) return false;
    if (rings_.pending()) return true;
    const auto ready = [](const pollfd& one) { return one.revents != 0; };
    if (::poll(polled_.data(), polled_.size(), timeout) > 0 &&
        std::any_of(polled_.begin(), polled_.end() - 1, ready))
      return true;
    if (timeout == 0) on_empty();
  }
}

std::optional<model::Error> CaptureLoop::run(
    const std::function<void(const observe::CapturedPacket&)>& on_packet,
    const std::function<void()>& on_rest, const std::function<void()>& on_empty) {
  Batch batch{on_packet, std::numeric_limits<std::int64_t>::max()};
  int count = 0;
  while (count >= 0 && wait(on_empty)) {
    count = dispatch(batch);
    on_rest();
  }
  // What the rings still hold, up to the moment of the stop: what comes later was not asked for.
  batch.not_after = stopped_at_;
  while (count >= 0 && !batch.past_end) {
    count = dispatch(batch);
    on_rest();
    if (count == 0) break;
  }
  if (count >= 0) return std::nullopt;
  return model::Error{wire::Saying::of("the capture ended early: {}", rings_.error()), ""};
}

}  // namespace synoptic::live
