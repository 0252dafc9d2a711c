// The simulated side's conditions: each change is another run, at once.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "viz/gui/fault_words.hh"
#include "viz/gui/panels.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::N_;
using words::tr;

namespace {

constexpr std::array profiles{std::pair{tcp::ProfileName::textbook, "textbook"},
                              std::pair{tcp::ProfileName::linux_, "linux"},
                              std::pair{tcp::ProfileName::rfc, "rfc"}};

bool choose_profile(Controls& controls) {
  bool changed = false;
  for (const auto& [profile, name] : profiles) {
    if (ImGui::RadioButton(name, controls.profile == profile)) {
      controls.profile = profile;
      changed = true;
    }
    ImGui::SameLine();
  }
  ImGui::NewLine();
  return changed;
}

bool choose_family(Controls& controls) {
  const auto before = controls.family;
  if (ImGui::RadioButton("IPv4", before == wire::Family::ipv4))
    controls.family = wire::Family::ipv4;
  ImGui::SameLine();
  if (ImGui::RadioButton("IPv6", before == wire::Family::ipv6))
    controls.family = wire::Family::ipv6;
  return controls.family != before;
}

void draw_wrong(const NumberField& field, bool dark) {
  if (field.wrong.empty()) return;
  ImGui::PushStyleColor(ImGuiCol_Text, refusal_colour(dark));
  ImGui::TextWrapped("%s", words::say(field.wrong).c_str());
  ImGui::PopStyleColor();
}

// Off: as the profile has it.
bool choose_isn(const char* label, std::optional<wire::SeqNum>& isn, NumberField& field,
                bool dark) {
  bool chosen = isn.has_value();
  bool changed = ImGui::Checkbox(label, &chosen);
  if (changed) {
    isn = chosen ? std::optional(wire::SeqNum{0}) : std::nullopt;
    field = {};
  }
  if (!isn) return changed;
  ImGui::SameLine();
  ImGui::SetNextItemWidth(ImGui::GetFontSize() * 7);
  if (!field.typing) field.text = std::to_string(isn->raw);
  ImGui::PushID(label);
  if (std::exchange(field.focus, false)) ImGui::SetKeyboardFocusHere();
  const bool edited = ImGui::InputText("##isn", &field.text);
  ImGui::PopID();
  field.typing = ImGui::IsItemActive();
  if (edited) {
    std::uint32_t value = 0;
    const char* const end = field.text.data() + field.text.size();
    const auto [stop, error] = std::from_chars(field.text.data(), end, value);
    if (error == std::errc{} && stop == end) {
      isn = wire::SeqNum{value};
      field.wrong = {};
      changed = true;
    } else {
      field.wrong = wire::Saying::of(N_("'{}' is no ISN: it is a whole number from 0 to {}"),
                                     field.text, std::numeric_limits<std::uint32_t>::max());
    }
  }
  draw_wrong(field, dark);
  return changed;
}

struct Slid {
  bool changed = false;
  bool left = false;  // the change is over
};

// Dragged, or typed after Ctrl+click: what is typed counts when the typing is done.
Slid slider(const char* label, float& value, float most, const char* format, NumberField& field,
            bool dark) {
  float shown = field.held.value_or(value);
  if (std::exchange(field.focus, false)) ImGui::SetKeyboardFocusHere();
  if (ImGui::SliderFloat(label, &shown, 0, most, format)) field.held = shown;
  Slid slid{.changed = false, .left = ImGui::IsItemDeactivatedAfterEdit()};
  const bool typing = ImGui::IsItemActive() && ImGui::GetIO().WantTextInput;
  if (field.held && !typing) {
    const float wanted = *std::exchange(field.held, std::nullopt);
    if (wanted >= 0 && wanted <= most) {
      value = wanted;
      field.wrong = {};
      slid.changed = true;
    } else {
      field.wrong = wire::Saying::of(N_("{} is out of range: it goes from 0 to {}"), wanted, most);
      slid.left = false;
    }
  }
  draw_wrong(field, dark);
  return slid;
}

// "Michael, Tracy": what the clients send. Taken over when the typing is done.
bool choose_names(Controls& controls, Ui& ui) {
  if (!ui.typing_names) ui.names_text = fmt::format("{}", fmt::join(controls.program.names, ", "));
  focus_here(ui, ui.focus_names);
  ImGui::InputText(tr("names"), &ui.names_text);
  ui.typing_names = ImGui::IsItemActive();
  if (!ImGui::IsItemDeactivatedAfterEdit()) return false;
  std::vector<std::string> names;
  std::string_view rest = ui.names_text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    if (!name.empty()) names.emplace_back(name);
  }
  if (names.empty() || names == controls.program.names) return false;
  controls.program.names = std::move(names);
  return true;
}

