// ProgramsHeld: SIGSTOP and SIGCONT for all of a process namespace.
#include "capture/live/programs_held.hh"

#include <signal.h>
#include <unistd.h>

namespace synoptic::live {
namespace {

using Clock = std::chrono::steady_clock;

// All processes of our namespace but us: we are its first.
void tell_all(int signal) {
  ::kill(-1, signal);
}

}  // namespace

ProgramsHeld::ProgramsHeld(bool possible) : possible_(possible && ::getpid() == 1) {}

void ProgramsHeld::hold(By by) {
  const std::lock_guard lock(mutex_);
  if (!possible_) return;
  const bool before = held();
  by_[static_cast<std::size_t>(by)] = true;
  if (before) return;
  tell_all(SIGSTOP);
  since_ = Clock::now();
  ++times_;
}

void ProgramsHeld::release(By by) {
  const std::lock_guard lock(mutex_);
  if (!by_[static_cast<std::size_t>(by)]) return;
  by_[static_cast<std::size_t>(by)] = false;
  if (!held()) let_go();
}

void ProgramsHeld::end() {
  const std::lock_guard lock(mutex_);
  possible_ = false;
  if (!held()) return;
  by_ = {};
  let_go();
}

void ProgramsHeld::let_go() {
  tell_all(SIGCONT);
  total_ += Clock::now() - since_;
}

}  // namespace synoptic::live
