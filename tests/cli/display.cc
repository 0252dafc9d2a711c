// Xvfb says on a pipe which number it took, and keeps its screen in a file.
#include "tests/cli/display.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <regex>

namespace synoptic::cli::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(60);
constexpr int look_again_ms = 20;
constexpr int looks_alike = 25;

void wait_a_moment() {
  ::poll(nullptr, 0, look_again_ms);
}

pid_t start(std::vector<std::string> words, int inherited) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  if (inherited >= 0) posix_spawn_file_actions_adddup2(&files, inherited, 3);
  pid_t pid = -1;
  if (::posix_spawnp(&pid, arguments[0], &files, nullptr, arguments.data(), environ) != 0) pid = -1;
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

bool succeeds(const std::vector<std::string>& words) {
  const pid_t pid = start(words, -1);
  int status = -1;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

// Digits up to the end of the line, with a deadline.
std::string read_line(int fd) {
  std::string line;
  const auto deadline = Clock::now() + patience;
  while (Clock::now() < deadline && !line.ends_with('\n')) {
    pollfd ready{fd, POLLIN, 0};
    char c = 0;
    if (::poll(&ready, 1, 1000) > 0 && ::read(fd, &c, 1) != 1) break;
    if (c != 0) line += c;
  }
  return line.ends_with('\n') ? line.substr(0, line.size() - 1) : "";
}

}  // namespace

bool Display::installed() {
  return succeeds({"sh", "-c", "command -v Xvfb && command -v xdotool"});
}

Display::Display(const std::string& size) {
  std::array<int, 2> number{-1, -1};
  if (::pipe2(number.data(), O_CLOEXEC) != 0) return;
  pid_ = start({"Xvfb", "-displayfd", "3", "-noreset", "-nolisten", "tcp", "-screen", "0",
                size + "x24", "-fbdir", dir_.path().string()},
               number[1]);
  ::close(number[1]);
  const std::string line = read_line(number[0]);
  ::close(number[0]);
  if (!line.empty()) variable_ = "DISPLAY=:" + line;
}

Display::~Display() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

bool Display::hands(const std::vector<std::string>& command) const {
  std::vector<std::string> words{"timeout", "30", "env", variable_, "xdotool"};
  words.insert(words.end(), command.begin(), command.end());
  return succeeds(words);
}

std::string Display::screen() const {
  return read_file((dir_.path() / "Xvfb_screen0").string());
}

bool Display::await(const std::function<bool(const std::string&)>& good) const {
  const auto deadline = Clock::now() + patience;
  while (!good(screen())) {
    if (Clock::now() > deadline) return false;
    wait_a_moment();
  }
  return true;
}

std::string Display::title() const {
  const std::string file = (dir_.path() / "title").string();
  if (!succeeds({"sh", "-c",
                 "timeout 30 env " + variable_ +
                     " xdotool search --onlyvisible --name '^Synoptic' getwindowname > '" + file +
                     "'"}))
    return "";
  return read_file(file);
}

bool Display::await_title(const std::string& pattern) const {
  const std::regex regex(pattern);
  return await([&](const std::string&) { return std::regex_search(title(), regex); });
}

bool Display::click(int x, int y) const {
  return hands({"mousemove", std::to_string(x), std::to_string(y), "click", "1"});
}

// A file of xwd: a head of numbers, most significant byte first; colours; pixels of four bytes.
Area Display::difference(const std::string& before, const std::string& after) {
  const auto number = [&](std::size_t nth) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value = value << 8 | static_cast<std::uint8_t>(after[nth * 4 + i]);
    return value;
  };
  if (before.size() != after.size() || after.size() < 100) return {};
  const std::size_t width = number(4), height = number(5), line = number(12);
  const std::size_t pixels = number(0) + number(19) * 12;
  std::size_t left = width, right = 0, top = height, bottom = 0;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t at = pixels + y * line + x * 4;
      if (at + 4 > after.size() || after.compare(at, 3, before, at, 3) == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  }
  if (right == 0) return {};
  return {static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
          static_cast<int>(bottom - top)};
}

std::string Display::settled() const {
  std::string last = screen();
  int alike = 0;
  await([&](const std::string& now) {
    alike = now == last ? alike + 1 : 0;
    last = now;
    return alike >= looks_alike;
  });
  return last;
}

}  // namespace synoptic::cli::test
