// The window without a window: an ImGui context, injected keys and clicks, the commands that come
// out, the words that were drawn. Nothing is drawn on a screen.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>

#include <string>

#include "tests/gui/support.hh"

namespace synoptic::gui::testing {

class UiTest : public ::testing::Test {
 protected:
  UiTest() : app_(tcp_echo(), ladder::svg_metrics()) {
    frame();
    frame();
  }

  // One frame; what it asks for is done, and given.
  Commands frame() { return testing::frame(app_, ui_); }
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
    Commands commands;
    std::string words = logged([&] { commands = draw(app_.model(), ui_); });
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

  const Canvas canvas_{{1280, 720}};
  App app_;
  Ui ui_;
};

}  // namespace synoptic::gui::testing
