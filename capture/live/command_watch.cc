// The watch over commands: polled, for nothing tells us that somebody listens.
#include "capture/live/command_watch.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace synoptic::live {
namespace {

using Phase = RoleProcess::Phase;

// From SIGTERM to SIGKILL.
constexpr auto term_grace = std::chrono::milliseconds(500);

std::chrono::nanoseconds as_chrono(model::Duration duration) {
  return std::chrono::nanoseconds(duration.ns);
}

// Of the main thread: it is the process's, as /proc knows it.
std::string number_of_this_thread() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self", error).string();
}

bool anything(const SocketTable& now, const SocketTable& before) {
  return std::ranges::any_of(
      now.places, [&](const std::string& place) { return !before.places.contains(place); });
}

// We are process 1 of this namespace: who loses its parent becomes ours, and is to be taken note of
// when it has ended. Roles are left to reap().
void reap_orphans(const std::deque<RoleProcess>& roles) {
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    const auto is_it = [&](const RoleProcess& role) { return role.pid() == info.si_pid; };
    if (std::ranges::any_of(roles, is_it)) return;
    ::waitpid(info.si_pid, nullptr, WNOHANG);
  }
}

// Somebody runs on whose parent has ended.
bool any_orphan(const std::deque<RoleProcess>& roles) {
  reap_orphans(roles);
  std::ifstream in(fmt::format("/proc/self/task/{}/children", number_of_this_thread()));
  for (pid_t child = 0; in >> child;) {
    const auto is_it = [&](const RoleProcess& role) { return role.pid_in_proc() == child; };
    if (std::ranges::none_of(roles, is_it)) return true;
  }
  return false;
}

// To every process of the namespace but us. False when there is none.
bool signal_all(int number) {
  return ::getpid() == 1 && ::kill(-1, number) == 0;
}

}  // namespace

CommandWatch::CommandWatch(const LiveSpec& spec, std::deque<RoleProcess>& roles)
    : spec_(spec), roles_(roles), shim_(spec.shim) {
  for (const LiveRole& role : spec.roles) {
    if (role.kind == RoleKind::command) names_.take(role.name);
  }
  if (shim_.find_first_of(" :") == std::string::npos) return;
  // LD_PRELOAD is a list: these end a path in it.
  shim_file_ = FileDescriptor(::open(shim_.c_str(), O_RDONLY | O_CLOEXEC));
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self", error);
  shim_ = fmt::format("/proc/{}/fd/{}", self.string(), shim_file_.get());
}

void CommandWatch::start(std::size_t index) {
  before_ = read_sockets();
  started_at_ = Clock::now();
  roles_[index].start(
      {.relay = &relay_, .reads = index + 1 == roles_.size(), .names = &names_, .shim = shim_});
}

bool CommandWatch::try_start(std::size_t index) {
  RoleProcess& role = roles_[index];
  if (role.phase() != Phase::waiting) return false;
  if (index == 0) {
    start(index);
    return true;
  }
  const RoleProcess& first = roles_[index - 1];
  const auto give_up = [&](std::string_view why) {
    role.give_up(
        fmt::format("'{}' was not started: '{}' {}", role.spec().name, first.spec().name, why));
    return true;
  };
  if (first.phase() == Phase::waiting) return false;
  if (first.failed_to_start()) return give_up("could not be started");
  if (first.phase() == Phase::ended && !first.complaint().empty()) return give_up("had failed");
  const bool goes_on = first.phase() == Phase::running || any_orphan(roles_);
  if (goes_on && !anything(read_sockets(), before_)) {
    if (Clock::now() - started_at_ < as_chrono(spec_.wait)) return false;
    if (spec_.wait.ns > 0) {
      say(
          fmt::format("'{}' neither listens nor has a port after {}: '{}' is started all the same "
                      "(--wait TIME)",
                      first.spec().name, model::format_duration(spec_.wait), role.spec().name));
    }
  }
  start(index);
  return true;
}

bool CommandWatch::start_ready() {
  bool any = false;
  for (std::size_t i = 0; i < roles_.size(); ++i) any |= try_start(i);
  return any;
}

bool CommandWatch::all_gone() const {
  reap_orphans(roles_);
  const auto ended = [](const RoleProcess& role) { return role.phase() == Phase::ended; };
  return std::ranges::all_of(roles_, ended) && !signal_all(0);
}

bool CommandWatch::over(std::uint64_t activity) {
  const bool last_ended = roles_.back().phase() == Phase::ended;
  if (activity != activity_seen_ || last_ended != last_has_ended_) {
    activity_seen_ = activity;
    last_has_ended_ = last_ended;
    active_at_ = Clock::now();
  }
  if (!last_ended || Clock::now() - active_at_ < as_chrono(spec_.quiet)) return false;
  if (read_sockets().conversing) return false;
  asked_to_end_ = true;
  return true;
}

void CommandWatch::end_all() {
  std::string names;
  for (const RoleProcess& role : roles_) {
    if (role.phase() == Phase::running)
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", role.spec().name);
  }
  if (names.empty() && !all_gone()) names = "what was left in the background";
  if (names.empty()) return;
  if (asked_to_end_) {
    say(fmt::format("{} still ran when nothing had happened for {}: ended (--quiet TIME)", names,
                    model::format_duration(spec_.quiet)));
  }
  signal_all(SIGTERM);
  signal_all(SIGCONT);  // whoever is stopped could not heed it
  const auto patience = Clock::now() + term_grace;
  const auto look = [&] {
    for (RoleProcess& role : roles_) {
      if (role.phase() == Phase::running) role.reap();
    }
    return !all_gone();
  };
  while (look() && Clock::now() < patience) ::poll(nullptr, 0, 2);
  if (all_gone()) return;
  std::string stubborn;
  for (const RoleProcess& role : roles_) {
    if (role.phase() == Phase::running)
      stubborn += fmt::format("{}'{}'", stubborn.empty() ? "" : ", ", role.spec().name);
  }
  say(fmt::format("{} did not heed SIGTERM, and was killed",
                  stubborn.empty() ? "what was left in the background" : stubborn));
  signal_all(SIGKILL);
}

void CommandWatch::tell_output() {
  relay_.settle();
  for (const RoleProcess& role : roles_) {
    if (role.was_binary() && told_binary_.insert(&role).second)
      say(fmt::format("'{}' printed bytes that are no text: they are shown as \\xNN",
                      role.spec().name));
  }
  relay_.settle();
}

}  // namespace synoptic::live
