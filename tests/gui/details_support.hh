// What the tests of the details share: models of simulated and observed runs, and the panel drawn
// with neither screen nor GPU.
#pragma once

#include <imgui.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/gui/support.hh"

namespace synoptic::gui::testing {

struct RunSetup {
  std::string_view demo = "tcp-echo";
  std::vector<std::string> faults = {};
  tcp::ProfileName profile = tcp::ProfileName::textbook;
  wire::Family family = wire::Family::ipv4;
};
const std::vector<RunSetup>& run_setups();

// A model with a real run that is the same scenario seen by the flow tracker, as another profile
// would run it: its rows differ here and there.
class TwoSided {
 public:
  explicit TwoSided(const RunSetup& setup);
  TwoSided(const TwoSided&) = delete;
  TwoSided& operator=(const TwoSided&) = delete;
  App app;
  model::Trace live{model::Source::captured};

  const Model& model() const { return model_; }
  Model& edit() { return model_; }
  void focus(ladder::Side side, model::EventId event) { model_.selected = Selected{side, event}; }
  // The first event on a side for which `fits` holds.
  template <typename Fits>
  const model::Event& find(ladder::Side side, Fits fits) const {
    for (const model::Event& e : model_.trace_of(side).events()) {
      if (fits(e)) return e;
    }
    throw std::runtime_error("no such event");
  }

 private:
  Model model_;
};

// An ImGui context of its own, and frames of the panel alone in a window at (x, y).
class Screen {
 public:
  explicit Screen(float width = 420, float height = 640);
  Commands frame(const Model& model);
  std::string read(const Model& model);  // all words of one frame, as ImGui logs them
  void mouse(ImVec2 at, bool down = false);
  Ui ui;
  static constexpr float x = 37, y = 23;
  float width, height;

  // Where anything was drawn, clipped as it will be, in the last frame.
  struct Extent {
    float left, top, right, bottom;
  };
  Extent drawn() const;

 private:
  void panel(const Model& model, Commands& commands);
  Canvas canvas_;
};

}  // namespace synoptic::gui::testing
