// Writes with write(2): what fails is left alone, and a broken pipe does not end the program.
#include "viz/cli/messages.hh"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>

#include "viz/cli/files.hh"

namespace synoptic::cli {
namespace {

// While one of these lives, SIGPIPE waits; the one that came meanwhile is taken away at the end.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now{};
    ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_, before_;
};

}  // namespace

void write_message(std::string_view text) {
  const NoBrokenPipe guard;
  static_cast<void>(write_all(STDERR_FILENO, text));
}

void say(std::string_view message) {
  write_message(fmt::format("synoptic: {}\n", message));
}

}  // namespace synoptic::cli
