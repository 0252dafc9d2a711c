// RoleProcess: posix_spawn, a pidfd, two pipes.
#include "capture/live/role_process.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "capture/live/blind_spot.hh"
#include "capture/live/spawn_attributes.hh"
#include "capture/live/supervisor.hh"

namespace synoptic::live {
namespace {

constexpr std::size_t longest_error_line = 500;
// At its end a program with the address sanitizer looks for leaks by its process number in /proc,
// which is the machine's here and has another process of that number, or none: it would fail.
constexpr const char* no_leak_check = "detect_leaks=0";
constexpr std::size_t most_unread = 1 << 20;

struct Pipe {
  FileDescriptor read, write;
};

// Both ends above the descriptors that a role's process gives a meaning to, so that dup2() there
// overwrites none.
Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  Pipe pipe;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return pipe;
  const FileDescriptor low_read(ends[0]), low_write(ends[1]);
  pipe.read = FileDescriptor(::fcntl(low_read.get(), F_DUPFD_CLOEXEC, 10));
  pipe.write = FileDescriptor(::fcntl(low_write.get(), F_DUPFD_CLOEXEC, 10));
  return pipe;
}

// One that we read from.
Pipe make_pipe_to_us() {
  Pipe pipe = make_pipe();
  if (pipe.read.open()) ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

// Our own environment with `name` set to `value`, or without a name as it is.
std::vector<std::string> variables_with(std::string_view name, std::string_view value) {
  const std::string prefix = std::string(name) + "=";
  std::vector<std::string> variables;
  for (char** v = environ; *v != nullptr; ++v) {
    if (name.empty() || !std::string_view(*v).starts_with(prefix)) variables.emplace_back(*v);
  }
  if (!name.empty()) variables.push_back(prefix + std::string(value));
  return variables;
}

// "NAME=text", or "NAME=text:what it was".
void put_before(std::vector<std::string>& variables, std::string_view name, std::string_view text) {
  const std::string beginning = fmt::format("{}=", name);
  std::string value = beginning + std::string(text);
  std::erase_if(variables, [&](const std::string& variable) {
    if (!variable.starts_with(beginning)) return false;
    if (variable.size() > beginning.size()) value += ":" + variable.substr(beginning.size());
    return true;
  });
  variables.push_back(std::move(value));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The process's number in the namespace of the /proc we see: pidfds say it (proc_pid_fdinfo(5)).
pid_t number_in_proc(int pidfd) {
  std::ifstream in(fmt::format("/proc/self/fdinfo/{}", pidfd));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("Pid:")) return static_cast<pid_t>(std::atoi(line.c_str() + 4));
  }
  return -1;
}

// The state letter of /proc/PID/task/TID/stat; it follows the name, which ends at the last ')'.
char thread_state(const std::filesystem::path& task) {
  std::ifstream in(task / "stat");
  std::string line;
  std::getline(in, line);
  const std::size_t end = line.rfind(')');
  return end == line.npos || end + 2 >= line.size() ? '?' : line[end + 2];
}

}  // namespace

// What a process has for its standard streams, and beyond; -1: /dev/null.
struct RoleProcess::Streams {
  int in = -1, out = -1, error = -1, report = -1, everybody = -1;
};

void RoleProcess::start(const Stage& stage) {
  stage_ = stage;
  if (is_demo())
    start_demo();
  else
    start_program();
  if (phase_ != Phase::running) return;
  pidfd_ = open_pidfd(pid_);
  outer_pid_ = number_in_proc(pidfd_.get());
  stand_back();
  if (!ring_) return;
  ring_->set_command(pid_);
  if (spec_.kind == RoleKind::command)
    stage_.names->started(pid_, command_name(spec_.argv), spec_.name);
  blind_spot_ = blind_spot(fmt::format("/proc/{}/exe", outer_pid_));
}

// What it prints is in its calls; what it says on stderr is heard when it fails.
void RoleProcess::start_demo() {
  Pipe reports = make_pipe_to_us();
  Pipe errors = make_pipe_to_us();
  Pipe everybody = make_pipe();
  Pipe input;
  if (spec_.typed) input = make_pipe();
  if (!reports.write.open() || !errors.write.open() || !everybody.write.open() ||
      (spec_.typed && !input.write.open())) {
    give_up(fmt::format("'{}' could not be started: {}", spec_.name, std::strerror(errno)));
    return;
  }
  reports_ = std::move(reports.read);
  errors_ = std::move(errors.read);
  everybody_ = std::move(everybody.write);
  input_ = std::move(input.write);
  if (input_.open()) ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
  const Streams streams{.in = input.read.get(),
                        .error = errors.write.get(),
                        .report = reports.write.get(),
                        .everybody = everybody.read.get()};
  std::vector<std::string> variables =
      variables_with(report_variable, std::to_string(role_report_fd));
  put_before(variables, "ASAN_OPTIONS", no_leak_check);
  if (spawn(streams, std::move(variables))) phase_ = Phase::running;
  write_input();  // what was typed before
}

