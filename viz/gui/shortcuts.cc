// What users' fingers already know: the keys of the window, and the table of them that `?` shows.
#include <fmt/format.h>
#include <imgui.h>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "viz/gui/panels.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::N_;
using words::tr;

namespace {

// As GLFW numbers keys that ImGui 1.86 has no name for; letters and signs are their ASCII codes.
constexpr int keypad_minus = 333, keypad_plus = 334;

struct Key {
  const char* keys;
  const char* what;
};
constexpr std::array keys{
    Key{N_("Space"), N_("play, pause")},
    Key{"→  .", N_("one step forwards")},
    Key{"←", N_("one step back")},
    Key{"Home, End", N_("to the start, to the end")},
    Key{"N, P", N_("next, previous packet of the same conversation")},
    Key{"C", N_("choose which of several conversations is shown")},
    Key{"[  ]", N_("the conversation before, the next one; all")},
    Key{"G", N_("go to a packet by its number")},
    Key{"/", N_("display filter, as Wireshark's: other packets are faded, N and P step over them")},
    Key{"F", N_("fork here: lose, delay, duplicate the chosen segment")},
    Key{"I", N_("type a line into the program that asks for one; Esc leaves the box")},
    Key{"R", N_("relative or raw sequence numbers")},
    Key{"T", N_("row by row, or true to time")},
    Key{"+  -  0", N_("zoom in, out, reset")},
    Key{N_("wheel, Shift+wheel, Ctrl+wheel"), N_("scroll down, sideways, zoom")},
    Key{N_("drag"), N_("move the ladders")},
    Key{N_("click"), N_("choose an event; right click on a segment: lose, delay, duplicate it")},
    Key{"Ctrl +, Ctrl -", N_("size of all type")},
    Key{"D", N_("light, dark")},
    Key{"L", N_("English, Chinese")},
    Key{"Ctrl S", N_("save what is seen")},
    Key{"Ctrl Q", N_("leave")},
    Key{"?", N_("this table")},
};

bool pressed(ImGuiKey key) {
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key));
}

// The first packet of all that is not faded.
void go_to_first_packet(const Model& model, Commands& commands) {
  for (const ladder::Step& step : model.steps) {
    const model::Event& event = model.trace_of(step.side)[step.event];
    if (!std::holds_alternative<model::Packet>(event.body)) continue;
    if (model.is_faded(step.side, step.event)) continue;
    commands.push_back(Select{{step.side, step.event}});
    return;
  }
}

// The next packet of the conversation in focus, forwards or backwards; of its side, where what is
// in focus belongs to no conversation.
void go_along_conversation(const Model& model, int direction, Commands& commands) {
  const auto focus = model.in_focus();
  if (!focus) {
    if (direction > 0) go_to_first_packet(model, commands);
    return;
  }
  const model::Trace& trace = model.trace_of(focus->side);
  const model::FlowId flow = trace[focus->event].flow;
  auto i = static_cast<std::ptrdiff_t>(model.step_of(focus->side, focus->event, focus->at_return)) +
           direction;
  for (; i >= 0 && i < std::ssize(model.steps); i += direction) {
    const ladder::Step& step = model.steps[static_cast<std::size_t>(i)];
    if (step.side != focus->side) continue;
    const model::Event& event = trace[step.event];
    if (model.is_faded(step.side, step.event)) continue;
    if (!std::holds_alternative<model::Packet>(event.body)) continue;
    if (event.flow != flow && flow != model::FlowId::none) continue;
    commands.push_back(Select{{step.side, step.event}});
    return;
  }
}

// What if the segment in focus were lost: the question, as a right click on it asks.
void fork_here(const Model& model, Ui& ui, Commands& commands) {
  const auto focus = model.in_focus();
  if (model.alone() || model.read_run != nullptr) {
    commands.push_back(Tell{wire::Saying(
        N_("what was read from a file is as it is: only a run that is simulated here can fork"))});
    return;
  }
  if (!focus || focus->side != ladder::Side::sim ||
      !std::holds_alternative<model::Packet>(model.sim()[focus->event].body)) {
    commands.push_back(Tell{wire::Saying(
        N_("choose a segment of the simulated side first (N goes to the next packet)"))});
    return;
  }
  ui.asked_about = focus->event;
  ui.ask = ui.ask_there = true;
}

// Into the box of who asks; where nobody does, in a run that has such boxes.
void type_by_hand(const Model& model, Ui& ui, Commands& commands) {
  if (model.file || model.by_hand.typists.empty()) {
    commands.push_back(Tell{wire::Saying(N_("this demo reads no typed lines"))});
    return;
  }
  ui.typing.follow = true;
  if (model.by_hand.on) return;
  commands.push_back(TypeByHand{true});
  commands.push_back(StartLive{});
}

