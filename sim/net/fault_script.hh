// FaultScript: the faults of a scenario, asked once for each packet that enters a link. Each fault
// counts, in its direction and its span of time, the packets that match it, and strikes the nth of
// them (or every one).
//
// A match goes by what the flags mean, never by an exact set: a FIN that carries data and an ACK is
// still a FIN.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/model/event.hh"
#include "sim/net/scenario.hh"

namespace synoptic::net {

// What a fault can see of a packet.
struct PacketTraits {
  bool from_client = true;
  model::EventKind kind = model::EventKind::segment;  // segment, datagram or icmp
  wire::CtlSet ctl;                                   // segment
  std::uint32_t payload = 0;                          // octets of text
};

bool matches(Fault::Match match, const PacketTraits& packet);

// What becomes of one packet: several faults may strike it at once.
struct FaultDecision {
  bool drop = false, duplicate = false, corrupt = false, swap = false;
  model::Duration delay;
};

class FaultScript {
 public:
  explicit FaultScript(std::vector<Fault> faults);

  // To be called once for each packet, in the order in which packets enter the links.
  FaultDecision decide(model::Instant now, const PacketTraits& packet) {
    return faults_.empty() ? FaultDecision{} : decide_among(now, packet);
  }
  // One line for each fault that never struck, for Trace::warnings.
  std::vector<std::string> unused() const;

 private:
  FaultDecision decide_among(model::Instant now, const PacketTraits& packet);
  struct Counted {
    Fault fault;
    int matched = 0;
  };
  std::vector<Counted> faults_;
};

}  // namespace synoptic::net
