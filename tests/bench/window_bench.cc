// From nothing to the first picture of the window, fonts and lesson and all, drawn on the
// processor.
#include <benchmark/benchmark.h>

#include "lessons/lesson.hh"
#include "tests/gui/support.hh"
#include "viz/window/fonts.hh"
#include "viz/window/offscreen.hh"
#include "viz/words/words.hh"

namespace synoptic {
namespace {

void window_first_frame(benchmark::State& state) {
  for (auto _ : state) {
    const auto fonts = window::find_fonts();
    auto course = lessons::list_course();
    if (!fonts || course.empty() || !course.front().lesson) {
      state.SkipWithError("no fonts, or no lesson");
      return;
    }
    const std::string also = std::string(words::characters()) + course.front().lesson->all_words();
    gui::App app(gui::testing::tcp_echo(), ladder::svg_metrics());
    app.open(std::move(*course.front().lesson));
    gui::Ui ui;
    const window::Shot shot{.fonts = window::font_sizes(1, 1), .also = also};
    const auto image = window::render(shot, *fonts, [&](const gui::Fonts& built) {
      ui.fonts = built;
      for (const gui::Command& command : gui::draw(app.model(), ui)) app.apply(command);
    });
    if (!image) {
      state.SkipWithError(image.error().str().c_str());
      return;
    }
  }
}
BENCHMARK(window_first_frame)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace synoptic
