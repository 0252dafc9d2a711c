// Three pipes and posix_spawn: its life, its packets, its report.
#include "capture/live/capture_helper.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "capture/helper/protocol.hh"
#include "capture/live/capture_rights.hh"
#include "capture/live/own_files.hh"
#include "capture/live/spawn_attributes.hh"

namespace synoptic::live {
namespace {

constexpr int start_patience_ms = 20'000;  // a machine may be busy
constexpr int end_patience_ms = 3000;      // then it is ended
constexpr int packets_pipe_size = 1 << 20;
constexpr std::size_t longest_line = 4096;
constexpr const char* install_all = "build or install all of it: cmake --build, cmake --install";

std::vector<std::string> interfaces() {
  std::vector<std::string> names;
  if (struct if_nameindex* all = ::if_nameindex()) {
    for (const struct if_nameindex* i = all; i->if_index != 0; ++i) names.push_back(i->if_name);
    ::if_freenameindex(all);
  }
  return names;
}

model::Error no_interface(const std::string& interface) {
  return model::Error{
      wire::Saying::of("there is no interface '{}'", interface),
      wire::Saying::of("take one of these: {}", fmt::format("{}", fmt::join(interfaces(), ", ")))};
}

model::Error cannot_start(const std::string& path, int error) {
  return model::Error{
      wire::Saying::of("cannot start {}: {}", path, std::strerror(error)),
      error == EACCES ? wire::Saying::of("run: sudo chmod 755 {}", shell_word(path)) : ""};
}

struct Pipe {
  FileDescriptor in, out;  // to read from, to write to; neither is one of the standard streams
  bool open() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    const FileDescriptor low_in(ends[0]), low_out(ends[1]);
    in = FileDescriptor(::fcntl(ends[0], F_DUPFD_CLOEXEC, 10));
    out = FileDescriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, 10));
    return in.open() && out.open();
  }
};

// In a session of its own, without an environment: a Ctrl-C in our terminal is for us. 0 or an
// errno.
int spawn(const std::string& path, const std::vector<std::string>& arguments,
          const std::array<int, 3>& streams, pid_t& pid) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (int i = 0; i < 3; ++i) ::posix_spawn_file_actions_adddup2(&files, streams[i], i);
  const SpawnAttributes attributes(POSIX_SPAWN_SETSID);
  std::vector<std::string> words{helper::program_name};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* const nothing[] = {nullptr};
  const int status =
      ::posix_spawn(&pid, path.c_str(), &files, attributes.get(), argv.data(), nothing);
  ::posix_spawn_file_actions_destroy(&files);
  return status;
}

}  // namespace

model::Expected<CaptureHelper> CaptureHelper::start(const std::string& interface,
                                                    std::uint32_t snap_length,
                                                    const std::string& filter) {
  const std::vector<std::string> known = interfaces();
  if (std::ranges::find(known, interface) == known.end())
    return std::unexpected(no_interface(interface));
  const std::uint32_t bytes = std::clamp<std::uint32_t>(snap_length, 1, helper::longest_packet);
  std::vector<std::string> arguments{interface, std::to_string(bytes), filter};
  if (const auto caller = sudo_caller()) {
    arguments.push_back(std::to_string(caller->uid));
    arguments.push_back(std::to_string(caller->gid));
  }
  return start(arguments, interface, filter);
}

model::Expected<bool> CaptureHelper::check() {
  const auto helper = start({helper::check_argument}, "lo", "");
  if (!helper) return std::unexpected(helper.error());
  return helper->packets_.nanoseconds();
}

model::Expected<CaptureHelper> CaptureHelper::start(const std::vector<std::string>& arguments,
                                                    const std::string& interface,
                                                    const std::string& filter) {
  CaptureHelper helper(interface, filter);
  helper.path_ = find_capture_helper();
  if (helper.path_.empty()) return std::unexpected(no_helper());
  Pipe life, output, report;
  if (!life.open() || !output.open() || !report.open())
    return std::unexpected(cannot_start(helper.path_, errno));
  ::fcntl(output.in.get(), F_SETPIPE_SZ, packets_pipe_size);  // more room if we may
  const int status = spawn(helper.path_, arguments,
                           {life.in.get(), output.out.get(), report.out.get()}, helper.child_.pid);
  if (status != 0) {
    helper.child_.pid = -1;
    // The kernel does not start a file with a capability that nobody may have here.
    return std::unexpected(status == EPERM ? no_right(interface, helper.path_)
                                           : cannot_start(helper.path_, status));
  }
  helper.life_ = std::move(life.out);
  helper.output_ = std::move(output.in);
  helper.report_ = std::move(report.in);
  output.out.reset();
  report.out.reset();
  while (!helper.packets_.begun()) {
    if (!helper.wait(-1, start_patience_ms)) helper.kill();
    if (!helper.read()) return std::unexpected(helper.end_reason());
  }
  if (helper.packets_.damaged()) {
    helper.read();
    return std::unexpected(helper.end_reason());
  }
  return helper;
}

