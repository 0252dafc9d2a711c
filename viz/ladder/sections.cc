// Deals the events out.
#include "viz/ladder/sections.hh"

#include <fmt/format.h>

#include <algorithm>

#include "viz/ladder/ending.hh"
#include "viz/ladder/flows.hh"
#include "viz/ladder/lanes.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using model::EndpointId;
using model::EventId;
using model::FlowId;
using words::say;
using words::tr;

bool is_packet(const model::Event& e) {
  return std::holds_alternative<model::Packet>(e.body);
}

// Which section each flow and each endpoint of one trace belongs to.
struct Belonging {
  std::vector<std::size_t> of_flow, of_endpoint;
  std::size_t loose = 0;  // packets without a flow
};

Belonging belonging(const model::Trace& trace,
                    std::span<const std::optional<FlowId>> flow_of_section) {
  Belonging b;
  b.of_flow.assign(trace.flows().size(), 0);
  b.of_endpoint.assign(trace.endpoints().size(), 0);
  std::vector<bool> placed(trace.endpoints().size());
  for (std::size_t s = 0; s < flow_of_section.size(); ++s) {
    if (!flow_of_section[s]) {
      b.loose = s;
      continue;
    }
    const model::Flow& flow = trace[*flow_of_section[s]];
    b.of_flow[model::index(flow.id)] = s;
    for (const EndpointId end : {flow.a, flow.b}) {
      if (end == EndpointId::none || placed[model::index(end)]) continue;
      placed[model::index(end)] = true;
      b.of_endpoint[model::index(end)] = s;
    }
  }
  return b;
}

void deal(const model::Trace& trace, std::span<const std::optional<FlowId>> flow_of_section,
          std::vector<Section>& sections, SectionSide Section::* side, bool others) {
  const Belonging b = belonging(trace, flow_of_section);
  for (const EventId id : trace.by_time()) {
    const model::Event& e = trace[id];
    if (!shows(e) || (!others && e.kind == model::EventKind::other)) continue;
    std::size_t at = 0;
    if (e.flow != FlowId::none)
      at = b.of_flow[model::index(e.flow)];
    else if (is_packet(e))
      at = b.loose;
    else if (e.endpoint != EndpointId::none)
      at = b.of_endpoint[model::index(e.endpoint)];
    (sections[at].*side).events.push_back(id);
  }
  for (std::size_t s = 0; s < sections.size(); ++s) {
    SectionSide& half = sections[s].*side;
    half.lanes = lane_order(trace, half.events);
  }
}

// The same role on the same side in both halves, where the roles have names.
void mirror(const model::Trace& sim, const model::Trace& live, Section& section) {
  if (section.sim.lanes.size() != 2 || section.live.lanes.size() != 2) return;
  const auto name = [](const model::Trace& trace, EndpointId id) -> const std::string& {
    return trace[id].name;
  };
  if (name(sim, section.sim.lanes[0]) == name(live, section.live.lanes[1]) &&
      name(sim, section.sim.lanes[1]) == name(live, section.live.lanes[0]))
    std::swap(section.live.lanes[0], section.live.lanes[1]);
}

}  // namespace

std::vector<Section> sections_of(const model::Trace& sim, const model::Trace& live,
                                 const Alignment& alignment, std::optional<FlowId> flow) {
  std::vector<Section> sections(std::max<std::size_t>(1, alignment.conversations.size()));
  std::vector<std::optional<FlowId>> sim_flow, live_flow;
  const auto is_udp = [&](const AlignedConversation& c) {
    return (c.sim    ? sim[*c.sim].protocol
            : c.live ? live[*c.live].protocol
                     : model::Protocol::tcp) == model::Protocol::udp;
  };
  const auto udp = std::ranges::count_if(alignment.conversations, is_udp);
  const bool both = udp > 0 && udp < std::ssize(alignment.conversations);
  std::size_t row = 0;
  for (std::size_t s = 0; s < alignment.conversations.size(); ++s) {
    const AlignedConversation& c = alignment.conversations[s];
    sections[s].name = c.name;
    if (both) sections[s].name += is_udp(c) ? " (UDP)" : " (TCP)";
    sections[s].conversation = s;
    sections[s].first_row = row;
    sections[s].row_count = c.row_count;
    row += c.row_count;
    sim_flow.push_back(c.sim);
    live_flow.push_back(c.live);
  }
  deal(sim, sim_flow, sections, &Section::sim, false);
  deal(live, live_flow, sections, &Section::live, false);
  for (Section& section : sections) mirror(sim, live, section);
  if (!flow) return sections;
  const std::vector<FlowPair> pairs = flow_pairs(sim, alignment);
  std::vector<Section> chosen;
  for (Section& section : sections) {
    if (!section.conversation || model::index(*flow) >= pairs.size()) continue;
    const AlignedConversation& c = alignment.conversations[*section.conversation];
    const FlowPair& wanted = pairs[model::index(*flow)];
    if ((c.sim || c.live) && c.sim == wanted.sim && c.live == wanted.live)
      chosen.push_back(std::move(section));
  }
  return chosen;
}

