// The window's keys, buttons and panels, by injected input.
#include <gtest/gtest.h>
#include <imgui.h>

#include <algorithm>
#include <string>

#include "tests/gui/ui_support.hh"
#include "viz/gui/fault_for.hh"

namespace synoptic::gui {
namespace {

using testing::UiTest;

TEST_F(UiTest, ControlS_AsksAsWhatToSave) {
  ImGui::GetIO().KeyCtrl = true;
  press_code('S');
  ImGui::GetIO().KeyCtrl = false;
  frame();
  EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
  press(ImGuiKey_Escape);
  frame();
  EXPECT_FALSE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
}

TEST_F(UiTest, ControlS_AsksWhileAFieldHasTheKeyboard) {
  type("/");
  frame();
  frame();
  ASSERT_TRUE(ImGui::GetIO().WantTextInput);
  ImGui::GetIO().KeyCtrl = true;
  press_code('S');
  ImGui::GetIO().KeyCtrl = false;
  frame();
  EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
}

TEST_F(UiTest, ALongStatusIsCutWithAnEllipsis) {
  app_.say(wire::Saying::value(std::string(400, 'x') + "the end"));
  const std::string words = read();
  EXPECT_NE(words.find("xxx…"), std::string::npos);
  EXPECT_EQ(words.find("the end"), std::string::npos);
}

TEST_F(UiTest, Arrows_Step) {
  press(ImGuiKey_Home);
  EXPECT_EQ(model().cursor, 0u);
  press(ImGuiKey_RightArrow);
  EXPECT_EQ(model().cursor, 1u);
  type(".");
  EXPECT_EQ(model().cursor, 2u);
  press(ImGuiKey_LeftArrow);
  EXPECT_EQ(model().cursor, 1u);
  press(ImGuiKey_End);
  EXPECT_EQ(model().cursor, model().steps.size());
}

TEST_F(UiTest, Space_PlaysAndPauses) {
  press(ImGuiKey_Home);
  type(" ");
  EXPECT_TRUE(model().playing.on);
  type(" ");
  EXPECT_FALSE(model().playing.on);
}

TEST_F(UiTest, Letters_ChangeTheLook) {
  type("r");
  EXPECT_TRUE(model().look.raw_seq);
  type("t");
  EXPECT_EQ(model().look.time, ladder::TimeMode::proportional);
  type("d");
  EXPECT_TRUE(model().look.dark);
  type("+");
  EXPECT_GT(model().look.zoom, 1);
  type("0");
  EXPECT_EQ(model().look.zoom, 1);
}

TEST_F(UiTest, QuestionMark_ShowsTheKeysAndEscapeHidesThem) {
  type("?");
  EXPECT_TRUE(model().keys_shown);
  press(ImGuiKey_Escape);
  EXPECT_FALSE(model().keys_shown);
}

TEST_F(UiTest, ControlKeys_SizeTheTypeAndLeave) {
  ImGui::GetIO().KeyCtrl = true;
  press_code('=');
  EXPECT_GT(model().look.type_size, 1);
  press_code('0');
  EXPECT_EQ(model().look.type_size, 1);
  EXPECT_NE(find<Quit>(press_code('Q')), nullptr);
  ImGui::GetIO().KeyCtrl = false;
}

TEST_F(UiTest, N_GoesToTheNextPacketOfTheConversation) {
  press(ImGuiKey_Home);
  press(ImGuiKey_RightArrow);
  while (!std::holds_alternative<model::Packet>(
      model().trace_of(model().in_focus()->side)[model().in_focus()->event].body))
    press(ImGuiKey_RightArrow);
  const auto first = model().in_focus();
  type("n");
  EXPECT_NE(model().in_focus(), first);
  type("p");
  EXPECT_EQ(model().in_focus(), first);
}

TEST_F(UiTest, N_AtTheStartGoesToTheFirstPacket) {
  press(ImGuiKey_Home);
  ASSERT_FALSE(model().in_focus());
  type("n");
  ASSERT_TRUE(model().in_focus());
  const auto first = std::ranges::find_if(model().steps, [&](const ladder::Step& step) {
    return std::holds_alternative<model::Packet>(model().trace_of(step.side)[step.event].body);
  });
  EXPECT_EQ(model().in_focus(), (Selected{first->side, first->event}));
}

TEST_F(UiTest, F_OnWhatIsNoSimulatedPacket_SaysWhatToDoUntilItIsDone) {
  const std::string hint =
      "choose a segment of the simulated side first (N goes to the next packet)";
  press(ImGuiKey_Home);
  type("f");
  EXPECT_EQ(model().message, hint);
  EXPECT_FALSE(popup_is_open());
  press(ImGuiKey_RightArrow);  // a call
  EXPECT_EQ(model().message, "");
  type("f");
  EXPECT_EQ(model().message, hint);
  type("n");
  EXPECT_EQ(model().message, "");
  type("f");
  frame();
  EXPECT_EQ(model().message, "");
  EXPECT_TRUE(popup_is_open());
}

// Where an event's packet line stands on the screen.
ImVec2 place_of(const Model& model, const Ui& ui, model::EventId event) {
  for (const ladder::Text& text : model.scene.texts) {
    if (text.event != event || text.role != ladder::Role::packet_line) continue;
    return {static_cast<float>(ui.pane_x + (text.at.x - ui.scroll_x + 10) * ui.pane_scale),
            static_cast<float>(ui.pane_y + (text.at.y - 4 - ui.scroll_y + 10) * ui.pane_scale)};
  }
  return {0, 0};
}

model::EventId first_segment(const model::Trace& trace) {
  for (const model::Event& event : trace.events())
    if (event.kind == model::EventKind::segment) return event.id;
  return model::EventId::none;
}

TEST_F(UiTest, ClickOnASegment_SelectsIt) {
  press(ImGuiKey_Home);
  press(ImGuiKey_End);
  ui_.scroll_y = 0;
  const model::EventId syn = first_segment(model().sim());
  click(place_of(model(), ui_, syn));
  EXPECT_EQ(model().in_focus(), (Selected{ladder::Side::sim, syn}));
}

TEST_F(UiTest, RightClickOnASegment_OffersToLoseIt) {
  ui_.scroll_y = 0;
  const model::EventId syn = first_segment(model().sim());
  click(place_of(model(), ui_, syn), 1);
  EXPECT_EQ(ui_.asked_about, syn);
  EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel));
}

