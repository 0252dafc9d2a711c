// Runs the program itself: posix_spawn and three pipes.
#include "tests/cli/program.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace synoptic::cli::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(60);

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return ends;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// This environment without what the tests of output depend on, in English, and with `more`.
std::vector<std::string> environment(const std::vector<std::string>& more) {
  std::vector<std::string> variables;
  for (char** v = environ; *v != nullptr; ++v) {
    if (!std::string_view(*v).starts_with("COLUMNS=") &&
        !std::string_view(*v).starts_with("LC_ALL="))
      variables.emplace_back(*v);
  }
  variables.emplace_back("LC_ALL=C.UTF-8");
  variables.insert(variables.end(), more.begin(), more.end());
  return variables;
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const Start& start) {
  ::signal(SIGPIPE, SIG_IGN);  // it may end before it has read all its input
  std::vector<std::string> words = start.prefix;
  words.push_back(start.program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment(start.variables);
  const auto in = make_pipe(), out = make_pipe(), err = make_pipe();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in[0], 0);
  posix_spawn_file_actions_adddup2(&files, out[1], 1);
  posix_spawn_file_actions_adddup2(&files, err[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int status = ::posix_spawnp(&pid_, words[0].c_str(), &files, &attributes,
                                    pointers(words).data(), pointers(variables).data());
  EXPECT_EQ(status, 0) << words[0];
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
}

Program::~Program() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (int fd : {in_, out_, err_}) {
    if (fd >= 0) ::close(fd);
  }
}

void Program::write(std::string_view input) {
  while (!input.empty()) {
    const ssize_t n = ::write(in_, input.data(), input.size());
    if (n <= 0) return;
    input.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Program::close_input() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

void Program::close_errors() {
  if (err_ >= 0) ::close(err_);
  err_ = -1;
}

void Program::signal(int number) {
  ::kill(pid_, number);
}

bool Program::read_some(int timeout_ms) {
  std::array<pollfd, 2> fds{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  if (out_ < 0 && err_ < 0) return false;
  ::poll(fds.data(), fds.size(), timeout_ms);
  for (auto [fd, text] : {std::pair{&out_, &result_.out}, std::pair{&err_, &result_.err}}) {
    const pollfd& p = fd == &out_ ? fds[0] : fds[1];
    if (*fd < 0 || p.revents == 0) continue;
    std::array<char, 65536> buffer;
    const ssize_t n = ::read(*fd, buffer.data(), buffer.size());
    if (n > 0) text->append(buffer.data(), static_cast<std::size_t>(n));
    if (n <= 0) {
      ::close(*fd);
      *fd = -1;
    }
  }
  return out_ >= 0 || err_ >= 0;
}

bool Program::await(const std::function<bool(const Result&)>& enough) {
  const auto deadline = Clock::now() + patience;
  while (!enough(result_)) {
    if (!read_some(100) || Clock::now() > deadline) return enough(result_);
  }
  return true;
}

bool Program::await_output(std::string_view text) {
  return await([&](const Result& r) {
    return r.out.find(text) != std::string::npos || r.err.find(text) != std::string::npos;
  });
}

bool Program::await_child() {
  const std::string list =
      "/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children";
  const auto deadline = Clock::now() + patience;
  while (read_file(list).empty()) {
    if (!read_some(1) || Clock::now() > deadline) return false;
  }
  return true;
}

Result Program::wait() {
  close_input();
  const auto deadline = Clock::now() + patience;
  while (read_some(100)) {
    if (Clock::now() > deadline) {
      ADD_FAILURE() << "it did not end within a minute; so far: " << result_.out << result_.err;
      ::kill(pid_, SIGKILL);
      break;
    }
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result_;
}

Result run(const std::vector<std::string>& arguments, const Start& start) {
  return Program(arguments, start).wait();
}

Result run_with_input(const std::vector<std::string>& arguments, std::string_view input) {
  Program program(arguments);
  program.write(input);
  return program.wait();
}

nlohmann::json run_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Result result = run(arguments);
  EXPECT_EQ(result.status, 0) << result.err;
  auto doc = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_FALSE(doc.is_discarded()) << result.out.substr(0, 500) << result.err;
  return doc;
}

bool is_one_line(const std::string& text) {
  return text.starts_with("synoptic: ") && text.size() > 20 && text.back() == '\n' &&
         std::count(text.begin(), text.end(), '\n') == 1;
}

}  // namespace synoptic::cli::test
