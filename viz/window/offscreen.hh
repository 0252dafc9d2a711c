// Pictures without a window: what ImGui code draws, as pixels. Needs neither a display nor a GPU,
// only EGL with OpenGL 3.2, which Mesa draws on the processor too.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/model/error.hh"
#include "viz/gui/ui.hh"
#include "viz/window/fonts.hh"

namespace synoptic::window {

struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgba;  // four bytes a pixel, row after row from the top
};

struct Shot {
  int width = 1280, height = 720;  // pixels
  FontSizes fonts;
  std::string also;  // characters to be shown beyond those of build_fonts()
  int frames = 1;    // ImGui's windows need some to find their sizes; the last one is kept
  std::uint32_t background = 0xffffffff;  // as ImGui packs it: 0xAABBGGRR
  // As in a window's Content: asked before each frame.
  std::function<std::u32string()> characters = {};
  // The type of ladders that are zoomed.
  std::function<double()> zoom = {};
  std::function<std::u32string()> of_ladders = {};
};

// The largest picture: higher or larger ones are refused by those who would look at them.
inline constexpr int largest_side = 65'535;
inline constexpr std::int64_t most_pixels = 120'000'000;

// `draw` is called between NewFrame() and Render(), in an ImGui context of its own; a picture
// higher than the largest texture is put together of several. Whatever context the caller has is
// left as it is. A context for one picture takes about 0.1 s to make.
model::Expected<Image> render(const Shot& shot, const FontFiles& fonts,
                              const std::function<void(const gui::Fonts&)>& draw);

}  // namespace synoptic::window
