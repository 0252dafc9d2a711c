// The window without a window: an ImGui context, injected keys and clicks, the commands that come
// out, the words that were drawn. Nothing is drawn on a screen.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>

#include <string>

#include "viz/gui/app.hh"
#include "viz/gui/ui.hh"

namespace synoptic::gui::testing {

class UiTest : public ::testing::Test {
 protected:
  UiTest() : app_(tcp_echo(), ladder::svg_metrics()) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = ImVec2(1280, 720);
    io.DeltaTime = 1.f / 60;
    for (int key = 0; key < ImGuiKey_COUNT; ++key) io.KeyMap[key] = 256 + key;
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
    frame();
    frame();
  }
  ~UiTest() override { ImGui::DestroyContext(); }

  static Controls tcp_echo() {
    Controls controls;
    controls.demo = demos::find_demo("tcp-echo");
    return controls;
  }
  // One frame; what it asks for is done, and given.
  Commands frame() {
    ImGui::NewFrame();
    const Commands commands = draw(app_.model(), ui_);
    ImGui::Render();
    for (const Command& command : commands) app_.apply(command);
    return commands;
  }
  Commands type(const std::string& text) {
    ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
    return frame();
  }
  Commands press(ImGuiKey key) { return press_code(256 + key); }
  Commands press_code(int code) {
    ImGui::GetIO().KeysDown[code] = true;
    Commands commands = frame();
    ImGui::GetIO().KeysDown[code] = false;
    frame();
    return commands;
  }
  // Moves there, presses, lets go: what all these frames ask for.
  Commands click(ImVec2 at, int button = 0) {
    ImGuiIO& io = ImGui::GetIO();
    io.MousePos = at;
    Commands all = frame();
    const auto append = [&](const Commands& more) {
      all.insert(all.end(), more.begin(), more.end());
    };
    append(frame());
    io.MouseDown[button] = true;
    append(frame());
    io.MouseDown[button] = false;
    append(frame());
    append(frame());
    return all;
  }
  // All words of one frame, as ImGui logs them.
  std::string read() {
    ImGuiIO& io = ImGui::GetIO();
    static std::string words;
    words.clear();
    io.SetClipboardTextFn = [](void*, const char* text) { words = text; };
    ImGui::NewFrame();
    ImGui::LogToClipboard();
    const Commands commands = draw(app_.model(), ui_);
    ImGui::LogFinish();
    ImGui::Render();
    for (const Command& command : commands) app_.apply(command);
    return words;
  }
  // Takes the text cursor into a field that the next frame draws, and replaces what is in it.
  void fill(bool& focus, const std::string& text) {
    focus = true;
    frame();
    frame();
    ImGui::GetIO().KeyCtrl = true;
    press(ImGuiKey_A);
    ImGui::GetIO().KeyCtrl = false;
    type(text);
  }
  static bool popup_is_open() {
    return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  }
  const Model& model() const { return app_.model(); }

  template <typename Kind>
  static const Kind* find(const Commands& commands) {
    for (const Command& command : commands) {
      if (const auto* found = std::get_if<Kind>(&command)) return found;
    }
    return nullptr;
  }

  App app_;
  Ui ui_;
};

}  // namespace synoptic::gui::testing
