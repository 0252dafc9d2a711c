// Reads a lesson's folder, and holds what it says against a run of it.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <system_error>
#include <utility>

#include "lessons/fill.hh"
#include "lessons/lesson.hh"

namespace synoptic::lessons {
namespace {

namespace fs = std::filesystem;

// Ends the reading of a lesson; never leaves this file.
struct Broken {
  model::Error error;
};

constexpr std::uintmax_t largest_file = 1 << 20;

std::string read(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in)
    throw Broken{model::Error{
        wire::Saying::of("{}: there is no such file, or it cannot be read", path.string()), ""}};
  if (size > largest_file)
    throw Broken{model::Error{
        wire::Saying::of("{}: too large for a lesson ({} bytes)", path.string(), size), ""}};
  return {std::istreambuf_iterator<char>(in), {}};
}

// lesson.toml, each part checked as it is read.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void read_into(Lesson& lesson) {
    const toml::table root = parsed();
    only(root, wire::Saying("the lesson"), {"demo", "scenario", "step", "try"});
    const toml::node& demo = needed(root, "demo", "demo = \"tcp-echo\"");
    lesson.choices.demo = demos::find_demo(text(demo, "demo"));
    if (lesson.choices.demo == nullptr)
      fail(demo, wire::Saying::of("there is no demo '{}'; there are {}", text(demo, "demo"),
                                  demo_names()));
    if (const toml::node* scenario = root.get("scenario"))
      read_choices(*scenario, lesson.choices, "[scenario]");
    const toml::node& steps = needed(root, "step", wire::Saying("[[step]], one for each step"));
    if (!steps.is_array_of_tables()) fail(steps, "a step is written as [[step]]");
    for (const toml::node& step : *steps.as_array()) {
      lines.push_back(line_of(step));
      lesson.steps.push_back(read_step(*step.as_table(), lesson.steps));
    }
    const toml::node* tries = root.get("try");
    if (tries == nullptr) return;
    if (!tries->is_array_of_tables())
      fail(*tries, "what is to be tried is written as [[try]], one for each item of its section");
    for (const toml::node& one : *tries->as_array()) {
      Choices& choices = lesson.tries.emplace_back(lesson.choices);
      choices.faults.clear();
      read_choices(one, choices, "[[try]]");
      if (!one.as_table()->contains("faults")) choices.faults = lesson.choices.faults;
    }
  }

  [[noreturn]] void fail(int line, const wire::Saying& reason) const {
    throw Broken{error_at(file_, line, reason)};
  }

  std::vector<int> lines;  // of the steps

 private:
  toml::table parsed() const {
    const std::string content = read(file_);
    try {
      return toml::parse(content, file_);
    } catch (const toml::parse_error& error) {
      fail(static_cast<int>(error.source().begin.line), wire::Saying::value(error.description()));
    }
  }

  static int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }
  [[noreturn]] void fail(const toml::node& node, const wire::Saying& reason) const {
    fail(line_of(node), reason);
  }

  static std::string demo_names() {
    std::string names;
    for (const demos::Demo& demo : demos::demos())
      names += fmt::format("{}{}", names.empty() ? "" : ", ", demo.name);
    return names;
  }

  void only(const toml::table& table, const wire::Saying& what,
            std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      fail(static_cast<int>(key.source().begin.line),
           wire::Saying::of("unknown key '{}'; {} has {}", key.str(), what,
                            fmt::format("{}", fmt::join(known, ", "))));
    }
  }
  const toml::node& needed(const toml::table& table, std::string_view key,
                           const wire::Saying& how) const {
    const toml::node* node = table.get(key);
    if (node == nullptr)
      fail(std::max(1, line_of(table)), wire::Saying::of("'{}' is missing: {}", key, how));
    return *node;
  }
  std::string text(const toml::node& node, std::string_view key) const {
    const auto* string = node.as_string();
    if (string == nullptr || string->get().empty())
      fail(node, wire::Saying::of("{}: it is a text in quotes", key));
    return string->get();
  }
  std::vector<std::string> texts(const toml::node& node, std::string_view key) const {
    if (!node.is_array())
      fail(node, wire::Saying::of("{}: it is a list, as [\"Ada\", \"Bob\"]", key));
    std::vector<std::string> all;
    for (const toml::node& one : *node.as_array()) all.push_back(text(one, key));
    return all;
  }

  void read_choices(const toml::node& node, Choices& choices, std::string_view what) const {
    const toml::table* table = node.as_table();
    if (table == nullptr) fail(node, wire::Saying::of("it is written as {}", what));
    only(*table, what,
         {"profile", "delay", "isn-client", "isn-server", "faults", "names", "pause", "family"});
    net::Scenario scratch;
    scratch.profile = choices.profile;
    scratch.link.delay = choices.delay;
    scratch.isn_client = choices.isn_client, scratch.isn_server = choices.isn_server;
    for (const std::string_view key : {"profile", "delay", "isn-client", "isn-server"}) {
      const toml::node* value = table->get(key);
      if (value == nullptr) continue;
      const std::string typed =
          value->is_integer() ? fmt::format("{}", value->as_integer()->get()) : text(*value, key);
      if (auto good = net::set(scratch, key, typed); !good) fail(*value, good.error().saying());
    }
    choices.profile = scratch.profile, choices.delay = scratch.link.delay;
    choices.isn_client = scratch.isn_client, choices.isn_server = scratch.isn_server;
    if (const toml::node* names = table->get("names")) {
      if (!choices.demo->uses.names)
        fail(*names, wire::Saying::of("{} sends no names", choices.demo->name));
      choices.program.names = texts(*names, "names");
    }
    if (const toml::node* pause = table->get("pause")) {
      if (!choices.demo->uses.pause)
        fail(*pause, wire::Saying::of("{} makes no pause", choices.demo->name));
      const auto time = model::parse_duration(text(*pause, "pause"));
      if (!time) fail(*pause, "pause: it is a time as \"1s\" or \"250ms\"");
      choices.program.pause = *time;
    }
    if (const toml::node* family = table->get("family")) {
      const std::string word = text(*family, "family");
      if (word != "ipv4" && word != "ipv6") fail(*family, "family: it is \"ipv4\" or \"ipv6\"");
      choices.family = word == "ipv6" ? wire::Family::ipv6 : wire::Family::ipv4;
    }
    if (const toml::node* faults = table->get("faults")) {
      for (const std::string& typed : texts(*faults, "faults")) {
        auto fault = net::parse_fault(typed);
        if (!fault) fail(*faults, fault.error().saying());
        choices.faults.push_back(*fault);
      }
    }
  }

  Anchor anchor(const toml::node& node, std::string_view key) const {
    auto anchor = parse_anchor(text(node, key));
    if (!anchor) fail(node, wire::Saying::of("{}: {}", key, anchor.error().saying()));
    return std::move(*anchor);
  }

  Step read_step(const toml::table& table, const std::vector<Step>& before) const {
    only(table, wire::Saying("a step"), {"id", "event", "live"});
    Step step;
    const toml::node& id =
        needed(table, "id", wire::Saying("id = \"syn\", the section of its words"));
    step.id = text(id, "id");
    const bool plain = std::ranges::all_of(step.id, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!plain) fail(id, wire::Saying::of("id '{}': use small letters, digits and '-'", step.id));
    if (step.id == closing_section)
      fail(id, wire::Saying::of("'{}' names the section behind the last step", closing_section));
    if (std::ranges::find(before, step.id, &Step::id) != before.end())
      fail(id, wire::Saying::of("there is a step '{}' already", step.id));
    step.event = anchor(needed(table, "event", "event = \"the client sends its FIN\""), "event");
    if (const toml::node* live = table.get("live")) {
      if (text(*live, "live") == "nothing") {
        step.simulated_only = true;
      } else {
        step.live = anchor(*live, "live");
      }
    }
    return step;
  }

  std::string file_;
};

