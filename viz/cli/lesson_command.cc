// synoptic lesson: lists the course, or plays a lesson in the terminal.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "viz/cli/commands.hh"
#include "viz/cli/demo_runs.hh"
#include "viz/cli/drive.hh"
#include "viz/cli/files.hh"
#include "viz/cli/lesson_text.hh"
#include "viz/cli/output.hh"
#include "viz/cli/suggest.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

namespace fs = std::filesystem;

// "01-handshake-and-close" may be called so, or "handshake-and-close", "01", "1".
bool is_called(std::string_view name, std::string_view typed) {
  if (typed == name) return true;
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return false;
  std::string_view number = name.substr(0, dash);
  if (typed == number || typed == name.substr(dash + 1)) return true;
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return typed == number;
}

bool print(std::string_view text) {
  const auto written = write_stdout(text);
  if (!written) say(written.error().str());
  return written.has_value();
}

int list(lessons::Language language) {
  const auto course = lessons::list_course();
  if (course.empty()) {
    say(fmt::format("there are no lessons in {}", lessons::course_folder().string()));
    return refused;
  }
  const bool whole =
      std::ranges::all_of(course, [](const auto& e) { return e.lesson.has_value(); });
  if (!print(course_list(course, language))) return refused;
  return whole ? done : refused;
}

// The folder of a lesson: one of the course by its name, any other by its path.
model::Expected<fs::path> folder_of(const std::string& typed) {
  if (typed.find('/') != std::string::npos) return typed;
  std::vector<std::string> known;
  for (const lessons::CourseEntry& entry : lessons::list_course()) {
    if (is_called(entry.name, typed)) return entry.folder;
    known.push_back(entry.name);
  }
  const std::string near = suggest(typed, known);
  return std::unexpected(
      model::Error{fmt::format("there is no lesson '{}'{}", typed,
                               near.empty() ? "; the course is listed by: synoptic lesson" : near),
                   ""});
}

// The real run, to its end or to Ctrl-C; nothing where there is none, and it is said why.
std::unique_ptr<observe::TraceSource> run_live(const lessons::Choices& choices, bool& whole) {
  Options options;
  options.demo.demo = choices.demo;
  options.demo.program = choices.program;
  options.demo.family = choices.family;
  if (options.demo.program.server.port == 0) options.demo.program.server.port = choices.demo->port;
  Interrupts interrupts;
  auto source = live::run_private(make_live_spec(options.demo, std::nullopt));
  if (!source) {
    say(fmt::format("{}; the simulated side is shown alone", source.error().str()));
    return nullptr;
  }
  const Driven driven = drive(**source, interrupts,
                              fmt::format("running {} on the real network", choices.demo->name));
  whole = report_end(**source) && driven == Driven::to_its_end;
  if (driven == Driven::interrupted)
    say("the real run was ended before it was done; what came until then is shown");
  return std::move(*source);
}

enum class Answer : std::uint8_t { go_on, end };

// Waits for Enter, and takes the question off the screen again.
Answer ask() {
  if (!write_stdout("\nEnter: go on   q Enter: end ")) return Answer::end;
  std::string typed;
  for (char c = 0; c != '\n'; typed += c) {
    if (::read(STDIN_FILENO, &c, 1) != 1) {
      static_cast<void>(write_stdout("\n"));
      return Answer::end;
    }
  }
  static_cast<void>(write_stdout("\x1b[1A\r\x1b[K"));
  return typed.front() == 'q' || typed.front() == 'Q' ? Answer::end : Answer::go_on;
}

}  // namespace

int run_lesson(const Options& options) {
  const LessonOptions& chosen = options.lesson;
  words::speak(chosen.language == lessons::Language::zh ? words::Language::zh
                                                        : words::Language::en);
  if (chosen.name.empty()) return list(chosen.language);
  const auto folder = folder_of(chosen.name);
  if (!folder) {
    say(folder.error().str());
    return misused;
  }
  const auto lesson = lessons::load_lesson(*folder);
  if (!lesson) {
    say(lesson.error().str());
    return refused;
  }
  const model::Trace sim = net::run(lessons::scenario_of(lesson->choices));
  LessonText shown{.lesson = *lesson,
                   .language = chosen.language,
                   .sim = sim,
                   .live = nullptr,
                   .columns = text_columns()};
  if (!print(lesson_opening(shown))) return refused;
  bool whole = true;
  lessons::Choices choices = lesson->choices;
  choices.program.language = chosen.language;
  const auto live = chosen.live ? run_live(choices, whole) : nullptr;
  if (live != nullptr) shown.live = &live->trace();
  std::vector<std::string> pages = lesson_steps(shown);
  if (std::string closing = lesson_closing(shown); !closing.empty())
    pages.push_back(std::move(closing));
  const bool step_by_step = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  for (const std::string& page : pages) {
    if (step_by_step && ask() == Answer::end) break;
    if (!print("\n" + page)) return refused;
  }
  return whole ? done : refused;
}

}  // namespace synoptic::cli
