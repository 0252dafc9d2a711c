// The bars above the ladders: a packet by its number, the display filter; and what else a key or a
// click finds in the ladders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <utility>

#include "tests/gui/ui_support.hh"

namespace synoptic::gui {
namespace {

using ladder::Side;
using ::testing::HasSubstr;
using testing::UiTest;

class BarsTest : public UiTest {
 protected:
  ~BarsTest() override { app_.attach(nullptr); }
  void go_to_packet(const std::string& number) {
    type("g");
    frame();
    frame();
    type(number);
    press(ImGuiKey_Enter);
  }
  void set_filter(const std::string& text) {
    type("/");
    frame();
    frame();
    type(text);
    frame();
  }
  // A real run that came to its end: the same program under a lossy network.
  testing::Recorded real_{
      net::run(scenario_of(testing::controls_of("tcp-echo", {"drop 2nd data client>server"})))};
};

TEST_F(BarsTest, G_GoesToThePacketOfThatNumber) {
  press(ImGuiKey_Home);
  go_to_packet("3");
  EXPECT_FALSE(ui_.go_shown);
  ASSERT_TRUE(model().in_focus());
  EXPECT_EQ(model().number_of(Side::sim, model().in_focus()->event), 3u);
  EXPECT_EQ(model().in_focus()->event, model().packets_of(Side::sim)[2]);
  EXPECT_THAT(read(), HasSubstr("packet 3 of "));
}

// Fast fingers, or a slow machine: what follows the G is the number, whenever the field opens.
TEST_F(BarsTest, WhatIsTypedBeforeTheFieldOpens_IsInIt) {
  for (const std::vector<std::string>& frames :
       {std::vector<std::string>{"g", "1", "0"}, {"g1", "0"}, {"g10"}, {"g", "10"}}) {
    press(ImGuiKey_Home);
    for (const std::string& typed : frames) type(typed);
    frame();
    frame();
    press(ImGuiKey_Enter);
    ASSERT_TRUE(model().in_focus()) << frames.size();
    EXPECT_EQ(model().number_of(Side::sim, model().in_focus()->event), 10u) << frames.size();
    EXPECT_EQ(model().look.zoom, 1);
  }
}

TEST_F(BarsTest, G_CountsOnTheSideThatHasTheCursor) {
  app_.attach(&real_);
  app_.apply(Select{{Side::live, model().packets_of(Side::live)[0]}});
  frame();
  go_to_packet("5");
  EXPECT_EQ(model().in_focus(), (Selected{Side::live, model().packets_of(Side::live)[4]}));
}

TEST_F(BarsTest, ANumberOutOfRange_IsSaidAndTheBarStays) {
  press(ImGuiKey_Home);
  const std::size_t count = model().packets_of(Side::sim).size();
  for (const std::string& number :
       {std::to_string(count + 1), std::string("0"), std::string("99999999999999999999999")}) {
    go_to_packet(number);
    EXPECT_TRUE(ui_.go_shown);
    EXPECT_THAT(read(), HasSubstr("there are packets 1 to " + std::to_string(count)));
    press(ImGuiKey_Escape);
    EXPECT_FALSE(ui_.go_shown);
  }
  go_to_packet("five");
  EXPECT_THAT(read(), HasSubstr("that is no number"));
  EXPECT_EQ(model().cursor, 0u);
  EXPECT_FALSE(model().playing.on);
}

TEST_F(BarsTest, Slash_FadesWhatDoesNotMatch) {
  set_filter("tcp.flags.syn == 1");
  EXPECT_TRUE(model().filtering.on());
  EXPECT_EQ(model().matching, 2u);
  const auto& packets = model().packets_of(Side::sim);
  EXPECT_FALSE(model().is_faded(Side::sim, packets[0]));
  EXPECT_TRUE(model().is_faded(Side::sim, packets[2]));
  EXPECT_THAT(read(), HasSubstr("2 of " + std::to_string(packets.size()) + " packets match"));
  press(ImGuiKey_Enter);  // the filter stays, and keys work again
  frame();
  type("r");
  EXPECT_TRUE(model().look.raw_seq);
  EXPECT_TRUE(model().filtering.on());
}

TEST_F(BarsTest, AWrongFilter_SaysWhyAndFadesNothing) {
  set_filter("tcp.port = 9999");
  EXPECT_FALSE(model().filtering.on());
  EXPECT_THAT(read(), HasSubstr("write =="));
  for (const model::EventId id : model().packets_of(Side::sim))
    EXPECT_FALSE(model().is_faded(Side::sim, id));
}

TEST_F(BarsTest, Escape_TakesTheFilterAway) {
  set_filter("udp");
  EXPECT_EQ(model().matching, 0u);
  press(ImGuiKey_Escape);
  EXPECT_FALSE(ui_.filter_shown);
  EXPECT_FALSE(model().filtering.on());
  EXPECT_TRUE(model().filtering.text.empty());
}

TEST_F(BarsTest, NAndP_StepOverWhatDoesNotMatch) {
  app_.apply(Select{{Side::sim, model().packets_of(Side::sim)[0]}});
  app_.apply(SetFilter{"tcp.flags.fin == 1"});
  frame();
  type("n");
  ASSERT_TRUE(model().in_focus());
  const auto& fin = std::get<model::Packet>(model().sim()[model().in_focus()->event].body);
  EXPECT_TRUE(fin.ctl.has(wire::FIN));
}

TEST_F(BarsTest, TheFilter_HoldsForTheNextRun) {
  app_.apply(SetFilter{"tcp.analysis.retransmission"});
  EXPECT_EQ(model().matching, 0u);
  Controls controls = model().controls;
  controls.faults.push_back(*net::parse_fault("drop 2nd data client>server"));
  app_.apply(SetControls{controls});
  EXPECT_EQ(model().matching, 1u);
}

// Fewer opaque points are drawn when nothing matches.
TEST_F(BarsTest, FadedPackets_AreDrawnPale) {
  const auto pale = [] {
    int count = 0;
    const ImDrawData& data = *ImGui::GetDrawData();
    for (int i = 0; i < data.CmdListsCount; ++i)
      for (const ImDrawVert& v : data.CmdLists[i]->VtxBuffer)
        count += (v.col >> IM_COL32_A_SHIFT) == 0x40 || (v.col >> IM_COL32_A_SHIFT) == 0x3f;
    return count;
  };
  frame();
  const int before = pale();
  app_.apply(SetFilter{"udp"});
  frame();
  EXPECT_GT(pale(), before + 300);
}

// Where something of the scene stands on the screen.
ImVec2 on_screen(const Ui& ui, ladder::Point at) {
  return {static_cast<float>(ui.pane_x + (at.x - ui.scroll_x + 10) * ui.pane_scale),
          static_cast<float>(ui.pane_y + (at.y - ui.scroll_y + 10) * ui.pane_scale)};
}

TEST_F(BarsTest, F_OpensItsMenuAtTheSegment) {
  ImGui::GetIO().MousePos = ImVec2(20, 700);  // far away from it
  const model::EventId syn = model().packets_of(Side::sim)[0];
  app_.apply(Select{{Side::sim, syn}});
  frame();
  frame();
  type("f");
  frame();
  frame();
  ASSERT_TRUE(popup_is_open());
  const ImVec2 menu = ImGui::GetCurrentContext()->OpenPopupStack.back().Window->Pos;
  for (const ladder::Line& line : model().scene.lines) {
    if (line.event != syn || line.side != Side::sim) continue;
    const ImVec2 middle =
        on_screen(ui_, {(line.from.x + line.to.x) / 2, (line.from.y + line.to.y) / 2});
    EXPECT_NEAR(menu.x, middle.x, 3);
    EXPECT_NEAR(menu.y, middle.y, 3);
    return;
  }
  FAIL() << "no arrow";
}

TEST_F(BarsTest, ClickOnTheMarkOfADifference_SelectsTheRowAndShowsWhere) {
  app_.attach(&real_);
  frame();
  frame();
  const auto& rows = model().alignment.rows;
  const auto mark = std::ranges::find_if(model().scene.row_marks, [&](const ladder::RowMark& m) {
    return rows[m.row].verdict != ladder::Verdict::same;
  });
  ASSERT_NE(mark, model().scene.row_marks.end());
  ui_.scroll_y = mark->min.y - 20;
  frame();
  click(on_screen(ui_, {(mark->min.x + mark->max.x) / 2, mark->min.y + 4}));
  frame();
  ASSERT_TRUE(model().selected);
  const ladder::Row& row = rows[mark->row];
  const auto& ids = model().selected->side == Side::sim ? row.sim : row.live;
  EXPECT_NE(std::ranges::find(ids, model().selected->event), ids.end());
  EXPECT_THAT(read(), HasSubstr("Where the two ladders differ"));
}

TEST_F(BarsTest, MarksOfRows_StandBelowEachOther) {
  app_.attach(&real_);
  double bottom = 0;
  for (const ladder::RowMark& mark : model().scene.row_marks) {
    EXPECT_GE(mark.min.y, bottom);
    EXPECT_GT(mark.max.y, mark.min.y);
    bottom = mark.max.y;
    EXPECT_EQ(ladder::row_at(model().scene, {(mark.min.x + mark.max.x) / 2, mark.min.y + 1}),
              mark.row);
  }
  EXPECT_GT(model().scene.row_marks.size(), 10u);
  EXPECT_FALSE(ladder::row_at(model().scene, {1, -5}));
}

}  // namespace
}  // namespace synoptic::gui
