// A lesson beside the ladders: the words of the step where the cursor is.
#include <fmt/format.h>
#include <imgui.h>

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

}  // namespace

void lesson_panel(const Model& model, Ui& ui, Commands& commands) {
  const lessons::Lesson& lesson = *model.lesson;
  const lessons::Language language = language_of(model);
  const auto step = step_at(model);
  const bool at_end = model.cursor == model.steps.size();
  ImGui::TextWrapped("%s", lesson.title(language).c_str());
  ImGui::BeginDisabled(model.cursor == 0);
  if (ImGui::Button(tr("◄ Back"))) go_back(model, step, commands);
  ImGui::EndDisabled();
  ImGui::SameLine();
  ImGui::BeginDisabled(at_end);
  if (ImGui::Button(tr("Next ►"))) go_on(model, step, commands);
  ImGui::EndDisabled();
  ImGui::SameLine();
  ImGui::TextUnformatted(
      fmt::format("{}/{}", step ? *step + 1 : 0, model.lesson_events.size()).c_str());
  ImGui::Separator();
  ImGui::BeginChild("words");
  const lessons::Told told = at_end  ? lessons::closing(lesson, language, model.sim())
                             : !step ? lessons::opening(lesson, language, model.sim())
                                     : lessons::words(lesson, *step, language, model.sim());
  if (ui.lesson_shown != told.heading) ImGui::SetScrollY(0);
  ui.lesson_shown = told.heading;
  if (!told.heading.empty() && told.heading != lesson.title(language)) {
    lessons::Paragraph heading;
    heading.spans.push_back({told.heading, lessons::SpanStyle::strong});
    draw_paragraph(heading, ui.fonts, model.look.dark);
  }
  for (const lessons::Paragraph& paragraph : told.paragraphs)
    draw_paragraph(paragraph, ui.fonts, model.look.dark);
  ImGui::EndChild();
}

}  // namespace synoptic::gui
