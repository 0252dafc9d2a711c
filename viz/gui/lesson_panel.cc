// A lesson beside the ladders: the words of the step where the cursor is.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
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

// The lesson's step that was taken last, in the order of this run; none before the first. Of
// several that are about one event it is the last.
std::optional<std::size_t> step_at(const Model& model) {
  std::optional<std::size_t> last;
  std::size_t best = 0;
  for (std::size_t i = 0; i < model.lesson_events.size(); ++i) {
    const auto cursor = cursor_of(model, i);
    if (cursor && *cursor <= model.cursor && *cursor >= best) last = i, best = *cursor;
  }
  return last;
}

// The step of the lesson that comes next in this run.
std::optional<std::size_t> next_of(const Model& model) {
  std::optional<std::size_t> next;
  std::size_t best = model.steps.size() + 1;
  for (std::size_t i = 0; i < model.lesson_events.size(); ++i) {
    const auto cursor = cursor_of(model, i);
    if (cursor && *cursor > model.cursor && *cursor < best) next = i, best = *cursor;
  }
  return next;
}

void go_on(const Model& model, Commands& commands) {
  const auto next = next_of(model);
  commands.push_back(GoTo{next ? *cursor_of(model, *next) : model.steps.size()});
}

// To the nearest step before the cursor; from the first to the opening.
void go_back(const Model& model, Commands& commands) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < model.lesson_events.size(); ++i) {
    const auto cursor = cursor_of(model, i);
    if (cursor && *cursor < model.cursor) to = std::max(to, *cursor);
  }
  commands.push_back(GoTo{to});
}

// The words are found once for a place, drawn many times; they are about the lesson's own run. True
// when the place is another.
bool update(const Model& model, LessonUi& ui, std::optional<std::size_t> step) {
  const lessons::Lesson& lesson = *model.lesson;
  const bool at_end = model.cursor == model.steps.size();
  const bool known = !ui.told.empty() || ui.closing;
  if (known && ui.revision == model.revision && ui.step == step && ui.at_end == at_end &&
      ui.raw_seq == model.look.raw_seq && ui.language == model.look.language)
    return false;
  const bool elsewhere = ui.step != step || ui.at_end != at_end;
  ui = {.revision = model.revision,
        .step = step,
        .at_end = at_end,
        .raw_seq = model.look.raw_seq,
        .language = model.look.language,
        .told = {},
        .closing = {},
        .next = {},
        .before = std::move(ui.before)};
  const lessons::Language language = language_of(model);
  const auto numbers = ui.raw_seq ? lessons::Numbers::raw : lessons::Numbers::relative;
  const auto words_of = [&](std::size_t i) {
    return lessons::words(lesson, i, language, model.lesson_run, numbers);
  };
  if (at_end && lesson.text(language).find(lessons::closing_section) != nullptr)
    ui.closing = lessons::closing(lesson, language, model.lesson_run, numbers);
  const auto here = step ? cursor_of(model, *step) : std::nullopt;
  if (!step) {
    if (!ui.closing) ui.told = {lessons::opening(lesson, language, model.lesson_run, numbers)};
  } else if (!ui.closing || here == model.cursor) {  // behind the last step the closing is alone
    for (std::size_t i = 0; i < model.lesson_events.size(); ++i)
      if (cursor_of(model, i) == here) ui.told.push_back(words_of(i));
  }
  if (const auto next = next_of(model)) ui.next = words_of(*next).heading;
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

// Another run, on both networks where it concerns both.
void set_choices(const Model& model, Controls controls, Commands& commands) {
  const bool typed = model.typed_by_hand();  // its own run has the demo's own lines
  if (typed) commands.push_back(TypeByHand{false});
  const bool both = typed || controls.program.pause != model.controls.program.pause ||
                    controls.program.names != model.controls.program.names ||
                    controls.family != model.controls.family;
  commands.push_back(SetControls{std::move(controls)});
  if (both) commands.push_back(StartLive{});
}

// A button that makes these conditions, and takes them back; all others stay as they are.
void try_it(const Model& model, LessonUi& ui, std::size_t place, Commands& commands) {
  const lessons::Lesson& lesson = *model.lesson;
  const lessons::Choices& wanted = lesson.tries[place];
  if (lessons::same_choices(wanted, lesson.choices)) return;  // it is only told
  ui.before.resize(lesson.tries.size());
  std::optional<lessons::Choices>& before = ui.before[place];
  const lessons::Choices tried = lesson.with_try(place, model.controls, wanted);
  const bool done = lessons::same_choices(model.controls, tried);
  ImGui::PushID(static_cast<int>(place));
  ImGui::Indent();
  if (ImGui::SmallButton(done ? tr("Undo") : tr("Do it"))) {
    Controls controls = model.controls;
    lessons::Choices& choices = controls;
    choices = done ? lesson.with_try(place, choices, before.value_or(lesson.choices)) : tried;
    before = done ? std::nullopt : std::optional<lessons::Choices>(model.controls);
    set_choices(model, std::move(controls), commands);
  }
  if (const std::string ways = by_hand(lesson.choices, wanted); !ways.empty()) {
    ImGui::SameLine();
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    draw_wrapped(ways);
    ImGui::PopStyleColor();
  }
  ImGui::Unindent();
  ImGui::Spacing();
  ImGui::PopID();
}

// That the words do not tell of the run that is shown, and the way back to the one they tell of.
void other_conditions(const Model& model, LessonUi& ui, Commands& commands) {
  ImGui::PushStyleColor(ImGuiCol_Text, refusal_colour(model.look.dark));
  draw_wrapped(
      tr("This run has other conditions than the lesson's: its words are about the lesson's own "
         "run."));
  ImGui::PopStyleColor();
  if (!ImGui::Button(tr("Back to the lesson's run"))) return;
  ui.before.clear();
  set_choices(model, {model.lesson->choices}, commands);
}

void draw_heading(const lessons::Told& told, const Ui& ui, bool dark) {
  lessons::Paragraph heading;
  heading.spans.push_back({told.heading, lessons::SpanStyle::strong});
  draw_paragraph(heading, ui.fonts, dark);
}

}  // namespace