bool CaptureHelper::wait(int also, int timeout_ms) {
  pollfd fds[] = {{output_.get(), POLLIN, 0}, {report_.get(), POLLIN, 0}, {also, POLLIN, 0}};
  const int count = ::poll(fds, 3, timeout_ms);
  output_ready_ = count > 0 && fds[0].revents != 0;
  report_ready_ = count > 0 && fds[1].revents != 0;
  return count != 0;
}

bool CaptureHelper::read() {
  if (report_ready_) read_report();
  if (packets_.damaged()) {
    refused_ = model::Error{wire::Saying::of("{} is not of this version", path_), install_all};
    output_.reset();
  }
  if (!output_.open()) return false;
  if (!output_ready_) return true;
  const ssize_t n = packets_.read_from(output_.get());
  if (n > 0 || (n < 0 && errno == EINTR)) return true;
  while (read_report()) {
  }
  output_.reset();
  return false;
}

// False at its end.
bool CaptureHelper::read_report() {
  std::array<char, 4096> text;
  const ssize_t n = report_.open() ? ::read(report_.get(), text.data(), text.size()) : 0;
  if (n < 0 && errno == EINTR) return true;
  if (n <= 0) {
    report_.reset();
    return false;
  }
  for (const char c : std::string_view(text.data(), static_cast<std::size_t>(n))) {
    if (c != '\n') {
      if (line_.size() < longest_line) line_ += c;
      continue;
    }
    take_line(line_);
    line_.clear();
  }
  return true;
}

void CaptureHelper::take_line(std::string_view line) {
  if (line == helper::end_word) complete_ = true;
  if (line.starts_with(helper::dropped_word)) {
    line.remove_prefix(helper::dropped_word.size());
    std::from_chars(line.data(), line.data() + line.size(), kernel_dropped_);
  } else if (line.starts_with(helper::error_word)) {
    line.remove_prefix(helper::error_word.size());
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view text = line.substr(std::min(blank + 1, line.size()));
    refused_ = explain(line.substr(0, blank), std::string(text));
  }
}

model::Error CaptureHelper::explain(std::string_view refusal, const std::string& text) const {
  namespace r = helper::refusal;
  if (refusal == r::no_rights) return no_right(interface_, path_);
  if (refusal == r::no_interface) return no_interface(interface_);
  if (refusal == r::down) {
    return {wire::Saying::of("interface '{}' is down", interface_),
            wire::Saying::of("run: sudo ip link set {} up", interface_)};
  }
  if (refusal == r::filter) {
    return {wire::Saying::of("'{}' is no capture filter: {}", filter_, text),
            "write it as in: tcp port 9999 and host 127.0.0.2 (man 7 pcap-filter)"};
  }
  if (refusal == r::filter_unusable)
    return {wire::Saying::of("the filter '{}' cannot be used here: {}", filter_, text), ""};
  if (refusal == r::rights_left)
    return {wire::Saying::of("{} could not give up its rights", helper::program_name), ""};
  if (refusal == r::ended_early)
    return {wire::Saying::of("the capture ended early: {}", text),
            "what was captured until then is shown"};
  return {wire::Saying::of("cannot capture on '{}': {}", interface_, text), ""};
}

void CaptureHelper::kill() {
  output_.reset();
  refused_ = model::Error{wire::Saying::of("{} did not answer", helper::program_name),
                          packets_.begun() ? "what was captured until then is shown" : "try again"};
  if (child_.pid < 0) return;
  // One that was started by root while we have become an ordinary account is not ours to end.
  if (::kill(child_.pid, SIGKILL) != 0) child_.pid = -1;
}

// One that hangs (it may be stopped) is ended.
int CaptureHelper::reap() {
  life_.reset();
  output_.reset();
  if (child_.pid < 0) return 0;
  const FileDescriptor ended = open_pidfd(child_.pid);
  pollfd p{ended.get(), POLLIN, 0};
  int count = 0;
  while ((count = ::poll(&p, 1, end_patience_ms)) < 0 && errno == EINTR) {
  }
  if (count == 0) kill();
  int status = 0;
  while (child_.pid >= 0 && ::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
  }
  child_.pid = -1;
  return status;
}

std::optional<model::Error> CaptureHelper::failure() {
  if (complete_ && !refused_) return std::nullopt;
  return end_reason();
}

model::Error CaptureHelper::end_reason() {
  if (refused_) return *refused_;
  const int status = reap();
  const char* const name = WIFSIGNALED(status) ? ::sigabbrev_np(WTERMSIG(status)) : nullptr;
  const std::string how =
      name != nullptr ? fmt::format("SIG{}", name) : fmt::format("status {}", WEXITSTATUS(status));
  if (!packets_.begun())
    return model::Error{wire::Saying::of("{} ended at once ({})", path_, how), install_all};
  return model::Error{wire::Saying::of("the capture was ended from outside: {} is gone ({})",
                                       helper::program_name, how),
                      "what was captured until then is shown"};
}

}  // namespace synoptic::live
