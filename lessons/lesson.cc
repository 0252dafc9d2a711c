// What can be asked of a lesson: its scenario, its events in a run, its words about a run.
#include "lessons/lesson.hh"

#include <algorithm>
#include <tuple>
#include <utility>

#include "lessons/fill.hh"
#include "lessons/scenario.hh"

namespace synoptic::lessons {
namespace {

RunFacts facts_of(const Lesson& lesson, const model::Trace& trace, Numbers numbers) {
  RunFacts run{.trace = &trace,
               .ids = {},
               .events = {},
               .names = lesson.choices.program.names,
               .pause = lesson.choices.program.pause,
               .raw_seq = numbers == Numbers::raw};
  for (const Step& step : lesson.steps) run.ids.emplace_back(step.id);
  for (const StepEvent& event : resolve(lesson, trace)) run.events.push_back(event.event);
  return run;
}

std::vector<Paragraph> filled(std::vector<Paragraph> paragraphs, const RunFacts& run,
                              std::size_t step) {
  static const std::string unknown = "…";
  for (Paragraph& paragraph : paragraphs)
    for (Span& span : paragraph.spans)
      span.text = fill(span.text, run, step, &unknown).value_or(span.text);
  return paragraphs;
}

Told told(const Section* section, const RunFacts& run, std::size_t step) {
  if (section == nullptr) return {};
  return {filled({section->heading}, run, step).front().str(),
          filled(section->paragraphs, run, step)};
}

// The parts of Choices that can be chosen one without the other.
constexpr std::tuple parts{
    [](auto& c) -> auto& { return c.demo; },
    [](auto& c) -> auto& { return c.program.names; },
    [](auto& c) -> auto& { return c.program.pause; },
    [](auto& c) -> auto& { return c.family; },
    [](auto& c) -> auto& { return c.profile; },
    [](auto& c) -> auto& { return c.delay; },
    [](auto& c) -> auto& { return c.isn_client; },
    [](auto& c) -> auto& { return c.isn_server; },
    [](auto& c) -> auto& { return c.faults; },
};

}  // namespace

bool same_choices(const Choices& a, const Choices& b) {
  return std::apply([&](auto... part) { return ((part(a) == part(b)) && ...); }, parts);
}

Choices Lesson::with_try(std::size_t place, Choices now, const Choices& from) const {
  const auto take = [&](auto part) {
    if (part(tries[place]) != part(choices)) part(now) = part(from);
  };
  std::apply([&](auto... part) { (take(part), ...); }, parts);
  return now;
}

std::string Lesson::all_words() const {
  std::string all;
  const auto add = [&](const std::vector<Paragraph>& paragraphs) {
    for (const Paragraph& paragraph : paragraphs) all += paragraph.str();
  };
  for (const Words& text : texts) {
    all += text.title;
    add(text.opening);
    for (const Section& section : text.sections) {
      all += section.heading.str();
      add(section.paragraphs);
    }
  }
  return all;
}

std::string_view language_name(Language language) {
  return language == Language::zh ? "zh" : "en";
}

net::Scenario scenario_of(const Choices& choices) {
  net::Scenario scenario = make_scenario(*choices.demo, choices.program, choices.family);
  scenario.profile = choices.profile;
  scenario.link.delay = choices.delay;
  scenario.isn_client = choices.isn_client;
  scenario.isn_server = choices.isn_server;
  scenario.faults = choices.faults;
  return scenario;
}

std::vector<StepEvent> resolve(const Lesson& lesson, const model::Trace& trace) {
  const bool real = trace.source() == model::Source::captured;
  std::vector<StepEvent> events;
  for (const Step& step : lesson.steps) {
    StepEvent& found = events.emplace_back();
    if (real && step.simulated_only) continue;
    const Anchor& anchor = real && step.live ? *step.live : step.event;
    found.at_return = anchor.kind == Anchor::Kind::returns;
    const auto fits = find_events(anchor, trace, lesson.choices.program.names);
    if (!fits.empty()) found.event = fits.front();
  }
  return events;
}

Told words(const Lesson& lesson, std::size_t step, Language language, const model::Trace& trace,
           Numbers numbers) {
  const RunFacts run = facts_of(lesson, trace, numbers);
  return told(lesson.text(language).find(lesson.steps[step].id), run, step);
}

Told opening(const Lesson& lesson, Language language, const model::Trace& trace, Numbers numbers) {
  const Words& text = lesson.text(language);
  return {text.title, filled(text.opening, facts_of(lesson, trace, numbers), no_step)};
}

Told closing(const Lesson& lesson, Language language, const model::Trace& trace, Numbers numbers) {
  return told(lesson.text(language).find(closing_section), facts_of(lesson, trace, numbers),
              no_step);
}

}  // namespace synoptic::lessons
