// Roles that capture their own packets on the private loopback: more than a ring holds, and of all
// lengths through several rings.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <mutex>
#include <thread>

#include "capture/host/sockaddr.hh"
#include "capture/live/capture_loop.hh"
#include "capture/live/file_descriptor.hh"
#include "tests/live/test_roles.hh"

namespace synoptic::live {
namespace {

// A UDP socket that sends to itself.
class ToItself {
 public:
  ToItself() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
    if (::bind(fd_.get(), any.get(), any.size) != 0) return;
    self_ = host::to_kernel(host::local_address(fd_.get()));
  }
  bool send(const std::vector<char>& text) const {
    return ::sendto(fd_.get(), text.data(), text.size(), 0, self_.get(), self_.size) ==
           std::ssize(text);
  }

 private:
  FileDescriptor fd_;
  host::KernelAddress self_;
};

// overflow: a reader that waits while more packets come than the ring holds. 0 when the loss was
// counted, and every packet was either handed over or counted.
int overflow() {
  auto rings = CaptureRings::by_length("lo", 262144);
  if (!rings) return 1;
  CaptureLoop loop(std::move(*rings));
  std::mutex mutex;
  std::condition_variable changed;
  bool sent_all = false;
  std::uint64_t captured = 0;
  std::thread reader([&] {
    loop.run(
        [&](const observe::CapturedPacket&) {
          std::unique_lock lock(mutex);
          changed.wait(lock, [&] { return sent_all; });
          ++captured;
        },
        [] {}, [] {});
  });
  const ToItself socket;
  constexpr std::uint64_t count = 60'000;
  for (std::uint64_t i = 0; i < count; ++i) socket.send({'x'});
  {
    const std::lock_guard lock(mutex);
    sent_all = true;
  }
  changed.notify_all();
  loop.stop();
  reader.join();
  std::fprintf(stderr, "captured %llu and dropped %llu of 60000\n",
               static_cast<unsigned long long>(captured),
               static_cast<unsigned long long>(loop.kernel_dropped()));
  return captured > 0 && loop.kernel_dropped() > 0 && captured + loop.kernel_dropped() == count ? 0
                                                                                                : 3;
}

// libpcap may cut a little earlier than it was told.
constexpr std::uint32_t misjudged = 16;

// What is captured of numbered datagrams of all lengths.
class Numbered {
 public:
  explicit Numbered(std::uint32_t snap_length) : snap_length_(snap_length) {}

  // The text of the datagram with this number: a length that no ring alone is for.
  static std::vector<char> text(std::uint32_t number) {
    constexpr std::uint32_t lengths[] = {8,     300,   340,    341,    342,    343,   1'000,
                                         1'858, 1'859, 20'000, 32'558, 32'559, 60'000};
    const std::uint32_t scattered = number * 2'654'435'761u >> 8;
    std::vector<char> text(lengths[scattered % std::size(lengths)], static_cast<char>(number));
    std::memcpy(text.data(), &number, sizeof number);
    return text;
  }

  void take(const observe::CapturedPacket& packet) {
    constexpr std::size_t heads = 14 + 20 + 8;
    const std::lock_guard lock(mutex_);
    const std::vector<char> sent = text(next_);
    const std::size_t whole = heads + sent.size();
    const std::size_t kept = packet.bytes.size();
    const bool cut_right = whole < snap_length_ - misjudged
                               ? kept == whole
                               : kept <= snap_length_ && kept >= snap_length_ - misjudged;
    const bool right = packet.original_size == whole && cut_right &&
                       std::memcmp(packet.bytes.data() + heads, sent.data(), kept - heads) == 0;
    if (!right && wrong_++ == 0)
      std::fprintf(stderr, "number %u is another: %zu of %u octets\n", next_, packet.bytes.size(),
                   static_cast<unsigned>(packet.original_size));
    ++next_;
    changed_.notify_all();
  }
  // Until no more than `most` of `sent` are on their way.
  void wait(std::uint32_t sent, std::uint32_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return next_ + most >= sent; });
  }
  bool all_right(std::uint32_t count) const { return wrong_ == 0 && next_ == count; }
  std::mutex& held() { return mutex_; }  // while it is, nothing is taken

 private:
  const std::uint32_t snap_length_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t next_ = 0, wrong_ = 0;
};

// lengths SNAP: 0 when datagrams of all lengths come out of their rings whole, or cut to SNAP, and
// in the order in which they were sent: at once, and many after a halt of the reader.
int lengths(std::uint32_t snap_length) {
  auto rings = CaptureRings::by_length("lo", snap_length);
  if (!rings) return 1;
  CaptureLoop loop(std::move(*rings));
  Numbered numbered(snap_length);
  std::thread reader([&] {
    loop.run([&](const observe::CapturedPacket& packet) { numbered.take(packet); }, [] {}, [] {});
  });
  const ToItself socket;
  constexpr std::uint32_t halts = 10, between = 300, at_once = 60;
  std::uint32_t sent = 0;
  for (std::uint32_t halt = 0; halt < halts; ++halt) {
    for (std::uint32_t i = 0; i < between; ++i) {
      if (!socket.send(Numbered::text(sent))) return 2;
      numbered.wait(++sent, at_once);
    }
    const std::lock_guard halted(numbered.held());
    for (std::uint32_t i = 0; i < at_once; ++i) {
      if (!socket.send(Numbered::text(sent++))) return 2;
    }
  }
  numbered.wait(sent, 0);  // what was sent at once may still wait for the loopback's pace
  loop.stop();
  reader.join();
  return numbered.all_right(sent) && loop.kernel_dropped() == 0 ? 0 : 3;
}

// flood COUNT: numbered datagrams of 16 KiB, more in all than a reader who rests leaves room for;
// with a pause after each, so that it is not the rings that overflow where the capture does not get
// the processor for some milliseconds.
int flood(std::uint32_t count) {
  const ToItself socket;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::vector<char> text(16 << 10, 'x');
    std::memcpy(text.data(), &i, sizeof i);
    if (!socket.send(text)) return 1;
    const timespec pause{0, 50'000};
    ::nanosleep(&pause, nullptr);
  }
  return 0;
}

}  // namespace

std::optional<int> run_ring_role(const std::vector<std::string>& arguments) {
  if (arguments[0] == "overflow") return overflow();
  if (arguments[0] == "lengths")
    return lengths(static_cast<std::uint32_t>(std::stoul(arguments.at(1))));
  if (arguments[0] == "flood")
    return flood(static_cast<std::uint32_t>(std::stoul(arguments.at(1))));
  return std::nullopt;
}

}  // namespace synoptic::live
