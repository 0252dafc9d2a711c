// The window's content, drawn with Dear ImGui: a const Model in, commands out. Needs an ImGui
// context and fonts, but no window: tests draw it with neither screen nor GPU.
//
//   +--------------------------------------------------------------+
//   | demo, run, steps, play, speed, scrub bar                     |  toolbar
//   +-----------+-----------------------------------+--------------+
//   | simulated | simulated ladder | captured ladder | details     |
//   | controls  |                                   |              |
//   +-----------+-----------------------------------+--------------+
//   | status                                                       |
//   +--------------------------------------------------------------+
#pragma once

#include "viz/gui/command.hh"
#include "viz/gui/details.hh"
#include "viz/gui/model.hh"

struct ImFont;

namespace synoptic::gui {

struct Fonts {
  ImFont* text = nullptr;  // proportional; null: ImGui's own
  ImFont* mono = nullptr;  // ladders and bytes; null: ImGui's own
};

// What only the drawing has to remember from frame to frame.
struct Ui {
  Fonts fonts;
  double scroll_x = 0, scroll_y = 0;  // of the ladders, in the scene's units; not ImGui's floats
  bool follow_cursor = true;          // the pane scrolls to the step that was taken last
  std::size_t shown_cursor = 0;       // the cursor of the frame before
  std::string save_path;
  DetailsUi details;
  std::string fault_text;
  std::string fault_error;
};

// One frame of everything: to be called between ImGui::NewFrame() and ImGui::Render().
Commands draw(const Model& model, Ui& ui);

// Colours and sizes; `scale` of the screen times that of the type.
void apply_style(bool dark, float scale);

}  // namespace synoptic::gui
