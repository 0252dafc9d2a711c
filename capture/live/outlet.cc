// Outlet: a direct write(2) while nothing waits, else a thread that waits for room in the pipe.
#include "capture/live/outlet.hh"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace synoptic::live {
namespace {

// Of what waits: with so much who sends is slowed, with so much more all but stopped; with less it
// is let go on.
constexpr std::size_t much = 32 << 20;
constexpr std::size_t too_much = 128 << 20;
constexpr std::size_t little = 4 << 20;
// More than this is never kept.
constexpr std::size_t most = 256 << 20;

// What the pipe does not take now; nothing when its reader has gone.
std::optional<wire::ByteSpan> write_now(int pipe, wire::ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(pipe, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return std::nullopt;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return bytes;
}

}  // namespace

Outlet::Outlet(int pipe, Throttle& throttle)
    : pipe_(pipe), throttle_(throttle), thread_([this] { run(); }) {
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
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return gone_ || size_ < most; });
  wire::Bytes bytes = frames.take();
  if (!gone_ && !writing_ && waiting_.empty()) {
    const auto rest = write_now(pipe_, bytes);
    gone_ = !rest;
    if (rest) bytes.erase(bytes.begin(), bytes.end() - std::ssize(*rest));
  }
  if (gone_ || bytes.empty()) return frames.reuse(std::move(bytes));
  size_ += bytes.size();
  waiting_.push_back(std::move(bytes));
  // Under the lock: the thread must not end what has not begun.
  if (size_ > much) {
    throttle_.set(Throttle::By::outlet,
                  size_ > too_much ? Throttle::Pace::crawl : Throttle::Pace::slow);
  }
  changed_.notify_all();
}

void Outlet::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const wire::Bytes one = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    lock.unlock();
    std::optional<wire::ByteSpan> rest = one;
    while (rest && !rest->empty()) {
      pollfd room{pipe_, POLLOUT, 0};
      ::poll(&room, 1, -1);
      rest = write_now(pipe_, *rest);
    }
    lock.lock();
    writing_ = false;
    size_ -= one.size();
    if (!rest) {
      gone_ = true;
      waiting_.clear();
      size_ = 0;
    }
    if (size_ < little) throttle_.set(Throttle::By::outlet, Throttle::Pace::full);
    changed_.notify_all();
  }
}

}  // namespace synoptic::live
