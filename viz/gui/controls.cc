// The simulated side's conditions: each change is another run, at once.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
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

void draw_wrong(const TypedField& field, bool dark) {
  if (field.wrong.empty()) return;
  ImGui::PushStyleColor(ImGuiCol_Text, refusal_colour(dark));
  ImGui::TextWrapped("%s", words::say(field.wrong).c_str());
  ImGui::PopStyleColor();
}

bool enter_pressed() {
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter)) ||
         ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_KeyPadEnter));
}

// Before the field is drawn.
void open_field(Ui& ui, TypedField& field) {
  if (field.focus) field.opens = 3;
  focus_here(ui, field.focus);
}

enum class Typing : std::uint8_t { none, on, taken };  // taken: it is done, and right

// After the field was drawn, with what is wrong with its text.
Typing follow_typing(TypedField& field, Ui& ui, bool active, wire::Saying wrong) {
  if (active) {
    field.opens = 0;
    field.typing = true;
    field.wrong = std::move(wrong);
    return Typing::on;
  }
  if (field.opens > 0) {
    --field.opens;
    return field.typing ? Typing::on : Typing::none;
  }
  if (!field.typing) return Typing::none;
  if (!wrong.empty() && enter_pressed()) {
    field.wrong = std::move(wrong);
    ask_keyboard(ui, field.focus);
    field.opens = 1;
    return Typing::on;
  }
  field.typing = false;
  field.wrong = {};
  return wrong.empty() && !escape_pressed() ? Typing::taken : Typing::none;
}

// Off: as the profile has it.
bool choose_isn(const char* label, std::optional<wire::SeqNum>& isn, TypedField& field, Ui& ui,
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
  open_field(ui, field);
  ImGui::InputText("##isn", &field.text);
  ImGui::PopID();
  std::uint32_t value = 0;
  const char* const end = field.text.data() + field.text.size();
  const auto [stop, error] = std::from_chars(field.text.data(), end, value);
  wire::Saying wrong;
  if (error != std::errc{} || stop != end)
    wrong = wire::Saying::of(N_("'{}' is no ISN: it is a whole number from 0 to {}"), field.text,
                             std::numeric_limits<std::uint32_t>::max());
  if (follow_typing(field, ui, ImGui::IsItemActive(), std::move(wrong)) == Typing::taken &&
      value != isn->raw) {
    isn = wire::SeqNum{value};
    changed = true;
  }
  draw_wrong(field, dark);
  return changed;
}

struct Slid {
  bool changed = false;
  bool left = false;  // the change is over
};

// Dragged, or typed after Ctrl+click.
Slid slider(const char* label, float& value, float most, const char* format, TypedField& field,
            Ui& ui, bool dark) {
  float shown = field.held.value_or(value);
  open_field(ui, field);
  if (ImGui::SliderFloat(label, &shown, 0, most, format)) field.held = shown;
  Slid slid{.changed = false, .left = ImGui::IsItemDeactivatedAfterEdit()};
  const bool dragged = ImGui::IsItemActive() && !ImGui::GetIO().WantTextInput;
  const float wanted = field.held.value_or(value);
  wire::Saying wrong;
  if (wanted < 0 || wanted > most)
    wrong = wire::Saying::of(N_("{} is out of range: it goes from 0 to {}"), wanted, most);
  const Typing typing =
      follow_typing(field, ui, ImGui::IsItemActive() && !dragged, std::move(wrong));
  slid.left &= field.wrong.empty();
  if (typing != Typing::on && field.held) {
    field.held.reset();
    if (dragged || typing == Typing::taken || (wanted >= 0 && wanted <= most)) {
      slid.changed = wanted != value;
      value = wanted;
    }
  }
  draw_wrong(field, dark);
  return slid;
}

std::vector<std::string> names_in(std::string_view rest) {
  std::vector<std::string> names;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

// "Michael, Tracy": what the clients send.
bool choose_names(Controls& controls, Ui& ui, bool dark) {
  TypedField& field = ui.names;
  if (!field.typing) field.text = fmt::format("{}", fmt::join(controls.program.names, ", "));
  open_field(ui, field);
  ImGui::InputText(tr("names"), &field.text);
  std::vector<std::string> names = names_in(field.text);
  wire::Saying wrong;
  if (names.empty()) wrong = wire::Saying(N_("no name: at least one is needed"));
  const Typing typing = follow_typing(field, ui, ImGui::IsItemActive(), std::move(wrong));
  draw_wrong(field, dark);
  if (typing != Typing::taken || names == controls.program.names) return false;
  controls.program.names = std::move(names);
  return true;
}

bool list_faults(Controls& controls, Ui& ui, bool dark) {
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
  TypedField& field = ui.fault;
  ImGui::SetNextItemWidth(-1);
  open_field(ui, field);
  const bool entered = ImGui::InputTextWithHint("##fault", "drop 2nd data client>server",
                                                &field.text, ImGuiInputTextFlags_EnterReturnsTrue);
  // It is refused when it is entered; what is being mended is so until it is right.
  if (entered && !field.text.empty()) {
    ask_keyboard(ui, field.focus);  // for the next one
    if (auto fault = net::parse_fault(field.text)) {
      controls.faults.push_back(*fault);
      field.text.clear();
      field.wrong = {};
      changed = true;
    } else {
      field.wrong = fault.error().saying();
    }
  } else if (!field.wrong.empty()) {
    const auto fault = net::parse_fault(field.text);
    const bool mended = fault || field.text.empty();
    follow_typing(field, ui, ImGui::IsItemActive(),
                  mended ? wire::Saying() : fault.error().saying());
    if (!field.typing && field.wrong.empty() && !mended) field.text.clear();
  }
  draw_wrong(field, dark);
  return changed;
}

}  // namespace

void controls_panel(const Model& model, Ui& ui, Commands& commands) {
  Controls controls = model.controls;
  const bool dark = model.look.dark;
  bool changed = false, both = false;
  ImGui::TextUnformatted(tr("Both networks"));
  changed |= choose_family(controls);
  if (controls.demo->uses.names) changed |= choose_names(controls, ui, dark);
  if (controls.demo->uses.pause) {
    auto pause = static_cast<float>(static_cast<double>(controls.program.pause.ns) / 1e9);
    const Slid slid = slider(tr("pause"), pause, 3, "%.1f s", ui.pause, ui, dark);
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
  if (slider(tr("delay"), delay, 500, "%.0f ms", ui.delay, ui, dark).changed) {
    controls.delay = model::microseconds(std::lround(delay * 1000));
    changed = true;
  }
  auto loss = static_cast<float>(controls.loss * 100);
  if (slider(tr("loss"), loss, 50, "%.0f %%", ui.loss, ui, dark).changed) {
    controls.loss = loss / 100;
    changed = true;
  }
  changed |= choose_isn(tr("client's ISN"), controls.isn_client, ui.isn_client, ui, dark);
  changed |= choose_isn(tr("server's ISN"), controls.isn_server, ui.isn_server, ui, dark);
  ImGui::Separator();
  ImGui::TextUnformatted(tr("Faults"));
  changed |= list_faults(controls, ui, dark);
  // What concerns both networks is run on both.
  both |= controls.family != model.controls.family ||
          controls.program.names != model.controls.program.names;
  if (changed) commands.push_back(SetControls{controls});
  if (both) commands.push_back(StartLive{});
}

}  // namespace synoptic::gui
