// A test's own network: sockets on loopback, and this test once more in a network namespace.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/cli/program.hh"

namespace synoptic::cli::test {

// A socket bound to a free port of 127.0.0.1.
class BoundSocket {
 public:
  explicit BoundSocket(int type) : fd_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address_), sizeof address_), 0);
    socklen_t size = sizeof address_;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size);
    if (type == SOCK_STREAM) ::listen(fd_, 5);
  }
  ~BoundSocket() { ::close(fd_); }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  std::string port() const { return std::to_string(ntohs(address_.sin_port)); }
  void send_to_itself(const std::string& text = "hello") const {
    ::sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address_),
             sizeof address_);
  }

 private:
  int fd_;
  sockaddr_in address_{};
};

// This program, with the test that runs now as its only one.
inline std::vector<std::string> this_test() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  return {std::filesystem::read_symlink("/proc/self/exe").string(),
          fmt::format("--gtest_filter={}.{}", test.test_suite_name(), test.name())};
}

// To capture on the machine's own loopback takes root. For an ordinary account the test that calls
// this is run once more, as the root of a network of its own; what came of it there is returned.
inline std::optional<Result> in_own_network() {
  if (::geteuid() == 0) return std::nullopt;
  std::vector<std::string> words{
      "--user", "--map-root-user", "--net", "sh", "-c", R"(ip link set lo up && exec "$0" "$1")"};
  for (std::string& word : this_test()) words.push_back(std::move(word));
  return Program(words, {.variables = {}, .prefix = {}, .program = "unshare"}).wait();
}

}  // namespace synoptic::cli::test
