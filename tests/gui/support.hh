// What tests and benchmarks of the window share: the demo of most of them, traces as sources, and
// an ImGui context with neither screen nor pixels.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "capture/observe/trace_source.hh"
#include "viz/gui/app.hh"
#include "viz/gui/ui.hh"

namespace synoptic::gui::testing {

inline Controls controls_of(std::string_view demo, const std::vector<std::string>& faults = {}) {
  Controls controls;
  controls.demo = demos::find_demo(demo);
  for (const std::string& fault : faults) controls.faults.push_back(*net::parse_fault(fault));
  return controls;
}
inline Controls tcp_echo() {
  return controls_of("tcp-echo");
}

// A trace that is there already, with the simulated half of a comparison or without. A source that
// grows says so in poll() and ended().
class Recorded : public observe::TraceSource {
 public:
  explicit Recorded(model::Trace trace, std::optional<model::Trace> simulated = {})
      : trace_(std::move(trace)), simulated_(std::move(simulated)) {
    captured_ = static_cast<std::size_t>(
        std::ranges::count_if(trace_.events(), [](const model::Event& event) {
          return std::holds_alternative<model::Packet>(event.body);
        }));
  }
  bool poll() override { return !std::exchange(polled_, true); }
  void wait(model::Duration) override {}
  const model::Trace& trace() const override { return trace_; }
  const model::Trace* simulated() const override { return simulated_ ? &*simulated_ : nullptr; }
  observe::Counters counters() const override { return {.captured = captured_}; }
  bool ended() const override { return true; }
  std::optional<model::Error> failure() const override { return std::nullopt; }
  void stop() override {}

 protected:
  model::Trace trace_;
  std::size_t captured_ = 0;

 private:
  std::optional<model::Trace> simulated_;
  bool polled_ = false;
};

// Until all has come and is laid out.
inline void settle(App& app) {
  while (app.busy() || app.model().live_run.state == LiveState::running) {
    app.wait(model::seconds(100));
    app.poll();
  }
}

class Canvas {
 public:
  // `fonts` puts some into the atlas; without them it has ImGui's own.
  explicit Canvas(ImVec2 size, const std::function<void(ImFontAtlas&)>& fonts = {})
      : own_(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(own_);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = size;
    io.DeltaTime = 1.f / 60;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    for (int key = 0; key < ImGuiKey_COUNT; ++key) io.KeyMap[key] = 256 + key;
    if (fonts) fonts(*io.Fonts);
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  }
  ~Canvas() { ImGui::DestroyContext(own_); }
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

 private:
  ImGuiContext* own_;
};

// One frame of the window; what it asks for is done, and given.
inline Commands frame(App& app, Ui& ui) {
  ImGui::NewFrame();
  const Commands commands = draw(app.model(), ui);
  ImGui::Render();
  for (const Command& command : commands) app.apply(command);
  return commands;
}

// All words that `draw` draws, as ImGui logs them.
template <typename Draw>
std::string logged(Draw draw) {
  static std::string words;
  words.clear();
  ImGui::GetIO().SetClipboardTextFn = [](void*, const char* text) { words = text; };
  ImGui::NewFrame();
  ImGui::LogToClipboard();
  draw();
  ImGui::LogFinish();
  ImGui::Render();
  return words;
}

}  // namespace synoptic::gui::testing
