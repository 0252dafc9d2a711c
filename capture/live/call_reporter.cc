// A role's end of the pipe on which its calls are told.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"
#include "capture/live/live.hh"
#include "capture/live/supervisor.hh"

namespace synoptic::live {
namespace {

class PipeReporter : public CallReporter {
 public:
  explicit PipeReporter(FileDescriptor pipe) : pipe_(std::move(pipe)) {}

  void report(const observe::CallRecord& record) override {
    const std::lock_guard lock(mutex_);
    frames_.clear();
    put_call(frames_, record);
    write_all(pipe_.get(),
              frames_.bytes());  // nobody listens any more: the run is over, and so are we
  }

  void await_everybody() override {
    pollfd hangup{role_everybody_fd, POLLIN, 0};
    while (::poll(&hangup, 1, -1) < 0 && errno == EINTR) {
    }
  }

 private:
  std::mutex mutex_;
  FileDescriptor pipe_;
  FrameWriter frames_;
};

}  // namespace

std::unique_ptr<CallReporter> call_reporter_from_environment() {
  const char* text = std::getenv(report_variable);
  int fd = -1;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), fd).ec != std::errc()) {
    return nullptr;
  }
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return nullptr;
  if (::fcntl(role_everybody_fd, F_SETFD, FD_CLOEXEC) != 0) return nullptr;
  ::signal(SIGPIPE, SIG_IGN);
  return std::make_unique<PipeReporter>(FileDescriptor(fd));
}

}  // namespace synoptic::live
