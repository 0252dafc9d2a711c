// RFC 5681, its numbered rules.
#include "sim/tcp/congestion.hh"

#include <algorithm>

namespace synoptic::tcp {

namespace {

constexpr std::uint32_t no_threshold = 0x7fff'ffff;  // "arbitrarily high" (section 3.1)
constexpr std::uint32_t largest_window =
    1u << 30;  // no window of TCP is larger (RFC 7323 section 2.3)
constexpr int duplicate_threshold = 3;

// Section 3.1, the upper bounds of IW.
std::uint32_t initial_segments(std::uint32_t smss) {
  if (smss > 2190) return 2;
  return smss > 1095 ? 3 : 4;
}

}  // namespace

void Congestion::start(const Profile& profile, std::uint32_t smss, bool syn_was_lost) {
  *this = {};
  smss_ = smss;
  const std::uint32_t segments = profile.initial_window_segments != 0
                                     ? profile.initial_window_segments
                                     : initial_segments(smss);
  cwnd_ = syn_was_lost ? smss : segments * smss;
  ssthresh_ = no_threshold;
}

void Congestion::on_ack(std::uint32_t acked_octets) {
  duplicate_acks_ = 0;
  if (recovering_) {  // section 3.2 (6): deflate
    recovering_ = false;
    cwnd_ = ssthresh_;
    return;
  }
  if (cwnd_ < ssthresh_) {
    cwnd_ += std::min(acked_octets, smss_);  // (2)
  } else {
    const auto growth = std::uint64_t{smss_} * smss_ / cwnd_;  // (3)
    cwnd_ += std::max<std::uint32_t>(1, static_cast<std::uint32_t>(growth));
  }
  cwnd_ = std::min(cwnd_, largest_window);
}

void Congestion::on_timeout(std::uint32_t flight_octets, bool first) {
  if (first) ssthresh_ = std::max(flight_octets / 2, 2 * smss_);  // (4)
  cwnd_ = smss_;                                                  // the loss window
  duplicate_acks_ = 0;
  recovering_ = false;
}

bool Congestion::on_duplicate_ack(std::uint32_t flight_octets) {
  if (recovering_) {  // section 3.2 (4): one more segment has left the network
    cwnd_ = std::min(cwnd_ + smss_, largest_window);
    return false;
  }
  if (++duplicate_acks_ != duplicate_threshold) return false;
  ssthresh_ = std::max(flight_octets / 2, 2 * smss_);
  cwnd_ = ssthresh_ + duplicate_threshold * smss_;
  recovering_ = true;
  return true;
}

}  // namespace synoptic::tcp
