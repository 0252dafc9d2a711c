// The retransmission timeout, computed from round-trip times (RFC 6298).
#pragma once

#include "sim/model/time.hh"
#include "sim/tcp/profile.hh"

namespace synoptic::tcp {

class RttEstimator {
 public:
  // RFC 6298 (2.1): before the first sample.
  void start(const Profile& profile);
  // (2.2), (2.3): a round-trip time; the caller keeps Karn's rule. Ends a back-off (5.7).
  void sample(model::Duration r, const Profile& profile);
  // (5.5): the timer expired.
  void back_off(const Profile& profile);
  // (5.7): the SYN had to be sent again and gave no sample: 3 s when data begins.
  void fall_back_after_syn(const Profile& profile);

  model::Duration rto() const { return rto_; }
  // What rto() was before any back-off; the first interval of zero-window probes.
  model::Duration base_rto() const { return base_rto_; }
  model::Duration srtt() const { return srtt_; }
  model::Duration rttvar() const { return rttvar_; }
  bool has_sample() const { return has_sample_; }

 private:
  model::Duration srtt_, rttvar_, rto_, base_rto_;
  bool has_sample_ = false;
};

}  // namespace synoptic::tcp