// --- the words
// ----------------------------------------------------------------------------------

void check_sections(const Words& words, const Lesson& lesson) {
  const auto fail = [&](int line, const wire::Saying& reason) {
    throw Broken{error_at(words.file, line, reason)};
  };
  if (words.opening.empty()) fail(1, "it says nothing between its title and its first step");
  std::size_t next = 0;
  for (const Section& section : words.sections) {
    const auto step = std::ranges::find(lesson.steps, section.id, &Step::id);
    const bool last = section.id == closing_section;
    if (!last && step == lesson.steps.end())
      fail(section.line, wire::Saying::of("the lesson has no step '{}'", section.id));
    if (section.paragraphs.empty())
      fail(section.line, wire::Saying::of("the section '{}' says nothing", section.id));
    const auto place = static_cast<std::size_t>(step - lesson.steps.begin());
    if (place > next)
      fail(section.line,
           wire::Saying::of(
               "the words of step '{}' are missing: '## Heading {{#{}}}' belongs before "
               "this section",
               lesson.steps[next].id, lesson.steps[next].id));
    if (place < next)
      fail(section.line,
           wire::Saying::of("the section '{}' does not stand in the order of the steps",
                            section.id));
    ++next;
  }
  if (next < lesson.steps.size())
    fail(words.sections.empty() ? 1 : words.sections.back().line,
         wire::Saying::of("the words of step '{}' are missing: '## Heading {{#{}}}'",
                          lesson.steps[next].id, lesson.steps[next].id));
}

