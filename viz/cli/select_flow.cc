// One flow of a trace as a trace of its own: copies its events, with every handle translated.
#include "viz/cli/select_flow.hh"

#include <string>
#include <utility>
#include <vector>

#include "viz/ladder/others.hh"

namespace synoptic::cli {
namespace {

// The event's bytes and texts, moved into the arena of the new trace.
void store(model::Event& event, model::ByteArena& arena) {
  if (auto* packet = std::get_if<model::Packet>(&event.body))
    packet->bytes = arena.store(packet->bytes);
  if (auto* call = std::get_if<model::Call>(&event.body)) call->data = arena.store(call->data);
  if (auto* note = std::get_if<model::Note>(&event.body)) note->text = arena.store(note->text);
}

}  // namespace

model::Trace select_flow(const model::Trace& trace, model::FlowId id) {
  const model::Flow& flow = trace[id];
  model::Trace out(trace.source());
  out.warnings = trace.warnings;
  if (std::string text = ladder::others_not_shown(trace); !text.empty())
    out.warnings.push_back(std::move(text));
  std::vector<model::EndpointId> endpoints(trace.endpoints().size(), model::EndpointId::none);
  for (const model::Endpoint& endpoint : trace.endpoints()) {
    if (endpoint.id != flow.a && endpoint.id != flow.b) continue;
    endpoints[index(endpoint.id)] =
        out.add_endpoint(endpoint.name, endpoint.address, endpoint.protocol);
  }
  auto endpoint = [&](model::EndpointId e) {
    return e == model::EndpointId::none ? e : endpoints[index(e)];
  };
  const model::FlowId only = out.add_flow(flow.protocol, endpoint(flow.a), endpoint(flow.b));
  out.edit(only).base_a = flow.base_a;
  out.edit(only).base_b = flow.base_b;
  out.edit(only).began_mid_stream = flow.began_mid_stream;

  std::vector<model::EventId> events(trace.events().size(), model::EventId::none);
  for (const model::Event& event : trace.events()) {
    const bool of_the_flow = event.flow == id;
    if (!of_the_flow &&
        (event.flow != model::FlowId::none || endpoint(event.endpoint) == model::EndpointId::none))
      continue;
    model::Event copy = event;
    copy.endpoint = endpoint(event.endpoint);
    copy.to = endpoint(event.to);
    copy.flow = of_the_flow ? only : model::FlowId::none;
    store(copy, out.arena());
    events[index(event.id)] = out.add(copy, event.kind);
  }
  for (const model::Event& event : trace.events()) {
    const model::EventId here = events[index(event.id)];
    if (here == model::EventId::none || event.cause == model::EventId::none) continue;
    out.edit(here).cause = events[index(event.cause)];
  }
  return out;
}

BothSides select_pair(const model::Trace& sim, const model::Trace& live,
                      const ladder::FlowPair& pair) {
  const auto one = [](const model::Trace& trace, std::optional<model::FlowId> flow) {
    if (flow) return select_flow(trace, *flow);
    model::Trace none(trace.source());
    none.warnings = trace.warnings;
    return none;
  };
  return {one(sim, pair.sim), one(live, pair.live)};
}

}  // namespace synoptic::cli
