// paint(): a Scene, or the part of it that is in view, onto an ImGui draw list. The same code draws
// the window's ladders and the pictures that are saved.
#pragma once

#include <cstddef>
#include <optional>

#include "viz/gui/model.hh"
#include "viz/ladder/scene_index.hh"

struct ImDrawList;
struct ImFont;

namespace synoptic::gui {

struct PaintView {
  ImFont* font = nullptr;      // monospaced
  double x = 0, y = 0;         // where the scene's origin is, in pixels; far outside where scrolled
  double scale = 1;            // pixels a unit of the scene
  double top = 0, bottom = 0;  // what is in view, in pixels
  bool dark = false;
  // How much of it has happened; nothing: all of it.
  const Model* stepped = nullptr;
};

// How many items were drawn: what is in view and has happened.
struct Painted {
  std::size_t boxes = 0, lines = 0, texts = 0;
};

// The heads of the lanes at the upper edge, where the ladder has scrolled away from under them.
void paint_heads(ImDrawList& list, const ladder::Scene& scene,
                 const std::vector<ladder::LaneHead>& heads, const PaintView& view);

Painted paint(ImDrawList& list, const ladder::Scene& scene, const ladder::SceneIndex& index,
              const PaintView& view);

}  // namespace synoptic::gui