// Each thing to try has its words: an item of the closing section.
void check_tries(const Words& words, const Lesson& lesson) {
  if (lesson.tries.empty()) return;
  const Section* const section = words.find(closing_section);
  const auto items =
      section == nullptr ? 0 : std::ranges::count_if(section->paragraphs, &Paragraph::item);
  if (static_cast<std::size_t>(items) == lesson.tries.size()) return;
  throw Broken{error_at(words.file, section == nullptr ? 1 : section->line,
                        fmt::format("the section '{}' has {} items, and the lesson {} [[try]]: "
                                    "each needs the other",
                                    closing_section, items, lesson.tries.size()))};
}

void check_filled(const std::string& file, const std::vector<Paragraph>& paragraphs,
                  const RunFacts& run, std::size_t step) {
  for (const Paragraph& paragraph : paragraphs) {
    for (const Span& span : paragraph.spans) {
      if (auto good = fill(span.text, run, step); !good)
        throw Broken{error_at(file, span.line, good.error().what)};
    }
  }
}

// What the lesson says of its run, held against the run.
void check(const Lesson& lesson, const Reader& reader) {
  const model::Trace trace = net::run(scenario_of(lesson.choices));
  RunFacts run{.trace = &trace,
               .ids = {},
               .events = {},
               .names = lesson.choices.program.names,
               .pause = lesson.choices.program.pause};
  const std::vector<model::EventId> order = trace.by_time();
  auto before = order.begin();
  for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
    const Step& step = lesson.steps[i];
    const auto events = find_events(step.event, trace, lesson.choices.program.names);
    if (events.size() != 1)
      reader.fail(
          reader.lines[i],
          wire::Saying::of("the simulated run has {} of \"{}\", and a step is about one event",
                           events.empty() ? wire::Saying("no event")
                                          : wire::Saying::of("{} events", events.size()),
                           step.event.sentence));
    const auto place = std::ranges::find(order, events.front());
    if (place < before && step.event.kind != Anchor::Kind::returns)
      reader.fail(reader.lines[i],
                  wire::Saying::of("\"{}\" comes before the event of the step above it",
                                   step.event.sentence));
    before = std::max(before, place);
    run.ids.emplace_back(step.id);
    run.events.push_back(events.front());
  }
  for (const Words& words : lesson.texts) {
    check_filled(words.file, words.opening, run, no_step);
    for (const Section& section : words.sections) {
      const auto step = std::ranges::find(run.ids, section.id);
      const std::size_t index =
          step == run.ids.end() ? no_step : static_cast<std::size_t>(step - run.ids.begin());
      check_filled(words.file, {section.heading}, run, index);
      check_filled(words.file, section.paragraphs, run, index);
    }
  }
}

}  // namespace

model::Expected<Lesson> load_lesson(const fs::path& folder) {
  try {
    Lesson lesson;
    lesson.name = (folder / "").parent_path().filename().string();
    Reader reader((folder / "lesson.toml").string());
    reader.read_into(lesson);
    for (const Language language : languages) {
      const std::string file = (folder / fmt::format("{}.md", language_name(language))).string();
      auto words = parse_words(file, read(file));
      if (!words) return std::unexpected(words.error());
      check_sections(*words, lesson);
      check_tries(*words, lesson);
      lesson.texts[static_cast<std::size_t>(language)] = std::move(*words);
    }
    check(lesson, reader);
    return lesson;
  } catch (const Broken& broken) {
    return std::unexpected(broken.error);
  }
}

std::filesystem::path course_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = program.parent_path().parent_path() / "share" / "synoptic" / "course";
  if (!error && fs::is_directory(beside, error)) return beside;
  return SYNOPTIC_COURSE;
}

std::vector<CourseEntry> list_course(const std::filesystem::path& course) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(course, error), end; !error && it != end; it.increment(error)) {
    std::error_code none;
    if (fs::exists(it->path() / "lesson.toml", none)) folders.push_back(it->path());
  }
  std::ranges::sort(folders);
  std::vector<CourseEntry> entries;
  for (const fs::path& folder : folders)
    entries.push_back({folder.filename().string(), folder, load_lesson(folder)});
  return entries;
}

}  // namespace synoptic::lessons
