// The two bars above the ladders: a packet by its number, and Wireshark's display filter.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "viz/gui/panels.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using wire::Saying;
using words::N_;
using words::say;
using words::tr;

namespace {

// The side that has the cursor.
ladder::Side side_of(const Model& model) {
  if (const auto focus = model.in_focus()) return focus->side;
  return model.packets_of(ladder::Side::sim).empty() ? ladder::Side::live : ladder::Side::sim;
}

// Where the packet of that number is, or why it cannot be gone to.
std::expected<Selected, Saying> packet_numbered(const Model& model, ladder::Side side,
                                                std::string_view typed) {
  const auto& packets = model.packets_of(side);
  std::size_t number = 0;
  const char* const end = typed.data() + typed.size();
  const auto [stop, error] = std::from_chars(typed.data(), end, number);
  if (stop != end || (error != std::errc{} && error != std::errc::result_out_of_range))
    return std::unexpected(Saying(N_("that is no number")));
  if (packets.empty()) return std::unexpected(Saying(N_("there are no packets on this side")));
  if (error != std::errc{} || number == 0 || number > packets.size())
    return std::unexpected(Saying::of(N_("there are packets 1 to {}"), packets.size()));
  const Selected there{side, packets[number - 1]};
  const bool shown = model.step_of(side, there.event) < model.steps.size();
  if (!shown && model.flow)
    return std::unexpected(
        Saying::of(N_("packet {} is of another conversation than the one that is shown"), number));
  if (!shown)
    return std::unexpected(
        Saying::of(N_("packet {} belongs to no lane: the ladder does not show it"), number));
  return there;
}

// A text field for what is typed into a bar; true when it was left with Escape.
bool field(const char* id, const char* hint, std::string& text, float width, Ui& ui, bool& focus,
           bool& entered) {
  ImGui::SetNextItemWidth(width);
  focus_here(ui, focus);
  entered = ImGui::InputTextWithHint(id, hint, &text, ImGuiInputTextFlags_EnterReturnsTrue);
  return ImGui::IsItemDeactivated() && escape_pressed();
}

void go_bar(const Model& model, Ui& ui, Commands& commands) {
  const ladder::Side side = side_of(model);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(tr("Go to packet"));
  ImGui::SameLine();
  bool entered = false;
  if (field("##go", "", ui.go_text, ImGui::GetFontSize() * 6, ui, ui.focus_go, entered))
    ui.go_shown = false;
  ImGui::SameLine();
  const std::size_t count = model.packets_of(side).size();
  ImGui::TextDisabled("%s", (side == ladder::Side::sim ? say("of {} simulated ones", count)
                                                       : say("of {} captured ones", count))
                                .c_str());
  if (entered) {
    if (const auto there = packet_numbered(model, side, ui.go_text)) {
      commands.push_back(Select{*there});
      ui.go_shown = false;
    } else {
      ui.go_error = there.error();
      ask_keyboard(ui, ui.focus_go);
    }
  }
  if (ui.go_error.empty() || !ui.go_shown) return;
  ImGui::SameLine();
  ImGui::TextColored(refusal_colour(model.look.dark), "%s", say(ui.go_error).c_str());
}

void close_filter(Ui& ui, Commands& commands) {
  ui.filter_shown = false;
  ui.filter_text.clear();
  commands.push_back(SetFilter{});
}

// Wireshark's green and red behind a filter that is good or wrong.
ImVec4 filter_ground(const Filtering& filtering, bool dark) {
  if (!filtering.wrong.empty()) return dark ? ImVec4(.42f, .1f, .1f, 1) : ImVec4(1, .8f, .8f, 1);
  if (filtering.on()) return dark ? ImVec4(.1f, .32f, .12f, 1) : ImVec4(.8f, 1, .8f, 1);
  return ImGui::GetStyleColorVec4(ImGuiCol_FrameBg);
}

void all_fields() {
  std::string names;
  for (const std::string_view name : filter_fields())
    names += (names.empty() ? "" : "  ") + std::string(name);
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 36);
  ImGui::TextUnformatted(names.c_str());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void filter_bar(const Model& model, Ui& ui, Commands& commands) {
  const Filtering& filtering = model.filtering;
  const bool dark = model.look.dark;
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(tr("Wireshark's display filter"));
  if (ImGui::IsItemHovered()) all_fields();
  ImGui::SameLine();
  const float close = ImGui::GetFrameHeight() + ImGui::GetStyle().ItemSpacing.x;
  bool entered = false;
  ImGui::PushStyleColor(ImGuiCol_FrameBg, filter_ground(filtering, dark));
  const bool left =
      field("##filter", "tcp.port == 9999 && tcp.len > 0", ui.filter_text,
            std::max(16.f, ImGui::GetContentRegionAvail().x - close), ui, ui.focus_filter, entered);
  ImGui::PopStyleColor();
  ImGui::SameLine();
  if (left || ImGui::Button("✗", ImVec2(ImGui::GetFrameHeight(), 0))) {
    close_filter(ui, commands);
    return;
  }
  if (ui.filter_text != filtering.text) commands.push_back(SetFilter{ui.filter_text});
  const std::size_t all =
      model.packets_of(ladder::Side::sim).size() + model.packets_of(ladder::Side::live).size();
  if (!filtering.wrong.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, refusal_colour(dark));
    ImGui::TextWrapped("%s", say(filtering.wrong).c_str());
    ImGui::PopStyleColor();
  } else if (!filtering.on()) {
    ImGui::TextDisabled("%s", tr("What does not match it is faded, and N and P step over it."));
  } else {
    std::string told = say("{} of {} packets match; the others are faded.", model.matching, all);
    if (!filtering.filter->hint().empty()) told += " " + say(filtering.filter->hint());
    ImGui::TextWrapped("%s", told.c_str());
  }
}

}  // namespace

ImVec4 refusal_colour(bool dark) {
  return dark ? ImVec4(1, .5f, .45f, 1) : ImVec4(.72f, 0, 0, 1);
}

void open_go_bar(Ui& ui) {
  ui.go_shown = ui.focus_go = true;
  ui.go_text.clear();
  ui.go_error = {};
}

void open_filter_bar(Ui& ui) {
  ui.filter_shown = ui.focus_filter = true;
}

void bars(const Model& model, Ui& ui, Commands& commands) {
  if (ui.go_shown) go_bar(model, ui, commands);
  if (ui.filter_shown) filter_bar(model, ui, commands);
}

}  // namespace synoptic::gui
