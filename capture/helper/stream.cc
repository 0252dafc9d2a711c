// One loop: poll, take from the rings, write, tell what was dropped.
#include "capture/helper/stream.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>

#include "capture/helper/intake.hh"
#include "capture/helper/protocol.hh"
#include "capture/helper/report.hh"

namespace synoptic::helper {
namespace {

// What waits for a reader that stalls.
constexpr std::size_t room = 64 << 20;
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
  bool open() { return (bytes_ = reserve(room)) != nullptr; }
  bool empty() const { return begin_ == end_; }
  bool full() const { return room - (end_ - begin_) < longest_record; }
  void put(const char* bytes, std::size_t size) {
    if (room - end_ < size) {
      std::memmove(bytes_, bytes_ + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
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
  explicit Stream(const Device& device) : count_(device.count) {
    for (std::size_t i = 0; i < count_; ++i) opened_ = opened_ && intakes_[i].open(device.rings[i]);
  }
  int run();

 private:
  bool open();
  void wait();
  void take();
  void fetch();
  void fail(pcap_t* ring);
  Intake* first();
  void tell_dropped();

  Intake intakes_[Device::most_rings];
  std::size_t count_;
  bool opened_ = true;
  Outgoing outgoing_;
  int signals_ = -1;
  std::int64_t not_after_ = never;  // when the end was asked for
  bool past_end_ = false;           // nothing more is wanted of the rings
  bool abandoned_ = false;          // nobody reads
  bool lost_ = false;               // the device
  char why_[PCAP_ERRBUF_SIZE] = "";
  unsigned long long told_dropped_ = 0;
};

bool Stream::open() {
  const sigset_t ending = ending_signals();
  signals_ = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  return opened_ && signals_ >= 0 && ::fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK) == 0 &&
         outgoing_.open();
}

// Until there is something to do. What it may be depends on what there is room for.
void Stream::wait() {
  const bool ending = not_after_ != never;
  const bool takes = !past_end_ && !outgoing_.full();
  if (takes && (ending || first() != nullptr)) return;
  pollfd fds[3 + Device::most_rings] = {
      {STDOUT_FILENO, static_cast<short>(outgoing_.empty() ? 0 : POLLOUT), 0},
      {ending ? -1 : STDIN_FILENO, 0, 0},
      {ending ? -1 : signals_, POLLIN, 0},
  };
  for (std::size_t i = 0; i < count_; ++i)
    fds[3 + i] = {takes ? ::pcap_get_selectable_fd(intakes_[i].ring()) : -1, POLLIN, 0};
  if (::poll(fds, 3 + count_, -1) < 0) return;
  if ((fds[0].revents & (POLLERR | POLLNVAL)) != 0) abandoned_ = true;
  if ((fds[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 || fds[2].revents != 0)
    not_after_ = now_ns();
}

// A device that is gone leaves what it has put into its rings: they are read on, until it says so
// once more.
void Stream::fail(pcap_t* ring) {
  past_end_ = lost_;
  lost_ = true;
  std::snprintf(why_, sizeof why_, "%s", ::pcap_geterr(ring));
  if (not_after_ == never) not_after_ = now_ns();
}

// Batches out of the rings of which nothing waits. At the end each of those that still have nothing
// was looked at after all others: none of what waits elsewhere came before what it will give.
void Stream::fetch() {
  for (bool any = true, lacking = true; any && lacking && !past_end_;) {
    any = lacking = false;
    for (std::size_t i = 0; i < count_; ++i) {
      if (!intakes_[i].empty()) continue;
      const int got = intakes_[i].fetch();
      if (got < 0) fail(intakes_[i].ring());
      any = any || got > 0;
      lacking = lacking || got <= 0;
    }
  }
}

// The one whose first is the oldest of all.
Intake* Stream::first() {
  Intake* oldest = nullptr;
  for (std::size_t i = 0; i < count_; ++i) {
    if (intakes_[i].empty()) continue;
    if (oldest == nullptr || intakes_[i].time() < oldest->time()) oldest = &intakes_[i];
  }
  return oldest;
}

// Puts what waits in order, until one of those that gave something has given all: what its ring
// holds next may be older than what waits elsewhere.
void Stream::take() {
  if (past_end_ || outgoing_.full()) return;
  fetch();
  Intake* intake = first();
  if (intake == nullptr && not_after_ != never) past_end_ = true;
  while (intake != nullptr && !past_end_ && !outgoing_.full()) {
    if (intake->time() > not_after_) {
      past_end_ = true;
      return;
    }
    outgoing_.put(intake->record(), intake->record_size());
    intake->pop();
    if (intake->empty()) return;
    intake = first();
  }
}

void Stream::tell_dropped() {
  unsigned long long dropped = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    pcap_stat stat{};
    if (::pcap_stats(intakes_[i].ring(), &stat) == 0) dropped += stat.ps_drop;
  }
  if (dropped == told_dropped_) return;
  told_dropped_ = dropped;
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

bool send_file_header(pcap_t* ring, std::uint32_t snap_length) {
  FileHeader header;
  if (::pcap_get_tstamp_precision(ring) != PCAP_TSTAMP_PRECISION_NANO) header.magic = magic_us;
  header.snap_length = snap_length;
  // libpcap's numbers are those of files but for this one, of those that a device here can have.
  const int link = ::pcap_datalink(ring);
  constexpr std::uint32_t raw_in_files = 101;
  header.link = link == DLT_RAW ? raw_in_files : static_cast<std::uint32_t>(link);
  return ::write(STDOUT_FILENO, &header, sizeof header) == sizeof header;
}

int stream(const Device& device) {
  return Stream(device).run();
}

}  // namespace synoptic::helper
