// QueueSource: a trace fed from another thread. The producer hands over packets through a
// bounded queue; whoever polls moves them into the trace. What captures on the host's interfaces
// and piped files share.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "capture/live/arrivals.hh"
#include "capture/observe/bounded_queue.hh"
#include "capture/observe/flow_tracker.hh"
#include "capture/observe/trace_source.hh"

namespace synoptic::live {

// A packet with bytes of its own.
struct PacketDelivery {
  explicit PacketDelivery(const observe::CapturedPacket& packet)
      : packet(packet), bytes(packet.bytes.begin(), packet.bytes.end()) {}
  observe::CapturedPacket packet;
  wire::Bytes bytes;
};
using Delivery = std::variant<PacketDelivery, observe::KernelRecord>;

class QueueSource : public observe::TraceSource {
 public:
  // `held`: what hold() takes beside what the queue holds; beyond it the queue fills.
  static constexpr observe::QueueLimits much{.values = 4'000'000, .weight = std::size_t{1} << 30};
  explicit QueueSource(observe::TrackerOptions options = {}, observe::QueueLimits limits = {},
                       observe::QueueLimits held = much);

  // --- the consumer's thread
  bool poll() override;
  void hold() override;
  void wait(model::Duration timeout) override;
  const model::Trace& trace() const override { return arrivals_.runs().trace(); }
  const model::Trace* simulated() const override { return arrivals_.runs().simulated(); }
  observe::Counters counters() const override;
  bool ended() const override { return ended_; }
  std::optional<model::Error> failure() const override;

 protected:
  // Nobody will poll any more: a producer that waits for room is let go.
  void abandon() { queue_.close(); }
  // --- the producer's thread
  // A capture cannot wait: what does not fit is counted and gone.
  void deliver(const observe::CapturedPacket& packet);
  void deliver(const observe::KernelRecord& record);
  // A file can. False when nobody wants more.
  bool deliver_waiting(const observe::CapturedPacket& packet);
  void set_kernel_dropped(std::uint64_t count) { kernel_dropped_ = count; }
  void warn(std::string text);
  void end(std::optional<model::Error> failure = std::nullopt);  // the last call of the producer

 private:
  void finish();
  void take_in(std::vector<Delivery>& deliveries);
  bool lost_more();  // since it was asked last

  observe::BoundedQueue<Delivery> queue_;
  std::atomic<std::uint64_t> kernel_dropped_{0};
  mutable std::mutex mutex_;  // of the two below
  std::vector<std::string> warnings_;
  std::optional<model::Error> failure_;

  // The consumer's own.
  Arrivals arrivals_;
  const observe::QueueLimits held_limits_;
  std::vector<Delivery> held_;  // came before what the queue holds
  std::size_t held_weight_ = 0;
  std::vector<Delivery> taken_;
  std::uint64_t known_lost_ = 0;
  bool ended_ = false;
};

}  // namespace synoptic::live
