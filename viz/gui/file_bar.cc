// The bar above the ladders while a capture file is open.
#include <imgui.h>

#include <string>

#include "viz/gui/panels.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::tr;

namespace {

// Beside the last item where there is room, else below it.
void beside(float width) {
  ImGui::SameLine();
  if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
}

float width_of(const char* label) {
  return ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x;
}

void sentence(const std::string& text) {
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
}

// What is wrong with it, in full, and what to do.
void failure(const Model& model) {
  const OpenedFile& file = *model.file;
  if (file.failure) {
    sentence("✗ " + words::say(file.failure->what));
    if (!file.failure->remedy.empty()) sentence(words::say(file.failure->remedy));
  } else if (model.live_run.state == LiveState::ended && model.live_run.counters.captured == 0) {
    sentence(std::string("✗ ") + tr("No packet is in this file."));
  } else {
    return;
  }
  if (model.live == nullptr || model.live_run.counters.captured == 0)
    sentence(tr("Drop another capture file into this window, or go back to the demo."));
}

}  // namespace

void file_bar(const Model& model, Ui& ui, Commands& commands) {
  const OpenedFile& file = *model.file;
  const char* const back = tr("back to the demo");
  ImGui::AlignTextToFramePadding();
  sentence(file.name);
  beside(width_of(back));
  if (ImGui::Button(back)) commands.push_back(StartLive{});
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("%s", tr("close the file, and run the demo on both networks"));
  // What holds both halves of a comparison is one already.
  if (model.live != nullptr && model.read_run == nullptr) {
    const std::string label =
        words::say("compare with the simulated {}", model.controls.demo->name);
    beside(width_of(label.c_str()) + ImGui::GetFrameHeight());
    bool compared = file.compared;
    if (ImGui::Checkbox(label.c_str(), &compared)) commands.push_back(CompareFile{compared});
  }
  if (model.flows.size() > 1) {
    beside(ImGui::GetFontSize() * 16);
    flow_chooser(model, ui, commands);
  }
  failure(model);
}

}  // namespace synoptic::gui
