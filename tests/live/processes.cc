// Processes, read from /proc.
#include "tests/live/processes.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include "tests/files.hh"

namespace synoptic::live {
namespace {

namespace fs = std::filesystem;

Process describe(const fs::path& folder) {
  Process process;
  process.pid = static_cast<pid_t>(std::stol(folder.filename().string()));
  process.command = read_file(folder / "cmdline");
  std::replace(process.command.begin(), process.command.end(), '\0', ' ');
  const std::string stat = read_file(folder / "stat");
  const std::size_t end = stat.rfind(')');
  if (end != stat.npos) {
    std::istringstream rest(stat.substr(end + 1));
    char state = 0;
    rest >> state >> process.parent;
    if (state == 'Z' || state == 'X') process.pid = -1;  // dead, not yet waited for
    process.stopped = state == 'T';
  }
  std::error_code error;
  process.network = fs::read_symlink(folder / "ns/net", error).string();
  return process;
}

template <typename F>
std::vector<Process> all_processes(F wanted) {
  std::vector<Process> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    if (!wanted(entry.path())) continue;
    Process process = describe(entry.path());
    if (process.pid > 0) found.push_back(std::move(process));
  }
  return found;
}

template <typename F>
bool await(F reached) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!reached()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// Children of ours, and theirs.
std::vector<Process> descendants() {
  const std::vector<Process> all = all_processes([](const fs::path&) { return true; });
  const auto descends = [&](pid_t child) {
    for (std::size_t steps = 0; child > 1 && steps < all.size(); ++steps) {
      if (child == ::getpid()) return true;
      const auto found = std::ranges::find(all, child, &Process::pid);
      child = found == all.end() ? -1 : found->parent;
    }
    return false;
  };
  std::vector<Process> ours;
  for (const Process& p : all)
    if (p.pid != ::getpid() && descends(p.pid)) ours.push_back(p);
  return ours;
}

}  // namespace

Child start(std::vector<std::string> argv, const std::vector<std::string>& variables) {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  std::vector<std::string> environment = variables;
  for (char** v = environ; *v != nullptr; ++v) environment.emplace_back(*v);
  std::vector<char*> arguments, values;
  for (std::string& text : argv) arguments.push_back(text.data());
  for (std::string& text : environment) values.push_back(text.data());
  arguments.push_back(nullptr);
  values.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  Child child;
  EXPECT_EQ(
      ::posix_spawnp(&child.pid, argv[0].c_str(), &files, nullptr, arguments.data(), values.data()),
      0)
      << argv[0];
  ::posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  child.output = ends[0];
  return child;
}

std::string read_all(Child& child) {
  std::string all;
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t n = ::read(child.output, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    all.append(bytes.data(), static_cast<std::size_t>(n));
  }
  ::close(child.output);
  child.output = -1;
  return all;
}

int wait_for(const Child& child) {
  int status = -1;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::vector<Process> with_token(const std::string& token) {
  return all_processes([&](const fs::path& folder) {
    return read_file(folder / "environ").find(token) != std::string::npos;
  });
}

bool await_empty_network(const std::string& network) {
  return await([&] {
    return all_processes([&](const fs::path& folder) {
             std::error_code error;
             return fs::read_symlink(folder / "ns/net", error).string() == network;
           })
        .empty();
  });
}

bool await_stopped_child() {
  return await([] { return std::ranges::any_of(descendants(), &Process::stopped); });
}

bool await_slowed_network() {
  std::error_code error;
  const std::string ours = fs::read_symlink("/proc/self/ns/net", error).string();
  return await([&] {
    const std::vector<Process> all = descendants();
    const auto inside = std::ranges::find_if(
        all, [&](const Process& p) { return !p.network.empty() && p.network != ours; });
    if (inside == all.end()) return false;
    std::vector<std::string> words{"nsenter", "-n", "-t", std::to_string(inside->pid)};
    if (::geteuid() != 0) words.insert(words.end(), {"-U", "--preserve-credentials"});
    for (const char* word : {"tc", "qdisc", "show", "dev", "lo"}) words.emplace_back(word);
    Child tc = start(words, {});
    const std::string shown = read_all(tc);
    if (wait_for(tc) != 0) return false;
    return shown.contains("rate 160Mbit") || shown.contains("rate 4Mbit");
  });
}

bool await_count(const std::string& token, std::size_t count) {
  return await([&] { return with_token(token).size() == count; });
}

bool await_at_least(const std::string& token, std::size_t count) {
  return await([&] { return with_token(token).size() >= count; });
}

}  // namespace synoptic::live
