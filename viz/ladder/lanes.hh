// Lanes: which endpoints stand where, so that arrows cross few of them, and how the room is shared
// out between times, calls and arrows. All widths in character cells.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

// Endpoints that the given events touch, in an order in which arrows cross few lanes (of up to a
// dozen that talk to each other: the fewest); of orders as good, who spoke
// first stands left. A packet between lanes that have spoken before changes nothing.
std::vector<model::EndpointId> lane_order(const model::Trace& trace,
                                          std::span<const model::EventId> events);

struct Columns {
  int left = 0, width = 0;  // of the whole
  int time = 0;             // width of the times at the left, a blank included
  int margin = 0;  // room for calls outside the outer lanes; 0: calls stand between the lanes
  std::vector<int> lane;  // the column of each

  int right() const { return left + width; }
  // The room between lane k and the next one; behind the last lane for a lone one.
  int gap(std::size_t k) const {
    return (k + 1 < lane.size() ? lane[k + 1] : right()) - lane[k] - 1;
  }
};
constexpr int any_margin = 1000;
// Lanes in `width` cells from `left` on. Wider than asked only when there are more lanes than can
// be told apart. `most_margin`: what is outside the outer lanes needs no more.
Columns place_lanes(int left, int width, std::size_t lanes, int time, int most_margin = any_margin);

}  // namespace synoptic::ladder
