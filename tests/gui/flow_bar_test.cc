// Which of several conversations the window shows: chosen from a list, by key, on both sides at
// once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui.h>

#include <set>

#include "tests/gui/ui_support.hh"

namespace synoptic::gui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Recorded;
using testing::UiTest;

Controls clients(int count) {
  Controls controls = testing::tcp_echo();
  controls.program.clients = count;
  return controls;
}

// The flows whose packets are steps, by side.
std::set<std::uint32_t> shown_flows(const Model& model, ladder::Side side) {
  std::set<std::uint32_t> flows;
  for (const ladder::Step& step : model.steps) {
    const model::Event& event = model.trace_of(step.side)[step.event];
    if (step.side == side && std::holds_alternative<model::Packet>(event.body))
      flows.insert(model::index(event.flow));
  }
  return flows;
}

class FlowBar : public UiTest {
 protected:
  FlowBar() : run_(net::run(scenario_of(clients(3)))) {
    app_.apply(SetControls{clients(3)});
    frame();
  }
  void with_live() {
    app_.attach(&run_);
    testing::settle(app_);
    frame();
  }
  Recorded run_;
};

TEST_F(FlowBar, IsThereWhereThereAreSeveral) {
  EXPECT_THAT(read(), HasSubstr("all 3 conversations"));
  app_.apply(SetControls{clients(1)});
  EXPECT_THAT(read(), Not(HasSubstr("conversations")));
}

TEST_F(FlowBar, TheChoice_IsOfBothSides) {
  with_live();
  ASSERT_EQ(model().flows.size(), 3u);
  EXPECT_EQ(model().flows[1].name, "client 2 ↔ server, TCP");
  EXPECT_THAT(model().flows[1].judgement, HasSubstr("closed by both, client 2 first"));
  const std::size_t all = model().steps.size();
  app_.apply(ChooseFlow{model().flows[1].flow});
  EXPECT_THAT(shown_flows(model(), ladder::Side::sim), ElementsAre(1));
  EXPECT_THAT(shown_flows(model(), ladder::Side::live), ElementsAre(1));
  EXPECT_LT(model().steps.size(), all);
  EXPECT_EQ(model().cursor, model().steps.size());
  EXPECT_THAT(read(), HasSubstr("1  client 2 ↔ server, TCP"));
  app_.apply(ChooseFlow{});
  EXPECT_EQ(model().steps.size(), all);
}

TEST_F(FlowBar, Brackets_GoThroughThem) {
  EXPECT_FALSE(model().flow);
  for (const std::uint32_t number : {0u, 1u, 2u}) {
    type("]");
    ASSERT_TRUE(model().flow);
    EXPECT_EQ(model::index(*model().flow), number);
    EXPECT_THAT(shown_flows(model(), ladder::Side::sim), ElementsAre(number));
  }
  type("]");
  EXPECT_FALSE(model().flow);
  type("[");
  EXPECT_EQ(model().flow, model::FlowId{2});
}

TEST_F(FlowBar, C_OpensTheList) {
  type("c");
  frame();
  EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
  EXPECT_THAT(read(), HasSubstr("client 3 ↔ server, TCP"));
  press(ImGuiKey_Escape);
  frame();
  EXPECT_FALSE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
}

TEST_F(FlowBar, OfOneConversation_ThereIsNothingToChoose) {
  app_.apply(SetControls{clients(1)});
  type("c");
  EXPECT_THAT(status_text(model()), HasSubstr("there is one conversation only"));
}

// The same conversation stays while the conditions change; another demo shows all of its own.
TEST_F(FlowBar, TheChoice_StaysAsLongAsItCan) {
  app_.apply(ChooseFlow{model::FlowId{2}});
  Controls slower = clients(3);
  slower.seed = 2;
  app_.apply(SetControls{slower});
  EXPECT_EQ(model().flow, model::FlowId{2});
  Controls other = slower;
  other.demo = demos::find_demo("same-port");
  app_.apply(SetControls{other});
  EXPECT_FALSE(model().flow);
}

TEST_F(FlowBar, FewerClients_AllAreShownAgain) {
  app_.apply(ChooseFlow{model::FlowId{2}});
  app_.apply(SetControls{clients(2)});
  EXPECT_EQ(shown_flows(model(), ladder::Side::sim).size(), 2u);
}

TEST_F(FlowBar, APacketOfAnother_IsSaidToBeOfAnother) {
  app_.apply(ChooseFlow{model::FlowId{0}});
  frame();
  type("g");
  frame();
  frame();
  type("2");  // the second client's SYN
  press(ImGuiKey_Enter);
  EXPECT_THAT(read(), HasSubstr("packet 2 is of another conversation than the one that is shown"));
}

// Many conversations are searched by typing.
TEST_F(FlowBar, ManyAreSearched) {
  app_.apply(SetControls{clients(60)});
  frame();
  type("c");
  frame();
  frame();
  frame();
  ASSERT_TRUE(ImGui::GetIO().WantTextInput);
  type("client 57");
  frame();
  const std::string words = read();
  EXPECT_THAT(words, HasSubstr("client 57 ↔ server"));
  EXPECT_THAT(words, Not(HasSubstr("client 56 ↔ server")));
}

}  // namespace
}  // namespace synoptic::gui
