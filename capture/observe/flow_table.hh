// FlowTable: which lanes and which conversation a packet belongs to, by addresses, ports and
// protocol.
//
// Keys are compared as values; a hash only finds the place to look. Nothing is allocated for a
// packet of a pair that is known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::observe {

// One way of a conversation.
struct PairKey {
  wire::SocketAddress src, dst;
  model::Protocol protocol = model::Protocol::tcp;
  friend bool operator==(const PairKey&, const PairKey&) = default;
};
struct PairHash {
  std::size_t operator()(const PairKey& key) const;
};
struct LaneKey {
  wire::SocketAddress address;
  model::Protocol protocol = model::Protocol::tcp;
  friend bool operator==(const LaneKey&, const LaneKey&) = default;
};
struct LaneHash {
  std::size_t operator()(const LaneKey& key) const;
};

class FlowTable {
 public:
  explicit FlowTable(model::Trace& trace) : trace_(trace) {}

  // A pair of ports, and its latest conversation (none at first).
  struct Pair {
    model::EndpointId low, high;  // lanes: in the order in which the pair was met first
    model::FlowId flow = model::FlowId::none;
    model::Instant began;  // when that conversation did
    // When the latest datagram went each way: from `low`, from `high`.
    std::optional<model::Instant> sent[2];
  };
  // `side` is 0 when the source is Pair::low.
  struct Place {
    Pair* pair = nullptr;  // valid until the next call of find()
    int side = 0;
  };
  Place find(const PairKey& key);
  const Pair* known(const PairKey& key) const;  // null: never met
  // The lane of the source, where the pair is known.
  std::optional<model::EndpointId> known_source(const PairKey& key) const;

  // The lane of an address; made when there is none, named after the address.
  model::EndpointId lane(const wire::SocketAddress& address, model::Protocol protocol);
  // The lane that a socket bound to `address` has. Where it is bound to any address, the lane with
  // its port that packets have shown; nothing while they have not.
  std::optional<model::EndpointId> lane_of_socket(const wire::SocketAddress& address,
                                                  model::Protocol protocol);
  // The lane of a UDP socket bound to any address with `port` that has latest sent to `far`, or
  // (`sends` false) been sent to by it; nothing while packets have shown none.
  std::optional<model::EndpointId> lane_of_datagram(std::uint16_t port,
                                                    const wire::SocketAddress& far,
                                                    bool sends) const;

 private:
  std::uint32_t place_of(const PairKey& key);

  model::Trace& trace_;
  std::unordered_map<LaneKey, model::EndpointId, LaneHash> lanes_;
  // Of addresses that are not "any".
  std::map<std::pair<std::uint16_t, model::Protocol>, std::vector<model::EndpointId>> by_port_;
  std::unordered_map<PairKey, std::uint32_t, PairHash> ways_;  // both ways: index × 2 + side
  std::vector<Pair> pairs_;
  PairKey last_key_;  // packets come in trains
  std::optional<std::uint32_t> last_;
};

}  // namespace synoptic::observe
