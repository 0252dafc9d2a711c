// One loop: poll, take from the ring, write, tell what was dropped.
#include "capture/helper/stream.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>

#include "capture/helper/protocol.hh"
#include "capture/helper/report.hh"

namespace synoptic::helper {
namespace {

// What waits for a reader that stalls. Memory is only taken by what was once in it.
constexpr std::size_t room = 64 << 20;
constexpr std::size_t longest_record = sizeof(RecordHeader) + longest_packet;
// A flood must not keep what was taken from being written.
constexpr std::size_t packets_a_batch = 256;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, number);
  return set;
}

// Bytes on their way to standard output.
class Outgoing {
 public:
  bool open() {
    void* const memory =
        ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    bytes_ = static_cast<char*>(memory);
    return true;
  }
  bool empty() const { return begin_ == end_; }
  // How many packets it takes, however long they are.
  std::size_t packets_that_fit() {
    if (room - end_ < packets_a_batch * longest_record && begin_ > 0) {
      std::memmove(bytes_, bytes_ + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return std::min((room - end_) / longest_record, packets_a_batch);
  }
  void put(const void* bytes, std::size_t size) {
    std::memcpy(bytes_ + end_, bytes, size);
    end_ += size;
  }
  // As much as the pipe takes now. False when its reader is gone.
  bool write() {
    while (begin_ < end_) {
      const ssize_t n = ::write(STDOUT_FILENO, bytes_ + begin_, end_ - begin_);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno == EAGAIN;
      begin_ += static_cast<std::size_t>(n);
    }
    begin_ = end_ = 0;
    return true;
  }

 private:
  char* bytes_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;
};

class Stream {
 public:
  explicit Stream(pcap_t* handle)
      : handle_(handle),
        nanoseconds_(::pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO) {}
  int run();

 private:
  bool open();
  void wait();
  void take();
  void packet(const pcap_pkthdr& header, const unsigned char* bytes);
  void tell_dropped();

  pcap_t* handle_;
  bool nanoseconds_;
  Outgoing outgoing_;
  int signals_ = -1;
  std::int64_t not_after_ = never;  // when the end was asked for
  bool past_end_ = false;           // nothing more is wanted of the ring
  bool abandoned_ = false;          // nobody reads
  bool lost_ = false;               // the device
  char why_[PCAP_ERRBUF_SIZE] = "";
  unsigned long long told_dropped_ = 0;
};

bool Stream::open() {
  const sigset_t ending = ending_signals();
  signals_ = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  return signals_ >= 0 && ::fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK) == 0 && outgoing_.open();
}

// Until there is something to do. What it may be depends on what there is room for.
void Stream::wait() {
  const bool ending = not_after_ != never;
  const bool takes = !past_end_ && outgoing_.packets_that_fit() > 0;
  if (ending && takes) return;  // the ring is emptied without waiting
  pollfd fds[] = {
      {STDOUT_FILENO, static_cast<short>(outgoing_.empty() ? 0 : POLLOUT), 0},
      {ending ? -1 : STDIN_FILENO, 0, 0},
      {ending ? -1 : signals_, POLLIN, 0},
      {takes ? ::pcap_get_selectable_fd(handle_) : -1, POLLIN, 0},
  };
  if (::poll(fds, 4, -1) < 0) return;
  if ((fds[0].revents & (POLLERR | POLLNVAL)) != 0) abandoned_ = true;
  if ((fds[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 || fds[2].revents != 0)
    not_after_ = now_ns();
}

void Stream::packet(const pcap_pkthdr& header, const unsigned char* bytes) {
  const std::int64_t part = header.ts.tv_usec;
  const std::int64_t at = static_cast<std::int64_t>(header.ts.tv_sec) * 1'000'000'000 +
                          part * (nanoseconds_ ? 1 : 1000);
  if (at > not_after_) past_end_ = true;
  if (past_end_) return;
  const std::uint32_t size = std::min<std::uint32_t>(header.caplen, longest_packet);
  const RecordHeader record{static_cast<std::uint32_t>(header.ts.tv_sec),
                            static_cast<std::uint32_t>(part), size, header.len};
  outgoing_.put(&record, sizeof record);
  outgoing_.put(bytes, size);
}

// One batch out of the ring. A device that is gone leaves what it has put there.
void Stream::take() {
  const auto fit = static_cast<int>(outgoing_.packets_that_fit());
  if (past_end_ || fit == 0) return;
  const int count = ::pcap_dispatch(
      handle_, fit,
      [](unsigned char* self, const pcap_pkthdr* header, const unsigned char* bytes) {
        reinterpret_cast<Stream*>(self)->packet(*header, bytes);
      },
      reinterpret_cast<unsigned char*>(this));
  if (count == 0 && not_after_ != never) past_end_ = true;
  if (count >= 0) return;
  past_end_ = lost_;
  lost_ = true;
  std::snprintf(why_, sizeof why_, "%s", ::pcap_geterr(handle_));
  if (not_after_ == never) not_after_ = now_ns();
}

void Stream::tell_dropped() {
  pcap_stat stat{};
  if (::pcap_stats(handle_, &stat) != 0 || stat.ps_drop == told_dropped_) return;
  told_dropped_ = stat.ps_drop;
  report_dropped(told_dropped_);
}

int Stream::run() {
  if (!open()) return refuse(refusal::device, std::strerror(errno));
  while (!abandoned_ && !(past_end_ && outgoing_.empty())) {
    wait();
    take();
    tell_dropped();
    if (!outgoing_.write()) abandoned_ = true;
  }
  if (abandoned_) return 1;
  if (lost_) return refuse(refusal::ended_early, why_);
  report_end();
  return 0;
}

}  // namespace

void hold_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t ending = ending_signals();
  ::sigprocmask(SIG_BLOCK, &ending, nullptr);
}

bool send_file_header(pcap_t* handle, std::uint32_t snap_length) {
  FileHeader header;
  if (::pcap_get_tstamp_precision(handle) != PCAP_TSTAMP_PRECISION_NANO) header.magic = magic_us;
  header.snap_length = snap_length;
  // libpcap's numbers are those of files but for this one, of those that a device here can have.
  const int link = ::pcap_datalink(handle);
  constexpr std::uint32_t raw_in_files = 101;
  header.link = link == DLT_RAW ? raw_in_files : static_cast<std::uint32_t>(link);
  return ::write(STDOUT_FILENO, &header, sizeof header) == sizeof header;
}

int stream(pcap_t* handle) {
  return Stream(handle).run();
}

}  // namespace synoptic::helper
