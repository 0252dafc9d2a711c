// Few lanes are ordered by trying all orders, many by exchanging neighbours while that helps.
#include "viz/ladder/lanes.hh"

#include <algorithm>
#include <map>
#include <numeric>

namespace synoptic::ladder {
namespace {

using model::EndpointId;

using Weights =
    std::map<std::pair<std::size_t, std::size_t>, std::int64_t>;  // packets between two lanes

// How many lanes the arrows cross, all in all.
std::int64_t crossings(const Weights& weights, const std::vector<std::size_t>& place) {
  std::int64_t sum = 0;
  for (const auto& [pair, packets] : weights) {
    const auto [near, far] = std::minmax({place[pair.first], place[pair.second]});
    sum += packets * static_cast<std::int64_t>(far - near - 1);
  }
  return sum;
}

std::vector<std::size_t> inverse(const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  return place;
}

std::vector<std::size_t> best_order(const Weights& weights, std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> best = order;
  std::int64_t least = crossings(weights, inverse(order));
  if (n <= 7) {
    while (least > 0 && std::ranges::next_permutation(order).found) {
      const std::int64_t now = crossings(weights, inverse(order));
      if (now < least) least = now, best = order;
    }
    return best;
  }
  for (bool better = true; better;) {
    better = false;
    for (std::size_t i = 0; i + 1 < n; ++i) {
      std::swap(best[i], best[i + 1]);
      const std::int64_t now = crossings(weights, inverse(best));
      if (now < least)
        least = now, better = true;
      else
        std::swap(best[i], best[i + 1]);
    }
  }
  return best;
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
  Weights weights;
  for (const model::EventId id : events) {
    const model::Event& e = trace[id];
    if (!std::holds_alternative<model::Packet>(e.body)) continue;
    if (e.endpoint == EndpointId::none || e.to == EndpointId::none || e.endpoint == e.to) continue;
    ++weights[std::minmax({place[model::index(e.endpoint)], place[model::index(e.to)]})];
  }
  std::vector<EndpointId> ordered;
  for (const std::size_t i : best_order(weights, lanes.size())) ordered.push_back(lanes[i]);
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
