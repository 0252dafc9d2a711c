// The input boxes: what is typed there goes to the program of that role, in the run that goes on.
// The box of who asks has the demo's own next line in it, chosen as a whole: Enter sends it, typing
// replaces it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "viz/gui/by_hand.hh"
#include "viz/gui/panels.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/warning.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::tr;

namespace {

// Narrower than this, in sizes of the type, boxes stand below each other.
constexpr float least_width = 34;
constexpr int frames_to_open = 3;

bool shown(const Model& model) {
  return !model.file && !model.by_hand.typists.empty();
}

int columns(const Model& model) {
  const auto boxes = static_cast<int>(model.by_hand.typists.size());
  const float room = ImGui::GetContentRegionAvail().x;
  return std::clamp(static_cast<int>(room / (ImGui::GetFontSize() * least_width)), 1, boxes);
}

const observe::RoleInput* state_of(const Model& model, const std::string& role) {
  const auto& roles = model.by_hand.roles;
  const auto found = std::ranges::find(roles, role, &observe::RoleInput::role);
  return found == roles.end() ? nullptr : &*found;
}

// Lines can be typed into it.
bool open(const Model& model, const Typist& typist) {
  const observe::RoleInput* const state = state_of(model, typist.role);
  return state != nullptr && !state->ended && !input_ended(typist.role, model.by_hand.typed);
}

bool asks(const Model& model, const std::string& role) {
  const observe::RoleInput* const state = state_of(model, role);
  return state != nullptr && state->asks;
}

// The boxes that there were stay, with what is in them.
void make_boxes(const Model& model, TypingUi& ui) {
  std::vector<TypingBox> boxes;
  for (const Typist& typist : model.by_hand.typists) {
    const auto before = std::ranges::find(ui.boxes, typist.role, &TypingBox::role);
    if (before != ui.boxes.end()) {
      boxes.push_back(std::move(*before));
    } else {
      boxes.emplace_back().role = typist.role;
    }
  }
  ui.boxes = std::move(boxes);
}

void give_keyboard(TypingUi& ui, TypingBox& box) {
  box.focus = true;
  ui.active.clear();
  ui.opens = frames_to_open;
}

// Who begins to ask is offered the demo's next line; it gets the keyboard where that lies idle.
void heed_who_asks(const Model& model, TypingUi& ui) {
  for (std::size_t i = 0; i < ui.boxes.size(); ++i) {
    TypingBox& box = ui.boxes[i];
    const Typist& typist = model.by_hand.typists[i];
    const observe::RoleInput* const state = state_of(model, box.role);
    const std::size_t asked = state != nullptr ? state->asked : 0;
    const bool begins = std::exchange(box.asked, asked) != asked && asks(model, box.role);
    if (!open(model, typist)) {
      box.text.clear();
      box.offered.clear();
      continue;
    }
    if (!begins) continue;
    const std::string* const next = next_of(typist, model.by_hand.typed);
    if (box.text.empty() && next != nullptr)
      (ui.active == box.role ? box.offered : box.text) = *next;
    if (!ui.follow || ui.active.empty() || ui.active == box.role) continue;
    const auto now = std::ranges::find(ui.boxes, ui.active, &TypingBox::role);
    if (now != ui.boxes.end() && now->text.empty() && !asks(model, now->role))
      give_keyboard(ui, box);
  }
  if (!ui.follow || !ui.active.empty() || ui.opens > 0) return;
  for (TypingBox& box : ui.boxes)
    if (asks(model, box.role)) return give_keyboard(ui, box);
}

// A line that is offered while the box has the keyboard.
int put_offered(ImGuiInputTextCallbackData* data) {
  auto& offered = *static_cast<std::string*>(data->UserData);
  if (offered.empty()) return 0;
  if (data->BufTextLen == 0) {
    data->InsertChars(0, offered.c_str());
    data->SelectAll();
  }
  offered.clear();
  return 0;
}

const char* hint(const Model& model, const Typist& typist) {
  if (!asks(model, typist.role)) return tr("not asked for yet; what is typed waits for it");
  if (next_of(typist, model.by_hand.typed) == nullptr)
    return tr("the demo types no more here: Ctrl D ends the input");
  return tr("Enter sends the line");
}

// In the place of a box that takes no lines.
void closed_box(const Model& model, const Typist& typist) {
  const observe::RoleInput* const state = state_of(model, typist.role);
  std::string why = tr("no run goes on");
  if (state != nullptr && !state->ended) {
    why = tr("its input has ended");
  } else if (state != nullptr) {
    why = state->why.empty() ? std::string(tr("it has ended")) : ladder::warning_text(state->why);
  }
  ImGui::BeginDisabled();
  std::string nothing;
  ImGui::InputTextWithHint("##closed", why.c_str(), &nothing, ImGuiInputTextFlags_ReadOnly);
  ImGui::EndDisabled();
}

void end_input(const std::string& role, TypingBox& box, Commands& commands) {
  box.text.clear();
  commands.push_back(EndInput{role});
}

void open_box(const Model& model, const Typist& typist, TypingBox& box, Ui& ui,
              Commands& commands) {
  focus_here(ui, box.focus);
  const bool entered = ImGui::InputTextWithHint("##line", hint(model, typist), &box.text,
                                                ImGuiInputTextFlags_EnterReturnsTrue |
                                                    ImGuiInputTextFlags_AutoSelectAll |
                                                    ImGuiInputTextFlags_CallbackAlways,
                                                put_offered, &box.offered);
  const bool active = ImGui::IsItemActive();
  if (entered) {
    commands.push_back(TypeLine{typist.role, box.text});
    box.text.clear();
    focus_again(ui);
    ui.typing.active = typist.role;
    ui.typing.opens = frames_to_open;
    ui.typing.follow = true;
  } else if (active) {
    ui.typing.active = typist.role;
    ui.typing.follow = true;
    ui.typing.opens = 0;
    const bool control = ImGui::GetIO().KeyCtrl;
    if (control && ImGui::IsKeyPressed('D', false)) end_input(typist.role, box, commands);
  } else if (ui.typing.active == typist.role && ui.typing.opens == 0) {
    ui.typing.active.clear();  // it was taken elsewhere
    ui.typing.follow = false;
  }
}

// "client >>: [hello              ] [Ctrl D]"
void draw_box(const Model& model, const Typist& typist, TypingBox& box, Ui& ui, float right,
              Commands& commands) {
  const bool can_type = open(model, typist);
  const observe::RoleInput* const state = state_of(model, typist.role);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(ladder::role_name(typist.role).c_str());
  if (state != nullptr && !state->prompt.empty()) {
    ImGui::SameLine();
    ImGui::BeginDisabled(!state->asks);
    ImGui::TextUnformatted(state->prompt.data(), state->prompt.data() + state->prompt.size());
    ImGui::EndDisabled();
  }
  ImGui::SameLine();
  constexpr const char* end = "Ctrl D";
  const ImGuiStyle& style = ImGui::GetStyle();
  const float button = ImGui::CalcTextSize(end).x + 2 * style.FramePadding.x + style.ItemSpacing.x;
  ImGui::SetNextItemWidth(
      std::max(ImGui::GetFontSize() * 4, right - ImGui::GetCursorPosX() - button));
  if (can_type) {
    open_box(model, typist, box, ui, commands);
  } else {
    if (ui.typing.active == typist.role) ui.typing.active.clear();
    closed_box(model, typist);
  }
  ImGui::SameLine();
  ImGui::BeginDisabled(!can_type);
  if (ImGui::Button(end)) end_input(typist.role, box, commands);
  ImGui::EndDisabled();
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("%s", tr("end of input, as in a terminal: the program gets no more lines"));
}

// The demo's own lines that were not typed yet, each program's in turn; then nobody types any more.
void type_the_rest(const Model& model, Commands& commands) {
  std::vector<TypedLine> typed = model.by_hand.typed;
  for (bool any = true; any;) {
    any = false;
    for (const Typist& typist : model.by_hand.typists) {
      const std::string* const next = open(model, typist) ? next_of(typist, typed) : nullptr;
      if (next == nullptr) continue;
      any = true;
      typed.push_back({typist.role, *next});
      commands.push_back(TypeLine{typist.role, *next});
    }
  }
  for (const Typist& typist : model.by_hand.typists)
    if (open(model, typist)) commands.push_back(EndInput{typist.role});
}

// "client: hello · how are you? · bye   server: hi · fine"
std::string demos_own_lines(const Model& model) {
  std::string text;
  for (const Typist& typist : model.by_hand.typists)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "    ", ladder::role_name(typist.role),
                        fmt::join(typist.lines, " · "));
  return text;
}

