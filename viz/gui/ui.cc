// The window's parts, put together.
#include "viz/gui/ui.hh"

#include <imgui.h>

namespace synoptic::gui {

void apply_style(bool dark, float scale) {
  ImGui::GetStyle() = ImGuiStyle();
  if (dark) {
    ImGui::StyleColorsDark();
  } else {
    ImGui::StyleColorsLight();
  }
  ImGui::GetStyle().ScaleAllSizes(scale);
}

Commands draw(const Model& model, Ui&) {
  Commands commands;
  ImGui::SetNextWindowPos(ImVec2(0, 0));
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("Synoptic", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
  ImGui::TextUnformatted(model.title.c_str());
  ImGui::End();
  return commands;
}

}  // namespace synoptic::gui
