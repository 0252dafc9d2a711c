// A lesson beside the ladders: which step the cursor is in, numbers as the ladder shows them, what
// is to be tried, the conditions below the words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <set>

#include "tests/gui/ui_support.hh"

namespace synoptic::gui {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::UiTest;

class LessonPanelTest : public UiTest {
 protected:
  LessonPanelTest() {
    auto course = lessons::list_course();
    app_.open(std::move(*course.at(0).lesson));
    frame();
    frame();
  }
  std::size_t step_with(const std::string& id) const {
    const auto& steps = model().lesson->steps;
    return static_cast<std::size_t>(std::ranges::find(steps, id, &lessons::Step::id) -
                                    steps.begin());
  }
  std::size_t cursor_at(const std::string& id) const {
    const lessons::StepEvent& event = model().lesson_events[step_with(id)];
    return model().step_of(ladder::Side::sim, event.event, event.at_return) + 1;
  }
  std::string told() const {
    std::string all;
    for (const lessons::Told& told : ui_.lesson.told)
      for (const auto& paragraph : told.paragraphs) all += paragraph.str() + "\n";
    return all;
  }
  // The headings that are shown, in their order.
  std::vector<std::string> headings() const {
    std::vector<std::string> all;
    for (const lessons::Told& told : ui_.lesson.told) all.push_back(told.heading);
    if (ui_.lesson.closing) all.push_back(ui_.lesson.closing->heading);
    return all;
  }
  std::string heading_of(const std::string& id) const {
    return lessons::words(*model().lesson, step_with(id), lessons::Language::en, model().lesson_run)
        .heading;
  }
  // Room for all words, so that no button is out of sight.
  void make_high() {
    ImGui::GetIO().DisplaySize = ImVec2(1280, 1600);
    ui_.details_share = 0.1f;
    frame();
    frame();
  }
  static ImGuiWindow* panel(bool words) {
    for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
      const std::string_view name = window->Name;
      if (window->Active && name.contains("/side_") && name.contains("/words_") == words)
        return window;
    }
    return nullptr;
  }
  Commands activate(ImGuiID id) {
    ImGui::ActivateItem(id);
    Commands commands = frame();
    frame();
    return commands;
  }
  Commands press_button(const char* label) { return activate(panel(false)->GetID(label)); }
  Commands press_try(std::size_t place, const char* label) {
    const ImGuiID item = panel(true)->GetID(static_cast<int>(place));
    return activate(ImHashStr(label, 0, item));
  }
  // Where the steps of the lesson are in this run, and its beginning and end.
  std::set<std::size_t> stops() const {
    std::set<std::size_t> all{0, model().steps.size()};
    for (const lessons::StepEvent& event : model().lesson_events)
      if (event.event != model::EventId::none)
        all.insert(model().step_of(ladder::Side::sim, event.event, event.at_return) + 1);
    return all;
  }
  std::size_t try_of(auto differs) const {
    const auto& tries = model().lesson->tries;
    return static_cast<std::size_t>(std::ranges::find_if(tries, differs) - tries.begin());
  }
};

TEST_F(LessonPanelTest, BetweenTwoSteps_ItSaysSoAndWhatComesNext) {
  app_.apply(GoTo{cursor_at("syn")});
  EXPECT_THAT(read(), Not(HasSubstr("after 2/")));
  EXPECT_EQ(ui_.lesson.step, step_with("syn"));
  app_.apply(GoTo{cursor_at("syn") + 1});
  const std::string words = read();
  EXPECT_THAT(words, HasSubstr("after 2/15"));
  EXPECT_THAT(words, HasSubstr("Next: SYN-ACK: the server answers"));
  app_.apply(GoTo{cursor_at("syn-ack")});
  EXPECT_THAT(read(), Not(HasSubstr("after")));
}

TEST_F(LessonPanelTest, Numbers_FollowTheLadder) {
  app_.apply(GoTo{cursor_at("syn-ack")});
  frame();
  EXPECT_THAT(told(), HasSubstr("Ack=1 is not the number that came, which was 0"));
  type("r");
  frame();
  EXPECT_THAT(told(), HasSubstr("Ack=1001 is not the number that came, which was 1000"));
  app_.apply(GoTo{cursor_at("client-fin")});
  frame();
  EXPECT_THAT(told(), Not(HasSubstr("Seq=10")));  // said to be relative
}

