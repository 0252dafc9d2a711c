// Files written whole or not at all: a temporary file in the same folder, then rename(2).
#include "viz/cli/files.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

namespace fs = std::filesystem;

// As strerror(3) says it, in words that are looked up.
wire::Saying reason(int error) {
  constexpr const char* known[] = {
      words::N_("Permission denied"),
      words::N_("Operation not permitted"),
      words::N_("No such file or directory"),
      words::N_("Not a directory"),
      words::N_("Read-only file system"),
      words::N_("No space left on device"),
      words::N_("Disk quota exceeded"),
      words::N_("File name too long"),
      words::N_("File too large"),
      words::N_("Input/output error"),
  };
  const std::string text = std::strerror(error);
  for (const char* one : known)
    if (text == one) return one;
  return wire::Saying::value(text);
}

model::Error cannot_write(const std::string& path, int error) {
  return model::Error{wire::Saying::of("cannot write '{}': {}", path, reason(error)),
                      error == ENOSPC ? "make room, or name a file elsewhere with -o"
                                      : "name a file elsewhere with -o"};
}

fs::path folder_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// Where `path` leads: a symbolic link stays, what it points to is written.
fs::path target_of(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  return error ? fs::path(path) : target;
}

// Ctrl-C waits while one of these lives: a temporary file is renamed or removed, never left.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t ending;
    ::sigemptyset(&ending);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&ending, signal);
    ::pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

// A new file beside `target`, with the rights that a new file gets, or those of the file it will
// replace.
int open_temporary(const fs::path& target, std::string& name) {
  struct stat status{};
  const bool replaces = ::stat(target.c_str(), &status) == 0;
  for (int i = 0; i < 100; ++i) {
    name = (folder_of(target) /
            fmt::format(".{}.{}-{}.tmp", target.filename().string(), ::getpid(), i))
               .string();
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 && replaces) ::fchmod(fd, status.st_mode & 07777);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

}  // namespace

std::optional<int> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {  // whoever started us made it non-blocking
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
      continue;
    }
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return std::nullopt;
}

void take_refused_writes() {
  ::signal(SIGXFSZ, SIG_IGN);
}

void occupy_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)  // open(2) takes the lowest that is free: this
      static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

model::Expected<void> check_writable(const std::string& path) {
  const fs::path target = target_of(path);
  const fs::path folder = folder_of(target);
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::is_directory(status)) {
    return std::unexpected(model::Error{wire::Saying::of("cannot write '{}': it is a folder", path),
                                        "name a file in it"});
  }
  const bool there = fs::exists(status);
  if (there && ::access(target.c_str(), W_OK) != 0)
    return std::unexpected(cannot_write(path, errno));
  if (there && !fs::is_regular_file(status)) return {};
  if (!fs::exists(folder, error)) {
    return std::unexpected(model::Error{
        wire::Saying::of("cannot write '{}': there is no folder '{}'", path, folder.string()),
        wire::Saying::of("make it first: mkdir -p {}", folder.string())});
  }
  if (!fs::is_directory(folder, error)) return std::unexpected(cannot_write(path, ENOTDIR));
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return std::unexpected(cannot_write(path, errno));
  return {};
}

model::Expected<void> write_whole(const std::string& path, std::string_view bytes) {
  const fs::path target = target_of(path);
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  const SignalsHeld held;
  std::string temporary;
  const bool plain = !fs::exists(status) || fs::is_regular_file(status);
  const int fd =
      plain ? open_temporary(target, temporary) : ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(cannot_write(path, errno));

  std::optional<int> failure = write_all(fd, bytes);
  if (::close(fd) != 0 && !failure) failure = errno;
  if (plain && !failure && ::rename(temporary.c_str(), target.c_str()) != 0) failure = errno;
  if (!failure) return {};
  if (plain) ::unlink(temporary.c_str());
  return std::unexpected(cannot_write(path, *failure));
}

model::Expected<void> write_stdout(std::string_view bytes) {
  if (const auto failure = write_all(STDOUT_FILENO, bytes)) {
    return std::unexpected(model::Error{
        wire::Saying::of("cannot write to standard output: {}", reason(*failure)), ""});
  }
  return {};
}

}  // namespace synoptic::cli
