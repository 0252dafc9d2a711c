// Congestion control: how much may be on its way (RFC 5681: slow start, congestion avoidance, fast
// recovery).
//
// The state machine tells what happened and asks for the window; another algorithm would keep these
// five functions.
#pragma once

#include <cstdint>

#include "sim/tcp/profile.hh"

namespace synoptic::tcp {

class Congestion {
 public:
  // At the end of the handshake. `syn_was_lost`: RFC 5681 section 3.1, one segment then.
  void start(const Profile& profile, std::uint32_t smss, bool syn_was_lost);
  // New data was acknowledged.
  void on_ack(std::uint32_t acked_octets);
  // The retransmission timer expired. `first`: the segment had not been sent again before.
  void on_timeout(std::uint32_t flight_octets, bool first);
  // A duplicate ACK. True: it is the third, send the first unacknowledged segment again.
  bool on_duplicate_ack(std::uint32_t flight_octets);

  std::uint32_t window() const { return cwnd_; }
  std::uint32_t slow_start_threshold() const { return ssthresh_; }
  bool recovering() const { return recovering_; }

 private:
  std::uint32_t smss_ = 0;
  std::uint32_t cwnd_ = 0;
  std::uint32_t ssthresh_ = 0;
  int duplicate_acks_ = 0;
  bool recovering_ = false;
};

}  // namespace synoptic::tcp
