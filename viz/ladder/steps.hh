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
  bool at_return = false;      // a call's return, where it stands apart from its being made
  double top = 0, bottom = 0;  // the heights that its items take in the Scene
};

// Whether the text belongs to its call's return, which is a step of its own.
inline bool at_return(const Text& text) {
  return text.role == Role::call_result;
}

// Every event that has an item, once, but for calls that return later; by their tops, then the
// simulated side first, then by id. (A label with the time of an arrival is no step.) O(n log n).
std::vector<Step> steps_of(const Scene& scene);

}  // namespace synoptic::ladder
