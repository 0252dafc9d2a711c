// The window: GLFW, OpenGL 3 and ImGui around content that is drawn and listened to elsewhere. It
// draws when something has changed, and sleeps else. One window a process, on the main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "sim/model/error.hh"
#include "sim/model/time.hh"
#include "viz/gui/command.hh"
#include "viz/gui/ui.hh"
#include "viz/window/fonts.hh"

namespace synoptic::window {

struct Ticked {
  bool changed = false;  // a frame is due
  bool busy = false;     // ask again within a sixtieth of a second
};

// What the window shows, and who hears of what is done in it.
struct Content {
  std::function<gui::Look()> look;                       // ground and size of the type
  std::function<gui::Commands(const gui::Fonts&)> draw;  // one frame, within ImGui
  // A text field is about to have the keyboard: what hands do waits for the next frame.
  std::function<bool()> waits;
  std::function<std::string()> title;  // once that frame is seen
  std::function<void(const gui::Command&)> handle;
  std::function<Ticked(model::Duration passed)> tick;  // real time since the last call
  // Characters of what is now shown, as far as they may have come since the last call. Those that
  // the fonts lack are in them from the next frame on. None: there are no others.
  std::function<std::u32string()> characters;
  std::function<std::u32string()> of_ladders;  // all those of the ladders, beyond Latin
};

struct WindowOptions {
  FontFiles fonts;
  std::string also;                // characters to be shown beyond those of build_fonts()
  int width = 1280, height = 720;  // in screen units: times the monitor's scale
  double type_size = 1;            // that of the first frame: its fonts are made beforehand
};

class Window {
 public:
  // An error where there is no display, or no OpenGL 3.2.
  static model::Expected<std::unique_ptr<Window>> open(WindowOptions options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Until close(), or until the user closes it.
  void run(const Content& content);
  void close();
  std::pair<int, int> size() const;  // width and height as in WindowOptions, for the next time
  // From any thread, while the window lives: there is news, tick() is to be called.
  static void wake();

 private:
  struct Impl;
  explicit Window(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace synoptic::window
