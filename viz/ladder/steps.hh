// Steps: the events of a Scene in the order in which they stand in it, from the top. Stepping
// through two aligned ladders is moving one cursor over them.
#pragma once

#include <cstddef>
#include <vector>

#include "viz/ladder/scene.hh"

namespace synoptic::ladder {

struct Step {
  Side side = Side::sim;
  model::EventId event = model::EventId::none;
  double top = 0, bottom = 0;  // the heights that its items take in the Scene
};

// Every event that has an item, once; by its top, then the simulated side first, then by id. O(n
// log n).
std::vector<Step> steps_of(const Scene& scene);

}  // namespace synoptic::ladder
