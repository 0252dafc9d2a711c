// QueueSource: the queue's two ends.
#include "capture/live/queue_source.hh"

#include <iterator>
#include <utility>

namespace synoptic::live {

namespace {

std::size_t weight_of(const Delivery& delivery) {
  if (const auto* packet = std::get_if<PacketDelivery>(&delivery)) return packet->bytes.size();
  return 0;
}

}  // namespace

QueueSource::QueueSource(observe::TrackerOptions options, observe::QueueLimits limits,
                         observe::QueueLimits held)
    : queue_(limits), arrivals_(options), held_limits_(held) {}

bool QueueSource::poll() {
  if (ended_) return false;
  const bool last =
      queue_.finished();  // asked first: what was put in before the end is then taken below
  const bool any = queue_.take(taken_) || !held_.empty();
  const bool missing = lost_more();
  if (missing) arrivals_.packets_missed();
  take_in(held_);
  held_weight_ = 0;
  take_in(taken_);
  // Where the missing ones would have stood is not known: those that came now are no surer.
  if (missing || lost_more()) arrivals_.packets_missed();
  if (last) finish();
  return any || last;
}

void QueueSource::hold() {
  if (ended_ || held_.size() >= held_limits_.values || held_weight_ >= held_limits_.weight) return;
  if (!queue_.take(taken_)) return;
  for (const Delivery& delivery : taken_) held_weight_ += weight_of(delivery);
  held_.insert(held_.end(), std::make_move_iterator(taken_.begin()),
               std::make_move_iterator(taken_.end()));
  taken_.clear();
}

void QueueSource::take_in(std::vector<Delivery>& deliveries) {
  for (Delivery& delivery : deliveries) {
    if (auto* packet = std::get_if<PacketDelivery>(&delivery)) {
      packet->packet.bytes = packet->bytes;
      arrivals_.packet(packet->packet);
    } else if (const auto* word = std::get_if<observe::KernelRecord>(&delivery)) {
      arrivals_.kernel(*word);
    }
  }
  deliveries.clear();
}

bool QueueSource::lost_more() {
  const observe::Counters counts = counters();
  const std::uint64_t lost = counts.kernel_dropped + counts.queue_dropped;
  return std::exchange(known_lost_, lost) != lost;
}

void QueueSource::finish() {
  arrivals_.finish(counters());
  ended_ = true;
  const std::lock_guard lock(mutex_);
  for (std::string& text : warnings_) arrivals_.warn(std::move(text));
  warnings_.clear();
}

void QueueSource::wait(model::Duration timeout) {
  if (!ended_ && held_.empty()) queue_.wait(timeout);
}

observe::Counters QueueSource::counters() const {
  return {arrivals_.captured(), kernel_dropped_, queue_.dropped()};
}

std::optional<model::Error> QueueSource::failure() const {
  if (!ended_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return failure_;
}

void QueueSource::deliver(const observe::CapturedPacket& packet) {
  queue_.push(PacketDelivery(packet), packet.bytes.size());
}

void QueueSource::deliver(const observe::KernelRecord& record) {
  queue_.offer(record);
}

bool QueueSource::deliver_waiting(const observe::CapturedPacket& packet) {
  return queue_.push_wait(PacketDelivery(packet), packet.bytes.size());
}

void QueueSource::warn(std::string text) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(std::move(text));
}

void QueueSource::end(std::optional<model::Error> failure) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  queue_.close();
}

}  // namespace synoptic::live