void lesson_panel(const Model& model, Ui& ui, Commands& commands) {
  const lessons::Lesson& lesson = *model.lesson;
  const std::string& title = lesson.title(language_of(model));
  const auto step = step_at(model);
  const bool at_end = model.cursor == model.steps.size();
  // Whether the cursor stands where the words belong to, or has gone on from there.
  const bool behind = step && !at_end && cursor_of(model, *step) != model.cursor;
  const bool own = model.as_in_lesson();
  ImGui::TextWrapped("%s", title.c_str());
  ImGui::BeginDisabled(model.cursor == 0);
  if (ImGui::Button(tr("◄ Back"))) go_back(model, commands);
  ImGui::EndDisabled();
  ImGui::SameLine();
  ImGui::BeginDisabled(at_end);
  if (ImGui::Button(tr("Next ►"))) go_on(model, commands);
  ImGui::EndDisabled();
  ImGui::SameLine();
  const std::string place = fmt::format("{}/{}", step ? *step + 1 : 0, model.lesson_events.size());
  ImGui::TextUnformatted((behind ? words::say("after {}", place) : place).c_str());
  const bool elsewhere = update(model, ui.lesson, step);
  if (behind && !ui.lesson.next.empty()) draw_wrapped(words::say("Next: {}", ui.lesson.next));
  if (!own) other_conditions(model, ui.lesson, commands);
  ImGui::Separator();
  ImGui::BeginChild("words");
  if (elsewhere) ImGui::SetScrollY(0);
  ImGui::PushStyleVar(ImGuiStyleVar_Alpha, ImGui::GetStyle().Alpha * (behind || !own ? 0.6f : 1.f));
  for (const lessons::Told& told : ui.lesson.told) {
    if (!told.heading.empty() && told.heading != title) draw_heading(told, ui, model.look.dark);
    for (const lessons::Paragraph& paragraph : told.paragraphs)
      draw_paragraph(paragraph, ui.fonts, model.look.dark);
  }
  ImGui::PopStyleVar();
  if (ui.lesson.closing) {
    if (!ui.lesson.told.empty()) ImGui::Separator();
    draw_heading(*ui.lesson.closing, ui, model.look.dark);
    std::size_t items = 0;
    for (const lessons::Paragraph& paragraph : ui.lesson.closing->paragraphs) {
      draw_paragraph(paragraph, ui.fonts, model.look.dark);
      if (paragraph.item && items < lesson.tries.size())
        try_it(model, ui.lesson, items++, commands);
    }
  }
  ImGui::EndChild();
}

}  // namespace synoptic::gui
