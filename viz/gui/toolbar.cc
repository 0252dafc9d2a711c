// Demo, run, steps, play, speed; the scrub bar; the status line.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "viz/gui/palette.hh"
#include "viz/gui/panels.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/seen.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::N_;
using words::tr;

namespace {

void start(Ui& ui, Commands& commands) {
  commands.push_back(StartLive{});
  ui.typing.follow = true;
}

void choose_demo(const Model& model, Ui& ui, Commands& commands) {
  const demos::Demo* chosen = model.controls.demo;
  ImGui::SetNextItemWidth(ImGui::GetFontSize() * 9);
  if (!ImGui::BeginCombo("##demo", std::string(chosen->name).c_str())) return;
  for (const demos::Demo& demo : demos::demos()) {
    if (ImGui::Selectable(std::string(demo.name).c_str(), &demo == chosen)) {
      Controls controls = model.controls;
      controls.demo = &demo;
      controls.faults.clear();
      commands.push_back(SetControls{controls});
      start(ui, commands);
    }
    const bool chinese = model.look.language == words::Language::zh;
    if (ImGui::IsItemHovered())
      ImGui::SetTooltip("%s", std::string(chinese ? demo.title_zh : demo.title).c_str());
  }
  ImGui::EndCombo();
}

// The next item stands beside the last one where it has room there, else below.
void place(float width) {
  ImGui::SameLine();
  if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
}

bool button(const char* label, const char* tip) {
  place(ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x);
  const bool clicked = ImGui::Button(label);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tip);
  return clicked;
}

bool checkbox(const char* label, bool& value) {
  place(ImGui::CalcTextSize(label).x + 2 * ImGui::GetFrameHeight());
  return ImGui::Checkbox(label, &value);
}

void choose_speed(const Model& model, Commands& commands) {
  const float width = ImGui::GetFontSize() * 6;
  place(width);
  ImGui::SetNextItemWidth(width);
  auto speed = static_cast<float>(model.playing.speed);
  if (ImGui::SliderFloat("##speed", &speed, 0.25f, 10, "%.2g /s", ImGuiSliderFlags_Logarithmic))
    commands.push_back(SetSpeed{speed});
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tr("steps a second while playing"));
}

void choose_look(const Model& model, Commands& commands) {
  Look look = model.look;
  bool timed = look.time == ladder::TimeMode::proportional;
  bool changed = checkbox(tr("true time"), timed);
  if (changed) look.time = timed ? ladder::TimeMode::proportional : ladder::TimeMode::ordinal;
  changed |= checkbox(tr("raw seq"), look.raw_seq);
  changed |= checkbox(tr("dark"), look.dark);
  if (changed) commands.push_back(SetLook{look});
}

void choose_language(const Model& model, Commands& commands) {
  Look look = model.look;
  const bool english = look.language == words::Language::en;
  if (!button(english ? "中文" : "English", tr("the other language"))) return;
  look.language = english ? words::Language::zh : words::Language::en;
  commands.push_back(SetLook{look});
}

constexpr std::array formats{"png", "svg", "txt", "json", "pcapng"};

// A name, or a path with or without "~": what is in the box is saved by its ending, else as a
// picture.
void save_box(const Model& model, Ui& ui, Commands& commands) {
  ImGui::Separator();
  ImGui::SetNextItemWidth(ImGui::GetFontSize() * 22);
  focus_here(ui, ui.focus_save);
  const bool entered =
      ImGui::InputText("##name", &ui.save_name,
                       ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  if (!model.folder.empty()) {
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + ImGui::GetFontSize() * 22);
    ImGui::TextDisabled("%s", words::say("Enter saves it, in {}", model.folder).c_str());
    ImGui::PopTextWrapPos();
  }
  if (!entered || ui.save_name.empty()) return;
  const std::size_t dot = ui.save_name.rfind('.');
  const std::size_t slash = ui.save_name.rfind('/');
  const bool ending = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  commands.push_back(Save{ending ? ui.save_name : ui.save_name + ".png"});
  ImGui::CloseCurrentPopup();
}

void save_menu(const Model& model, Ui& ui, Commands& commands) {
  const bool clicked = button(tr("Save"), tr("save what is seen"));
  const std::string what = model.alone() ? model.file->name.substr(0, model.file->name.rfind('.'))
                                         : std::string(model.controls.demo->name);
  if (std::exchange(ui.ask_format, false) || clicked) {
    ImGui::OpenPopup("save");
    ui.save_name = what + ".png";
    ui.focus_save = true;
  }
  // Below its button, so that what opens it chooses nothing in it.
  ImGui::SetNextWindowPos(ImVec2(ImGui::GetItemRectMin().x, ImGui::GetItemRectMax().y));
  if (!ImGui::BeginPopup("save")) return;
  if (escape_pressed()) ImGui::CloseCurrentPopup();
  for (const char* format : formats) {
    const std::string name = fmt::format("{}.{}", what, format);
    if (ImGui::Selectable(fmt::format("{} {}", tr("Save as"), name).c_str()))
      commands.push_back(Save{name});
  }
  save_box(model, ui, commands);
  ImGui::EndPopup();
}

void live_button(const Model& model, Ui& ui, Commands& commands) {
  if (model.live_run.state == LiveState::running) {
    if (button(tr("■ Stop"), tr("end the real run; what came so far stays")))
      commands.push_back(StopLive{});
  } else if (button(tr("● Run"), tr("run the demo on the real network, captured"))) {
    start(ui, commands);
  }
}

