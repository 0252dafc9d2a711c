// Reads with read(2); peeks with pread(2), at a pipe with tee(2).
#include "viz/cli/input.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace synoptic::cli {

Input::Input(const std::string& path)
    : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

Input::~Input() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

// Of a pipe, tee(2) gives a copy.
std::optional<char> Input::first_byte() const {
  char c = 0;
  const off_t here = ::lseek(fd_, 0, SEEK_CUR);
  if (here >= 0) return ::pread(fd_, &c, 1, here) == 1 ? std::optional(c) : std::nullopt;
  std::array<int, 2> copy{-1, -1};
  if (errno != ESPIPE || ::pipe2(copy.data(), O_CLOEXEC) != 0) return std::nullopt;
  const bool got = ::tee(fd_, copy[1], 1, 0) == 1 && ::read(copy[0], &c, 1) == 1;
  for (int end : copy) ::close(end);
  return got ? std::optional(c) : std::nullopt;
}

// pcapng begins with a line feed, pcap with none of these.
bool Input::holds_json() const {
  const char c = first_byte().value_or('\0');
  return c == '{' || c == '[' || c == ' ' || c == '\t' || c == '"';
}

model::Expected<std::string> Input::read_all(const std::string& name) const {
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const ssize_t n = ::read(fd_, part.data(), part.size());
    if (n == 0) return text;
    if (n > 0) text.append(part.data(), static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR)
      return std::unexpected(
          model::Error{wire::Saying::of("cannot read '{}': {}", name, std::strerror(errno)), ""});
  }
}

}  // namespace synoptic::cli
