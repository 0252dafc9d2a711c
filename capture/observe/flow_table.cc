// Lanes and conversations by address.
#include "capture/observe/flow_table.hh"

#include <cstring>

namespace synoptic::observe {

using model::EndpointId;
using model::Protocol;

namespace {

std::uint64_t mix(std::uint64_t h) {
  h ^= h >> 32;
  h *= 0x9e3779b97f4a7c15;
  return h ^ (h >> 29);
}

std::uint64_t hash_of(const wire::SocketAddress& a) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, a.ip.octets.data(), 8);
  std::memcpy(&high, a.ip.octets.data() + 8, 8);
  return mix(low ^ (high * 3) ^ (std::uint64_t{a.port} << 40));
}

}  // namespace

std::size_t PairHash::operator()(const PairKey& key) const {
  return mix(hash_of(key.src) * 5 + hash_of(key.dst) + static_cast<std::uint64_t>(key.protocol));
}

std::size_t LaneHash::operator()(const LaneKey& key) const {
  return mix(hash_of(key.address) + static_cast<std::uint64_t>(key.protocol));
}

FlowTable::Place FlowTable::find(const PairKey& key) {
  if (!last_ || !(key == last_key_)) {
    last_ = place_of(key);
    last_key_ = key;
  }
  return {&pairs_[*last_ / 2], static_cast<int>(*last_ % 2)};
}

std::uint32_t FlowTable::place_of(const PairKey& key) {
  const auto found = ways_.find(key);
  if (found != ways_.end()) return found->second;
  const auto index = static_cast<std::uint32_t>(pairs_.size());
  pairs_.push_back({lane(key.src, key.protocol), lane(key.dst, key.protocol)});
  ways_.emplace(key, index * 2);
  ways_.emplace(PairKey{key.dst, key.src, key.protocol},
                index * 2 + 1);  // no-op where both are one
  return index * 2;
}

const FlowTable::Pair* FlowTable::known(const PairKey& key) const {
  const auto found = ways_.find(key);
  return found == ways_.end() ? nullptr : &pairs_[found->second / 2];
}

std::optional<EndpointId> FlowTable::known_source(const PairKey& key) const {
  const auto found = ways_.find(key);
  if (found == ways_.end()) return std::nullopt;
  const Pair& pair = pairs_[found->second / 2];
  return found->second % 2 == 0 ? pair.low : pair.high;
}

EndpointId FlowTable::lane(const wire::SocketAddress& address, Protocol protocol) {
  const auto [place, added] = lanes_.try_emplace({address, protocol});
  if (!added) return place->second;
  place->second = trace_.add_endpoint(address.str(), address, protocol);
  if (!address.ip.is_unspecified()) by_port_[{address.port, protocol}].push_back(place->second);
  return place->second;
}

std::optional<EndpointId> FlowTable::lane_of_socket(const wire::SocketAddress& address,
                                                    Protocol protocol) {
  if (!address.ip.is_unspecified()) return lane(address, protocol);
  const auto found = by_port_.find({address.port, protocol});
  return found == by_port_.end() ? std::nullopt : std::optional(found->second.front());
}

std::optional<EndpointId> FlowTable::lane_of_datagram(std::uint16_t port,
                                                      const wire::SocketAddress& far,
                                                      bool sends) const {
  std::optional<EndpointId> latest;
  std::optional<model::Instant> when;
  const auto found = by_port_.find({port, Protocol::udp});
  if (found == by_port_.end()) return latest;
  for (const EndpointId lane : found->second) {
    const auto way = ways_.find({trace_[lane].address, far, Protocol::udp});
    if (way == ways_.end()) continue;
    const Pair& pair = pairs_[way->second / 2];
    const std::size_t own = way->second % 2;
    const auto& t = pair.sent[pair.low == pair.high || sends ? own : 1 - own];
    if (t && (!when || *when < *t)) {
      when = t;
      latest = lane;
    }
  }
  return latest;
}

}  // namespace synoptic::observe
