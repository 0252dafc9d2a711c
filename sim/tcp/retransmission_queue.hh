// The retransmission queue: every segment that takes sequence space and is not acknowledged yet,
// oldest first. The text itself is in the send buffer; a segment is sent again with the boundaries
// it had.
#pragma once

#include <vector>

#include "sim/model/tcb.hh"
#include "sim/model/time.hh"

namespace synoptic::tcp {

struct SentSegment {
  wire::SeqNum seq;
  std::uint32_t text_size = 0;
  wire::CtlSet ctl;
  bool retransmitted = false;  // an ACK of it says nothing about the round-trip time (Karn)
  bool lost = false;           // to be sent again as soon as the windows allow
  model::Instant sent;

  wire::SeqSize len() const {
    return {text_size + (ctl.has(wire::SYN) ? 1u : 0u) + (ctl.has(wire::FIN) ? 1u : 0u)};
  }
  wire::SeqNum end() const { return seq + len(); }
};

class RetransmissionQueue {
 public:
  bool empty() const { return head_ == segments_.size(); }
  SentSegment& front() { return segments_[head_]; }
  SentSegment* begin() { return segments_.data() + head_; }
  SentSegment* end() { return segments_.data() + segments_.size(); }
  const SentSegment* begin() const { return segments_.data() + head_; }
  const SentSegment* end() const { return segments_.data() + segments_.size(); }

  // Valid until the next one.
  const SentSegment& push(wire::SeqNum seq, std::uint32_t text_size, wire::CtlSet ctl,
                          model::Instant sent) {
    if (segments_.capacity() == 0) segments_.reserve(first_capacity);
    if (head_ > 0 && head_ * 2 >= segments_.size() && segments_.size() == segments_.capacity()) {
      segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    SentSegment& segment = segments_.emplace_back();
    segment.seq = seq;
    segment.text_size = text_size;
    segment.ctl = ctl;
    segment.sent = sent;
    return segment;
  }
  void pop_front() {
    if (++head_ == segments_.size()) clear();
  }
  void clear() {
    segments_.clear();
    head_ = 0;
  }

 private:
  static constexpr std::size_t first_capacity = 8;
  std::vector<SentSegment> segments_;
  std::size_t head_ = 0;
};

}  // namespace synoptic::tcp
