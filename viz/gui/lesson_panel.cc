// A lesson beside the ladders: the words of the step where the cursor is.
#include <fmt/format.h>
#include <imgui.h>

#include <optional>
#include <string>
#include <utility>

#include "viz/gui/panels.hh"
#include "viz/gui/rich_text.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::tr;

namespace {

lessons::Language language_of(const Model& model) {
  return model.look.language == words::Language::zh ? lessons::Language::zh : lessons::Language::en;
}

// Where the cursor stands when a lesson's step has just been taken; nothing for one that this run
// does not have.
std::optional<std::size_t> cursor_of(const Model& model, std::size_t step) {
  const lessons::StepEvent& event = model.lesson_events[step];
  if (event.event == model::EventId::none) return std::nullopt;
  const std::size_t place = model.step_of(ladder::Side::sim, event.event, event.at_return);
  if (place == model.steps.size()) return std::nullopt;
  return place + 1;
}

// The lesson's step that was taken last; none before the first.
std::optional<std::size_t> step_at(const Model& model) {
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < model.lesson_events.size(); ++i) {
    const auto cursor = cursor_of(model, i);
    if (cursor && *cursor <= model.cursor) last = i;
  }
  return last;
}

void go_on(const Model& model, std::optional<std::size_t> step, Commands& commands) {
  const std::size_t first = step ? *step + 1 : 0;
  for (std::size_t i = first; i < model.lesson_events.size(); ++i) {
    if (const auto cursor = cursor_of(model, i)) {
      commands.push_back(GoTo{*cursor});
      return;
    }
  }
  commands.push_back(GoTo{model.steps.size()});
}

void go_back(const Model& model, std::optional<std::size_t> step, Commands& commands) {
  for (std::size_t i = step.value_or(0); i-- > 0;) {
    if (const auto cursor = cursor_of(model, i)) {
      commands.push_back(GoTo{*cursor});
      return;
    }
  }
  commands.push_back(GoTo{0});
}

// The step of the lesson that comes next in this run.
std::optional<std::size_t> next_of(const Model& model, std::optional<std::size_t> step) {
  for (std::size_t i = step ? *step + 1 : 0; i < model.lesson_events.size(); ++i) {
    if (cursor_of(model, i)) return i;
  }
  return std::nullopt;
}

// The words are found once for a place, drawn many times. True when the place is another.
bool update(const Model& model, LessonUi& ui, std::optional<std::size_t> step) {
  const lessons::Lesson& lesson = *model.lesson;
  const bool at_end = model.cursor == model.steps.size();
  if (ui.told && ui.revision == model.revision && ui.step == step && ui.at_end == at_end &&
      ui.raw_seq == model.look.raw_seq && ui.language == model.look.language)
    return false;
  const bool elsewhere = ui.step != step || ui.at_end != at_end;
  ui = {model.revision, step, at_end, model.look.raw_seq, model.look.language, {}, {}};
  const lessons::Language language = language_of(model);
  const auto numbers = ui.raw_seq ? lessons::Numbers::raw : lessons::Numbers::relative;
  ui.told = at_end  ? lessons::closing(lesson, language, model.sim(), numbers)
            : !step ? lessons::opening(lesson, language, model.sim(), numbers)
                    : lessons::words(lesson, *step, language, model.sim(), numbers);
  if (const auto next = next_of(model, step); next && !at_end)
    ui.next = lessons::words(lesson, *next, language, model.sim(), numbers).heading;
  return elsewhere;
}

// How the conditions that are to be tried are made by hand.
std::string by_hand(const lessons::Choices& now, const lessons::Choices& wanted) {
  std::string ways;
  const auto add = [&](bool differs, const char* way) {
    if (differs) ways += (ways.empty() ? "" : "; ") + std::string(way);
  };
  add(now.faults != wanted.faults, tr("right click on the segment, or Conditions > Faults"));
  add(now.program.pause != wanted.program.pause, tr("Conditions > pause"));
  add(now.isn_client != wanted.isn_client, tr("Conditions > client's ISN"));
  add(now.isn_server != wanted.isn_server, tr("Conditions > server's ISN"));
  add(now.delay != wanted.delay, tr("Conditions > delay"));
  add(now.profile != wanted.profile, tr("Conditions > profile"));
  return ways;
}