// A shell has the user's terminal, and prints to its standard error: what is on standard output is
// the diagram.
void RoleProcess::start_program() {
  std::vector<std::string> variables = variables_with("", "");
  if (!stage_.shim.empty()) ring_ = std::make_unique<CallRing>();
  if (ring_ && ring_->open()) {
    // Other libraries may be preloaded, too. A program with the address sanitizer wants to be the
    // first, and ends at once if it is not.
    put_before(variables, "LD_PRELOAD", stage_.shim);
    put_before(variables, "ASAN_OPTIONS", "verify_asan_link_order=0");
    put_before(variables, "ASAN_OPTIONS", no_leak_check);
    variables.push_back(fmt::format("{}={}", shim::ring_variable, ring_->path()));
  }
  if (spec_.kind == RoleKind::shell) {
    stage_.relay = nullptr;
    const Streams terminal{.in = STDIN_FILENO, .out = STDERR_FILENO, .error = STDERR_FILENO};
    if (spawn(terminal, std::move(variables))) phase_ = Phase::running;
    return;
  }
  const OutputRelay::Outlet out = stage_.relay->add(), error = stage_.relay->add();
  printed_ = {out.number, error.number};
  const auto where = [](const OutputRelay::Outlet& outlet) {
    return outlet.terminal.open() ? outlet.terminal.get() : STDERR_FILENO;
  };
  const Streams streams{
      .in = stage_.reads ? STDIN_FILENO : -1, .out = where(out), .error = where(error)};
  if (spawn(streams, std::move(variables))) phase_ = Phase::running;
}

bool RoleProcess::spawn(const Streams& streams, std::vector<std::string> variables) {
  std::vector<std::string> arguments = spec_.argv;
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  const auto give = [&](int fd, int as) {
    if (fd < 0)
      ::posix_spawn_file_actions_addopen(&files, as, "/dev/null", O_RDWR, 0);
    else
      ::posix_spawn_file_actions_adddup2(&files, fd, as);
  };
  give(streams.in, STDIN_FILENO);
  give(streams.out, STDOUT_FILENO);
  give(streams.error, STDERR_FILENO);
  if (streams.report >= 0) give(streams.report, role_report_fd);
  if (streams.everybody >= 0) give(streams.everybody, role_everybody_fd);
  // A command is ended with all that it started.
  const short group = spec_.kind == RoleKind::command ? POSIX_SPAWN_SETPGROUP : 0;
  const SpawnAttributes attributes(group);
  const int status = arguments.empty()
                         ? ENOENT
                         : ::posix_spawnp(&pid_, arguments[0].c_str(), &files, attributes.get(),
                                          pointers(arguments).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&files);
  if (status == 0) return true;
  pid_ = -1;
  give_up(fmt::format("'{}' could not be started: {}: {}", spec_.name,
                      arguments.empty() ? "no program" : arguments[0], std::strerror(status)));
  return false;
}

// Programs that send flat out would keep the capture from the processor until its rings are full.
// So it comes first: they get what it leaves, which is nearly all unless they send more than it can
// take. Where the kernel shares out by session (sched(7), autogroup), this is between them and the
// supervisor alone; elsewhere they must not starve beside the machine's other programs.
void RoleProcess::stand_back() {
  std::ifstream setting("/proc/sys/kernel/sched_autogroup_enabled");
  int by_session = 0;
  setting >> by_session;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid_), by_session != 0 ? 19 : 5);
}

void RoleProcess::type(std::string_view line) {
  if (!spec_.typed || input_ended_ || phase_ == Phase::ended) return;
  if (unread_.size() + line.size() >= most_unread) {
    ++lost_lines_;
    return;
  }
  unread_ += line;
  unread_ += '\n';
  write_input();
}

void RoleProcess::end_input() {
  input_ended_ = true;
  write_input();
}

void RoleProcess::write_input() {
  if (phase_ != Phase::running) return;
  while (!unread_.empty() && input_.open()) {
    const ssize_t n = ::write(input_.get(), unread_.data(), unread_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) input_.reset();  // nobody reads it any more
    unread_.erase(0, n < 0 ? unread_.size() : static_cast<std::size_t>(n));
  }
  if (input_ended_) input_.reset();
}

void RoleProcess::give_up(std::string why) {
  phase_ = Phase::ended;
  complaint_ = std::move(why);
}

void RoleProcess::note(const observe::CallRecord& record) {
  const std::pair key{record.process, record.serial};
  if (record.call.returned) {
    in_progress_.erase(key);
    returned_[record.call.name] |= record.call.result >= 0;
  } else {
    in_progress_[key] = record.call.name;
  }
}

