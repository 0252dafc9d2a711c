// Recorder: writes the trace of a run. It knows the lanes (by address, port and protocol), the
// conversations between them, and which flow a segment belongs to: a pair of ports that is used
// again begins a new flow.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/model/tcb.hh"
#include "sim/model/trace.hh"

namespace synoptic::net {

// Two addresses that have exchanged packets, and their latest flow.
struct Conversation {
  struct End {
    wire::SocketAddress address;
    model::EndpointId lane = model::EndpointId::none;
    bool sent_syn = false;                  // in this flow
    std::int8_t window_scale = -1;          // of its SYN; -1: none
    std::array<model::EventId, 5> started;  // the event that started each timer, by TimerName
  };
  model::Protocol protocol = model::Protocol::tcp;
  std::array<End, 2> ends;
  model::FlowId flow = model::FlowId::none;
};

// A conversation seen from one of its ends.
struct View {
  Conversation* conversation = nullptr;
  int side = 0;
  Conversation::End& near() const { return conversation->ends[side]; }
  Conversation::End& far() const { return conversation->ends[1 - side]; }
};

class Recorder {
 public:
  // The name of the role that lives at an address, for lanes that no program has claimed; and
  // whether it is a server.
  struct Owner {
    std::string name;
    bool is_server = false;
  };
  using Naming = std::function<Owner(const wire::SocketAddress&)>;

  explicit Recorder(Naming naming) : naming_(std::move(naming)) {}

  model::Trace& trace() { return trace_; }
  model::Trace take() { return std::move(trace_); }

  // --- lanes
  model::EndpointId lane(const wire::SocketAddress& address, model::Protocol protocol);
  // The lane at `address`, which from now on bears the role's name.
  model::EndpointId claim(const wire::SocketAddress& address, model::Protocol protocol,
                          std::string_view role, bool is_server);
  // A lane for a role whose sockets never had an address.
  model::EndpointId nameless(std::string_view role, bool is_server, model::Protocol protocol);
  bool is_server(model::EndpointId lane) const { return server_[model::index(lane)]; }

  // --- conversations
  View view(const wire::SocketAddress& near, const wire::SocketAddress& far,
            model::Protocol protocol);
  // The flow of a packet that `from` sends; begins one where there is none yet, or where a SYN
  // begins a connection anew.
  model::FlowId flow_of_packet(const View& from, const model::Segment* segment,
                               bool retransmission);

  // --- events
  template <typename Body>  // StateChange, Timer, Loss or Note
  model::EventId add(model::Instant t, model::EndpointId at, model::FlowId flow,
                     model::EventId cause, model::Why why, const Body& body) {
    trace_.append<Body>({.t = t, .endpoint = at, .flow = flow, .cause = cause, .why = why}) = body;
    return trace_.last();
  }
  // A packet with these bytes (they are copied); whatever else is known of it, and is not 0, is to
  // be filled in before the next event is added.
  model::Packet& add_packet(model::Instant t, const View& from, model::FlowId flow,
                            model::EventId cause, model::Why why, model::EventKind kind,
                            wire::ByteSpan bytes);
  // One more packet event with the bytes of `original`, which caused it.
  model::EventId add_copy(model::EventId original, model::Instant t, model::Why why);
  void lost(model::EventId packet, model::Instant t, model::Why why);
  void arrived(model::EventId packet, model::Instant t, model::Fate fate);
  // A note about a packet, at one of its ends.
  void note(model::EventId packet, model::EndpointId at, model::Instant t, model::Why why);
  std::size_t count() const { return trace_.events().size(); }

 private:
  static constexpr std::size_t cache_size = 256;
  model::Packet& packet(model::EventId id) { return std::get<model::Packet>(trace_.edit(id).body); }

  Naming naming_;
  model::Trace trace_;
  std::array<std::unordered_map<wire::SocketAddress, model::EndpointId>, 2>
      lanes_;                               // by protocol; never walked
  std::vector<bool> server_;                // by lane
  std::deque<Conversation> conversations_;  // a place never moves
  std::unordered_map<std::uint64_t, Conversation*>
      by_lanes_;  // both lanes' ids, the smaller above; never walked
  std::array<Conversation*, cache_size> recent_{};  // by ports
};

}  // namespace synoptic::net