bool same(const lessons::Choices& a, const lessons::Choices& b) {
  return a.faults == b.faults && a.program.pause == b.program.pause &&
         a.program.names == b.program.names && a.isn_client == b.isn_client &&
         a.isn_server == b.isn_server && a.delay == b.delay && a.profile == b.profile &&
         a.family == b.family;
}

// A button that makes these conditions, and takes them back.
void try_it(const Model& model, std::size_t place, Commands& commands) {
  const lessons::Choices& own = model.lesson->choices;
  const lessons::Choices& wanted = model.lesson->tries[place];
  const bool done = same(model.controls, wanted);
  ImGui::PushID(static_cast<int>(place));
  ImGui::Indent();
  if (ImGui::SmallButton(done ? tr("Undo") : tr("Do it"))) {
    Controls controls = model.controls;
    static_cast<lessons::Choices&>(controls) = done ? own : wanted;
    const bool both = controls.program.pause != model.controls.program.pause ||
                      controls.program.names != model.controls.program.names ||
                      controls.family != model.controls.family;
    commands.push_back(SetControls{controls});
    if (both) commands.push_back(StartLive{});
  }
  if (const std::string ways = by_hand(own, wanted); !ways.empty()) {
    ImGui::SameLine();
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    draw_wrapped(ways);
    ImGui::PopStyleColor();
  }
  ImGui::Unindent();
  ImGui::Spacing();
  ImGui::PopID();
}

}  // namespace

void lesson_panel(const Model& model, Ui& ui, Commands& commands) {
  const lessons::Lesson& lesson = *model.lesson;
  const std::string& title = lesson.title(language_of(model));
  const auto step = step_at(model);
  const bool at_end = model.cursor == model.steps.size();
  // Whether the cursor stands where the words belong to, or has gone on from there.
  const bool behind = step && !at_end && cursor_of(model, *step) != model.cursor;
  ImGui::TextWrapped("%s", title.c_str());
  ImGui::BeginDisabled(model.cursor == 0);
  if (ImGui::Button(tr("◄ Back"))) go_back(model, step, commands);
  ImGui::EndDisabled();
  ImGui::SameLine();
  ImGui::BeginDisabled(at_end);
  if (ImGui::Button(tr("Next ►"))) go_on(model, step, commands);
  ImGui::EndDisabled();
  ImGui::SameLine();
  const std::string place = fmt::format("{}/{}", step ? *step + 1 : 0, model.lesson_events.size());
  ImGui::TextUnformatted((behind ? words::say("after {}", place) : place).c_str());
  const bool elsewhere = update(model, ui.lesson, step);
  if (behind && !ui.lesson.next.empty()) draw_wrapped(words::say("Next: {}", ui.lesson.next));
  ImGui::Separator();
  ImGui::BeginChild("words");
  if (elsewhere) ImGui::SetScrollY(0);
  const lessons::Told& told = *ui.lesson.told;
  ImGui::PushStyleVar(ImGuiStyleVar_Alpha, ImGui::GetStyle().Alpha * (behind ? 0.6f : 1.f));
  if (!told.heading.empty() && told.heading != title) {
    lessons::Paragraph heading;
    heading.spans.push_back({told.heading, lessons::SpanStyle::strong});
    draw_paragraph(heading, ui.fonts, model.look.dark);
  }
  std::size_t items = 0;
  for (const lessons::Paragraph& paragraph : told.paragraphs) {
    draw_paragraph(paragraph, ui.fonts, model.look.dark);
    if (at_end && paragraph.item && items < lesson.tries.size()) try_it(model, items++, commands);
  }
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

}  // namespace synoptic::gui
