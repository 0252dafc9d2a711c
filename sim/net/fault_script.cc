// Matching packets against faults.
#include "sim/net/fault_script.hh"

#include <fmt/format.h>

#include <utility>

namespace synoptic::net {

bool matches(Fault::Match match, const PacketTraits& packet) {
  using Match = Fault::Match;
  if (match == Match::any) return true;
  if (packet.kind == model::EventKind::datagram) return match == Match::data;
  if (packet.kind != model::EventKind::segment) return false;
  const bool syn = packet.ctl.has(wire::SYN);
  const bool ack = packet.ctl.has(wire::ACK);
  const bool fin = packet.ctl.has(wire::FIN);
  const bool rst = packet.ctl.has(wire::RST);
  switch (match) {
    case Match::any: return true;
    case Match::syn: return syn && !ack;
    case Match::syn_ack: return syn && ack;
    case Match::ack: return ack && !syn && !fin && !rst && packet.payload == 0;
    case Match::data: return packet.payload > 0;
    case Match::fin: return fin;
    case Match::rst: return rst;
  }
  return false;
}

FaultScript::FaultScript(std::vector<Fault> faults) {
  for (Fault& fault : faults) faults_.push_back({std::move(fault)});
}

FaultDecision FaultScript::decide_among(model::Instant now, const PacketTraits& packet) {
  FaultDecision decision;
  const model::Duration since_start = now - model::Instant{};
  for (Counted& counted : faults_) {
    const Fault& fault = counted.fault;
    if (fault.from_client != packet.from_client) continue;
    if (fault.from && since_start < *fault.from) continue;
    if (fault.to && since_start > *fault.to) continue;
    if (!matches(fault.match, packet)) continue;
    ++counted.matched;
    if (fault.nth != 0 && counted.matched != fault.nth) continue;
    switch (fault.action) {
      case Fault::Action::drop: decision.drop = true; break;
      case Fault::Action::duplicate: decision.duplicate = true; break;
      case Fault::Action::corrupt: decision.corrupt = true; break;
      case Fault::Action::swap: decision.swap = true; break;
      case Fault::Action::delay: decision.delay = decision.delay + fault.delay; break;
    }
  }
  return decision;
}

std::vector<std::string> FaultScript::unused() const {
  std::vector<std::string> lines;
  for (const Counted& counted : faults_) {
    if (counted.matched > 0 && counted.matched >= counted.fault.nth) continue;
    lines.push_back(fmt::format("the fault '{}' never struck: {} packet{} matched it",
                                format_fault(counted.fault), counted.matched,
                                counted.matched == 1 ? "" : "s"));
  }
  return lines;
}

}  // namespace synoptic::net
