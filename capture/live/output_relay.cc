// The relay: pseudo-terminals read by a thread, and the filter for what is no text.
#include "capture/live/output_relay.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace synoptic::live {
namespace {

// What a terminal that takes nothing may hold up at the end of a run.
constexpr auto settle_limit = std::chrono::milliseconds(500);
constexpr std::size_t longest_line = 500;
constexpr std::size_t longest_colour = 24;

struct Terminal {
  FileDescriptor ours, programs;
};

Terminal open_terminal() {
  Terminal t;
  t.ours = FileDescriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 64> name{};
  if (!t.ours.open() || ::unlockpt(t.ours.get()) != 0 ||
      ::ptsname_r(t.ours.get(), name.data(), name.size()) != 0)
    return t;
  const FileDescriptor low(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  t.programs = FileDescriptor(::fcntl(low.get(), F_DUPFD_CLOEXEC, 10));
  termios mode{};
  if (::tcgetattr(t.programs.get(), &mode) == 0) {
    ::cfmakeraw(&mode);  // the user's own terminal does what there is to do
    ::tcsetattr(t.programs.get(), TCSANOW, &mode);
  }
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) ::ioctl(t.programs.get(), TIOCSWINSZ, &size);
  return t;
}

void write_all_of(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody reads it
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

struct OutputRelay::Shared {
  struct Source {
    FileDescriptor terminal;
    TextFilter filter;
    std::string line, last_line;
  };

  mutable std::mutex mutex;
  std::condition_variable passed;
  std::deque<Source> sources;
  std::string ours;                       // lines that are to be said
  std::uint64_t asked = 0, answered = 0;  // rounds through all sources
  bool ending = false;
  bool amid_line = false;  // what was passed on last did not end one
  FileDescriptor news{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(news.get(), &one, sizeof one));
  }
  void run();
  std::string read_some();
  static void remember(Source& source, std::string_view text);
};

void OutputRelay::Shared::remember(Source& source, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      if (!source.line.empty()) source.last_line = std::exchange(source.line, {});
    } else if (c != '\r' && source.line.size() < longest_line) {
      source.line += c;
    }
  }
}

// What there is to write by now; empty when every program is silent.
std::string OutputRelay::Shared::read_some() {
  const std::lock_guard lock(mutex);
  std::string out;
  std::array<char, 8192> bytes;
  for (Source& source : sources) {
    if (!source.terminal.open()) continue;
    const ssize_t n = ::read(source.terminal.get(), bytes.data(), bytes.size());
    std::string text;
    if (n > 0) text = source.filter.pass({bytes.data(), static_cast<std::size_t>(n)});
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {  // EIO: nobody has it any more
      text = source.filter.rest();
      source.terminal.reset();
    }
    remember(source, text);
    out += text;
  }
  if (out.empty() && !ours.empty()) out = (amid_line ? "\n" : "") + std::exchange(ours, {});
  if (!out.empty()) amid_line = out.back() != '\n';
  return out;
}

void OutputRelay::Shared::run() {
  for (;;) {
    std::vector<pollfd> fds{{news.get(), POLLIN, 0}};
    std::uint64_t round = 0;
    {
      const std::lock_guard lock(mutex);
      round = asked;
      for (const Source& source : sources) {
        if (source.terminal.open()) fds.push_back({source.terminal.get(), POLLIN, 0});
      }
    }
    ::poll(fds.data(), fds.size(), round == answered ? -1 : 0);
    std::uint64_t count = 0;
    static_cast<void>(!::read(news.get(), &count, sizeof count));
    for (std::string text = read_some(); !text.empty(); text = read_some()) write_all_of(text);
    const std::lock_guard lock(mutex);
    answered = round;
    passed.notify_all();
    if (ending) return;
  }
}

OutputRelay::OutputRelay() : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_] { shared->run(); }).detach();
}

OutputRelay::~OutputRelay() {
  const std::lock_guard lock(shared_->mutex);
  shared_->ending = true;
  shared_->wake();
}

OutputRelay::Outlet OutputRelay::add() {
  Terminal terminal = open_terminal();
  const std::lock_guard lock(shared_->mutex);
  shared_->sources.push_back({std::move(terminal.ours), {}, {}, {}});
  shared_->wake();
  return {shared_->sources.size() - 1, std::move(terminal.programs)};
}

void OutputRelay::say(const std::string& line) {
  const std::lock_guard lock(shared_->mutex);
  shared_->ours += "synoptic: " + line + "\n";
  shared_->wake();
}

void OutputRelay::settle() {
  std::unique_lock lock(shared_->mutex);
  const std::uint64_t round = ++shared_->asked;
  shared_->wake();
  shared_->passed.wait_for(lock, settle_limit, [&] { return shared_->answered >= round; });
}

std::string OutputRelay::last_line(std::size_t number) const {
  const std::lock_guard lock(shared_->mutex);
  const Shared::Source& source = shared_->sources[number];
  return source.line.empty() ? source.last_line : source.line;
}

bool OutputRelay::was_binary(std::size_t number) const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->sources[number].filter.was_binary();
}

// --- what is text

namespace {

// How many bytes the character that begins with `first` has; 0: none begins so.
std::size_t utf8_size(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if ((first & 0xf0) == 0xe0) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

// Whether `text`, which begins with a byte above 0x7f, begins with a whole character; nothing where
// more of it may come.
std::optional<std::size_t> character(std::string_view text) {
  const std::size_t size = utf8_size(static_cast<unsigned char>(text[0]));
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size()) return std::nullopt;
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return size;
}

// The same of a change of colours: ESC [ digits m.
std::optional<std::size_t> colour(std::string_view text) {
  for (std::size_t i = 1; i < longest_colour; ++i) {
    if (i == text.size()) return std::nullopt;
    if (i > 1 && text[i] == 'm') return i + 1;
    const bool fits =
        i == 1 ? text[i] == '[' : text[i] == ';' || (text[i] >= '0' && text[i] <= '9');
    if (!fits) return 0;
  }
  return 0;
}

bool harmless(unsigned char c) {
  return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t' || c == '\b';
}

}  // namespace

void TextFilter::take(std::string_view& text, bool at_end, std::string& out) {
  const auto first = static_cast<unsigned char>(text[0]);
  std::optional<std::size_t> size = harmless(first) ? 1 : 0;
  if (first > 0x7f) size = character(text);
  if (first == 0x1b) size = colour(text);
  if (!size && !at_end) {
    begun_ = text;
    text = {};
    return;
  }
  if (size.value_or(0) == 0) {
    binary_ = true;
    out += fmt::format("\\x{:02x}", first);
    text.remove_prefix(1);
    return;
  }
  out += text.substr(0, *size);
  text.remove_prefix(*size);
}

std::string TextFilter::pass(std::string_view piece) {
  const std::string whole = std::exchange(begun_, {}) + std::string(piece);
  std::string out;
  for (std::string_view text = whole; !text.empty();) take(text, false, out);
  return out;
}

std::string TextFilter::rest() {
  const std::string whole = std::exchange(begun_, {});
  std::string out;
  for (std::string_view text = whole; !text.empty();) take(text, true, out);
  return out;
}

}  // namespace synoptic::live
