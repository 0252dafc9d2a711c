// What the window remembers from one time to the next, as text. Where the text is kept is not
// gui's business.
#pragma once

#include <string>
#include <string_view>

#include "viz/gui/model.hh"
#include "viz/gui/ui.hh"

namespace synoptic::gui {

struct Settings {
  Look look;
  double speed = 1;  // steps a second
  bool controls_shown = false;
  double details_share = 0.36;
  int width = 1280, height = 720;  // of the window, in screen units
};

// JSON. read_settings() takes any text: what is missing or makes no sense is at its default.
std::string to_text(const Settings& settings);
Settings read_settings(std::string_view text);

}  // namespace synoptic::gui
