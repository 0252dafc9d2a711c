// The window's parts, put together.
#include "viz/gui/ui.hh"

#include <imgui.h>

#include <algorithm>

#include "viz/gui/details.hh"
#include "viz/gui/panels.hh"

namespace synoptic::gui {

void apply_style(bool dark, float scale) {
  ImGui::GetStyle() = ImGuiStyle();
  if (dark) {
    ImGui::StyleColorsDark();
  } else {
    ImGui::StyleColorsLight();
  }
  ImGuiStyle& style = ImGui::GetStyle();
  style.FrameBorderSize = 1;
  style.FrameRounding = 3;
  style.GrabRounding = 3;
  style.ScrollbarSize = 16;
  style.ScaleAllSizes(scale);
}

namespace {

// A part of the window of its own, without a frame of its own.
template <typename Content>
void part(const char* name, ImVec2 size, Content content) {
  ImGui::BeginChild(name, size, false,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  content();
  ImGui::EndChild();
}

// The line between ladders and details, to be dragged; `room` is the height of both.
void splitter(Ui& ui, float room) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float height = std::max(1.f, ImGui::GetStyle().ItemSpacing.y);
  ImGui::InvisibleButton("##splitter", ImVec2(-1, height));
  const bool touched = ImGui::IsItemHovered() || ImGui::IsItemActive();
  if (touched) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  if (ImGui::IsItemActive())
    ui.details_share =
        std::clamp(ui.details_share - ImGui::GetIO().MouseDelta.y / room, 0.1f, 0.8f);
  const float y = from.y + height / 2;
  ImGui::GetWindowDrawList()->AddLine(
      {from.x, y}, {from.x + ImGui::GetContentRegionAvail().x, y},
      ImGui::GetColorU32(touched ? ImGuiCol_SeparatorHovered : ImGuiCol_Separator),
      touched ? 3.f : 1.f);
}

}  // namespace

Commands draw(const Model& model, Ui& ui) {
  Commands commands;
  shortcuts(model, ui, commands);
  ImGui::SetNextWindowPos(ImVec2(0, 0));
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::Begin("Synoptic", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleVar();
  toolbar(model, ui, commands);
  const float status = ImGui::GetTextLineHeightWithSpacing();
  const float room = ImGui::GetContentRegionAvail().y - status;
  const float details = room * ui.details_share;
  const ImVec2 middle(0, room - details - 3 * ImGui::GetStyle().ItemSpacing.y);
  const bool controls = ui.controls_shown && !model.alone();
  if (controls || !model.lesson_events.empty()) {
    const float width = std::min(ImGui::GetFontSize() * 22, ImGui::GetIO().DisplaySize.x * 0.3f);
    ImGui::BeginChild("side", ImVec2(width, middle.y), true);
    if (controls) {
      controls_panel(model, ui, commands);
    } else {
      lesson_panel(model, ui, commands);
    }
    ImGui::EndChild();
    ImGui::SameLine();
  }
  part("ladders", middle, [&] {
    if (model.file) file_bar(model, commands);
    ladder_pane(model, ui, commands);
  });
  splitter(ui, room);
  part("details", ImVec2(0, details), [&] { draw_details(model, ui, commands); });
  status_line(model);
  ImGui::End();
  keys_window(model, commands);
  return commands;
}

}  // namespace synoptic::gui
