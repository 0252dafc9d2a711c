// A capture on an interface of this machine: libpcap on a thread of its own, a bounded queue, a
// trace.
#include <fmt/format.h>

#include <thread>

#include "capture/live/capture_loop.hh"
#include "capture/live/kernel_poller.hh"
#include "capture/live/live.hh"
#include "capture/live/queue_source.hh"

namespace synoptic::live {
namespace {

class LiveCapture : public QueueSource {
 public:
  LiveCapture(PcapHandle handle, CaptureLimits limits, observe::TrackerOptions options)
      : QueueSource(options),
        loop_(CaptureRings(std::move(handle))),
        kernel_([this](const observe::KernelRecord& record) { deliver(record); }, [] {}),
        thread_([this, limits] { run(limits); }) {}
  ~LiveCapture() override {
    loop_.stop();
    thread_.join();
  }
  void stop() override { loop_.stop(); }

 private:
  void run(const CaptureLimits& limits) {
    auto failure = loop_.run(
        [this](const observe::CapturedPacket& packet) {
          deliver(packet);
          kernel_.packet(packet);
        },
        [this] {
          set_kernel_dropped(loop_.kernel_dropped());
          kernel_.captured();
        },
        limits);
    kernel_.finish();
    set_kernel_dropped(loop_.kernel_dropped());
    end(std::move(failure));
  }

  CaptureLoop loop_;
  KernelPoller kernel_;
  std::thread thread_;  // last: it uses all the rest
};

}  // namespace

model::Expected<std::unique_ptr<observe::TraceSource>> capture(const CaptureOptions& options) {
  // What can be said without rights is said first.
  if (auto good = check_filter(options.filter); !good) return std::unexpected(good.error());
  auto handle = open_device(options.interface, options.snap_length);
  if (!handle) return std::unexpected(handle.error());
  if (!wire::is_understood(link_type(handle->get()))) {
    return std::unexpected(model::Error{
        wire::Saying::of("packets of '{}' have link headers that are not understood ({})",
                         options.interface, link_name(handle->get())),
        "capture on an Ethernet or loopback interface"});
  }
  if (auto set = set_filter(handle->get(), options.filter); !set) {
    return std::unexpected(set.error());
  }
  return std::make_unique<LiveCapture>(std::move(*handle),
                                       CaptureLimits{options.max_packets, options.max_time},
                                       observe::TrackerOptions{options.interface == "lo"});
}

}  // namespace synoptic::live
