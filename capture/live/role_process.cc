// RoleProcess: posix_spawn, a pidfd, two pipes.
#include "capture/live/role_process.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "capture/live/supervisor.hh"

namespace synoptic::live {
namespace {

constexpr std::size_t longest_error_line = 500;

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
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

std::vector<std::string> environment_with_report() {
  const std::string prefix = std::string(report_variable) + "=";
  std::vector<std::string> variables;
  for (char** v = environ; *v != nullptr; ++v) {
    if (!std::string_view(*v).starts_with(prefix)) variables.emplace_back(*v);
  }
  variables.push_back(prefix + std::to_string(role_report_fd));
  return variables;
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

void RoleProcess::start() {
  Pipe reports = make_pipe();
  Pipe errors = make_pipe();
  Pipe everybody = make_pipe();
  if (!reports.write.open() || !errors.write.open() || !everybody.write.open()) {
    give_up(fmt::format("'{}' could not be started: {}", spec_.name, std::strerror(errno)));
    return;
  }
  reports_ = std::move(reports.read);
  errors_ = std::move(errors.read);
  everybody_ = std::move(everybody.write);
  if (!spawn(reports.write.get(), errors.write.get(), everybody.read.get())) return;
  phase_ = Phase::running;
  pidfd_ = open_pidfd(pid_);
  outer_pid_ = number_in_proc(pidfd_.get());
}

bool RoleProcess::spawn(int report, int error, int everybody) {
  std::vector<std::string> arguments = spec_.argv;
  std::vector<std::string> variables = environment_with_report();
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  // What a role prints is in its calls; what it says on stderr is heard when it fails.
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, error, STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, report, role_report_fd);
  ::posix_spawn_file_actions_adddup2(&files, everybody, role_everybody_fd);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int status = arguments.empty()
                         ? ENOENT
                         : ::posix_spawnp(&pid_, arguments[0].c_str(), &files, &attributes,
                                          pointers(arguments).data(), pointers(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (status == 0) return true;
  give_up(fmt::format("'{}' could not be started: {}: {}", spec_.name,
                      arguments.empty() ? "no program" : arguments[0], std::strerror(status)));
  return false;
}

void RoleProcess::give_up(std::string why) {
  phase_ = Phase::ended;
  complaint_ = std::move(why);
}

void RoleProcess::read_reports(const std::function<void(observe::CallRecord)>& on_call) {
  while (reports_.open()) {
    const ssize_t n = incoming_.read_from(reports_.get());
    if (n == 0 || (n < 0 && errno != EAGAIN) || incoming_.damaged()) reports_.reset();
    if (n <= 0) return;
    while (const auto frame = incoming_.next()) {
      auto record = frame->type == FrameType::call ? get_call(frame->body) : std::nullopt;
      if (!record) continue;
      if (record->call.returned) {
        in_progress_.erase(record->serial);
        returned_[record->call.name] |= record->call.result >= 0;
      } else {
        in_progress_[record->serial] = record->call.name;
      }
      record->role = spec_.name;
      on_call(std::move(*record));
    }
  }
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
  read_errors();
  if (!error_line_.empty()) last_error_line_ = error_line_;
  if (WIFSIGNALED(status)) {
    complaint_ = fmt::format("'{}' was ended by signal {} ({})", spec_.name, WTERMSIG(status),
                             ::strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) != 0) {
    complaint_ = fmt::format("'{}' ended with status {}", spec_.name, WEXITSTATUS(status));
  } else {
    return;
  }
  if (!last_error_line_.empty()) complaint_ += ": " + last_error_line_;
}

void RoleProcess::signal(int number) {
  if (phase_ == Phase::running) ::kill(pid_, number);
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
