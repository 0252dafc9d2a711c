// Input: what hands do, in its order. ImGui 1.86 sees only how keys and buttons stand when a frame
// begins: a key pressed and released between two frames would be lost, a click would land where the
// mouse is by now. So events wait here, and a frame takes as many as it can tell apart.
#pragma once

#include <bitset>
#include <cstddef>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

namespace synoptic::window {

struct KeyChange {
  int key = 0, scancode = 0, action = 0, mods = 0;  // as GLFW gives them
};
struct Typed {
  unsigned character = 0;
};
struct MouseMove {
  double x = 0, y = 0;
};
struct ButtonChange {
  int button = 0;
  bool down = false;
};
struct Wheel {
  double x = 0, y = 0;
};
using InputEvent = std::variant<KeyChange, Typed, MouseMove, ButtonChange, Wheel>;

class Input {
 public:
  void add(const InputEvent& event) { waiting_.push_back(event); }
  bool empty() const { return waiting_.empty(); }
  void clear() { waiting_.clear(); }
  // Those for the next frame: each key and each button changes at most once; the mouse does not
  // move once a button has changed or the wheel has turned, and no button changes where it has just
  // come (some of ImGui's items must have been under it before); once something was done, the keys
  // that were held with it (Ctrl) stay as they are; and what is typed after Enter or the like comes
  // after it (ImGui takes a frame's characters before its keys).
  std::vector<InputEvent> take();

 private:
  std::deque<InputEvent> waiting_;
};

}  // namespace synoptic::window
