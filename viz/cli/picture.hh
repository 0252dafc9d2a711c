// A Scene as PNG, drawn by the code that draws the window's ladders; no display is needed.
#pragma once

#include <string>

#include "sim/model/error.hh"
#include "viz/ladder/scene.hh"
#include "viz/window/offscreen.hh"

namespace synoptic::cli {

// The whole of it as pixels, at twice the size of the screen's type, or at its size where that
// would be too many pixels.
model::Expected<window::Image> pixels_of(const ladder::Scene& scene, bool dark);
// Those as a file; at once, it takes its time.
model::Expected<std::string> png_of(const ladder::Scene& scene, bool dark);

}  // namespace synoptic::cli
