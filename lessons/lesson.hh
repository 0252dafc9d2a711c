// A lesson: a demo under chosen conditions, and steps through what then happens, each with its
// words in every language. Everything here is data read from a folder: lesson.toml, en.md, zh.md
// (lessons/README.md says how to write them).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/anchor.hh"
#include "lessons/demos/demo.hh"
#include "lessons/words.hh"
#include "sim/model/error.hh"
#include "sim/net/scenario.hh"

namespace synoptic::lessons {

using demos::Language;
inline constexpr std::array languages{Language::en, Language::zh};
std::string_view language_name(Language language);  // "en", "zh"

// What a lesson runs: the demo on both networks, the rest on the simulated one.
struct Choices {
  const demos::Demo* demo = nullptr;
  demos::DemoOptions program;
  wire::Family family = wire::Family::ipv4;
  tcp::ProfileName profile = tcp::ProfileName::textbook;
  model::Duration delay = model::milliseconds(20);  // one way
  std::optional<wire::SeqNum> isn_client, isn_server;
  std::vector<net::Fault> faults;
};
net::Scenario scenario_of(const Choices& choices);
// They come to the same run.
bool same_choices(const Choices& a, const Choices& b);

struct Step {
  std::string id;               // names its section of the words
  Anchor event;                 // what it is about
  std::optional<Anchor> live;   // on a real network, where that shows in another way
  bool simulated_only = false;  // nothing of it shows on a real network
};

// The section of the words behind the last step: what to try.
inline constexpr std::string_view closing_section = "try";

struct Lesson {
  std::string name;  // of its folder: "01-handshake-and-close"
  Choices choices;
  std::vector<Step> steps;
  // What is to be tried at the end: the conditions for each item of the closing section, in their
  // order. Empty: it is only told.
  std::vector<Choices> tries;
  std::array<Words, languages.size()> texts;  // by language

  const Words& text(Language language) const { return texts[static_cast<std::size_t>(language)]; }
  // "The handshake and the close"
  const std::string& title(Language language) const { return text(language).title; }
  // All its words, one behind the other, for whoever chooses glyphs.
  std::string all_words() const;
  // `now`, but what a try changes of the lesson's own choices is there as it is in `from`: the try
  // itself, to do it; what there was before, to undo it.
  Choices with_try(std::size_t place, Choices now, const Choices& from) const;
};

// Reads and checks a lesson's folder: when it is given, each of its anchors matches exactly one
// event of the simulated run, and each placeholder has a value there. Else the error is
// "FILE:LINE: reason".
model::Expected<Lesson> load_lesson(const std::filesystem::path& folder);

// --- the course
struct CourseEntry {
  std::string name;
  std::filesystem::path folder;
  model::Expected<Lesson> lesson;
};
// Where the course is: beside an installed program, else in the source tree.
std::filesystem::path course_folder();
// Every folder with a lesson.toml, in the order of their names.
std::vector<CourseEntry> list_course(const std::filesystem::path& course = course_folder());

// --- a lesson and a run of it
struct StepEvent {
  model::EventId event = model::EventId::none;  // none: this run has nothing of the kind
  bool at_return = false;  // it is about the call's return, not about its being made
};
// One for each step. A run under other conditions, or a real one, may lack an event; where it has
// several that fit, the first is taken.
std::vector<StepEvent> resolve(const Lesson& lesson, const model::Trace& trace);

// A part of the words with its placeholders filled in from `trace`; what that run cannot tell is
// "…". `step` is an index into lesson.steps.
struct Told {
  std::string heading;
  std::vector<Paragraph> paragraphs;
};
// Sequence numbers are told as the ladder shows them.
enum class Numbers : std::uint8_t { relative, raw };
Told words(const Lesson& lesson, std::size_t step, Language language, const model::Trace& trace,
           Numbers numbers = Numbers::relative);
Told opening(const Lesson& lesson, Language language, const model::Trace& trace,
             Numbers numbers = Numbers::relative);
Told closing(const Lesson& lesson, Language language, const model::Trace& trace,
             Numbers numbers = Numbers::relative);

}  // namespace synoptic::lessons
