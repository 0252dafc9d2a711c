// Captures in files: pcap and pcapng, whole, cut off or damaged. A file on disk is read as it is
// polled; a pipe is read on a thread of its own, since it may make us wait.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <thread>

#include "capture/live/file_descriptor.hh"
#include "capture/live/live.hh"
#include "capture/live/own_notes.hh"
#include "capture/live/pcap_device.hh"
#include "capture/live/queue_source.hh"
#include "capture/live/two_runs.hh"

namespace synoptic::live {
namespace {

// A file's bytes as a FILE for libpcap: what our own files note beside the packets is read along,
// and reading a pipe ends when it is told to, though nothing comes.
class CaptureStream {
 public:
  explicit CaptureStream(FileDescriptor input)
      : input_(std::move(input)), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  FILE* open() {
    cookie_io_functions_t functions{};
    functions.read = [](void* self, char* to, std::size_t size) {
      return static_cast<CaptureStream*>(self)->read(to, size);
    };
    functions.seek = [](void* self, off64_t* place, int from) {
      return static_cast<CaptureStream*>(self)->tell(place, from);
    };
    FILE* file = ::fopencookie(this, "r", functions);
    if (file != nullptr) std::setvbuf(file, nullptr, _IOFBF, buffer_size);
    return file;
  }
  void stop() {
    stopped_ = true;
    const std::uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) < 0) return;  // it was told before
  }
  bool stopped() const { return stopped_; }
  bool empty() const { return empty_; }  // it ended before anything had come
  OwnNotes& notes() { return notes_; }

 private:
  static constexpr std::size_t buffer_size = 1 << 16;