Section together(const model::Trace& sim, const model::Trace& live, const Alignment& alignment) {
  std::vector<Section> one(1);
  one[0].together = true;
  one[0].row_count = alignment.rows.size();
  const std::optional<FlowId> all[] = {std::nullopt};
  deal(sim, all, one, &Section::sim, false);
  deal(live, all, one, &Section::live, false);
  std::vector<EndpointId> twin(sim.endpoints().size(), EndpointId::none);
  for (const AlignedConversation& c : alignment.conversations) {
    if (!c.sim || !c.live) continue;
    const model::Flow &s = sim[*c.sim], &l = live[*c.live];
    const bool swapped = sim[s.a].name != live[l.a].name && sim[s.a].name == live[l.b].name;
    twin[model::index(s.a)] = swapped ? l.b : l.a;
    twin[model::index(s.b)] = swapped ? l.a : l.b;
  }
  std::vector<EndpointId>& lanes = one[0].live.lanes;
  auto from = lanes.begin();
  for (const EndpointId lane : one[0].sim.lanes) {
    const auto found = std::find(from, lanes.end(), twin[model::index(lane)]);
    if (found != lanes.end()) std::rotate(from++, found, found + 1);
  }
  return std::move(one[0]);
}

std::vector<Section> sections_of(const model::Trace& trace) {
  std::vector<Section> sections;
  std::vector<std::optional<FlowId>> flow_of_section;
  for (const Conversation& c : conversations_of(trace)) {
    Section section;
    section.ending = ending_text(c);
    section.name = c.flow ? say("flow {}: {} ↔ {}", model::index(*c.flow), role_name(c.name(true)),
                                role_name(c.name(false)))
                          : tr("packets of no flow");
    sections.push_back(std::move(section));
    flow_of_section.push_back(c.flow);
  }
  const bool others = std::ranges::find(trace.events(), model::EventKind::other,
                                        &model::Event::kind) != trace.events().end();
  if (others && (sections.empty() || flow_of_section.back()))
    sections.push_back({.name = tr("packets of no flow")}), flow_of_section.emplace_back();
  if (sections.empty()) sections.emplace_back(), flow_of_section.emplace_back();
  deal(trace, flow_of_section, sections, &Section::sim, true);
  return sections;
}

std::vector<EventId> events_of(const model::Trace& trace, std::optional<FlowId> flow) {
  std::vector<EventId> events;
  for (const EventId id : trace.by_time()) {
    const model::Event& e = trace[id];
    if (!shows(e)) continue;
    const bool at_its_ends = flow && e.flow == FlowId::none && e.endpoint != EndpointId::none &&
                             (e.endpoint == trace[*flow].a || e.endpoint == trace[*flow].b);
    if (!flow || e.flow == *flow || at_its_ends) events.push_back(id);
  }
  return events;
}

std::vector<std::string> endings_of(const model::Trace& trace, std::optional<FlowId> flow) {
  constexpr std::size_t many = 8;
  std::vector<Conversation> conversations = conversations_of(trace);
  std::erase_if(conversations, [&](const Conversation& c) {
    return !c.flow || (flow && c.flow != flow) || ending_text(c).empty();
  });
  std::vector<std::string> texts;
  if (conversations.size() > many) return texts;
  for (const Conversation& c : conversations)
    texts.push_back(
        (conversations.size() == 1
             ? std::string(tr("The connection's end: "))
             : say("The end of {} ↔ {}: ", role_name(c.name(true)), role_name(c.name(false)))) +
        ending_text(c));
  return texts;
}

}  // namespace synoptic::ladder
