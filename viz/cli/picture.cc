// paint() through the offscreen renderer.
#include "viz/cli/picture.hh"

#include <imgui.h>

#include <cmath>
#include <cstdint>

#include "viz/export/png.hh"
#include "viz/gui/paint.hh"
#include "viz/gui/palette.hh"
#include "viz/ladder/scene_index.hh"
#include "viz/window/offscreen.hh"

namespace synoptic::cli {
namespace {

constexpr double margin = 12;  // around the scene, in its units
constexpr double most_pixels_at_twice_the_size = 40e6;

}  // namespace

model::Expected<window::Image> pixels_of(const ladder::Scene& scene, bool dark) {
  const double width = scene.width + 2 * margin, height = scene.height + 2 * margin;
  const double scale = width * height * 4 <= most_pixels_at_twice_the_size ? 2 : 1;
  window::Shot shot;
  shot.width = static_cast<int>(std::ceil(std::min(width * scale, 1e6)));
  shot.height = static_cast<int>(std::ceil(std::min(height * scale, 1e9)));
  shot.fonts.mono_advance_pixels = static_cast<float>(scene.char_width * scale);
  shot.background = gui::paper_colour(dark);
  for (const ladder::Text& text : scene.texts) shot.also += text.text;

  const auto files = window::find_fonts();
  if (!files) return std::unexpected(files.error());
  const ladder::SceneIndex index(scene);
  return window::render(shot, *files, [&](const gui::Fonts& fonts) {
    gui::PaintView view;
    view.font = fonts.mono;
    view.x = view.y = margin * scale;
    view.scale = scale;
    view.bottom = shot.height;
    view.dark = dark;
    gui::paint(*ImGui::GetBackgroundDrawList(), scene, index, view);
  });
}

model::Expected<std::string> png_of(const ladder::Scene& scene, bool dark) {
  const auto image = pixels_of(scene, dark);
  if (!image) return std::unexpected(image.error());
  return exporting::to_png(image->width, image->height, image->rgba);
}

}  // namespace synoptic::cli
