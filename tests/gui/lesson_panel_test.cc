// A lesson beside the ladders: which step the cursor is in, numbers as the ladder shows them, what
// is to be tried, the conditions below the words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui.h>

#include "tests/gui/ui_support.hh"

namespace synoptic::gui {
namespace {

using ::testing::HasSubstr;
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
    for (const auto& paragraph : ui_.lesson.told->paragraphs) all += paragraph.str() + "\n";
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

}  // namespace
}  // namespace synoptic::gui
