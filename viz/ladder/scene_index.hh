// SceneIndex: what of a Scene is to be seen between two heights, and what is at a point, without
// looking at everything: a scene of a million rows costs a frame no more than one of a hundred.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "viz/ladder/scene.hh"

namespace synoptic::ladder {

enum class Kind : std::uint8_t { box, line, text };

struct Item {
  Kind kind = Kind::box;
  std::uint32_t place = 0;  // in Scene::boxes, lines or texts
};

struct Picked {
  Side side = Side::sim;
  model::EventId event = model::EventId::none;
  bool at_return = false;  // the text of a call's return
};

class SceneIndex {
 public:
  SceneIndex() = default;
  // The scene must not change afterwards; it is not kept. O(n log n).
  explicit SceneIndex(const Scene& scene);

  // Everything that reaches into [top, bottom], boxes first, then lines, then texts, each in the
  // order of the scene. O(log n) for each doubling of the items' heights, and what is found.
  void visible(double top, double bottom, std::vector<Item>& found) const;
  // The event whose item is at (or within `reach` of) the point; of several the one drawn last.
  std::optional<Picked> pick(const Scene& scene, Point at, double reach) const;

 private:
  struct Entry {
    double top, bottom;
    Item item;
  };
  // Items of about one height, so that a search among them can stop early.
  struct Level {
    double tallest = 0;
    std::vector<Entry> entries;  // by top
  };
  std::vector<Level> levels_;  // each of twice the height of the one before
};

// The row of the comparison whose mark or note is at the point. O(log n)
std::optional<std::uint32_t> row_at(const Scene& scene, Point at);

}  // namespace synoptic::ladder
