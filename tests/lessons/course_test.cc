// Every lesson of the course is a test: it loads in each language, runs, its anchors match, its
// words say numbers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "lessons/fill.hh"
#include "lessons/lesson.hh"
#include "tests/files.hh"

namespace synoptic::lessons {
namespace {

const std::filesystem::path course = std::filesystem::path(SYNOPTIC_SOURCE_DIR) / "lessons/course";

// Every lesson that loads; those that do not fail the test.
std::vector<Lesson> all_lessons() {
  std::vector<Lesson> lessons;
  for (CourseEntry& entry : list_course(course)) {
    EXPECT_TRUE(entry.lesson.has_value()) << entry.lesson.error().str();
    if (entry.lesson) lessons.push_back(std::move(*entry.lesson));
  }
  EXPECT_FALSE(lessons.empty());
  return lessons;
}

std::string whole_text(const Told& told) {
  std::string text = told.heading;
  for (const Paragraph& paragraph : told.paragraphs) text += "\n" + paragraph.str();
  return text;
}

TEST(Course, EachAnchor_MatchesExactlyOneEventOfTheSimulatedRun) {
  for (const Lesson& lesson : all_lessons()) {
    const model::Trace trace = net::run(scenario_of(lesson.choices));
    for (const Step& step : lesson.steps)
      EXPECT_EQ(find_events(step.event, trace, lesson.choices.program.names).size(), 1u)
          << lesson.name << ": " << step.event.sentence;
  }
}

TEST(Course, EveryPlaceholderIsFilled_InEachLanguage) {
  for (const Lesson& lesson : all_lessons()) {
    const model::Trace trace = net::run(scenario_of(lesson.choices));
    for (const Language language : languages) {
      std::vector<Told> parts{opening(lesson, language, trace), closing(lesson, language, trace)};
      for (std::size_t i = 0; i < lesson.steps.size(); ++i)
        parts.push_back(words(lesson, i, language, trace));
      for (const Told& told : parts) {
        const std::string text = whole_text(told);
        EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("…"))) << lesson.name;
        EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << lesson.name << "\n" << text;
      }
    }
  }
}

TEST(Course, LanguagesHaveTheSameSections_AndTheSameNumberOfParagraphs) {
  for (const Lesson& lesson : all_lessons()) {
    const Words &en = lesson.text(Language::en), &zh = lesson.text(Language::zh);
    EXPECT_NE(en.title, zh.title);
    EXPECT_EQ(en.opening.size(), zh.opening.size());
    ASSERT_EQ(en.sections.size(), zh.sections.size());
    for (std::size_t i = 0; i < en.sections.size(); ++i) {
      EXPECT_EQ(en.sections[i].id, zh.sections[i].id);
      EXPECT_EQ(en.sections[i].paragraphs.size(), zh.sections[i].paragraphs.size())
          << lesson.name << ": " << en.sections[i].id;
    }
  }
}

TEST(Documentation, NamesEveryPlaceholder) {
  const std::string text =
      read_file(std::filesystem::path(SYNOPTIC_SOURCE_DIR) / "lessons/README.md");
  for (const Placeholder& placeholder : placeholders()) {
    const bool named = std::ranges::any_of(std::string_view("}.@"), [&](char end) {
      return text.find(fmt::format("{{{}{}", placeholder.name, end)) != std::string::npos;
    });
    EXPECT_TRUE(named) << placeholder.name;
  }
}

// The numbers that the blackboard has, in the words of the first lesson.
TEST(FirstLesson, SaysTheNumbersOfItsRun) {
  const auto lesson = load_lesson(course / "01-handshake-and-close");
  ASSERT_TRUE(lesson.has_value()) << lesson.error().str();
  const model::Trace trace = net::run(scenario_of(lesson->choices));
  const auto says = [&](std::string_view id, const char* text) {
    const auto step = std::ranges::find(lesson->steps, id, &Step::id);
    ASSERT_NE(step, lesson->steps.end()) << id;
    const auto index = static_cast<std::size_t>(step - lesson->steps.begin());
    for (const Language language : languages)
      EXPECT_THAT(whole_text(words(*lesson, index, language, trace)), ::testing::HasSubstr(text))
          << id;
  };
  says("syn", "1000");
  says("syn", "SYN-SENT");
  says("syn-ack", "1001");
  says("ack", "40 ms");
  says("welcome-ack", "1 + 8 = 9");
  says("first-name", "Michael");
  says("client-fin", "FIN-WAIT-1");
  says("fin-acknowledged", "CLOSE-WAIT");
  says("server-fin", "LAST-ACK");
  says("last-ack", "TIME-WAIT");
  says("time-wait", "240 s");
}

// Under other conditions a step may have no event: its words are there all the same.
TEST(FirstLesson, WithoutItsEvents_StillHasWords) {
  const auto lesson = load_lesson(course / "01-handshake-and-close");
  ASSERT_TRUE(lesson.has_value()) << lesson.error().str();
  Choices choices = lesson->choices;
  choices.faults.push_back(*net::parse_fault("drop syn client>server"));
  const model::Trace trace = net::run(scenario_of(choices));
  const auto events = resolve(*lesson, trace);
  ASSERT_EQ(events.size(), lesson->steps.size());
  EXPECT_EQ(events[2].event, model::EventId::none);
  EXPECT_THAT(whole_text(words(*lesson, 2, Language::en, trace)), ::testing::HasSubstr("Ack=…"));
}

}  // namespace
}  // namespace synoptic::lessons