TEST_F(UiTest, F_AsksAboutTheSegmentInFocus) {
  const model::EventId syn = first_segment(model().sim());
  app_.apply(Select{{ladder::Side::sim, syn}});
  frame();
  type("f");
  frame();
  EXPECT_EQ(ui_.asked_about, syn);
  EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel));
}

TEST_F(UiTest, Names_AreTakenOverWhenTheyAreTyped) {
  ui_.controls_shown = true;
  frame();
  fill(ui_.names.focus, "Ada,  Bob ,");
  EXPECT_EQ(model().controls.program.names.size(), 3u);  // not yet
  press(ImGuiKey_Enter);
  frame();
  EXPECT_EQ(model().controls.program.names, (std::vector<std::string>{"Ada", "Bob"}));
}

TEST_F(UiTest, TypeSize_StaysReadable) {
  ImGui::GetIO().KeyCtrl = true;
  for (int i = 0; i < 60; ++i) press_code('-');
  EXPECT_EQ(model().look.type_size, 0.5);
  for (int i = 0; i < 60; ++i) press_code('=');
  EXPECT_EQ(model().look.type_size, 4);
  ImGui::GetIO().KeyCtrl = false;
}

TEST_F(UiTest, Save_OffersEachFormatBelowItsButton) {
  // The menu is found by what comes of clicking: along the toolbar, then the line below.
  const Save* saved = nullptr;
  Commands commands;
  for (float x = 1270; x > 600 && saved == nullptr; x -= 12) {
    click({x, 18});
    if (!ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel))
      continue;
    commands = click({x + 14, 18 + 1.6f * ImGui::GetFontSize()});
    saved = find<Save>(commands);
  }
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(saved->path, "tcp-echo.png");
}

