// The window on its first lesson without a window: lesson, conditions and both ladders, the real
// one as recorded, in the window's own fonts.
#pragma once

#include "tests/gui/support.hh"
#include "tests/window/view.hh"

namespace synoptic::bench {

struct Screen {
  window::test::View view{words::Language::en};
  gui::Fonts built;
  const gui::testing::Canvas canvas{{1920, 1080}, [this](ImFontAtlas& atlas) {
                                      built = window::build_fonts(atlas, window::test::fonts(),
                                                                  window::font_sizes(1, 1),
                                                                  view.also());
                                    }};

  Screen() { view.ui.controls_shown = true; }
  void frame() {
    ImGui::NewFrame();
    view.frame(built);
    ImGui::Render();
  }
};

}  // namespace synoptic::bench
