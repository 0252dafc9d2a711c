// Building a trace, and reading it in order of time.
#include "sim/model/trace.hh"

#include <algorithm>
#include <utility>

namespace synoptic::model {

std::vector<EventId> Trace::by_time() const {
  std::vector<EventId> ids(events_.size());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = EventId(static_cast<std::uint32_t>(i));
  if (!std::ranges::is_sorted(events_, {}, &Event::t)) {
    std::ranges::sort(ids, {}, [&](EventId id) { return std::pair((*this)[id].t, id); });
  }
  return ids;
}

std::optional<EndpointId> Trace::find_endpoint(const wire::SocketAddress& address,
                                               Protocol protocol) const {
  const auto found = std::ranges::find_if(endpoints_, [&](const Endpoint& e) {
    return e.address == address && e.protocol == protocol;
  });
  if (found == endpoints_.end()) return std::nullopt;
  return found->id;
}

namespace {

std::uint32_t relative(wire::SeqNum number, const std::optional<wire::SeqNum>& base) {
  return base ? wire::offset(*base, number).n : number.raw;
}

}  // namespace

std::uint32_t Trace::relative_seq(const Event& segment) const {
  const auto& packet = std::get<Packet>(segment.body);
  if (segment.flow == FlowId::none) return packet.seq.raw;
  const Flow& flow = (*this)[segment.flow];
  return relative(packet.seq, segment.endpoint == flow.a ? flow.base_a : flow.base_b);
}

std::uint32_t Trace::relative_ack(const Event& segment) const {
  const auto& packet = std::get<Packet>(segment.body);
  if (!packet.ctl.has(wire::ACK)) return 0;
  if (segment.flow == FlowId::none) return packet.ack.raw;
  const Flow& flow = (*this)[segment.flow];
  return relative(packet.ack, segment.endpoint == flow.a ? flow.base_b : flow.base_a);
}

EndpointId Trace::add_endpoint(std::string name, const wire::SocketAddress& address,
                               Protocol protocol) {
  const auto id = EndpointId(static_cast<std::uint32_t>(endpoints_.size()));
  endpoints_.push_back({id, std::move(name), address, protocol});
  return id;
}

FlowId Trace::add_flow(Protocol protocol, EndpointId a, EndpointId b) {
  const auto id = FlowId(static_cast<std::uint32_t>(flows_.size()));
  flows_.push_back({.id = id, .protocol = protocol, .a = a, .b = b});
  return id;
}

// A long trace grows in large steps: room that nothing was written to costs address space only,
// while copying a hundred megabytes of events to a place twice as large costs time.
void Trace::make_room() {
  constexpr std::size_t long_trace = 1 << 16;
  constexpr std::size_t largest_step = 1 << 22;
  if (events_.size() < long_trace) return;
  events_.reserve(events_.size() + std::min(events_.size() * 15, largest_step));
}

EventId Trace::add(const Event& event, EventKind packet_kind) {
  const Event copy = event;  // it may be one of this trace's own
  Event& added = new_event(copy.t);
  const EventId id = added.id;
  added = copy;
  added.id = id;
  added.kind =
      std::visit([&]<typename Body>(const Body&) { return kind_of<Body>(packet_kind); }, copy.body);
  return id;
}

}  // namespace synoptic::model
