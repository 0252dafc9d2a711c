// The window on its first lesson: what a frame of it costs us (not the GPU), what a change of the
// conditions costs, and how long its first picture takes, drawn on the processor.
#include <benchmark/benchmark.h>

#include "lessons/lesson.hh"
#include "tests/bench/screen.hh"
#include "tests/gui/support.hh"
#include "tests/window/view.hh"
#include "viz/window/fonts.hh"
#include "viz/window/offscreen.hh"
#include "viz/words/words.hh"

namespace synoptic {
namespace {

using bench::Screen;
using window::test::View;

// With the details of a packet, by tab: 0 why, 1 packet, 2 TCBs, 3 state diagram.
void window_frame(benchmark::State& state) {
  Screen screen;
  View& view = screen.view;
  view.go_to([](const model::Packet& p) { return p.len > 0; });
  view.ui.details.open = static_cast<gui::DetailsTab>(state.range(0));
  for (int i = 0; i < View::frames; ++i) screen.frame();
  for (auto _ : state) screen.frame();
}
BENCHMARK(window_frame)->ArgName("tab")->DenseRange(0, 3)->Unit(benchmark::kMicrosecond);

// Another ISN: the run, its alignment with the real one, the ladders, the lesson's steps, the
// frame that shows it.
void window_run_again(benchmark::State& state) {
  Screen screen;
  View& view = screen.view;
  gui::Controls controls = view.app.model().controls;
  std::uint32_t isn = 1000;
  for (auto _ : state) {
    controls.isn_client = wire::SeqNum{++isn};
    view.apply(gui::SetControls{controls});
    screen.frame();
  }
}
BENCHMARK(window_run_again)->Unit(benchmark::kMicrosecond);

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