bool list_faults(Controls& controls, Ui& ui) {
  bool changed = false;
  for (std::size_t i = 0; i < controls.faults.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::SmallButton("✗")) {
      controls.faults.erase(controls.faults.begin() + static_cast<std::ptrdiff_t>(i));
      ImGui::PopID();
      return true;
    }
    ImGui::SameLine();
    ImGui::TextWrapped("%s", net::format_fault(controls.faults[i]).c_str());
    if (words::spoken() != words::Language::en) {
      ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
      ImGui::TextWrapped("%s", fault_words(controls.faults[i]).c_str());
      ImGui::PopStyleColor();
    }
    ImGui::PopID();
  }
  if (controls.faults.empty()) ImGui::TextDisabled("%s", tr("none"));
  ImGui::SetNextItemWidth(-1);
  focus_here(ui, ui.focus_fault);
  if (ImGui::InputTextWithHint("##fault", "drop 2nd data client>server", &ui.fault_text,
                               ImGuiInputTextFlags_EnterReturnsTrue) &&
      !ui.fault_text.empty()) {
    ui.focus_fault = true;  // for the next one
    if (auto fault = net::parse_fault(ui.fault_text)) {
      controls.faults.push_back(*fault);
      ui.fault_text.clear();
      ui.fault_error = {};
      changed = true;
    } else {
      ui.fault_error = fault.error().saying();
    }
  }
  if (!ui.fault_error.empty()) ImGui::TextWrapped("%s", words::say(ui.fault_error).c_str());
  return changed;
}

}  // namespace

void controls_panel(const Model& model, Ui& ui, Commands& commands) {
  Controls controls = model.controls;
  const bool dark = model.look.dark;
  bool changed = false, both = false;
  ImGui::TextUnformatted(tr("Both networks"));
  changed |= choose_family(controls);
  if (controls.demo->uses.names) changed |= choose_names(controls, ui);
  if (controls.demo->uses.pause) {
    auto pause = static_cast<float>(static_cast<double>(controls.program.pause.ns) / 1e9);
    const Slid slid = slider(tr("pause"), pause, 3, "%.1f s", ui.pause, dark);
    if (slid.changed) {
      controls.program.pause = model::milliseconds(std::lround(pause * 1000));
      changed = true;
    }
    both = slid.left;  // not while it is dragged
  }
  ImGui::Separator();
  ImGui::TextUnformatted(tr("Simulated network"));
  changed |= choose_profile(controls);
  auto delay = static_cast<float>(static_cast<double>(controls.delay.ns) / 1e6);
  if (slider(tr("delay"), delay, 500, "%.0f ms", ui.delay, dark).changed) {
    controls.delay = model::microseconds(std::lround(delay * 1000));
    changed = true;
  }
  auto loss = static_cast<float>(controls.loss * 100);
  if (slider(tr("loss"), loss, 50, "%.0f %%", ui.loss, dark).changed) {
    controls.loss = loss / 100;
    changed = true;
  }
  changed |= choose_isn(tr("client's ISN"), controls.isn_client, ui.isn_client, dark);
  changed |= choose_isn(tr("server's ISN"), controls.isn_server, ui.isn_server, dark);
  ImGui::Separator();
  ImGui::TextUnformatted(tr("Faults"));
  changed |= list_faults(controls, ui);
  // What concerns both networks is run on both.
  both |= controls.family != model.controls.family ||
          controls.program.names != model.controls.program.names;
  if (changed) commands.push_back(SetControls{controls});
  if (both) commands.push_back(StartLive{});
}

}  // namespace synoptic::gui
