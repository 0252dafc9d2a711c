// A capture on an interface of this machine: the helper's pipe on a thread of its own, a bounded
// queue, a trace.
#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <limits>
#include <thread>

#include "capture/live/capture_helper.hh"
#include "capture/live/kernel_poller.hh"
#include "capture/live/live.hh"
#include "capture/live/queue_source.hh"

namespace synoptic::live {
namespace {

// After its end was asked for, a helper hands over what it has. One that does not is ended.
constexpr int end_patience_ms = 3000;

std::int64_t now_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

class LiveCapture : public QueueSource {
 public:
  LiveCapture(CaptureHelper helper, TransitionWatch watch, const CaptureOptions& options)
      : QueueSource(observe::TrackerOptions{options.interface == "lo"}),
        helper_(std::move(helper)),
        stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        most_(options.max_packets == 0 ? std::numeric_limits<std::uint64_t>::max()
                                       : options.max_packets),
        until_(options.max_time.ns == 0 ? 0 : now_ns(CLOCK_MONOTONIC) + options.max_time.ns),
        kernel_([this](const observe::KernelRecord& record) { deliver(record); }, [] {},
                std::move(watch)),
        thread_([this] { run(); }) {}
  ~LiveCapture() override {
    stop();
    thread_.join();
  }
  void stop() override {
    std::int64_t not_yet = 0;
    stopped_at_.compare_exchange_strong(not_yet, now_ns(CLOCK_REALTIME));
    const std::uint64_t one = 1;
    // Fails only when it was told before (the counter is full).
    if (::write(stop_event_.get(), &one, sizeof one) < 0) return;
  }

 private:
  void run() {
    while (!ending_) {
      helper_.wait(stop_event_.get(), timeout_ms());
      if (!take()) break;
      ending_ = stopped_at_ != 0 || count_ == most_ || timeout_ms() == 0;
    }
    helper_.ask_to_end();
    // What came up to the moment of the stop: what is later was not asked for.
    not_after_ = stopped_at_ != 0 ? stopped_at_.load() : now_ns(CLOCK_REALTIME);
    while (helper_.reading()) {
      if (!helper_.wait(-1, end_patience_ms)) helper_.kill();
      take();
    }
    kernel_.finish();
    end(helper_.failure());
  }
  // What has come. False when nothing more comes.
  bool take() {
    const bool more = helper_.read();
    while (const auto packet = helper_.next()) {
      if (count_ == most_ || packet->t.ns > not_after_) continue;
      deliver(*packet);
      kernel_.packet(*packet);
      ++count_;
    }
    set_kernel_dropped(helper_.kernel_dropped());
    kernel_.captured();
    return more;
  }
  int timeout_ms() const {
    if (until_ == 0) return -1;
    const std::int64_t left = until_ - now_ns(CLOCK_MONOTONIC);
    return left <= 0 ? 0
                     : static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 1'000'000));
  }

  CaptureHelper helper_;
  FileDescriptor stop_event_;
  std::atomic<std::int64_t> stopped_at_{0};  // CLOCK_REALTIME, ns; 0 while not
  const std::uint64_t most_;
  const std::int64_t until_;  // CLOCK_MONOTONIC, ns; 0: for ever

  // The thread's own.
  std::uint64_t count_ = 0;
  std::int64_t not_after_ = std::numeric_limits<std::int64_t>::max();
  bool ending_ = false;
  KernelPoller kernel_;
  std::thread thread_;  // last: it uses all the rest
};

std::string link_name(std::uint32_t link) {
  const char* const name = ::pcap_datalink_val_to_name(static_cast<int>(link));
  return name != nullptr ? name : fmt::format("link type {}", link);
}

}  // namespace

model::Expected<std::unique_ptr<observe::TraceSource>> capture(const CaptureOptions& options) {
  // What can be said without rights is said first.
  if (auto good = check_filter(options.filter); !good) return std::unexpected(good.error());
  auto helper = CaptureHelper::start(options.interface, options.snap_length, options.filter);
  if (!helper) return std::unexpected(helper.error());
  const std::uint32_t link = helper->link();
  if (link > 0xffff || !wire::is_understood(static_cast<wire::LinkType>(link))) {
    return std::unexpected(model::Error{
        wire::Saying::of("packets of '{}' have link headers that are not understood ({})",
                         options.interface, link_name(link)),
        "capture on an Ethernet or loopback interface"});
  }
  TransitionWatch watch;  // opened with the rights of root, if they are there
  if (options.give_up_rights) {
    if (auto given_up = give_up_rights(); !given_up) return std::unexpected(given_up.error());
  }
  return std::make_unique<LiveCapture>(std::move(*helper), std::move(watch), options);
}

}  // namespace synoptic::live
