// Counts, as the network does, which packet of its kind the event is.
#include "viz/gui/fault_for.hh"

#include <algorithm>

#include "sim/net/fault_script.hh"

namespace synoptic::gui {
namespace {

using Match = net::Fault::Match;

bool is_copy(const model::Event& event) {
  return event.why == model::Why::fault_duplicate || event.why == model::Why::link_duplicate;
}

// A packet as the fault script sees it; nothing for everything else.
std::optional<net::PacketTraits> traits_of(const net::Scenario& scenario, const model::Trace& sim,
                                           const model::Event& event) {
  const auto* packet = std::get_if<model::Packet>(&event.body);
  if (packet == nullptr || is_copy(event)) return std::nullopt;
  const std::string& sender = sim[event.endpoint].name;
  const auto role = std::ranges::find(scenario.roles, sender, &net::RoleSpec::name);
  const bool is_server = role != scenario.roles.end() && role->is_server;
  return net::PacketTraits{!is_server, event.kind, packet->ctl, packet->len};
}

// The kind that says most.
Match kind_of(const net::PacketTraits& packet) {
  for (const Match match :
       {Match::rst, Match::syn, Match::syn_ack, Match::fin, Match::data, Match::ack}) {
    if (net::matches(match, packet)) return match;
  }
  return Match::any;
}

}  // namespace

std::optional<net::Fault> fault_for(const Controls& controls, const model::Trace& sim,
                                    model::EventId event, net::Fault::Action action) {
  const net::Scenario scenario = scenario_of(controls);
  const auto wanted = traits_of(scenario, sim, sim[event]);
  if (!wanted) return std::nullopt;
  net::Fault fault;
  fault.action = action;
  fault.match = kind_of(*wanted);
  fault.from_client = wanted->from_client;
  if (action == net::Fault::Action::delay) fault.delay = model::milliseconds(500);
  for (std::uint32_t i = 0; i <= model::index(event); ++i) {
    const auto packet = traits_of(scenario, sim, sim[model::EventId(i)]);
    if (packet && packet->from_client == fault.from_client && net::matches(fault.match, *packet))
      ++fault.nth;
  }
  return fault;
}

}  // namespace synoptic::gui
