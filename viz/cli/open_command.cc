// open: a capture file, or a trace of ours; told apart by the first byte, not by the name.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "viz/cli/commands.hh"
#include "viz/cli/drive.hh"
#include "viz/cli/output.hh"
#include "viz/export/export.hh"

namespace synoptic::cli {
namespace {

class Input {
 public:
  explicit Input(const std::string& path)
      : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Input() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // The first byte, left where it is: of a pipe, tee(2) gives a copy.
  std::optional<char> first_byte() const {
    char c = 0;
    const off_t here = ::lseek(fd_, 0, SEEK_CUR);
    if (here >= 0) return ::pread(fd_, &c, 1, here) == 1 ? std::optional(c) : std::nullopt;
    std::array<int, 2> copy{-1, -1};
    if (errno != ESPIPE || ::pipe2(copy.data(), O_CLOEXEC) != 0) return std::nullopt;
    const bool got = ::tee(fd_, copy[1], 1, 0) == 1 && ::read(copy[0], &c, 1) == 1;
    for (int end : copy) ::close(end);
    return got ? std::optional(c) : std::nullopt;
  }
  model::Expected<std::string> read_all(const std::string& name) const {
    std::string text;
    std::array<char, 65536> part;
    for (;;) {
      const ssize_t n = ::read(fd_, part.data(), part.size());
      if (n == 0) return text;
      if (n > 0) text.append(part.data(), static_cast<std::size_t>(n));
      if (n < 0 && errno != EINTR)
        return std::unexpected(
            model::Error{fmt::format("cannot read '{}': {}", name, std::strerror(errno)), ""});
    }
  }

 private:
  int fd_;
};

// pcapng begins with a line feed, pcap with none of these.
bool begins_json(char c) {
  return c == '{' || c == '[' || c == ' ' || c == '\t' || c == '"';
}

int show_both(const model::Trace& sim, const model::Trace& live, const std::string& title,
              const Options& options) {
  const ladder::Alignment alignment = ladder::align(sim, live);
  return show({.trace = sim, .live = &live, .alignment = &alignment, .title = title},
              options.output);
}

int open_json(const Input& input, const std::string& name, const Options& options) {
  if (!options.capture.filter.empty()) {
    say("a capture filter needs a capture file; of a JSON trace, choose with --flow N");
    return misused;
  }
  const auto text = input.read_all(name);
  const auto read = text ? exporting::read_json_document(*text) : std::unexpected(text.error());
  if (!read) {
    say(fmt::format("'{}': {}", name, read.error().str()));
    return refused;
  }
  if (read->cut) say(fmt::format("'{}': {}", name, read->cut->str()));
  const auto status = [&](int shown) { return shown == done && read->cut ? refused : shown; };
  if (read->captured) return status(show_both(read->trace, *read->captured, name, options));
  return status(show({.trace = read->trace, .title = name, .any_traffic = true}, options.output));
}

// What to say of a capture in which no packet was found; empty when one was.
std::string nothing_in(const observe::TraceSource& source, const std::string& name,
                       const std::string& filter) {
  if (source.counters().captured > 0) return "";
  return filter.empty() ? fmt::format("'{}' has no packet in it", name)
                        : fmt::format("no packet in '{}' matches '{}'", name, filter);
}

}  // namespace

int run_open(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  const std::string name = options.path == "-"
                               ? "standard input"
                               : std::filesystem::path(options.path).filename().string();
  {
    const Input input(options.path);
    const std::optional<char> first = input.first_byte();
    if (first && begins_json(*first)) return open_json(input, name, options);
  }
  Interrupts interrupts;
  const auto source = live::open_file(options.path, options.capture.filter);
  if (!source) {
    say(source.error().str());
    return refused;
  }
  drive(**source, interrupts, fmt::format("reading {}", name));
  const auto failure = (*source)->failure();
  if (failure) say(failure->str());
  const model::Trace* simulated = (*source)->simulated();
  const int shown = simulated
                        ? show_both(*simulated, (*source)->trace(), name, options)
                        : show({.trace = (*source)->trace(),
                                .title = name,
                                .any_traffic = true,
                                .nothing = nothing_in(**source, name, options.capture.filter)},
                               options.output);
  return shown == done && failure ? refused : shown;
}

}  // namespace synoptic::cli
