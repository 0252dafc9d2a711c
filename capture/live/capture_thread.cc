// CaptureThread: from the rings into frames.
#include "capture/live/capture_thread.hh"

#include <ctime>

namespace synoptic::live {
namespace {

// Frames go out when all that had arrived is in, or when there are this many bytes of them.
constexpr std::size_t frames_at_once = 256 << 10;
// The rings fill: more than a batch waits, and the last that was taken is as old as this. A ring of
// whole packets holds some milliseconds of what a processor can send.
constexpr std::int64_t late_ns = 1'000'000;

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

CaptureThread::CaptureThread(CaptureRings rings, Outlet& outlet, KernelPoller& kernel,
                             Throttle& throttle)
    : loop_(std::move(rings)),
      outlet_(outlet),
      kernel_(kernel),
      throttle_(throttle),
      thread_([this] { run(); }) {}

void CaptureThread::finish() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

void CaptureThread::run() {
  auto failure = loop_.run(
      [this](const observe::CapturedPacket& packet) {
        put_packet(frames_, packet);
        kernel_.packet(packet);
        ++count_;
        last_ = packet.t;
        if (frames_.bytes().size() >= frames_at_once) outlet_.send(frames_);
      },
      [this] { rest(); }, [this] { throttle_.set(Throttle::By::rings, Throttle::Pace::full); });
  if (failure) put_text(frames_, FrameType::warning, failure->str());
  tell_dropped();
  rest();
  throttle_.set(Throttle::By::rings, Throttle::Pace::full);
}

void CaptureThread::rest() {
  if (loop_.more_waits() && now_ns() - last_.ns > late_ns)
    throttle_.set(Throttle::By::rings, Throttle::Pace::slow);
  if (loop_.more_waits()) tell_dropped();  // else no ring was full
  if (!frames_.bytes().empty()) outlet_.send(frames_);
  kernel_.captured();
}

void CaptureThread::tell_dropped() {
  const std::uint64_t dropped = loop_.kernel_dropped();
  if (dropped == told_dropped_) return;
  told_dropped_ = dropped;
  frames_.begin(FrameType::dropped);
  frames_.put(dropped);
  frames_.finish();
}

}  // namespace synoptic::live
