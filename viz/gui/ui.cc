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

float side_width() {
  return std::min(ImGui::GetFontSize() * 22, ImGui::GetIO().DisplaySize.x * 0.3f);
}

void words_and_conditions(const Model& model, Ui& ui, Commands& commands) {
  const float room = ImGui::GetContentRegionAvail().y;
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const float frame = 2 * ImGui::GetStyle().WindowPadding.y;
  const float conditions = std::min(ui.controls_height + frame, room * 0.6f);
  ImGui::BeginChild("lesson", ImVec2(0, room - conditions - gap), true);
  lesson_panel(model, ui, commands);
  ImGui::EndChild();
  ImGui::BeginChild("conditions", ImVec2(0, 0), true);
  const float from = ImGui::GetCursorPosY();
  controls_panel(model, ui, commands);
  ui.controls_height = ImGui::GetCursorPosY() - from;
  ImGui::EndChild();
}

// Ladders and details below each other, `beside` in a column of `width` left of the ladders.
template <typename Beside>
void pictures(const Model& model, Ui& ui, float room, float width, Commands& commands,
              Beside beside) {
  const float details = room * ui.details_share;
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const float typing = typing_height(model);
  const ImVec2 middle(0, room - details - 3 * gap - (typing > 0 ? typing + gap : 0));
  if (width > 0) {
    ImGui::BeginChild("side", ImVec2(width, middle.y), true);
    beside();
    ImGui::EndChild();
    ImGui::SameLine();
  }
  part("ladders", middle, [&] {
    if (model.file)
      file_bar(model, ui, commands);
    else if (model.flows.size() > 1)
      flow_bar(model, ui, commands);
    bars(model, ui, commands);
    ladder_pane(model, ui, commands);
  });
  if (typing > 0) part("typing", ImVec2(0, typing), [&] { typing_panel(model, ui, commands); });
  splitter(ui, room);
  part("details", ImVec2(0, details), [&] { draw_details(model, ui, commands); });
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
  const bool conditions = ui.controls_shown && !model.alone();
  const bool has_lesson = !model.lesson_events.empty();
  if (conditions && has_lesson) {
    // The words above the conditions, both over the whole height.
    part("side", ImVec2(side_width(), room), [&] { words_and_conditions(model, ui, commands); });
    ImGui::SameLine();
    part("pictures", ImVec2(0, room), [&] { pictures(model, ui, room, 0, commands, [] {}); });
  } else if (conditions) {
    pictures(model, ui, room, side_width(), commands, [&] { controls_panel(model, ui, commands); });
  } else {
    pictures(model, ui, room, has_lesson ? side_width() : 0, commands,
             [&] { lesson_panel(model, ui, commands); });
  }
  status_line(model);
  ImGui::End();
  diagram_window(model, ui);
  keys_window(model, commands);
  return commands;
}

}  // namespace synoptic::gui
