// What fits into one frame.
#include "viz/window/input.hh"

#include <set>

namespace synoptic::window {
namespace {

// As GLFW numbers them: Shift, Control, Alt, Super, left and right.
constexpr int first_modifier = 340, last_modifier = 347;
// Escape, Enter, Tab, Backspace, arrows and their like come from here on.
constexpr int first_without_character = 256;

// What one frame has taken so far, and whether it can take one more.
class Frame {
 public:
  bool takes(const InputEvent& event) {
    if (const auto* key = std::get_if<KeyChange>(&event)) {
      const bool modifier = key->key >= first_modifier && key->key <= last_modifier;
      const bool release = key->action == 0;
      if (acted_ && (modifier || release)) return false;
      acted_ |= !modifier && !release;
      ordered_ |= !modifier && !release && key->key >= first_without_character;
      return keys_.insert(key->key).second;
    }
    if (std::holds_alternative<MouseMove>(event)) {
      moved_ = true;
      return !settled_;
    }
    if (moved_ && std::holds_alternative<ButtonChange>(event)) return false;
    if (std::holds_alternative<Typed>(event) && ordered_) return false;
    acted_ = true;
    if (std::holds_alternative<Typed>(event)) return true;
    settled_ = true;
    if (const auto* button = std::get_if<ButtonChange>(&event))
      return !turned_ && buttons_.insert(button->button).second;
    turned_ = true;
    return buttons_.empty();
  }

 private:
  std::set<int> keys_, buttons_;
  bool ordered_ = false;  // a key that does something to the text has been pressed
  bool acted_ = false, moved_ = false, settled_ = false, turned_ = false;
};

}  // namespace

std::vector<InputEvent> Input::take() {
  std::vector<InputEvent> taken;
  Frame frame;
  while (!waiting_.empty() && frame.takes(waiting_.front())) {
    taken.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return taken;
}

}  // namespace synoptic::window
