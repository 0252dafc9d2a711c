// Which of several conversations is shown: all, or one, chosen from a list that may be long.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "viz/gui/panels.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::say;
using words::tr;

namespace {

// A list longer than this is searched by typing.
constexpr std::size_t many = 12;
constexpr int most_lines = 16;  // of the list at a time

// "1  client 2 ↔ server, TCP · 45 packets · opened, closed by both, client first"
std::string label_of(const FlowChoice& flow) {
  std::string label = fmt::format("{}  {} · ", model::index(flow.flow), flow.name);
  label += flow.packets == 1 ? say("{} packet", flow.packets) : say("{} packets", flow.packets);
  return flow.judgement.empty() ? label : label + " · " + flow.judgement;
}

bool contains(std::string_view text, std::string_view wanted) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return wanted.empty() || !std::ranges::search(text, wanted, same).empty();
}

// The places of those in which what was typed occurs.
std::vector<std::size_t> found(const Model& model, const std::string& wanted) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < model.flows.size(); ++i) {
    const FlowChoice& flow = model.flows[i];
    if (contains(flow.name, wanted) || contains(flow.judgement, wanted)) places.push_back(i);
  }
  return places;
}

void all_of_them(const Model& model, Commands& commands) {
  using ladder::Several;
  const auto choice = [&](const std::string& label, Several several) {
    if (ImGui::Selectable(label.c_str(), !model.flow && model.several == several))
      commands.push_back(ChooseFlow{{}, several});
  };
  choice(say("all {} conversations", model.flows.size()), Several::automatic);
  choice(tr("all of them in one picture, however wide"), Several::beside);
  choice(tr("all of them, one after another"), Several::one_after_another);
}

void list(const Model& model, Ui& ui, Commands& commands) {
  if (model.flows.size() > many) {
    ImGui::SetNextItemWidth(ImGui::GetFontSize() * 20);
    focus_here(ui, ui.focus_flow);
    ImGui::InputTextWithHint("##wanted", tr("a name, a port, a word"), &ui.flow_text);
  } else {
    ui.flow_text.clear();
    ui.focus_flow = false;
  }
  if (ui.flow_text.empty()) all_of_them(model, commands);
  ImGui::Separator();
  const std::vector<std::size_t> places = found(model, ui.flow_text);
  float width = ImGui::GetFontSize() * 20;
  for (std::size_t i = 0; i < std::min<std::size_t>(places.size(), 50); ++i)
    width = std::max(width, ImGui::CalcTextSize(label_of(model.flows[places[i]]).c_str()).x);
  const int lines = std::clamp(static_cast<int>(places.size()), 1, most_lines);
  width =
      std::min(width + 2 * ImGui::GetStyle().ScrollbarSize, ImGui::GetIO().DisplaySize.x * 0.9f);
  ImGui::BeginChild("list",
                    {width, static_cast<float>(lines) * ImGui::GetTextLineHeightWithSpacing()});
  if (places.empty()) ImGui::TextDisabled("%s", tr("none of them"));
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(places.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const FlowChoice& flow = model.flows[places[static_cast<std::size_t>(i)]];
      ImGui::PushID(static_cast<int>(model::index(flow.flow)));
      if (ImGui::Selectable(label_of(flow).c_str(), model.flow == flow.flow)) {
        commands.push_back(ChooseFlow{flow.flow});
        ImGui::CloseCurrentPopup();
      }
      ImGui::PopID();
    }
  }
  ImGui::EndChild();
}

std::string chosen_label(const Model& model) {
  if (model.flow && model::index(*model.flow) < model.flows.size())
    return label_of(model.flows[model::index(*model.flow)]);
  return say("all {} conversations", model.flows.size());
}

}  // namespace

void flow_chooser(const Model& model, Ui& ui, Commands& commands) {
  bool clicked = ImGui::Button(fmt::format("{}###flows", chosen_label(model)).c_str());
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tr("which conversation is shown (C)"));
  const ImVec2 below(ImGui::GetItemRectMin().x, ImGui::GetItemRectMax().y);
  ImGui::SameLine(0, 0);
  clicked |= ImGui::ArrowButton("##open", ImGuiDir_Down);  // it opens a list
  if (clicked || ui.ask_flow) {
    ui.ask_flow = false;
    ui.focus_flow = true;
    ui.flow_text.clear();
    ImGui::OpenPopup("flows");
  }
  ImGui::SetNextWindowPos(below);
  if (!ImGui::BeginPopup("flows")) return;
  if (escape_pressed()) ImGui::CloseCurrentPopup();
  list(model, ui, commands);
  ImGui::EndPopup();
}

void flow_bar(const Model& model, Ui& ui, Commands& commands) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(tr("Shown:"));
  ImGui::SameLine();
  flow_chooser(model, ui, commands);
}

void choose_next_flow(const Model& model, int direction, Commands& commands) {
  const auto count = std::ssize(model.flows);
  if (count < 2) {
    commands.push_back(Tell{wire::Saying(words::N_("there is one conversation only"))});
    return;
  }
  // Behind the last one come all of them again.
  std::ptrdiff_t at = model.flow ? static_cast<std::ptrdiff_t>(model::index(*model.flow)) : -1;
  at += direction;
  if (at < -1) at = count - 1;
  if (at < 0 || at >= count) return commands.push_back(ChooseFlow{});
  commands.push_back(ChooseFlow{model.flows[static_cast<std::size_t>(at)].flow});
}

}  // namespace synoptic::gui