// A line to be dragged along, with a mark for each packet, and one for the cursor.
void scrub_bar(const Model& model, Commands& commands) {
  const float height = ImGui::GetFontSize() * 1.1f;
  const float width = std::max(1.f, ImGui::GetContentRegionAvail().x);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton("##scrub", ImVec2(width, height));
  const auto count = static_cast<double>(std::max<std::size_t>(model.steps.size(), 1));
  if (ImGui::IsItemActive()) {
    const double share = std::clamp((ImGui::GetIO().MousePos.x - from.x) / width, 0.f, 1.f);
    commands.push_back(GoTo{static_cast<std::size_t>(std::lround(share * count))});
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float middle = from.y + height / 2;
  const auto x = [&](double step) { return from.x + static_cast<float>(step / count) * width; };
  const ImU32 ink = ImGui::GetColorU32(ImGuiCol_Text);
  list.AddLine({from.x, middle}, {from.x + width, middle}, faded(ink, 0.4), 1);
  // As many marks as there are pixels for, whatever the length of the trace.
  const std::size_t stride = 1 + static_cast<std::size_t>(count / (width / 2));
  for (std::size_t i = 0; i < model.steps.size(); i += stride) {
    const ladder::Step& step = model.steps[i];
    const model::Event& event = model.trace_of(step.side)[step.event];
    const bool packet = std::holds_alternative<model::Packet>(event.body);
    const float half = height * (packet ? 0.35f : 0.15f);
    // The simulated side above the line, the real one below it.
    const float up = step.side == ladder::Side::sim ? -half : 0;
    const float down = step.side == ladder::Side::sim ? 0 : half;
    const float at = std::floor(x(static_cast<double>(i) + 0.5));
    list.PrimReserve(6, 4);  // a plain rectangle: a tenth of a smoothed line's cost
    list.PrimRect({at, middle + up}, {at + 1, middle + down}, faded(ink, packet ? 0.8 : 0.4));
  }
  const float cursor = x(static_cast<double>(model.cursor) + model.under_way);
  list.AddTriangleFilled({cursor - height / 3, from.y}, {cursor + height / 3, from.y},
                         {cursor, middle}, ImGui::GetColorU32(ImGuiCol_ButtonActive));
  list.AddLine({cursor, from.y}, {cursor, from.y + height},
               ImGui::GetColorU32(ImGuiCol_ButtonActive), 2);
}

}  // namespace

void toolbar(const Model& model, Ui& ui, Commands& commands) {
  choose_demo(model, ui, commands);
  live_button(model, ui, commands);
  if (button("|◄", tr("to the start (Home)"))) commands.push_back(GoTo{0});
  if (button("◄", tr("one step back (←)"))) commands.push_back(StepBy{-1});
  if (button(model.playing.on ? tr("Pause") : tr("Play"), tr("play, pause (Space)")))
    commands.push_back(Play{!model.playing.on});
  if (button("►", tr("one step forwards (→ or .)"))) commands.push_back(StepBy{1});
  if (button("►|", tr("to the end (End)"))) commands.push_back(GoTo{model.steps.size()});
  choose_speed(model, commands);
  choose_look(model, commands);
  ImGui::BeginDisabled(model.alone());
  if (button(ui.controls_shown ? tr("Conditions <") : tr("Conditions >"),
             tr("profile, delay, loss, faults of the simulated side")))
    ui.controls_shown = !ui.controls_shown;
  ImGui::EndDisabled();
  choose_language(model, commands);
  save_menu(model, ui, commands);
  if (button("?", tr("the keys"))) commands.push_back(ShowKeys{!model.keys_shown});
  scrub_bar(model, commands);
}

namespace {

constexpr ladder::Noun packets_so_far{N_("reading: {} packet so far"),
                                      N_("reading: {} packets so far")};
constexpr ladder::Noun packets_by_now{N_("running: {} packet captured"),
                                      N_("running: {} packets captured")};
constexpr ladder::Noun packets_captured{N_("{} packet captured"), N_("{} packets captured")};

}  // namespace

std::string status_text(const Model& model) {
  const observe::Counters& c = model.live_run.counters;
  std::string text =
      fmt::format(fmt::runtime(tr("step {} of {}")), model.cursor, model.steps.size());
  switch (model.live_run.state) {
    case LiveState::none:
      if (!model.file) text += std::string(" · ") + tr("no real run yet");
      break;
    case LiveState::running:
      text += " · " + ladder::counted(c.captured, model.file ? packets_so_far : packets_by_now);
      break;
    case LiveState::ended: text += " · " + ladder::counted(c.captured, packets_captured); break;
  }
  if (model.live_run.state == LiveState::running && !model.file)
    for (const observe::RoleInput& role : model.by_hand.roles)
      if (role.asks) text += " · " + words::say("{} asks", ladder::role_name(role.role));
  if (model.file) text += " · " + model.file->name;
  if (c.kernel_dropped + c.queue_dropped > 0)
    text += " · " + fmt::format(fmt::runtime(tr("dropped: {} by the kernel, {} here")),
                                c.kernel_dropped, c.queue_dropped);
  if (model.live_run.failure && !model.file)
    text += " · " + words::say(model.live_run.failure->saying());
  const bool said = model.live_run.failure && model.message == model.live_run.failure->str();
  if (!model.message.empty() && !said) text += " · " + words::say(model.message);
  return text;
}

void status_line(const Model& model) {
  const std::string text = status_text(model);
  const float room = ImGui::GetContentRegionAvail().x;
  if (ImGui::CalcTextSize(text.c_str()).x <= room) return ImGui::TextUnformatted(text.c_str());
  int fit = 0, too_many = ladder::cells(text);
  while (fit + 1 < too_many) {
    const int some = (fit + too_many) / 2;
    const bool fits = ImGui::CalcTextSize(ladder::shorten(text, some).c_str()).x <= room;
    (fits ? fit : too_many) = some;
  }
  ImGui::TextUnformatted(ladder::shorten(text, fit).c_str());
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", text.c_str());
}

}  // namespace synoptic::gui
