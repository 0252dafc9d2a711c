// Outlet: into the ring, and a thread that looks after it while much waits there.
#include "capture/live/outlet.hh"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace synoptic::live {
namespace {

// Of the ring: with so much waiting who sends is slowed, with so much all but stopped; with less
// it is let go on.
constexpr std::size_t much = 4, too_much = 2, little = 32;
constexpr int look_ms = 1;
// More than this part of it is not put in at once.
constexpr std::size_t piece = 8;

bool has_gone(int pipe) {
  pollfd reader{pipe, 0, 0};
  return ::poll(&reader, 1, look_ms) > 0;
}

// Of the frames' beginning: as many whole ones as `most` octets hold, but one at least.
std::size_t size_of_piece(wire::ByteSpan frames, std::size_t most) {
  if (frames.size() <= most) return frames.size();
  std::size_t size = 0;
  while (const auto frame = first_frame(frames.subspan(size))) {
    const std::size_t with_it = size + frame_header_size + frame->body.size();
    if (size > 0 && with_it > most) break;
    size = with_it;
  }
  return size;
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
  work_.notify_all();
  thread_.join();
}

void Outlet::send(FrameWriter& frames) {
  std::unique_lock lock(mutex_);
  wire::ByteSpan rest = frames.bytes();
  while (!gone_ && !rest.empty()) {
    const std::size_t size = size_of_piece(rest, ring_.size() / piece);
    while (!gone_ && !ring_.put(rest.first(size))) {
      full_ = true;
      begin_watching();
      room_.wait(lock);
    }
    rest = rest.subspan(size);
    wake_reader();  // who sleeps makes no room for the next piece
  }
  frames.clear();
  if (ring_.pending() > ring_.size() / much) begin_watching();
}

void Outlet::wake_reader() {
  const char any = 0;
  if (ring_.wakes_reader() && ::write(pipe_, &any, sizeof any) < 0) gone_ |= errno == EPIPE;
}

void Outlet::begin_watching() {
  set_pace();
  if (std::exchange(watching_, true)) return;
  work_.notify_all();
}

// Whether it needs to be looked at again.
bool Outlet::set_pace() {
  const std::size_t pending = ring_.pending();
  if (gone_ || (!full_ && pending < ring_.size() / little)) {
    throttle_.set(Throttle::By::outlet, Throttle::Pace::full);
    return false;
  }
  if (full_ || pending > ring_.size() / too_much) {
    throttle_.set(Throttle::By::outlet, Throttle::Pace::crawl);
  } else if (pending > ring_.size() / much) {
    throttle_.set(Throttle::By::outlet, Throttle::Pace::slow);
  }
  return true;
}

void Outlet::watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return ending_ || watching_; });
    if (ending_) return;
    lock.unlock();
    const bool gone = has_gone(pipe_);
    lock.lock();
    gone_ |= gone;
    full_ = full_ && !gone_ && ring_.pending() > ring_.size() / too_much;
    watching_ = set_pace();
    room_.notify_all();
  }
}

}  // namespace synoptic::live
