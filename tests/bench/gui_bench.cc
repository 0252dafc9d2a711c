// What a frame of the window costs us (not the GPU): everything open on a lesson, and one pane of
// ladders of very different length.
#include <benchmark/benchmark.h>
#include <imgui.h>

#include "viz/gui/app.hh"
#include "viz/gui/paint.hh"
#include "viz/gui/ui.hh"

namespace synoptic {
namespace {

// An ImGui context without a window.
class Context {
 public:
  Context() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = ImVec2(1920, 1080);
    io.DeltaTime = 1.f / 60;
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  }
  ~Context() { ImGui::DestroyContext(); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

gui::Controls tcp_echo() {
  gui::Controls controls;
  controls.demo = demos::find_demo("tcp-echo");
  return controls;
}

void gui_frame(benchmark::State& state) {
  const Context context;
  gui::App app(tcp_echo(), ladder::svg_metrics());
  gui::Ui ui;
  ui.controls_shown = true;
  const auto frame = [&] {
    ImGui::NewFrame();
    const gui::Commands commands = gui::draw(app.model(), ui);
    ImGui::Render();
    for (const gui::Command& command : commands) app.apply(command);
  };
  for (int i = 0; i < 5; ++i) frame();
  app.apply(gui::GoTo{app.model().steps.size() / 2});
  for (auto _ : state) frame();
}
BENCHMARK(gui_frame)->Unit(benchmark::kMicrosecond);

// A ladder of so many rows, as far as painting is concerned: an arrow and its line in each.
ladder::Scene ladder_of(std::int64_t rows) {
  ladder::Scene scene;
  scene.char_width = 8;
  scene.row_height = 19;
  scene.width = 900;
  scene.height = static_cast<double>(rows) * scene.row_height;
  for (const double x : {200., 700.}) {
    scene.lines.push_back({.from = {x, 0}, .to = {x, scene.height}, .role = ladder::Role::lane});
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    const double y = static_cast<double>(i) * scene.row_height;
    const auto event = model::EventId(static_cast<std::uint32_t>(i));
    scene.lines.push_back({.from = {200, y},
                           .to = {700, y + 14},
                           .role = ladder::Role::segment,
                           .arrow = true,
                           .event = event});
    scene.boxes.push_back(
        {.min = {300, y}, .max = {600, y + 17}, .role = ladder::Role::segment, .event = event});
    scene.texts.push_back({.at = {450, y + 14},
                           .text = "[PSH, ACK] Seq=1 Ack=1 Len=7",
                           .role = ladder::Role::packet_line,
                           .anchor = ladder::Anchor::middle,
                           .event = event});
  }
  return scene;
}

// In the middle of it.
void gui_paint_rows(benchmark::State& state) {
  const Context context;
  const ladder::Scene scene = ladder_of(state.range(0));
  const ladder::SceneIndex index(scene);
  ImGui::NewFrame();
  ImDrawList list(ImGui::GetDrawListSharedData());
  gui::PaintView view;
  view.font = ImGui::GetFont();
  view.bottom = 1000;
  view.y = -scene.height / 2;
  std::size_t texts = 0;
  for (auto _ : state) {
    list._ResetForNewFrame();
    list.PushClipRectFullScreen();
    list.PushTextureID(ImGui::GetIO().Fonts->TexID);
    texts = gui::paint(list, scene, index, view).texts;
  }
  state.counters["texts"] = static_cast<double>(texts);
  ImGui::EndFrame();
}
BENCHMARK(gui_paint_rows)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

// A change of the simulated side: run, align, lay out, find the steps again.
void gui_run_again(benchmark::State& state) {
  gui::App app(tcp_echo(), ladder::svg_metrics());
  gui::Controls controls = tcp_echo();
  for (auto _ : state) {
    ++controls.seed;
    app.apply(gui::SetControls{controls});
  }
}
BENCHMARK(gui_run_again)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace synoptic
