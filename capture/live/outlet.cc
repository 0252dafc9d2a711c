// Outlet: into the ring, and a thread that looks after it while much waits there.
#include "capture/live/outlet.hh"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace synoptic::live {
namespace {

// Of the ring: with so much waiting who sends is slowed, with so much all but stopped; with less
// it is let go on.
constexpr std::size_t much = 4, too_much = 2, little = 32;
constexpr int look_ms = 1;

bool has_gone(int pipe) {
  pollfd reader{pipe, 0, 0};
  return ::poll(&reader, 1, look_ms) > 0;
}

}  // namespace

Outlet::Outlet(FrameRing& ring, int pipe, Throttle& throttle)
    : ring_(ring), pipe_(pipe), throttle_(throttle), thread_([this] { watch(); }) {
  ::fcntl(pipe_, F_SETFL, ::fcntl(pipe_, F_GETFL) | O_NONBLOCK);
}

Outlet::~Outlet() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Outlet::send(FrameWriter& frames) {
  if (frames.bytes().empty()) return;
  std::unique_lock lock(mutex_);
  while (!gone_ && !ring_.put(frames.bytes())) {
    watching_ = true;
    changed_.notify_all();
    changed_.wait(lock);
  }
  frames.clear();
  if (ring_.wakes_reader()) {
    const char any = 0;
    if (::write(pipe_, &any, sizeof any) < 0) gone_ |= errno == EPIPE;
  }
  if (ring_.pending() <= ring_.size() / much) return;
  set_pace();
  watching_ = true;
  changed_.notify_all();
}

void Outlet::set_pace() {
  const std::size_t pending = ring_.pending();
  if (gone_ || pending < ring_.size() / little) {
    throttle_.set(Throttle::By::outlet, Throttle::Pace::full);
  } else if (pending > ring_.size() / too_much) {
    throttle_.set(Throttle::By::outlet, Throttle::Pace::crawl);
  } else if (pending > ring_.size() / much) {
    throttle_.set(Throttle::By::outlet, Throttle::Pace::slow);
  }
}

void Outlet::watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || watching_; });
    if (ending_) return;
    lock.unlock();
    const bool gone = has_gone(pipe_);
    lock.lock();
    gone_ |= gone;
    set_pace();
    watching_ = !gone_ && ring_.pending() >= ring_.size() / little;
    changed_.notify_all();
  }
}

}  // namespace synoptic::live
