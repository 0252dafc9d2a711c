// Lanes, conversations and events of a simulated trace.
#include "sim/net/recorder.hh"

#include <algorithm>

namespace synoptic::net {

using model::EndpointId;
using model::EventId;
using model::FlowId;
using model::Instant;
using model::Protocol;
using model::Why;

// --- lanes

EndpointId Recorder::lane(const wire::SocketAddress& address, Protocol protocol) {
  auto& lanes = lanes_[static_cast<std::size_t>(protocol)];
  if (const auto found = lanes.find(address); found != lanes.end()) return found->second;
  const Owner owner = naming_(address);
  return claim(address, protocol, owner.name, owner.is_server);
}

EndpointId Recorder::claim(const wire::SocketAddress& address, Protocol protocol,
                           std::string_view role, bool is_server) {
  auto [place, added] = lanes_[static_cast<std::size_t>(protocol)].try_emplace(address);
  if (added) {
    place->second = trace_.add_endpoint(std::string(role), address, protocol);
    server_.push_back(is_server);
  } else {
    trace_.edit(place->second).name = role;
    server_[model::index(place->second)] = is_server;
  }
  return place->second;
}

EndpointId Recorder::nameless(std::string_view role, bool is_server, Protocol protocol) {
  server_.push_back(is_server);
  return trace_.add_endpoint(std::string(role), {}, protocol);
}

// --- conversations

namespace {

// From which end `near` and `far` see the conversation; none when it is not theirs.
View view_of(Conversation& c, const wire::SocketAddress& near, const wire::SocketAddress& far,
             Protocol protocol) {
  if (c.protocol != protocol) return {};
  if (c.ends[0].address == near && c.ends[1].address == far) return {&c, 0};
  if (c.ends[1].address == near && c.ends[0].address == far) return {&c, 1};
  return {};
}

}  // namespace

View Recorder::view(const wire::SocketAddress& near, const wire::SocketAddress& far,
                    Protocol protocol) {
  Conversation*& recent = recent_[(near.port ^ far.port) % cache_size];
  if (recent != nullptr) {
    if (const View hit = view_of(*recent, near, far, protocol); hit.conversation != nullptr)
      return hit;
  }
  const EndpointId a = lane(near, protocol);
  const EndpointId b = lane(far, protocol);
  const std::uint64_t key = (std::uint64_t{std::min(model::index(a), model::index(b))} << 32) |
                            std::max(model::index(a), model::index(b));
  const auto [place, added] = by_lanes_.try_emplace(key);
  if (added) {
    Conversation& c = *(place->second = &conversations_.emplace_back());
    c.protocol = protocol;
    c.ends[0] = {.address = near, .lane = a};
    c.ends[1] = {.address = far, .lane = b};
    for (Conversation::End& end : c.ends) end.started.fill(EventId::none);
  }
  recent = place->second;
  return view_of(*recent, near, far, protocol);
}

FlowId Recorder::flow_of_packet(const View& from, const model::Segment* segment,
                                bool retransmission) {
  Conversation& c = *from.conversation;
  const bool syn = segment != nullptr && segment->ctl.has(wire::SYN);
  const bool anew = syn && !segment->ctl.has(wire::ACK) && !retransmission && from.near().sent_syn;
  if (c.flow == FlowId::none || anew) {
    c.flow = trace_.add_flow(c.protocol, from.near().lane, from.far().lane);
    for (Conversation::End& end : c.ends) {
      end.sent_syn = false;
      end.window_scale = -1;
    }
  }
  if (syn && !from.near().sent_syn) {
    from.near().sent_syn = true;
    const auto options = segment->options.parse();
    if (options.window_scale)
      from.near().window_scale = static_cast<std::int8_t>(std::min<int>(*options.window_scale, 14));
    model::Flow& flow = trace_.edit(c.flow);
    (from.near().lane == flow.a ? flow.base_a : flow.base_b) = segment->seq;
  }
  return c.flow;
}

// --- events

model::Packet& Recorder::add_packet(Instant t, const View& from, FlowId flow, EventId cause,
                                    Why why, model::EventKind kind, wire::ByteSpan bytes) {
  auto& packet = trace_.append<model::Packet>({.t = t,
                                               .endpoint = from.near().lane,
                                               .to = from.far().lane,
                                               .flow = flow,
                                               .cause = cause,
                                               .why = why},
                                              kind);
  packet.bytes = trace_.arena().store(bytes);
  packet.original_size = static_cast<std::uint32_t>(bytes.size());
  return packet;
}

EventId Recorder::add_copy(EventId original, Instant t, Why why) {
  model::Event copy = trace_[original];
  copy.t = t;
  copy.cause = original;
  copy.why = why;
  std::get<model::Packet>(copy.body).fate = model::Fate::in_flight;
  const model::EventKind kind = copy.kind;
  return trace_.add(copy, kind);
}

void Recorder::lost(EventId id, Instant t, Why why) {
  packet(id).fate = model::Fate::lost;
  const model::Event& event = trace_[id];
  add(t, event.endpoint, event.flow, id, why, model::Loss{});
}

void Recorder::arrived(EventId id, Instant t, model::Fate fate) {
  packet(id).fate = fate;
  packet(id).arrived = t;
}

void Recorder::note(EventId id, EndpointId at, Instant t, Why why) {
  add(t, at, trace_[id].flow, id, why, model::Note{});
}

}  // namespace synoptic::net
