// Text: the Scene on a grid of character cells.
#include <gtest/gtest.h>

#include "viz/export/export.hh"
#include "viz/ladder/scene.hh"

namespace synoptic::exporting {
namespace {

using namespace ladder;

Scene scene(double width, double height) {
  Scene s;
  s.width = width;
  s.height = height;
  return s;
}

TEST(Text, ArrowsRunBetweenTheLanes) {
  Scene s = scene(12, 2);
  for (const double x : {1.5, 10.5})
    s.lines.push_back({.from = {x, 0}, .to = {x, 2}, .role = Role::lane});
  s.lines.push_back(
      {.from = {1.95, 0.5}, .to = {10.05, 0.5}, .role = Role::segment, .arrow = true});
  s.lines.push_back(
      {.from = {10.05, 1.5}, .to = {1.95, 1.5}, .role = Role::datagram, .arrow = true});
  EXPECT_EQ(to_text(s), " ┊───────▶┊\n ┊◀┄┄┄┄┄┄┄┊\n");
}

TEST(Text, LabelsStandFreeOnTheirArrow) {
  Scene s = scene(14, 1);
  s.lines.push_back(
      {.from = {0.95, 0.5}, .to = {13.05, 0.5}, .role = Role::segment, .arrow = true});
  s.texts.push_back({.at = {4, 0.78}, .text = "[SYN]", .role = Role::packet_line});
  EXPECT_EQ(to_text(s), " ── [SYN] ──▶\n");
}

TEST(Text, HalfOfAWideCharacterIsNeverLeft) {
  Scene s = scene(9, 1);
  s.lines.push_back({.from = {8.5, 0}, .to = {8.5, 1}, .role = Role::lane});
  s.texts.push_back({.at = {0, 0.78}, .text = "你好你", .role = Role::note});
  s.texts.push_back({.at = {1, 0.78}, .text = "x", .role = Role::note});  // over a right half
  s.texts.push_back({.at = {4, 0.78}, .text = "y", .role = Role::note});  // over a left one
  EXPECT_EQ(to_text(s), " x好y   ┊\n");
  s = scene(3, 1);
  s.texts.push_back({.at = {0, 0.78}, .text = "你好", .role = Role::note});  // beyond the edge
  EXPECT_EQ(to_text(s), "你\n");
}

TEST(Text, BrokenArrowsAreDashed) {
  Scene s = scene(8, 1);
  s.lines.push_back(
      {.from = {0.95, 0.5}, .to = {5.05, 0.5}, .role = Role::segment_lost, .broken = true});
  s.texts.push_back(
      {.at = {5.5, 0.78}, .text = "✗", .role = Role::loss_mark, .anchor = Anchor::middle});
  EXPECT_EQ(to_text(s), " ╌╌╌╌✗\n");
}

TEST(Text, TheLanesGlyphTellsTheState) {
  Scene s = scene(1, 4);
  s.lines.push_back({.from = {0.5, 0}, .to = {0.5, 4}, .role = Role::lane});
  s.boxes.push_back({.min = {0.1, 1},
                     .max = {0.9, 2},
                     .role = Role::state_bar,
                     .state = model::TcpState::syn_sent});
  s.boxes.push_back({.min = {0.1, 2},
                     .max = {0.9, 3},
                     .role = Role::state_bar,
                     .state = model::TcpState::established});
  s.boxes.push_back({.min = {0.1, 3},
                     .max = {0.9, 4},
                     .role = Role::state_bar,
                     .state = model::TcpState::time_wait});
  EXPECT_EQ(to_text(s), "┊\n│\n┃\n║\n");
}

TEST(Text, AnchorsAndWideCharacters) {
  Scene s = scene(12, 3);
  s.texts.push_back({.at = {12, 0.78}, .text = "end", .role = Role::call, .anchor = Anchor::end});
  s.texts.push_back(
      {.at = {6, 1.78}, .text = "middle", .role = Role::call, .anchor = Anchor::middle});
  s.texts.push_back({.at = {2, 2.78}, .text = "你好!", .role = Role::call});
  EXPECT_EQ(to_text(s), "         end\n   middle\n  你好!\n");
}

TEST(Text, AnArrowPassesBehindTheLanesThatItDoesNotEndAt) {
  Scene s = scene(11, 1);
  for (const double x : {0.5, 5.5, 10.5})
    s.lines.push_back({.from = {x, 0}, .to = {x, 1}, .role = Role::lane});
  s.lines.push_back(
      {.from = {0.95, 0.5}, .to = {10.05, 0.5}, .role = Role::segment, .arrow = true});
  EXPECT_EQ(to_text(s), "┊────┊───▶┊\n");
}

TEST(Text, OfSeveralConnectionsOfALaneAnOpenOneIsSeen) {
  Scene s = scene(1, 2);
  const auto bar = [&](double left, double from, double to, model::TcpState state) {
    s.boxes.push_back(
        {.min = {left, from}, .max = {left + 0.2, to}, .role = Role::state_bar, .state = state});
  };
  bar(0.1, 0, 2, model::TcpState::established);
  bar(0.3, 0, 1, model::TcpState::closed);
  bar(0.5, 1, 2, model::TcpState::last_ack);
  EXPECT_EQ(to_text(s), "┃\n┃\n");
}

TEST(Text, NoTrailingBlanksAndCombiningMarksStay) {
  Scene s = scene(10, 2);
  s.texts.push_back({.at = {0, 0.78}, .text = "e\u0301a   ", .role = Role::call});
  EXPECT_EQ(to_text(s), "e\u0301a\n\n");
}

TEST(Text, GroundClearsTheLanes) {
  Scene s = scene(3, 2);
  s.lines.push_back({.from = {0.5, 0}, .to = {0.5, 2}, .role = Role::lane});
  s.boxes.push_back({.min = {0, 1}, .max = {3, 2}, .role = Role::reason});
  EXPECT_EQ(to_text(s), "┊\n\n");
}

}  // namespace
}  // namespace synoptic::exporting
