// The ladder is laid out once and cut behind the event of each step: what is read in order is the
// whole of it.
#include "viz/cli/lesson_text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/steps.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

using lessons::Language;

constexpr int widest_words = 100;  // longer lines are hard to read
constexpr int margin = 2;

std::string paragraphs(const lessons::Told& told, int columns) {
  const int width = std::min(columns, widest_words);
  std::string text;
  bool list = false;
  for (const lessons::Paragraph& paragraph : told.paragraphs) {
    if (!(list && paragraph.item)) text += '\n';
    list = paragraph.item;
    const int indent = paragraph.item ? 2 : 0;
    bool first = true;
    for (const std::string& line :
         ladder::wrap(ladder::printable(paragraph.str()), width - indent)) {
      text += indent == 0 ? "" : first ? "- " : "  ";
      text += line + "\n";
      first = false;
    }
  }
  return text;
}

// What makes the conditions that are to be tried, in a terminal.
std::string command_for(const lessons::Choices& own, const lessons::Choices& wanted) {
  std::string command = fmt::format("synoptic compare {}", own.demo->name);
  const lessons::Choices usual;
  const auto in_ms = [](model::Duration d) { return static_cast<double>(d.ns) / 1e6; };
  for (const net::Fault& fault : wanted.faults)
    command += fmt::format(" --fault \"{}\"", net::format_fault(fault));
  if (wanted.program.pause != usual.program.pause)
    command += fmt::format(" --pause {}ms", in_ms(wanted.program.pause));
  if (wanted.delay != usual.delay) command += fmt::format(" --delay {}ms", in_ms(wanted.delay));
  if (wanted.profile != usual.profile)
    command += fmt::format(" --profile {}", tcp::profile_text(wanted.profile));
  const bool other_isn = wanted.isn_client != own.isn_client || wanted.isn_server != own.isn_server;
  if (wanted.isn_client != own.isn_client && wanted.isn_client)
    command += fmt::format(" --isn-client {}", wanted.isn_client->raw);
  if (wanted.isn_server != own.isn_server && wanted.isn_server)
    command += fmt::format(" --isn-server {}", wanted.isn_server->raw);
  return command + (other_isn ? " --raw-seq" : "");
}

std::string heading(std::string_view title, int columns) {
  const int left = std::min(columns, widest_words) - ladder::cells(title) - 4;
  std::string text = fmt::format("── {} ", title);
  for (int i = 0; i < left; ++i) text += "─";
  return text + "\n";
}

// The ladder's lines of text, and where its events stand in them.
class Ladder {
 public:
  explicit Ladder(const LessonText& shown) {
    ladder::LayoutOptions options;
    options.metrics = ladder::text_metrics(shown.columns - margin);
    ladder::Scene scene;
    if (shown.live != nullptr) {
      const ladder::Alignment alignment = ladder::align(shown.sim, *shown.live);
      scene = ladder::layout(shown.sim, *shown.live, alignment, options);
    } else {
      scene = ladder::layout(shown.sim, options);
    }
    std::istringstream text(exporting::to_text(scene));
    for (std::string line; std::getline(text, line);) lines_.push_back(line);
    steps_ = ladder::steps_of(scene);
    top_ = lines_.size();
    for (const ladder::Text& t : scene.texts)
      if (t.role == ladder::Role::side_title || t.role == ladder::Role::lane_name)
        top_ = std::min(top_, line_of(ladder::extent(t, scene).min.y));
  }

  std::size_t top() const { return top_; }  // of the ladder itself
  std::size_t end() const { return lines_.size(); }
  const std::string& line(std::size_t n) const { return lines_[n]; }

  // The line on which a simulated event stands.
  std::optional<std::size_t> find(const lessons::StepEvent& event) const {
    const auto step = std::ranges::find_if(steps_, [&](const ladder::Step& s) {
      return s.side == ladder::Side::sim && s.event == event.event;
    });
    if (step == steps_.end()) return std::nullopt;
    const std::size_t first = line_of(step->top);
    return event.at_return ? std::max(first, line_of(step->bottom - 0.5)) : first;
  }
  // The line on which the next simulated event stands.
  std::size_t behind(std::size_t line) const {
    std::size_t next = end();
    for (const ladder::Step& step : steps_) {
      const std::size_t top = line_of(step.top);
      if (step.side == ladder::Side::sim && top > line) next = std::min(next, top);
    }
    return next;
  }

 private:
  static std::size_t line_of(double y) {
    return static_cast<std::size_t>(std::max(0.0, std::floor(y + 1e-6)));
  }
  std::vector<std::string> lines_;
  std::vector<ladder::Step> steps_;
  std::size_t top_ = 0;
};

}  // namespace

std::string lesson_opening(const LessonText& shown) {
  const lessons::Told told = lessons::opening(shown.lesson, shown.language, shown.sim);
  return heading(told.heading, shown.columns) + paragraphs(told, shown.columns);
}

std::vector<std::string> lesson_steps(const LessonText& shown) {
  const lessons::Lesson& lesson = shown.lesson;
  const Ladder ladder(shown);
  const auto sim = lessons::resolve(lesson, shown.sim);
  const auto live = shown.live != nullptr ? lessons::resolve(lesson, *shown.live)
                                          : std::vector<lessons::StepEvent>{};
  std::vector<std::string> pages;
  std::size_t from = ladder.top();
  for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
    const lessons::Told told = lessons::words(lesson, i, shown.language, shown.sim);
    std::string page =
        heading(fmt::format("{}/{} · {}", i + 1, lesson.steps.size(), told.heading), shown.columns);
    page += paragraphs(told, shown.columns);
    if (shown.live != nullptr && live[i].event == model::EventId::none)
      page += fmt::format("\n{}\n", words::tr("(The live side shows nothing of this.)"));
    page += '\n';
    const auto here = ladder.find(sim[i]);
    std::size_t to = here ? std::max(from, ladder.behind(*here)) : from;
    if (i + 1 == lesson.steps.size()) to = ladder.end();
    for (; from < to; ++from) {
      const std::string& line = ladder.line(from);
      const bool marked = here && from == *here;
      page += line.empty() && !marked ? "\n" : fmt::format("{}{}\n", marked ? "▸ " : "  ", line);
    }
    pages.push_back(std::move(page));
  }
  return pages;
}

std::string lesson_closing(const LessonText& shown) {
  const lessons::Told told = lessons::closing(shown.lesson, shown.language, shown.sim);
  if (told.paragraphs.empty()) return "";
  std::string text = heading(told.heading, shown.columns);
  std::size_t items = 0;
  for (const lessons::Paragraph& paragraph : told.paragraphs) {
    text += paragraphs({.heading = {}, .paragraphs = {paragraph}}, shown.columns);
    if (!paragraph.item || items >= shown.lesson.tries.size()) continue;
    const lessons::Choices& wanted = shown.lesson.tries[items++];
    text += fmt::format("  {}\n", command_for(shown.lesson.choices, wanted));
  }
  return text;
}

std::string course_list(const std::vector<lessons::CourseEntry>& course, Language language) {
  std::size_t widest = 0;
  for (const auto& entry : course) widest = std::max(widest, entry.name.size());
  std::string text;
  for (const auto& entry : course)
    text += fmt::format("{:<{}}  {}\n", entry.name, widest,
                        entry.lesson ? entry.lesson->title(language)
                                     : words::tr("BROKEN: ") + entry.lesson.error().str());
  return text;
}

}  // namespace synoptic::cli