  ssize_t read(char* to, std::size_t size) {
    for (;;) {
      pollfd fds[] = {{input_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
      if (::poll(fds, 2, -1) < 0 && errno != EINTR) return -1;
      if (stopped_) return 0;
      if (fds[0].revents == 0) continue;
      const ssize_t n = ::read(input_.get(), to, size);
      if (n == 0 && count_ == 0) empty_ = true;
      if (n > 0) {
        count_ += n;
        notes_.feed({reinterpret_cast<const std::uint8_t*>(to), static_cast<std::size_t>(n)});
      }
      if (n >= 0 || errno != EINTR) return n;
    }
  }
  // There is no going anywhere: only how much was read can be asked for.
  int tell(off64_t* place, int from) const {
    if (from != SEEK_CUR || *place != 0) return -1;
    *place = count_;
    return 0;
  }

  FileDescriptor input_;
  FileDescriptor stop_;
  OwnNotes notes_;
  off64_t count_ = 0;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> empty_{false};
};

// Packets as libpcap gives them, one after the other, and in words why there are no more.
class PacketReader {
 public:
  PacketReader(std::unique_ptr<CaptureStream> stream, PcapHandle handle, std::string name)
      : stream_(std::move(stream)), handle_(std::move(handle)), name_(std::move(name)) {}

  // Nothing at the end. The bytes live until the next call.
  std::optional<observe::CapturedPacket> next() {
    pcap_pkthdr* header = nullptr;
    const std::uint8_t* bytes = nullptr;
    const int status = ::pcap_next_ex(handle_.get(), &header, &bytes);
    if (status == 1) {
      ++count_;
      observe::CapturedPacket packet = as_packet(handle_.get(), *header, bytes);
      if (const auto note = stream_->notes().before(::ftello(::pcap_file(handle_.get())))) {
        packet.fate = note->fate;
        packet.simulated = note->simulated;
        packet.copied = note->copied;
      }
      return packet;
    }
    if (status != PCAP_ERROR_BREAK) {
      failure_ = model::Error{wire::Saying::of("'{}' is damaged or cut off after packet {}: {}",
                                               name_, count_, ::pcap_geterr(handle_.get())),
                              "what came before is shown"};
    }
    return std::nullopt;
  }
  const std::optional<model::Error>& failure() const { return failure_; }
  CaptureStream& stream() { return *stream_; }
  // What the reader of the trace should know, if anything.
  std::optional<std::string> warning() const {
    if (wire::is_understood(link_type(handle_.get()))) return std::nullopt;
    return fmt::format("packets of '{}' have link headers that are not understood ({})", name_,
                       link_name(handle_.get()));
  }

 private:
  std::unique_ptr<CaptureStream> stream_;
  PcapHandle handle_;  // reads from it
  std::string name_;
  std::uint64_t count_ = 0;
  std::optional<model::Error> failure_;
};

class FileSource : public observe::TraceSource {
 public:
  explicit FileSource(PacketReader reader) : reader_(std::move(reader)) {}
  bool poll() override {
    if (ended_) return false;
    std::size_t bytes = 0;
    for (int i = 0; i < packets_a_poll && bytes < bytes_a_poll; ++i) {
      const auto packet = stopped_ ? std::nullopt : reader_.next();
      if (!packet) {
        runs_.finish();
        if (auto text = reader_.warning()) runs_.warn(*text);
        ended_ = true;
        break;
      }
      bytes += packet->bytes.size();
      runs_.packet(*packet);
      ++captured_;
    }
    return true;
  }
  void wait(model::Duration) override {}  // there is always something to read, until the end
  const model::Trace& trace() const override { return runs_.trace(); }
  const model::Trace* simulated() const override { return runs_.simulated(); }
  observe::Counters counters() const override { return {captured_, 0, 0}; }
  bool ended() const override { return ended_; }
  std::optional<model::Error> failure() const override { return reader_.failure(); }
  void stop() override { stopped_ = true; }

 private:
  // A few milliseconds' work: a window that polls once a frame stays smooth.
  static constexpr int packets_a_poll = 4096;
  static constexpr std::size_t bytes_a_poll = 4 << 20;

  PacketReader reader_;
  TwoRuns runs_;
  std::uint64_t captured_ = 0;
  bool ended_ = false;
  bool stopped_ = false;
};

class PipeSource : public QueueSource {
 public:
  explicit PipeSource(PacketReader reader)
      : QueueSource({}, {.values = 65'536, .weight = 8 << 20}),
        reader_(std::move(reader)),
        thread_([this] { run(); }) {}
  ~PipeSource() override {
    stop();
    abandon();
    thread_.join();
  }
  void stop() override { reader_.stream().stop(); }

 private:
  void run() {
    const CaptureStream& stream = reader_.stream();
    if (auto text = reader_.warning()) warn(*text);
    while (const auto packet = stream.stopped() ? std::nullopt : reader_.next()) {
      if (!deliver_waiting(*packet)) break;
    }
    end(stream.stopped() ? std::nullopt : reader_.failure());  // our own stop is no damage
  }

  PacketReader reader_;
  std::thread thread_;  // last: it uses all the rest
};

model::Error open_error(const std::string& name, int error) {
  return model::Error{wire::Saying::of("cannot open '{}': {}", name, std::strerror(error)),
                      error == ENOENT   ? "check the path"
                      : error == EACCES ? "ask its owner for the right to read it"
                                        : ""};
}

model::Error empty_error(const std::string& name) {
  return model::Error{wire::Saying::of("'{}' is empty", name),
                      "a capture has at least a header: make it again"};
}

// Why libpcap does not take it for a capture, in words.
model::Error format_error(const std::string& name, const char* words) {
  const std::string_view said = words;
  if (said.find("truncated") != said.npos || said.find("only got") != said.npos) {
    return model::Error{
        wire::Saying::of("'{}' is cut off within its first header: no packet is in it", name),
        "capture again, and let the program that writes it end before it is opened"};
  }
  return model::Error{wire::Saying::of("'{}' is no capture file ({})", name, said),
                      "pcap and pcapng files can be opened; unpack compressed ones first"};
}

model::Expected<FileDescriptor> open_input(const std::string& path, const std::string& name) {
  FileDescriptor fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.open()) return std::unexpected(open_error(name, errno));
  return fd;
}

model::Expected<PcapHandle> open_capture(FILE* file, const std::string& name,
                                         const std::string& filter) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  PcapHandle handle(
      ::pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text.data()));
  if (!handle) {
    std::fclose(file);
    return std::unexpected(format_error(name, text.data()));
  }
  if (auto set = set_filter(handle.get(), filter); !set) return std::unexpected(set.error());
  return handle;
}

}  // namespace

model::Expected<std::unique_ptr<observe::TraceSource>> open_file(const std::string& path,
                                                                 const std::string& filter) {
  if (auto good = check_filter(filter); !good) return std::unexpected(good.error());
  const std::string name = path == "-" ? "standard input" : path;
  auto input = open_input(path, name);
  if (!input) return std::unexpected(input.error());
  struct stat status{};
  ::fstat(input->get(), &status);
  if (S_ISDIR(status.st_mode)) {
    return std::unexpected(
        model::Error{wire::Saying::of("'{}' is a folder", name), "name a capture file in it"});
  }
  auto stream = std::make_unique<CaptureStream>(std::move(*input));
  auto handle = open_capture(stream->open(), name, filter);
  if (!handle) return std::unexpected(stream->empty() ? empty_error(name) : handle.error());
  PacketReader reader(std::move(stream), std::move(*handle), name);
  if (S_ISREG(status.st_mode)) return std::make_unique<FileSource>(std::move(reader));
  return std::make_unique<PipeSource>(std::move(reader));
}

}  // namespace synoptic::live
