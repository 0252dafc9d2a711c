// A trace: what happened, from either network. Everything right of it does not care which.
//
// Append-only: an event's id is its index, and stays. Events may be appended out of order of time
// (calls and packets of a live run come by different ways); by_time() gives the order in which they
// are shown. A packet's fate and a call's result are filled in when they are known. One thread at a
// time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/model/arena.hh"
#include "sim/model/event.hh"
#include "sim/model/kernel_sample.hh"
#include "sim/model/large_memory.hh"

namespace synoptic::model {

using Events = std::vector<Event, LargeAllocator<Event>>;

// An event without its body.
struct EventHead {
  Instant t;
  EndpointId endpoint = EndpointId::none, to = EndpointId::none;
  FlowId flow = FlowId::none;
  EventId cause = EventId::none;
  Why why = Why::none;
};

enum class Source : std::uint8_t { simulated, captured };

class Trace {
 public:
  explicit Trace(Source source = Source::simulated) : source_(source) {}

  Source source() const { return source_; }
  const Events& events() const { return events_; }
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  const std::vector<Flow>& flows() const { return flows_; }
  const Event& operator[](EventId id) const { return events_[index(id)]; }
  const Endpoint& operator[](EndpointId id) const { return endpoints_[index(id)]; }
  const Flow& operator[](FlowId id) const { return flows_[index(id)]; }

  // Ids in order of (t, id). O(n log n) when events came out of order, O(n) otherwise.
  std::vector<EventId> by_time() const;
  // The time of the earliest event; what "0" is for whoever prints relative time. Zero when empty.
  Instant start() const { return start_; }
  std::optional<EndpointId> find_endpoint(const wire::SocketAddress& address,
                                          Protocol protocol) const;
  // Sequence and acknowledgement number of a segment relative to its flow's bases.
  std::uint32_t relative_seq(const Event& segment) const;
  std::uint32_t relative_ack(const Event& segment) const;  // 0 when ACK is not set

  // --- building
  EndpointId add_endpoint(std::string name, const wire::SocketAddress& address, Protocol protocol);
  FlowId add_flow(Protocol protocol, EndpointId a, EndpointId b);
  // Appends; sets id and kind. Bytes and texts inside the event must come from arena(). The kind of
  // a Packet is `packet_kind`; of everything else it follows from the body.
  EventId add(const Event& event, EventKind packet_kind = EventKind::segment);
  // The same for whoever makes many: the event is built where it stays. Gives its body, which is
  // to be filled in; the reference lasts until the next event is added.
  template <typename Body>
  Body& append(const EventHead& head, EventKind packet_kind = EventKind::segment) {
    Event& event = new_event(head.t);
    event.endpoint = head.endpoint;
    event.to = head.to;
    event.flow = head.flow;
    event.cause = head.cause;
    event.why = head.why;
    event.kind = kind_of<Body>(packet_kind);
    return event.body.emplace<Body>();
  }
  EventId last() const { return EventId(static_cast<std::uint32_t>(events_.size() - 1)); }
  // Everything but the time may be changed.
  Event& edit(EventId id) { return events_[index(id)]; }
  Endpoint& edit(EndpointId id) { return endpoints_[index(id)]; }
  Flow& edit(FlowId id) { return flows_[index(id)]; }
  ByteArena& arena() { return arena_; }

  // What ended the run early or was lost on the way to the trace, for the reader ("stopped after 30
  // s").
  std::vector<std::string> warnings;
  // What the kernel said of the ends of a captured run, each end's in order of time.
  std::vector<KernelSample> kernel;

 private:
  template <typename Body>
  static constexpr EventKind kind_of(EventKind packet_kind) {
    if constexpr (std::is_same_v<Body, Packet>) return packet_kind;
    if constexpr (std::is_same_v<Body, Call>) return EventKind::call;
    if constexpr (std::is_same_v<Body, StateChange>) return EventKind::state;
    if constexpr (std::is_same_v<Body, Timer>) return EventKind::timer;
    if constexpr (std::is_same_v<Body, Loss>) return EventKind::loss;
    if constexpr (std::is_same_v<Body, Note>) return EventKind::note;
  }
  void make_room();
  Event& new_event(Instant t) {
    if (events_.size() == events_.capacity()) make_room();
    start_ = events_.empty() ? t : std::min(start_, t);
    Event& event = events_.emplace_back();
    event.t = t;
    event.id = last();
    return event;
  }

  Source source_;
  Instant start_;
  Events events_;
  std::vector<Endpoint> endpoints_;
  std::vector<Flow> flows_;
  ByteArena arena_;
};

}  // namespace synoptic::model
