// What ImGui has drawn, read back from its draw lists: each character with its place, and what of
// it is cut off.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

namespace synoptic::window::test {

struct Glyph {
  ImVec2 min, max;  // of its ink
  ImWchar code = 0;
  float line = 0;           // the height of the type, in pixels
  bool cut_across = false;  // its left or right part is missing
  bool cut_along = false;   // its upper or lower part is
  std::string window;       // whose draw list it is in
};

// Of the frame that was rendered last, in the order of drawing; those that something drawn later
// covers are left out.
std::vector<Glyph> read_glyphs();

std::string utf8(ImWchar code);

// Runs of characters that stand side by side, as a reader takes them: for messages.
std::string around(const std::vector<Glyph>& glyphs, const Glyph& glyph);

// Windows whose content is larger than they are and which do not scroll.
std::vector<std::string> overfull_windows();

}  // namespace synoptic::window::test
