// The conditions: what is out of range is refused with a word; they stand below the lesson's words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui.h>

#include "tests/gui/ui_support.hh"

namespace synoptic::gui {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::UiTest;

class ControlsTest : public UiTest {
 protected:
  ControlsTest() {
    ImGui::GetIO().DisplaySize = ImVec2(1280, 1400);  // nothing is scrolled away
    ui_.controls_shown = true;
    frame();
  }
};

TEST_F(ControlsTest, AnIsnThatIsNone_IsRefusedWithAWord) {
  Controls controls = model().controls;
  controls.isn_client = wire::SeqNum{7};
  app_.apply(SetControls{controls});
  frame();
  for (const char* typed : {"4294967296", "-1", "abc", "99999999999999999999", "12x", ""}) {
    fill(ui_.isn_client.focus, typed);
    if (*typed == '\0') press(ImGuiKey_Backspace);
    EXPECT_THAT(read(), HasSubstr("is no ISN: it is a whole number from 0 to 4294967295")) << typed;
    EXPECT_EQ(model().controls.isn_client, wire::SeqNum{7}) << typed;
    press(ImGuiKey_Enter);
    for (int i = 0; i < 4; ++i) frame();
    EXPECT_EQ(ui_.isn_client.text, typed) << "it stays to be mended";
    EXPECT_THAT(read(), HasSubstr("is no ISN")) << typed;
    EXPECT_EQ(model().controls.isn_client, wire::SeqNum{7}) << typed;
    press(ImGuiKey_Escape);
    frame();
    EXPECT_THAT(read(), Not(HasSubstr("is no ISN"))) << "it was left: " << typed;
    EXPECT_EQ(ui_.isn_client.text, "7");
  }
  fill(ui_.isn_client.focus, "4294967296");
  press(ImGuiKey_Backspace);
  EXPECT_THAT(read(), Not(HasSubstr("is no ISN"))) << "it is right again";
  fill(ui_.isn_client.focus, "4294967295");
  EXPECT_EQ(model().controls.isn_client, wire::SeqNum{7}) << "a part of what is typed counts";
  press(ImGuiKey_Enter);
  frame();
  EXPECT_EQ(model().controls.isn_client, wire::SeqNum{4294967295u});
  EXPECT_THAT(read(), Not(HasSubstr("is no ISN")));
}

TEST_F(ControlsTest, WhatIsNotTakenOver_GoesWhereAClickLeavesTheField) {
  Controls controls = model().controls;
  controls.isn_client = wire::SeqNum{7};
  app_.apply(SetControls{controls});
  frame();
  const auto names = model().controls.program.names;
  fill(ui_.isn_client.focus, "99999999999");
  EXPECT_EQ(model().controls.isn_client, wire::SeqNum{7}) << "what was typed first counts";
  EXPECT_THAT(read(), HasSubstr("'99999999999' is no ISN"));
  click({1270, 1390});
  EXPECT_EQ(ui_.isn_client.text, "7");
  EXPECT_THAT(read(), Not(HasSubstr("is no ISN")));

  fill(ui_.names.focus, " , ");
  EXPECT_THAT(read(), HasSubstr("no name: at least one is needed"));
  click({1270, 1390});
  EXPECT_THAT(read(), Not(HasSubstr("no name")));
  EXPECT_EQ(model().controls.program.names, names);

  fill(ui_.delay.focus, "2500");
  EXPECT_THAT(read(), HasSubstr("2500 is out of range"));
  click({1270, 1390});
  EXPECT_THAT(read(), Not(HasSubstr("is out of range")));
  EXPECT_EQ(model().controls.delay, controls.delay);
}

TEST_F(ControlsTest, AWrongFault_IsRefusedUntilItIsRightOrLeft) {
  const auto refuse = [&] {
    fill(ui_.fault.focus, "drop 1st dat client>server");
    EXPECT_TRUE(ui_.fault.wrong.empty()) << "it is not entered yet";
    press(ImGuiKey_Enter);
    for (int i = 0; i < 4; ++i) frame();
    EXPECT_EQ(ui_.fault.text, "drop 1st dat client>server");
    EXPECT_FALSE(ui_.fault.wrong.empty());
    EXPECT_TRUE(model().controls.faults.empty());
  };
  refuse();
  fill(ui_.fault.focus, "drop 1st data client>server");
  frame();
  EXPECT_TRUE(ui_.fault.wrong.empty());
  refuse();
  click({1270, 1390});
  EXPECT_TRUE(ui_.fault.wrong.empty());
  EXPECT_EQ(ui_.fault.text, "");
}

// Frame by frame, as fast as hands are seen.
TEST_F(ControlsTest, WhatIsTypedRightAfterEnter_IsInTheField) {
  const auto enter_and_type = [&] {
    ImGui::GetIO().KeysDown[256 + ImGuiKey_Enter] = true;
    frame();
    ImGui::GetIO().KeysDown[256 + ImGuiKey_Enter] = false;
    for (const char* letter : {"d", "e", "l", "a", "y"}) type(letter);
    for (int i = 0; i < 4; ++i) frame();
  };
  fill(ui_.fault.focus, "drop 1st syn client>server");
  enter_and_type();
  EXPECT_EQ(model().controls.faults.size(), 1u);
  EXPECT_EQ(ui_.fault.text, "delay");
  EXPECT_FALSE(model().look.dark) << "it was no shortcut";
  EXPECT_EQ(model().look.language, words::Language::en);

  click({1270, 1390});
  app_.apply(GoTo{3});
  type("g");
  for (int i = 0; i < 4; ++i) frame();
  type("x");
  enter_and_type();
  EXPECT_TRUE(ui_.go_text.ends_with("delay")) << ui_.go_text;
  EXPECT_FALSE(model().look.dark);
}

TEST_F(ControlsTest, WhatIsTypedIntoASlider_CountsWhenDoneAndInRange) {
  struct Row {
    TypedField& field;
    const char *good, *bad;
  };
  const auto value = [&](int i) {
    const Controls& c = model().controls;
    return i == 0   ? static_cast<double>(c.program.pause.ns) / 1e9
           : i == 1 ? static_cast<double>(c.delay.ns) / 1e6
                    : c.loss * 100;
  };
  const Row rows[] = {{ui_.pause, "2", "31"}, {ui_.delay, "250", "2500"}, {ui_.loss, "12", "120"}};
  for (int i = 0; i < 3; ++i) {
    const Row& row = rows[i];
    const double before = value(i);
    fill(row.field.focus, row.bad);
    EXPECT_EQ(value(i), before) << "a part of what is typed counts already";
    press(ImGuiKey_Enter);
    frame();
    EXPECT_EQ(value(i), before) << row.bad;
    EXPECT_THAT(read(), HasSubstr("is out of range"));
    fill(row.field.focus, row.good);
    press(ImGuiKey_Enter);
    frame();
    EXPECT_NEAR(value(i), std::stod(row.good), 1e-6);
    EXPECT_THAT(read(), Not(HasSubstr("is out of range")));
  }
}

TEST_F(ControlsTest, APauseThatIsTyped_IsRunOnBothNetworks) {
  fill(ui_.pause.focus, "2");
  ImGui::GetIO().KeysDown[256 + ImGuiKey_Enter] = true;
  const Commands commands = frame();
  ImGui::GetIO().KeysDown[256 + ImGuiKey_Enter] = false;
  std::size_t set = commands.size(), start = commands.size();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (std::holds_alternative<SetControls>(commands[i])) set = i;
    if (std::holds_alternative<StartLive>(commands[i])) start = i;
  }
  ASSERT_LT(set, commands.size());
  ASSERT_LT(start, commands.size());
  EXPECT_LT(set, start) << "it would run with the pause of before";
}

}  // namespace
}  // namespace synoptic::gui