void RoleProcess::read_reports(const std::function<void(observe::CallRecord)>& on_call,
                               bool at_end) {
  if (ring_) {
    const auto take = [&](observe::CallRecord record) {
      note(record);
      on_call(std::move(record));
    };
    ring_->drain(*stage_.names, take, at_end);
  }
  while (reports_.open()) {
    const ssize_t n = incoming_.read_from(reports_.get());
    if (n == 0 || (n < 0 && errno != EAGAIN) || incoming_.damaged()) reports_.reset();
    if (n <= 0) return;
    while (const auto frame = incoming_.next()) {
      auto record = frame->type == FrameType::call ? get_call(frame->body) : std::nullopt;
      if (!record) continue;
      note(*record);
      record->role = spec_.name;
      on_call(std::move(*record));
    }
  }
}

std::vector<std::string> RoleProcess::unseen_calls() const {
  std::vector<std::string> unseen;
  if (!ring_ || pid_ < 0) return unseen;
  if (ring_->dropped() > 0) {
    unseen.push_back(fmt::format(
        "{} socket calls of '{}' are missing: they came faster than they could be taken",
        ring_->dropped(), spec_.name));
  } else if (ring_->calls() == 0 && (!ring_->was_loaded() || !blind_spot_.empty())) {
    unseen.push_back(fmt::format(
        "the socket calls of '{}' are not shown: {}", spec_.name,
        blind_spot_.empty() ? "the library that records them was not loaded" : blind_spot_));
  }
  for (const std::string& name : ring_->streaming()) {
    unseen.push_back(
        fmt::format("the calls of '{}' through a stdio stream (fdopen) are not shown", name));
  }
  return unseen;
}

void RoleProcess::read_errors() {
  std::array<char, 4096> bytes;
  while (errors_.open()) {
    const ssize_t n = ::read(errors_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || (n < 0 && errno != EAGAIN)) errors_.reset();
    if (n <= 0) return;
    for (const char c : std::string_view(bytes.data(), static_cast<std::size_t>(n))) {
      if (c != '\n') {
        if (error_line_.size() < longest_error_line) error_line_ += c;
      } else if (!error_line_.empty()) {
        last_error_line_ = std::exchange(error_line_, {});
      }
    }
  }
}

void RoleProcess::reap() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return;
  phase_ = Phase::ended;
  pidfd_.reset();
  input_.reset();
  read_errors();
  if (!error_line_.empty()) last_error_line_ = error_line_;
  if (WIFSIGNALED(status)) {
    complaint_ = fmt::format("'{}' was ended by signal {} ({})", spec_.name, WTERMSIG(status),
                             ::strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) != 0) {
    complaint_ = fmt::format("'{}' ended with status {}", spec_.name, WEXITSTATUS(status));
  }
}

std::string RoleProcess::complaint() const {
  if (complaint_.empty() || failed_to_start()) return complaint_;
  const std::string last =
      stage_.relay != nullptr ? stage_.relay->last_line(printed_.error) : last_error_line_;
  return last.empty() ? complaint_ : complaint_ + ": " + last;
}

void RoleProcess::signal(int number) {
  if (phase_ != Phase::running) return;
  ::kill(spec_.kind == RoleKind::command ? -pid_ : pid_, number);
}

std::optional<bool> RoleProcess::has_returned(model::CallName name) const {
  const auto found = returned_.find(name);
  if (found == returned_.end()) return std::nullopt;
  return found->second;
}

bool RoleProcess::sleeps() const {
  for (const auto& [serial, name] : in_progress_) {
    if (name == model::CallName::sleep || name == model::CallName::read_line)
      return phase_ == Phase::running;
  }
  return false;
}

bool RoleProcess::awaits_line() const {
  return phase_ == Phase::running && input_.open() &&
         std::ranges::any_of(in_progress_, [](const auto& call) {
           return call.second == model::CallName::read_line;
         });
}

bool RoleProcess::is_there() const {
  if (phase_ == Phase::waiting) return false;
  return phase_ == Phase::ended || has_returned(spec_.ready).has_value();
}

bool RoleProcess::at_rest() const {
  if (phase_ != Phase::running) return true;
  if (sleeps()) return false;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", outer_pid_), error)) {
    if (thread_state(task.path()) != 'S') return false;
  }
  return true;
}

std::string RoleProcess::activity() const {
  if (phase_ == Phase::waiting) return "was not started yet";
  if (phase_ == Phase::ended) return "had ended";
  if (in_progress_.empty()) return "was in no call";
  return fmt::format("was waiting in {}()", model::call_name(in_progress_.rbegin()->second));
}

}  // namespace synoptic::live
