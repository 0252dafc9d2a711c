// Which characters are shown that our own words do not hold: names, payloads, files, what is typed.
// For whoever makes the fonts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/words/words.hh"

namespace synoptic::gui {

struct Model;
struct Ui;

// Each once; those that every font has, up to Latin, are left out.
class CharacterSet {
 public:
  void add(std::string_view text);
  const std::u32string& all() const { return all_; }

 private:
  std::vector<bool> has_;
  std::u32string all_;
};

class ShownCharacters {
 public:
  // Those of all that is shown if it may hold other ones than at the last call, else none. Cheap
  // where nothing has changed: to be called with each frame.
  std::u32string news(const Model& model, const Ui& ui);

 private:
  std::string key_, now_;  // what the last call found, what this one does
};

}  // namespace synoptic::gui
