// What fits into one frame.
#include "viz/window/input.hh"

#include <set>

namespace synoptic::window {
namespace {

// What one frame has taken so far, and whether it can take one more.
class Frame {
 public:
  bool takes(const InputEvent& event) {
    if (const auto* key = std::get_if<KeyChange>(&event)) return keys_.insert(key->key).second;
    if (const auto* button = std::get_if<ButtonChange>(&event)) {
      settled_ = true;
      return !turned_ && buttons_.insert(button->button).second;
    }
    if (std::holds_alternative<Wheel>(event)) {
      turned_ = settled_ = true;
      return buttons_.empty();
    }
    if (std::holds_alternative<MouseMove>(event)) return !settled_;
    return true;
  }

 private:
  std::set<int> keys_, buttons_;
  bool settled_ = false, turned_ = false;
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
