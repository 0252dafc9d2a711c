// RFC 6298, section by section.
#include "sim/tcp/rtt.hh"

#include <algorithm>

namespace synoptic::tcp {

using model::Duration;

namespace {
constexpr Duration clock_granularity = model::milliseconds(1);  // G
}

void RttEstimator::start(const Profile& profile) {
  *this = {};
  rto_ = base_rto_ = profile.initial_rto;
}

void RttEstimator::sample(Duration r, const Profile& profile) {
  if (!has_sample_) {
    srtt_ = r;
    rttvar_ = r / 2;
    has_sample_ = true;
  } else {
    const Duration error = srtt_ < r ? r - srtt_ : srtt_ - r;
    rttvar_ = (rttvar_ * 3 + error) / 4;  // beta = 1/4; before SRTT, as (2.3) asks
    srtt_ = (srtt_ * 7 + r) / 8;          // alpha = 1/8
  }
  const Duration margin = std::max(clock_granularity, rttvar_ * 4);
  const Duration rto = profile.min_rto_on_variance ? srtt_ + std::max(margin, profile.min_rto)
                                                   : std::max(srtt_ + margin, profile.min_rto);
  rto_ = base_rto_ = std::min(rto, profile.max_rto);
}

void RttEstimator::back_off(const Profile& profile) {
  rto_ = std::min(rto_ * 2, profile.max_rto);
}

void RttEstimator::fall_back_after_syn(const Profile& profile) {
  rto_ = base_rto_ = std::min(std::max(model::seconds(3), profile.min_rto), profile.max_rto);
}

}  // namespace synoptic::tcp
