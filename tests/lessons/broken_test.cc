// A broken lesson is told with its file, its line and the reason; nothing crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lessons/support.hh"

namespace synoptic::lessons {
namespace {

using test::LessonFolder;
using test::Parts;

struct Broken {
  std::string file;  // toml or md, what replaces it
  std::string content;
  std::string says;  // FILE:LINE: reason, or its beginning
};

const Parts good;

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(GoodLesson, Loads) {
  const auto lesson = LessonFolder(good).load();
  ASSERT_TRUE(lesson.has_value()) << lesson.error().str();
  EXPECT_EQ(lesson->title(Language::en), "Title");
  EXPECT_EQ(lesson->choices.delay, model::milliseconds(10));
  ASSERT_EQ(lesson->steps.size(), 2u);
  const model::Trace trace = net::run(scenario_of(lesson->choices));
  EXPECT_EQ(words(*lesson, 0, Language::en, trace).paragraphs.front().str(), "Seq=0.");
  EXPECT_EQ(words(*lesson, 1, Language::zh, trace).paragraphs.front().str(), "In CLOSE-WAIT.");
}

TEST(GoodLesson, SaysRawNumbersWhereTheyAreAskedFor) {
  Parts parts = good;
  parts.toml = with(parts.toml, "delay", "isn-client = 4294967295\ndelay");
  parts.en = with(parts.en, "Seq={seq}.", "{seq} {next} {relative-seq}");
  const auto lesson = LessonFolder(parts).load();
  ASSERT_TRUE(lesson.has_value()) << lesson.error().str();
  const model::Trace trace = net::run(scenario_of(lesson->choices));
  const auto said = [&](Numbers numbers) {
    return words(*lesson, 0, Language::en, trace, numbers).paragraphs.front().str();
  };
  EXPECT_EQ(said(Numbers::relative), "0 1 0");
  EXPECT_EQ(said(Numbers::raw), "4294967295 0 0");
}

TEST(GoodLesson, WhatIsToBeTried_IsTheScenarioButForWhatItNames) {
  Parts parts = good;
  parts.toml += "[[try]]\nfaults = [\"drop 1st syn client>server\"]\n[[try]]\ndelay = \"3ms\"\n";
  parts.en += "\n## Try {#try}\n\n- One.\n- Two.\n";
  parts.zh = parts.en;
  const auto lesson = LessonFolder(parts).load();
  ASSERT_TRUE(lesson.has_value()) << lesson.error().str();
  ASSERT_EQ(lesson->tries.size(), 2u);
  EXPECT_EQ(lesson->tries[0].faults.size(), 1u);
  EXPECT_EQ(lesson->tries[0].delay, lesson->choices.delay);
  EXPECT_TRUE(lesson->tries[1].faults.empty());
  EXPECT_EQ(lesson->tries[1].delay, model::milliseconds(3));
  EXPECT_TRUE(lesson->choices.faults.empty());
}

TEST(BrokenLesson, ATryWithoutItsWords_OrWithout) {
  Parts parts = good;
  parts.toml += "[[try]]\ndelay = \"3ms\"\n";
  const auto none = LessonFolder(parts).load();
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().what, testing::HasSubstr("the section 'try' has 0 items"));
  parts.en += "\n## Try {#try}\n\n- One.\n- Two.\n";
  parts.zh = parts.en;
  const auto two = LessonFolder(parts).load();
  ASSERT_FALSE(two.has_value());
  EXPECT_THAT(two.error().what, testing::HasSubstr("en.md:13: the section 'try' has 2 items"));
  parts.toml = good.toml + "[[try]]\ndelya = \"3ms\"\n";
  const auto typo = LessonFolder(parts).load();
  ASSERT_FALSE(typo.has_value());
  EXPECT_THAT(typo.error().what,
              testing::HasSubstr("lesson.toml:11: unknown key 'delya'; [[try]]"));
}

TEST(BrokenLesson, SaysFileLineAndReason) {
  const auto toml = [](std::string_view from, std::string_view to) {
    return with(good.toml, from, to);
  };
  const auto md = [](std::string_view from, std::string_view to) {
    return with(good.en, from, to);
  };
  const std::vector<Broken> table{
      // --- lesson.toml
      {"toml", "", "lesson.toml:1: 'demo' is missing"},
      {"toml", "demo = \n", "lesson.toml:1: "},
      {"toml", "demo = \"handshake\"\n[[step]\n", "lesson.toml:2: "},
      {"toml", "\xff\xfe", "lesson.toml:1: "},
      {"toml", "demo = \"handshake\"\n", "lesson.toml:1: 'step' is missing"},
      {"toml", "demo = \"handshake\"\nstep = 3\n", "lesson.toml:2: a step is written as [[step]]"},
      {"toml", toml("handshake", "handshaek"), "lesson.toml:1: there is no demo 'handshaek'"},
      {"toml", toml("\"handshake\"", "7"), "lesson.toml:1: demo: it is a text in quotes"},
      {"toml", toml("delay =", "dealy ="), "lesson.toml:3: unknown key 'dealy'; [scenario] has"},
      {"toml", toml("10ms", "soon"), "lesson.toml:3: "},
      {"toml", toml("delay = \"10ms\"", "names = [\"A\"]"),
       "lesson.toml:3: handshake sends no names"},
      {"toml", toml("delay = \"10ms\"", "pause = \"1s\""),
       "lesson.toml:3: handshake makes no pause"},
      {"toml", toml("delay = \"10ms\"", "faults = [\"drop everything\"]"), "lesson.toml:3: "},
      {"toml", toml("delay = \"10ms\"", "faults = \"drop\""),
       "lesson.toml:3: faults: it is a list"},
      {"toml", toml("delay = \"10ms\"", "family = \"ipx\""), "lesson.toml:3: family: it is"},
      {"toml", toml("delay = \"10ms\"", "profile = \"bsd\""), "lesson.toml:3: 'bsd' is no value"},
      {"toml", toml("delay = \"10ms\"", "isn-client = -1"), "lesson.toml:3: '-1' is no value"},
      {"toml", toml("event =", "evnet ="), "lesson.toml:6: unknown key 'evnet'; a step has"},
      {"toml", toml("id = \"syn\"\n", ""), "lesson.toml:4: 'id' is missing"},
      {"toml", toml("\"syn\"", "\"SYN\""), "lesson.toml:5: id 'SYN': use small letters"},
      {"toml", toml("\"syn\"", "\"try\""), "lesson.toml:5: 'try' names the section"},
      {"toml", toml("\"fin\"", "\"syn\""), "lesson.toml:8: there is a step 'syn' already"},
      {"toml", toml("the client sends its SYN", "the client sneezes"),
       "lesson.toml:6: event: \"the client sneezes\" says nothing that is understood; say it as"},
      {"toml", toml("its SYN\"\n", "its SYN\"\nlive = \"whatever\"\n"),
       "lesson.toml:7: live: \"whatever\" says nothing"},
      {"toml", toml("the client sends its SYN", "the client sends its RST"),
       "lesson.toml:4: the simulated run has no event of \"the client sends its RST\""},
      {"toml", toml("the client sends its SYN", "client 2 sends its SYN"),
       "lesson.toml:4: the simulated run has no event"},
      {"toml", toml("the server enters CLOSE-WAIT", "the server calls close()"),
       "lesson.toml:7: the simulated run has 2 events of \"the server calls close()\""},
      {"toml", toml("the server enters CLOSE-WAIT", "the server enters LISTEN"),
       "lesson.toml:7: \"the server enters LISTEN\" comes before the event of the step above it"},
      // --- the words
      {"md", "", "en.md:1: it has no title"},
      {"md", "No title.\n", "en.md:1: it has no title"},
      {"md", md("Opening.\n", ""), "en.md:1: it says nothing between its title"},
      {"md", md("# Title\n", "# Title\n\n# Another\n"), "en.md:3: there is one title"},
      {"md", md("{#syn}", ""), "en.md:5: the heading does not say which step"},
      {"md", md("{#syn}", "{#}"), "en.md:5: the heading does not say which step"},
      {"md", md("{#syn}", "{#sny}"), "en.md:5: the lesson has no step 'sny'"},
      {"md", md("{#fin}", "{#syn}"), "en.md:9: the section 'syn' stands on line 5 already"},
      {"md", md("## First {#syn}\n\nSeq={seq}.\n\n", ""),
       "en.md:5: the words of step 'syn' are missing"},
      {"md", md("## Second {#fin}\n\nIn {state.server}.\n", ""),
       "en.md:5: the words of step 'fin' are missing"},
      {"md", md("Seq={seq}.\n", ""), "en.md:5: the section 'syn' says nothing"},
      {"md", md("## First", "### First"), "en.md:5: there are two levels of headings"},
      {"md", md("Seq={seq}", "One.\n\n> Seq={seq}"),
       "en.md:9: only headings, paragraphs and lists"},
      {"md", md("Seq={seq}", "```\ncode\n```\n"), "en.md:8: only headings, paragraphs and lists"},
      {"md", md("Seq={seq}", "[a](b)"), "en.md:7: links and pictures are not understood"},
      {"md", md("Seq={seq}", "&amp;"), "en.md:7: write the character instead of &amp;"},
      {"md", md("Seq={seq}", "**open"), "en.md:7: this ** neither begins nor ends anything"},
      {"md", md("Seq={seq}", "One\ntwo {what}"),
       "en.md:8: unknown placeholder {what}; there are seq"},
      {"md", md("Seq={seq}", "Seq={seq"), "en.md:7: a { without its }"},
      {"md", md("In {state.server}", "In {seq}"), "en.md:11: {seq}: the event is no packet"},
      {"md", md("In {state.server}", "In {state.judge}"),
       "en.md:11: {state.judge}: the run has no 'judge'"},
      {"md", md("In {state.server}", "In {seq@ack}"),
       "en.md:11: {seq@ack}: there is no step 'ack'"},
      {"md", md("In {state.server}", "In {name.9}"), "en.md:11: {name.9}: there are names 1 to"},
      {"md", md("Opening.", "At {seq}."), "en.md:3: {seq}: the event is no packet"},
  };
  for (const Broken& broken : table) {
    Parts parts;
    (broken.file == "toml" ? parts.toml : parts.en) = broken.content;
    const LessonFolder folder(parts);
    const auto lesson = folder.load();
    ASSERT_FALSE(lesson.has_value()) << broken.says << "\n" << broken.content;
    EXPECT_THAT(lesson.error().str(),
                ::testing::StartsWith((folder.path() / "").string() + broken.says))
        << broken.content;
    EXPECT_EQ(lesson.error().str().find('\n'), std::string::npos);
  }
}

TEST(BrokenLesson, ItsOtherLanguageIsCheckedToo) {
  Parts parts;
  parts.zh = with(good.zh, "{#fin}", "{#fni}");
  const LessonFolder folder(parts);
  const auto lesson = folder.load();
  ASSERT_FALSE(lesson.has_value());
  EXPECT_EQ(lesson.error().str(),
            (folder.path() / "zh.md").string() + ":9: the lesson has no step 'fni'");
}

TEST(BrokenLesson, MissingFiles_AreNamed) {
  Parts parts;
  parts.without_zh = true;
  const LessonFolder folder(parts);
  const auto lesson = folder.load();
  ASSERT_FALSE(lesson.has_value());
  EXPECT_THAT(lesson.error().str(), ::testing::HasSubstr("zh.md: there is no such file"));
  EXPECT_FALSE(load_lesson("/nowhere/at/all").has_value());
  EXPECT_TRUE(list_course("/nowhere/at/all").empty());
}

// Any cut of a good file gives a lesson or an error, never a crash.
TEST(BrokenLesson, CutAnywhere_GivesAnError) {
  for (std::size_t n = 0; n < good.toml.size(); n += 3) {
    Parts parts;
    parts.toml = good.toml.substr(0, n);
    EXPECT_FALSE(LessonFolder(parts).load().has_value()) << parts.toml;
  }
  const std::size_t last_words = good.en.find("In {");
  for (std::size_t n = 0; n < last_words; n += 3) {
    Parts parts;
    parts.en = good.en.substr(0, n);
    EXPECT_FALSE(LessonFolder(parts).load().has_value()) << parts.en;
  }
}

}  // namespace
}  // namespace synoptic::lessons
