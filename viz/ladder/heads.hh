// The heads of the lanes in a Scene: what has to stay in view when the ladder below scrolls.
#pragma once

#include <cstdint>
#include <vector>

#include "viz/ladder/scene.hh"

namespace synoptic::ladder {

// One lane's head: its box, and the texts in it.
struct LaneHead {
  std::uint32_t box = 0;             // in Scene::boxes
  std::vector<std::uint32_t> texts;  // in Scene::texts
  double top = 0, bottom = 0;
};

// From top to bottom; those of one group of lanes have the same top.
std::vector<LaneHead> heads_of(const Scene& scene);

// Of those that stand above `y`, the lowest group: [first, last) in `heads`.
struct HeadRange {
  std::size_t first = 0, last = 0;
};
HeadRange heads_above(const std::vector<LaneHead>& heads, double y);

}  // namespace synoptic::ladder