void choose_who_types(const Model& model, Ui& ui, Commands& commands) {
  bool on = model.by_hand.on;
  if (ImGui::Checkbox(tr("type the lines yourself"), &on)) {
    commands.push_back(TypeByHand{on});
    commands.push_back(StartLive{});
    ui.typing.follow = on;
  }
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("%s", tr("another run, whose programs get the lines that you type below"));
  ImGui::SameLine();
  if (!model.by_hand.on) {
    ImGui::TextDisabled("%s", words::say("the demo types {}", demos_own_lines(model)).c_str());
    return;
  }
  const bool any = std::ranges::any_of(model.by_hand.typists,
                                       [&](const Typist& typist) { return open(model, typist); });
  ImGui::BeginDisabled(!any);
  if (ImGui::Button(tr("type the rest"))) type_the_rest(model, commands);
  ImGui::EndDisabled();
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("%s",
                      tr("the demo's own lines that were not typed yet, and the end of input"));
}

}  // namespace

float typing_height(const Model& model) {
  if (!shown(model)) return 0;
  int rows = 1;
  if (model.by_hand.on) {
    const auto boxes = static_cast<int>(model.by_hand.typists.size());
    const int beside = columns(model);
    rows += (boxes + beside - 1) / beside;
  }
  return static_cast<float>(rows) * ImGui::GetFrameHeightWithSpacing();
}

void typing_panel(const Model& model, Ui& ui, Commands& commands) {
  choose_who_types(model, ui, commands);
  if (!model.by_hand.on) return;
  make_boxes(model, ui.typing);
  heed_who_asks(model, ui.typing);
  const int beside = columns(model);
  const ImVec2 from = ImGui::GetCursorPos();
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  const float width = (ImGui::GetContentRegionAvail().x + gap) / static_cast<float>(beside);
  for (std::size_t i = 0; i < ui.typing.boxes.size(); ++i) {
    const auto column = static_cast<int>(i) % beside, row = static_cast<int>(i) / beside;
    ImGui::SetCursorPos(
        ImVec2(from.x + static_cast<float>(column) * width,
               from.y + static_cast<float>(row) * ImGui::GetFrameHeightWithSpacing()));
    TypingBox& box = ui.typing.boxes[i];
    ImGui::PushID(box.role.c_str());
    const float right = from.x + static_cast<float>(column + 1) * width - gap;
    draw_box(model, model.by_hand.typists[i], box, ui, right, commands);
    ImGui::PopID();
  }
  if (ui.typing.opens > 0) --ui.typing.opens;
}

}  // namespace synoptic::gui
