// Few lanes that talk to each other get the best order there is, many a good one.
#include "viz/ladder/lanes.hh"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <set>
#include <utility>

namespace synoptic::ladder {
namespace {

using model::EndpointId;

// Which lanes talk to each other. Every pair counts once, however much it says: so the lanes stand
// still while packets come, and move when an endpoint is new.
using Neighbours = std::vector<std::vector<std::size_t>>;

// How many lanes the arrows of all pairs cross is, but for a constant, how many pairs are separated
// by each cut between two neighbouring lanes. So the best order of few lanes is found set by set:
// what stands left of a cut costs the same in whatever order it stands.
constexpr std::size_t few = 12;

std::vector<std::size_t> best_of_few(const Neighbours& talk,
                                     const std::vector<std::size_t>& lanes) {
  const std::size_t n = lanes.size();
  std::vector<std::uint32_t> friends(n);  // as bits
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      if (std::ranges::find(talk[lanes[i]], lanes[k]) != talk[lanes[i]].end())
        friends[i] |= 1u << k;
  const std::uint32_t all = (1u << n) - 1;
  // For each set that stands left: the pairs that it is cut from, and what the rest costs at best.
  std::vector<std::uint32_t> cut(all + 1), rest(all + 1);
  for (std::uint32_t left = all; left-- > 0;) {
    for (std::size_t i = 0; i < n; ++i)
      if ((left >> i & 1) != 0)
        cut[left] += static_cast<std::uint32_t>(std::popcount(friends[i] & ~left));
    rest[left] = ~0u;
    for (std::size_t i = 0; i < n; ++i)
      if ((left >> i & 1) == 0) rest[left] = std::min(rest[left], rest[left | 1u << i]);
    rest[left] += cut[left];
  }
  std::vector<std::size_t> order;
  for (std::uint32_t left = 0; left != all;) {
    std::size_t next = 0;  // of the best the first that spoke
    while ((left >> next & 1) != 0 || rest[left | 1u << next] + cut[left] != rest[left]) ++next;
    order.push_back(lanes[next]);
    left |= 1u << next;
  }
  return order;
}

// Many: each lane goes to where it costs least, again and again while that helps. What a change of
// two neighbours costs is known from those that these talk to.
std::vector<std::size_t> good_of_many(const Neighbours& talk, std::vector<std::size_t> order) {
  constexpr int most_rounds = 40;
  std::vector<std::ptrdiff_t> place(talk.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<std::ptrdiff_t>(i);
  const auto friends_right_of = [&](std::size_t lane, std::size_t but) {
    std::ptrdiff_t balance = 0;  // less those on the left
    for (const std::size_t other : talk[lane])
      if (other != but) balance += place[other] > place[lane] ? 1 : -1;
    return balance;
  };
  bool better = true;
  for (int round = 0; better && round < most_rounds; ++round) {
    better = false;
    const auto exchange = [&](std::size_t i) {
      const std::size_t a = order[i], b = order[i + 1];
      if (friends_right_of(a, b) <= friends_right_of(b, a)) return;
      std::swap(order[i], order[i + 1]);
      std::swap(place[a], place[b]);
      better = true;
    };
    for (std::size_t i = 0; i + 1 < order.size(); ++i) exchange(i);
    for (std::size_t i = order.size() - 1; i-- > 0;) exchange(i);
  }
  return order;
}

// Lanes that have nothing to do with each other stand apart: no arrow crosses those of others.
std::vector<std::size_t> best_order(const Neighbours& talk) {
  std::vector<std::size_t> order;
  std::vector<bool> met(talk.size());
  for (std::size_t first = 0; first < talk.size(); ++first) {
    if (met[first]) continue;
    std::vector<std::size_t> group{first};
    met[first] = true;
    for (std::size_t i = 0; i < group.size(); ++i)
      for (const std::size_t other : talk[group[i]])
        if (!met[other]) met[other] = true, group.push_back(other);
    std::ranges::sort(group);  // who spoke first
    const auto best = group.size() <= few ? best_of_few(talk, group) : good_of_many(talk, group);
    order.insert(order.end(), best.begin(), best.end());
  }
  return order;
}

}  // namespace

std::vector<EndpointId> lane_order(const model::Trace& trace,
                                   std::span<const model::EventId> events) {
  std::vector<EndpointId> lanes;
  std::vector<std::size_t> place(trace.endpoints().size(), trace.endpoints().size());
  const auto touch = [&](EndpointId id) {
    if (id == EndpointId::none || place[model::index(id)] != trace.endpoints().size()) return;
    place[model::index(id)] = lanes.size();
    lanes.push_back(id);
  };
  // Packets first: who speaks first stands left, whoever made the first call.
  for (const model::EventId id : events)
    if (std::holds_alternative<model::Packet>(trace[id].body))
      touch(trace[id].endpoint), touch(trace[id].to);
  for (const model::EventId id : events) touch(trace[id].endpoint);
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (const model::EventId id : events) {
    const model::Event& e = trace[id];
    if (!std::holds_alternative<model::Packet>(e.body)) continue;
    if (e.endpoint == EndpointId::none || e.to == EndpointId::none || e.endpoint == e.to) continue;
    pairs.insert(std::minmax({place[model::index(e.endpoint)], place[model::index(e.to)]}));
  }
  Neighbours talk(lanes.size());
  for (const auto& [a, b] : pairs) talk[a].push_back(b), talk[b].push_back(a);
  std::vector<EndpointId> ordered;
  for (const std::size_t i : best_order(talk)) ordered.push_back(lanes[i]);
  return ordered;
}

Columns place_lanes(int left, int width, std::size_t lanes, int time, int most_margin) {
  constexpr int least_gap = 10, arrow_gap = 34, window_gap = 46, whole_gap = 60;
  constexpr int least_margin = 16, call_margin = 20, good_margin = 27, whole_margin = 34;
  Columns c{.left = left, .width = width, .time = time};
  const int n = static_cast<int>(lanes), gaps = n - 1, room = width - time;
  if (n == 0) return c;
  if (n == 1) {
    c.margin = std::min({(room - 1) / 2, whole_margin, most_margin});
    c.lane = {left + time + c.margin};
    return c;
  }
  int gap = std::max(least_gap, (room - n) / gaps);
  int extra = room - 2 * std::min(least_margin, most_margin) - n - gaps * arrow_gap;
  if (extra >= 0) {
    gap = arrow_gap;
    c.margin = std::min(least_margin, most_margin);
    const auto give = [&](int& what, int up_to, int times) {
      const int more = std::clamp(extra / times, 0, std::max(0, up_to - what));
      what += more;
      extra -= more * times;
    };
    give(c.margin, std::min(call_margin, most_margin), 2);
    give(gap, window_gap, gaps);
    give(c.margin, std::min(good_margin, most_margin), 2);
    give(gap, whole_gap, gaps);
    give(c.margin, std::min(whole_margin, most_margin), 2);
  }
  for (int k = 0; k < n; ++k) c.lane.push_back(left + time + c.margin + k * (gap + 1));
  c.width = std::max(width, c.lane.back() + 1 + c.margin - left);
  return c;
}

}  // namespace synoptic::ladder