TEST_F(LessonPanelTest, WordsAndConditions_AreBothThere) {
  ui_.controls_shown = true;
  app_.apply(GoTo{cursor_at("syn")});
  frame();
  frame();
  const std::string words = read();
  EXPECT_THAT(words, HasSubstr("The handshake and the close"));
  EXPECT_THAT(words, HasSubstr("Simulated network"));
  EXPECT_GT(ui_.controls_height, 100);
}

TEST_F(LessonPanelTest, WhatIsToBeTried_HasAButtonThatDoesItAndTakesItBack) {
  ImGui::GetIO().DisplaySize = ImVec2(1280, 1400);
  ui_.details_share = 0.2f;
  press(ImGuiKey_End);
  EXPECT_THAT(read(), HasSubstr("right click on the segment,"));
  const std::string words = read();
  EXPECT_THAT(words, Not(HasSubstr("synoptic compare")));
  // The buttons are found by what comes of clicking.
  const auto press_button_of = [&](auto wanted) {
    for (float y = 100; y < 1000; y += 6) {
      const Commands commands = click({40, y});
      const auto* set = find<SetControls>(commands);
      if (set != nullptr && wanted(set->controls)) return commands;
    }
    return Commands{};
  };
  const auto lost = [](const Controls& c) { return c.faults.size() == 1; };
  EXPECT_FALSE(press_button_of(lost).empty());
  EXPECT_EQ(net::format_fault(model().controls.faults.at(0)), "drop 1st syn client>server");
  EXPECT_FALSE(press_button_of([](const Controls& c) { return c.faults.empty(); }).empty());
  EXPECT_TRUE(model().controls.faults.empty());
}

TEST_F(LessonPanelTest, WhatConcernsBothNetworks_RunsOnBoth) {
  const std::size_t place =
      try_of([](const lessons::Choices& c) { return c.program.pause.ns == 0; });
  ASSERT_LT(place, model().lesson->tries.size());
  ImGui::GetIO().DisplaySize = ImVec2(1280, 1400);
  ui_.details_share = 0.2f;
  press(ImGuiKey_End);
  for (float y = 100; y < 1000; y += 6) {
    const Commands commands = click({40, y});
    if (find<StartLive>(commands) == nullptr) continue;
    EXPECT_EQ(model().controls.program.pause.ns, 0);
    return;
  }
  FAIL() << "no button runs it on the real network";
}

TEST_F(LessonPanelTest, NextToTheEnd_ShowsEachStepOnce_AndThenWhatToTry) {
  const lessons::Lesson& lesson = *model().lesson;
  std::vector<std::string> wanted{lesson.title(lessons::Language::en)};
  for (const lessons::Step& step : lesson.steps) wanted.push_back(heading_of(step.id));
  wanted.emplace_back("Try it");
  std::vector<std::string> seen = headings();
  while (model().cursor < model().steps.size()) {
    const std::size_t before = model().cursor;
    press_button("Next ►");
    ASSERT_GT(model().cursor, before);
    for (const std::string& heading : headings()) seen.push_back(heading);
  }
  EXPECT_THAT(seen, ElementsAreArray(wanted));
}

TEST_F(LessonPanelTest, LastStepAtTheEnd_IsToldBeforeWhatToTry) {
  make_high();
  press(ImGuiKey_End);
  EXPECT_THAT(headings(), ElementsAre(heading_of("time-wait"), "Try it"));
  EXPECT_THAT(told(), HasSubstr("is where the side ends up that closed first"));
  const std::string words = read();
  EXPECT_THAT(words, HasSubstr("15/15"));
  EXPECT_THAT(words, HasSubstr("Do it"));
}

