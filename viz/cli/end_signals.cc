// Blocked everywhere, waited for by one thread: what it does then is bound by no rules of handlers.
#include "viz/cli/end_signals.hh"

#include <utility>

namespace synoptic::cli {

EndSignals::EndSignals() {
  ::sigemptyset(&signals_);
  ::sigaddset(&signals_, SIGINT);
  ::sigaddset(&signals_, SIGTERM);
  struct sigaction hangup{};
  ::sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) ::sigaddset(&signals_, SIGHUP);  // nohup wants us to stay
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

EndSignals::~EndSignals() {
  stop_listening();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void EndSignals::listen(std::function<void()> ask) {
  stop_listening();
  stopping_ = false;
  thread_ = std::thread([this, ask = std::move(ask)] { run(ask); });
}

void EndSignals::stop_listening() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  ::pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void EndSignals::run(const std::function<void()>& ask) {
  for (bool asked = false;; asked = true) {
    int number = 0;
    ::sigwait(&signals_, &number);
    if (stopping_) return;
    if (!asked) ask();
    if (!asked || number == SIGHUP) continue;  // a terminal that is closed hangs up often twice
    ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    ::raise(number);
  }
}

}  // namespace synoptic::cli