void typed(char c, const Model& model, Ui& ui, Commands& commands) {
  Look look = model.look;
  switch (c) {
    case ' ': commands.push_back(Play{!model.playing.on}); return;
    case '.': commands.push_back(StepBy{1}); return;
    case '?': commands.push_back(ShowKeys{!model.keys_shown}); return;
    case 'f':
    case 'F': fork_here(model, ui, commands); return;
    case 'c':
    case 'C':
      if (model.flows.size() > 1)
        ui.ask_flow = true;
      else
        choose_next_flow(model, 1, commands);  // says that there is one only
      return;
    case '[': choose_next_flow(model, -1, commands); return;
    case ']': choose_next_flow(model, 1, commands); return;
    case 'g':
    case 'G': open_go_bar(ui); return;
    case '/': open_filter_bar(ui); return;
    case 'i':
    case 'I': type_by_hand(model, ui, commands); return;
    case 'n':
    case 'N': go_along_conversation(model, 1, commands); return;
    case 'p':
    case 'P': go_along_conversation(model, -1, commands); return;
    case 'r':
    case 'R': look.raw_seq = !look.raw_seq; break;
    case 't':
    case 'T':
      look.time = look.time == ladder::TimeMode::ordinal ? ladder::TimeMode::proportional
                                                         : ladder::TimeMode::ordinal;
      break;
    case 'l':
    case 'L':
      look.language =
          look.language == words::Language::en ? words::Language::zh : words::Language::en;
      break;
    case 'd':
    case 'D': look.dark = !look.dark; break;
    case '+': look.zoom *= 1.1; break;
    case '-': look.zoom /= 1.1; break;
    case '0': look.zoom = 1; break;
    default: return;
  }
  commands.push_back(SetLook{look});
}

void with_control(const Model& model, Ui& ui, Commands& commands) {
  Look look = model.look;
  if (ImGui::IsKeyPressed('S', false)) ui.ask_format = true;
  if (ImGui::IsKeyPressed('Q', false)) commands.push_back(Quit{});
  if (ImGui::IsKeyPressed('=') || ImGui::IsKeyPressed(keypad_plus)) look.type_size *= 1.1;
  if (ImGui::IsKeyPressed('-') || ImGui::IsKeyPressed(keypad_minus)) look.type_size /= 1.1;
  if (ImGui::IsKeyPressed('0', false)) look.type_size = 1;
  if (look.type_size != model.look.type_size) commands.push_back(SetLook{look});
}

}  // namespace

bool escape_pressed() {
  return pressed(ImGuiKey_Escape);
}

void focus_here(Ui& ui, bool& wanted) {
  if (!std::exchange(wanted, false)) return;
  ImGui::SetKeyboardFocusHere();
  ui.field_opens = true;
}

void ask_keyboard(Ui& ui, bool& wanted) {
  wanted = true;
  ui.field_opens = true;
}

void focus_again(Ui& ui) {
  ImGui::SetKeyboardFocusHere(-1);
  ui.field_opens = true;
}

namespace {

// A field has the keyboard two frames after it was asked for, and loses what is typed until then:
// that is kept for it. True while it opens.
bool keep_for_field(Ui& ui) {
  ImVector<ImWchar>& typed = ImGui::GetIO().InputQueueCharacters;
  if (std::exchange(ui.field_opens, false)) {
    ui.typed_early.insert(ui.typed_early.end(), typed.begin(), typed.end());
    typed.resize(0);
    return true;
  }
  if (ui.typed_early.empty()) return false;
  const std::vector<std::uint32_t> early = std::exchange(ui.typed_early, {});
  const std::vector<ImWchar> late(typed.begin(), typed.end());
  typed.resize(0);
  for (const std::uint32_t c : early) typed.push_back(static_cast<ImWchar>(c));
  for (const ImWchar c : late) typed.push_back(c);
  return true;
}

}  // namespace

void shortcuts(const Model& model, Ui& ui, Commands& commands) {
  ImGuiIO& io = ImGui::GetIO();
  if (keep_for_field(ui)) return;
  if (io.KeyCtrl) {  // none of these is one of a text field's own
    with_control(model, ui, commands);
    return;
  }
  if (io.WantTextInput) return;
  if (pressed(ImGuiKey_RightArrow)) commands.push_back(StepBy{1});
  if (pressed(ImGuiKey_LeftArrow)) commands.push_back(StepBy{-1});
  if (pressed(ImGuiKey_Home)) commands.push_back(GoTo{0});
  if (pressed(ImGuiKey_End)) commands.push_back(GoTo{model.steps.size()});
  if (escape_pressed()) {
    if (model.keys_shown) {
      commands.push_back(ShowKeys{false});
    } else if (ui.details.diagram_shown) {
      ui.details.diagram_shown = false;
    } else {
      commands.push_back(SelectNone{});
    }
  }
  for (int i = 0; i < io.InputQueueCharacters.Size; ++i) {
    const ImWchar c = io.InputQueueCharacters[i];
    if (c < 128) typed(static_cast<char>(c), model, ui, commands);
    if (!ui.focus_go && !ui.focus_filter) continue;
    ui.typed_early.assign(io.InputQueueCharacters.begin() + i + 1, io.InputQueueCharacters.end());
    return;
  }
}

void keys_window(const Model& model, Commands& commands) {
  if (!model.keys_shown) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos(ImVec2(screen.x / 2, screen.y / 2), ImGuiCond_Always, ImVec2(0.5f, 0.5f));
  bool open = true;
  if (ImGui::Begin(fmt::format("{}###keys", tr("Keys")).c_str(), &open,
                   ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoMove |
                       ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings) &&
      ImGui::BeginTable("keys", 2, ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingFixedFit)) {
    for (const Key& key : keys) {
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(tr(key.keys));
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(tr(key.what));
    }
    ImGui::EndTable();
  }
  ImGui::End();
  if (!open) commands.push_back(ShowKeys{false});
}

}  // namespace synoptic::gui