TEST_F(LessonPanelTest, BackAndNext_AlwaysMove_InWhateverOrderTheRunHasTheSteps) {
  std::vector<Controls> runs;
  for (const lessons::Choices& tried : model().lesson->tries) runs.push_back({tried});
  runs.push_back({model().lesson->choices});
  runs.back().profile = tcp::ProfileName::linux_;
  runs.push_back(runs.back());
  runs.back().program.pause = {};
  for (const char* fault : {"drop 1st fin client>server", "swap 1st ack client>server",
                            "delay 90ms 1st data server>client", "drop 2nd ack client>server"}) {
    runs.push_back({model().lesson->choices});
    runs.back().faults.push_back(*net::parse_fault(fault));
  }
  for (const Controls& controls : runs) {
    app_.apply(SetControls{controls});
    app_.apply(GoTo{0});
    frame();
    frame();
    const std::set<std::size_t> all = stops();
    std::vector<std::size_t> way{0};
    for (std::size_t n = 1; n < all.size(); ++n) {
      press_button("Next ►");
      way.push_back(model().cursor);
    }
    EXPECT_THAT(way, ElementsAreArray(all));
    std::vector<std::size_t> back{model().cursor};
    for (std::size_t n = 1; n < all.size(); ++n) {
      press_button("◄ Back");
      back.push_back(model().cursor);
    }
    EXPECT_THAT(back, ElementsAreArray(all.rbegin(), all.rend()));
  }
}

TEST_F(LessonPanelTest, CounterAndWords_FollowTheRunsOrder) {
  Controls controls = model().controls;
  controls.program.pause = {};
  app_.apply(SetControls{controls});
  for (std::size_t i = 0; i < model().lesson->steps.size(); ++i) {
    if (model().lesson_events[i].event == model::EventId::none) continue;
    const std::string& id = model().lesson->steps[i].id;
    app_.apply(GoTo{cursor_at(id)});
    frame();
    EXPECT_THAT(headings(), Contains(heading_of(id)));
  }
}

TEST_F(LessonPanelTest, OtherConditions_AreSaid_AndTheWordsStayThoseOfTheLessonsRun) {
  const std::string notice = "This run has other conditions";
  app_.apply(GoTo{cursor_at("server-fin")});
  EXPECT_THAT(read(), Not(HasSubstr(notice)));
  const std::string own = told();
  std::vector<Controls> others(4, model().controls);
  others[0].program.pause = {};
  others[1].profile = tcp::ProfileName::linux_;
  others[2].loss = 0.1;
  others[3].faults.push_back(*net::parse_fault("drop 1st syn client>server"));
  for (const Controls& other : others) {
    app_.apply(SetControls{other});
    app_.apply(GoTo{cursor_at("server-fin")});
    EXPECT_THAT(read(), HasSubstr(notice));
    EXPECT_EQ(told(), own);
  }
  app_.apply(SetControls{others[0]});
  frame();
  const Commands commands = press_button("Back to the lesson's run");
  EXPECT_NE(find<StartLive>(commands), nullptr);  // the pause is of both networks
  EXPECT_TRUE(model().as_in_lesson());
  EXPECT_THAT(read(), Not(HasSubstr(notice)));
}

TEST_F(LessonPanelTest, Trying_KeepsWhatElseWasChosen_AndUndoRestoresWhatWasThere) {
  make_high();
  const std::size_t quick =
      try_of([](const lessons::Choices& c) { return c.program.pause.ns == 0; });
  const std::size_t lost = try_of([](const lessons::Choices& c) { return !c.faults.empty(); });
  Controls mine = model().controls;
  mine.program.names = {"Ada", "Bob"};
  mine.program.pause = model::milliseconds(300);
  mine.loss = 0.01;
  app_.apply(SetControls{mine});
  press(ImGuiKey_End);
  press_try(quick, "Do it");
  EXPECT_EQ(model().controls.program.pause.ns, 0);
  EXPECT_EQ(model().controls.program.names, mine.program.names);
  EXPECT_EQ(model().controls.loss, mine.loss);
  press_try(lost, "Do it");
  EXPECT_EQ(model().controls.faults.size(), 1u);
  EXPECT_EQ(model().controls.program.pause.ns, 0);
  press_try(quick, "Undo");
  EXPECT_EQ(model().controls.program.pause, mine.program.pause);
  EXPECT_EQ(model().controls.faults.size(), 1u);
  press_try(lost, "Undo");
  EXPECT_THAT(model().controls.faults, IsEmpty());
  EXPECT_TRUE(lessons::same_choices(model().controls, mine));
  EXPECT_EQ(model().controls.loss, mine.loss);
}

}  // namespace
}  // namespace synoptic::gui
