// The window as a user sees it, without a window: a lesson on both networks, in a language, at a
// size, at a step. The real side is a run that was recorded, so that every picture is the same.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "capture/observe/trace_source.hh"
#include "viz/gui/app.hh"
#include "viz/gui/ui.hh"
#include "viz/window/fonts.hh"
#include "viz/window/offscreen.hh"

namespace synoptic::window::test {

const FontFiles& fonts();

struct Size {
  int width = 1280, height = 720;
  double scale = 1;
};
// The three that the window is made for.
inline constexpr Size small{1280, 720, 1}, large{1920, 1080, 1}, huge{3840, 2160, 2};

class View {
 public:
  // Lesson 1, its real run at its end.
  explicit View(words::Language language, bool dark = false);
  ~View();

  gui::App app;
  gui::Ui ui;

  // Between two frames; what it asks for is done.
  void apply(const gui::Command& command);
  // The first step that brings a packet of the simulated side of which this is true.
  bool go_to(const std::function<bool(const model::Packet&)>& wanted);
  void frame(const gui::Fonts& built);
  // As many frames as it takes until nothing moves.
  static constexpr int frames = 6;
  // The pixels.
  Image picture(const Size& size);
  // All characters that it may show, beyond those that fonts always hold.
  std::string also() const;

 private:
  std::unique_ptr<observe::TraceSource> recorded_;
};

}  // namespace synoptic::window::test
