// Counts each flow's packets in one pass, and judges it by the flags that were seen: how it began
// and how it ended.
#include "viz/ladder/flows.hh"

#include <fmt/format.h>

#include <algorithm>

#include "viz/ladder/ending.hh"
#include "viz/ladder/facts.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::say;
using words::tr;

void count(FlowCounts& counts, const model::Flow& flow, const model::Event& event,
           const model::Packet& packet) {
  if (!counts.any) counts.first = event.t;
  counts.any = true;
  counts.first = std::min(counts.first, event.t);
  counts.last =
      std::max(counts.last, packet.has_arrived() ? std::max(packet.arrived, event.t) : event.t);
  if (event.kind == model::EventKind::icmp) {
    counts.icmp = true;
    return;
  }
  const int side = event.endpoint == flow.a ? 0 : 1;
  Direction& way = counts.ways[static_cast<std::size_t>(side)];
  ++way.packets;
  if (packet.fate == model::Fate::lost) ++way.lost;
  if (packet.fate == model::Fate::damaged) ++way.damaged;
  if (is_network_copy(event)) {
    ++way.copies;
  } else if (packet.retransmission) {
    ++way.retransmitted;
  } else {
    way.octets += packet.len;
  }
  way.syn |= packet.ctl.has(wire::SYN);
  if (packet.ctl.has(wire::FIN) && counts.first_fin < 0) counts.first_fin = side;
  way.fin |= packet.ctl.has(wire::FIN);
  if (packet.ctl.has(wire::RST)) counts.last_rst = side;
  way.rst |= packet.ctl.has(wire::RST);
}

std::string judge_tcp(const FlowCounts& c, const model::Flow& flow,
                      const std::array<std::string, 2>& names) {
  const auto& [a, b] = c.ways;
  const std::string begun = a.syn && b.syn          ? tr("opened, ")
                            : flow.began_mid_stream ? tr("joined in the middle, ")
                                                    : "";
  if (a.syn && !b.syn) return b.rst ? say("refused by {}", names[1]) : tr("never answered");
  if (c.reset_by >= 0)
    return begun + say("reset by {}", names[static_cast<std::size_t>(c.reset_by)]);
  if (a.fin && b.fin) {
    const std::string late =
        c.last_rst < 0 ? ""
                       : say(", a late RST from {}", names[static_cast<std::size_t>(c.last_rst)]);
    return begun + say("closed by both, {} first", names[static_cast<std::size_t>(c.first_fin)]) +
           late;
  }
  if (c.first_fin >= 0)
    return begun + say("closed by {} only", names[static_cast<std::size_t>(c.first_fin)]);
  return begun + tr("still open");
}

std::string judge(const FlowCounts& c, const model::Flow& flow,
                  const std::array<std::string, 2>& names) {
  const auto& [a, b] = c.ways;
  std::string text;
  if (flow.protocol == model::Protocol::tcp) {
    text = judge_tcp(c, flow, names);
  } else {
    text = b.packets > 0 ? tr("answered") : tr("not answered");
  }
  if (c.icmp) text += tr(", ICMP spoke of it");
  if (a.lost + b.lost > 0) text += say(", {} lost", a.lost + b.lost);
  if (a.damaged + b.damaged > 0) text += say(", {} damaged", a.damaged + b.damaged);
  const std::uint64_t again = a.retransmitted + b.retransmitted;
  const std::uint64_t copies = a.copies + b.copies;
  if (copies > 0) text += say(", {} duplicated by the network", copies);
  if (again > 0)
    text += again == 1 ? say(", {} retransmission", again) : say(", {} retransmissions", again);
  return text;
}

}  // namespace

std::vector<FlowCounts> count_flows(const model::Trace& trace) {
  std::vector<FlowCounts> counts(trace.flows().size());
  for (model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    const auto* packet = std::get_if<model::Packet>(&event.body);
    if (packet && event.flow != model::FlowId::none)
      count(counts[index(event.flow)], trace[event.flow], event, *packet);
  }
  for (const Conversation& conversation : conversations_of(trace)) {
    if (!conversation.flow) continue;
    if (const Fact* reset = ending_of(conversation).reset)
      counts[index(*conversation.flow)].reset_by = reset->from_a ? 0 : 1;
  }
  return counts;
}

std::string judgement(const model::Trace& trace, const model::Flow& flow,
                      const FlowCounts& counts) {
  return judge(counts, flow, {role_name(trace[flow.a].name), role_name(trace[flow.b].name)});
}

std::string end_name(const model::Endpoint& endpoint) {
  const std::string address = endpoint.address.str();
  return endpoint.name.empty() || endpoint.name == address
             ? address
             : fmt::format("{} {}", role_name(endpoint.name), address);
}

std::vector<FlowPair> flow_pairs(const model::Trace& sim, const Alignment& alignment) {
  std::vector<FlowPair> pairs(sim.flows().size());
  for (const model::Flow& flow : sim.flows()) pairs[model::index(flow.id)].sim = flow.id;
  for (const AlignedConversation& c : alignment.conversations) {
    if (c.sim)
      pairs[model::index(*c.sim)].live = c.live;
    else if (c.live)
      pairs.push_back({.sim = std::nullopt, .live = c.live});
  }
  return pairs;
}

}  // namespace synoptic::ladder
