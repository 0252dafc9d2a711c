// Takes a source to its end. Signals are blocked and asked for: no handler, no global state.
#include "viz/cli/drive.hh"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <string>

#include "viz/cli/files.hh"
#include "viz/cli/messages.hh"

namespace synoptic::cli {
namespace {

sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  return set;
}

// A terminal that is closed hangs up, often twice: the next one ends nothing. Whoever started us
// with nohup wants us to stay.
sigset_t with_hangup(sigset_t set) {
  struct sigaction hangup{};
  ::sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) ::sigaddset(&set, SIGHUP);
  return set;
}

std::string packets(std::uint64_t count) {
  return fmt::format("{} packet{}", count, count == 1 ? "" : "s");
}

// One line on a terminal that is written anew whenever it says something else, and gone at the end.
class Progress {
 public:
  explicit Progress(std::string_view doing)
      : doing_(doing),
        started_(Clock::now()),
        on_terminal_(!doing.empty() && ::isatty(STDERR_FILENO) != 0) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void clear() {
    if (!shown_.empty()) write_message("\r\x1b[K");
    shown_.clear();
  }
  void update(const observe::Counters& counters, bool ending) {
    if (!on_terminal_) return;
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_).count();
    const std::string line = fmt::format(
        "{}: {} s, {} ({})", doing_, seconds, packets(counters.captured),
        ending ? "ending; Ctrl-C again ends at once" : "Ctrl-C ends it, and shows what came");
    if (line == shown_) return;
    write_message("\r\x1b[K" + line);
    shown_ = line;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string_view doing_;
  Clock::time_point started_;
  bool on_terminal_;
  std::string shown_;
};

}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = with_hangup(ending_signals());
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Interrupts::~Interrupts() {
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interrupts::came() {
  const sigset_t set = ending_signals(), any = with_hangup(set);
  const timespec now{};
  if (handed_back_ || ::sigtimedwait(&any, nullptr, &now) < 0) return false;
  handed_back_ = true;
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return true;
}

void Interrupts::end() {
  if (handed_back_ || came()) return;
  handed_back_ = true;
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Driven drive(observe::TraceSource& source, Interrupts& interrupts, std::string_view doing,
             PacketLines* lines) {
  Progress progress(doing);
  Driven driven = Driven::to_its_end;
  // What ended() says counts before the poll: nothing that came with the end is left behind.
  for (bool ended = false; !ended;) {
    source.wait(model::milliseconds(100));
    ended = source.ended();
    source.poll();
    if (driven == Driven::to_its_end && !ended && interrupts.came()) {
      driven = Driven::interrupted;
      source.stop();
    }
    if (const std::string news = lines ? lines->next(source.trace()) : ""; !news.empty()) {
      progress.clear();
      // A terminal that takes no more: the diagram will say so.
      static_cast<void>(write_stdout(news));
    }
    progress.update(source.counters(), driven == Driven::interrupted);
  }
  interrupts.end();
  return driven;
}

bool report_end(const observe::TraceSource& source) {
  const observe::Counters counters = source.counters();
  say(fmt::format("{} captured; dropped: {} by the kernel, {} here", packets(counters.captured),
                  counters.kernel_dropped, counters.queue_dropped));
  if (const auto failure = source.failure()) say(failure->str());
  return !source.failure();
}

}  // namespace synoptic::cli
