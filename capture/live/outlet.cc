// Outlet: a direct write(2) while nothing waits, else a thread that waits for room in the pipe.
#include "capture/live/outlet.hh"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace synoptic::live {
namespace {

// Of what waits: with more the programs are held, with less they go on.
constexpr std::size_t too_much = 32 << 20;
constexpr std::size_t little = 4 << 20;

}  // namespace

Outlet::Outlet(int pipe, ProgramsHeld& held)
    : pipe_(pipe), held_(held), thread_([this] { run(); }) {
  ::fcntl(pipe_, F_SETFL, ::fcntl(pipe_, F_GETFL) | O_NONBLOCK);
}

Outlet::~Outlet() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// What the pipe did not take.
wire::ByteSpan Outlet::write_now(wire::ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(pipe_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      gone_ = errno != EAGAIN;
      break;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return gone_ ? wire::ByteSpan{} : bytes;
}

void Outlet::send(FrameWriter& frames) {
  bool much = false;
  {
    const std::lock_guard lock(mutex_);
    wire::ByteSpan rest = frames.bytes();
    if (waiting_.empty() && !gone_) rest = write_now(rest);
    if (!rest.empty() && !gone_) {
      waiting_.emplace_back(rest.begin(), rest.end());
      size_ += rest.size();
      much = size_ > too_much;
      changed_.notify_one();
    }
  }
  frames.clear();
  if (much) held_.hold(ProgramsHeld::By::outlet);
}

void Outlet::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    lock.unlock();
    pollfd room{pipe_, POLLOUT, 0};
    ::poll(&room, 1, -1);
    lock.lock();
    while (!waiting_.empty()) {
      const wire::ByteSpan all = wire::ByteSpan(waiting_.front()).subspan(first_written_);
      const wire::ByteSpan rest = write_now(all);
      size_ -= all.size() - rest.size();
      first_written_ = waiting_.front().size() - rest.size();
      if (!rest.empty()) break;
      waiting_.pop_front();
      first_written_ = 0;
    }
    if (size_ > little && !gone_) continue;
    lock.unlock();
    held_.release(ProgramsHeld::By::outlet);
    lock.lock();
  }
}

}  // namespace synoptic::live