TEST_F(UiTest, Save_TakesANameOrAPath_AndSaysInWhichFolder) {
  app_.saves_in("/home/ada/lecture");
  const auto ask = [&] {
    ImGui::GetIO().KeyCtrl = true;
    press_code('S');
    ImGui::GetIO().KeyCtrl = false;
    for (int i = 0; i < 3; ++i) frame();
  };
  const auto saved = [&] {
    const Commands commands = press(ImGuiKey_Enter);
    const Save* save = find<Save>(commands);
    return save != nullptr ? save->path : "nothing";
  };
  ask();
  EXPECT_NE(read().find("in /home/ada/lecture"), std::string::npos);
  EXPECT_EQ(saved(), "tcp-echo.png");
  EXPECT_FALSE(popup_is_open());
  for (const auto& [typed, path] :
       {std::pair{"/tmp/d l/x.svg", "/tmp/d l/x.svg"}, std::pair{"~/y", "~/y.png"},
        std::pair{"v1.2/图", "v1.2/图.png"}, std::pair{"a.json", "a.json"}}) {
    ask();
    type(typed);
    EXPECT_EQ(saved(), path);
  }
  EXPECT_FALSE(model().look.dark);
}

TEST_F(UiTest, Wheel_ScrollsAndZooms) {
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = ImVec2(640, 300);
  frame();
  ui_.scroll_y = 0;
  io.MouseWheel = -1;
  frame();
  EXPECT_GT(ui_.scroll_y, 0);
  io.KeyCtrl = true;
  io.MouseWheel = 1;
  frame();
  io.KeyCtrl = false;
  EXPECT_GT(model().look.zoom, 1);
}

TEST_F(UiTest, TheLineAboveTheDetails_CanBeDragged) {
  ImGuiIO& io = ImGui::GetIO();
  const float before = ui_.details_share;
  // It is found by its cursor: the one place where the mouse would resize.
  float y = 200;
  for (; y < 700; ++y) {
    io.MousePos = ImVec2(900, y);
    frame();
    frame();
    if (ImGui::GetMouseCursor() == ImGuiMouseCursor_ResizeNS) break;
  }
  ASSERT_LT(y, 700);
  io.MouseDown[0] = true;
  frame();
  io.MousePos.y -= 100;
  frame();
  io.MouseDown[0] = false;
  frame();
  EXPECT_NEAR(ui_.details_share, before + 100 / 640.f, 0.03);
  EXPECT_GT(ui_.details_share, before);
}

TEST_F(UiTest, TypingAFault_IsNoShortcut) {
  ui_.controls_shown = true;
  frame();
  ui_.fault.focus = true;
  frame();
  frame();
  type("drop 1st data client>server");
  EXPECT_EQ(ui_.fault.text, "drop 1st data client>server");
  EXPECT_FALSE(model().playing.on);
  const Commands commands = press(ImGuiKey_Enter);
  ASSERT_EQ(model().controls.faults.size(), 1u);
  EXPECT_NE(find<SetControls>(commands), nullptr);
}

// For every packet of a run: the fault that is made for it strikes it, and nothing before it.
TEST(FaultFor, EachPacket_IsTheOneThatIsLost) {
  for (const char* name : {"tcp-echo", "handshake", "udp-echo"}) {
    const Controls controls = testing::controls_of(name);
    const model::Trace sim = net::run(scenario_of(controls));
    for (const model::Event& event : sim.events()) {
      if (!std::holds_alternative<model::Packet>(event.body)) continue;
      const auto fault = fault_for(controls, sim, event.id, net::Fault::Action::drop);
      ASSERT_TRUE(fault) << name;
      Controls changed = controls;
      changed.faults.push_back(*fault);
      const model::Trace again = net::run(scenario_of(changed));
      const auto& packet = std::get<model::Packet>(again[event.id].body);
      EXPECT_EQ(packet.fate, model::Fate::lost) << name << ": " << net::format_fault(*fault);
      for (std::uint32_t i = 0; i < model::index(event.id); ++i) {
        const auto* before = std::get_if<model::Packet>(&again[model::EventId(i)].body);
        EXPECT_TRUE(before == nullptr || before->fate != model::Fate::lost);
      }
    }
  }
}

}  // namespace
}  // namespace synoptic::gui
