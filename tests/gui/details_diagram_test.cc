// The state diagram's places: at every width, no two boxes or labels on each other, all inside.
#include <gtest/gtest.h>

#include <set>

#include "tests/gui/details_support.hh"
#include "viz/gui/state_diagram.hh"

namespace synoptic::gui {
namespace {

DiagramLayout layout(float width, float type = 13) {
  testing::Screen screen;
  ImGui::NewFrame();
  ImFont* const font = ImGui::GetFont();
  DiagramLayout made = layout_diagram(width, type, [&](std::string_view words, float size) {
    return font->CalcTextSizeA(size, 1e9F, 0, words.data(), words.data() + words.size());
  });
  ImGui::EndFrame();
  return made;
}

void expect_inside(const DiagramRect& rect, const DiagramLayout& in, std::string_view what) {
  EXPECT_GE(rect.min.x, 0) << what;
  EXPECT_GE(rect.min.y, 0) << what;
  EXPECT_LE(rect.max.x, in.width) << what << " at width " << in.width;
  EXPECT_LE(rect.max.y, in.height) << what;
}

TEST(StateDiagram, NothingOverlaps_AndAllIsInside) {
  for (float width = 300; width <= 700; width += 10) {
    const DiagramLayout made = layout(width);
    std::vector<std::pair<std::string, DiagramRect>> all;
    for (const DiagramNode& node : made.nodes)
      all.emplace_back(model::rfc_name(node.state), node.at);
    for (const DiagramArrow& arrow : made.arrows)
      all.emplace_back(arrow.label.front(), arrow.label_at);
    for (const DiagramLegend& line : made.legend) all.emplace_back(line.text, line.at);
    for (std::size_t i = 0; i < all.size(); ++i) {
      expect_inside(all[i].second, made, all[i].first);
      for (std::size_t k = i + 1; k < all.size(); ++k) {
        EXPECT_FALSE(all[i].second.overlaps(all[k].second))
            << all[i].first << " and " << all[k].first << " at width " << width;
      }
    }
  }
}

TEST(StateDiagram, HoldsElevenStates_ClosedTwice) {
  const DiagramLayout made = layout(500);
  std::set<model::TcpState> states;
  for (const DiagramNode& node : made.nodes) states.insert(node.state);
  EXPECT_EQ(states.size(), 11u);
  EXPECT_EQ(made.nodes.size(), 12u);
}

TEST(StateDiagram, HoldsEveryArrowOfTheFigure_FromBoxToBox) {
  const DiagramLayout made = layout(500);
  std::set<std::size_t> drawn;
  for (const DiagramArrow& arrow : made.arrows) {
    const model::Transition& t = model::transitions()[arrow.transition];
    drawn.insert(arrow.transition);
    const auto touches = [&](ImVec2 p, model::TcpState state) {
      return std::ranges::any_of(made.nodes, [&](const DiagramNode& n) {
        return n.state == state && p.x >= n.at.min.x - .1F && p.x <= n.at.max.x + .1F &&
               p.y >= n.at.min.y - .1F && p.y <= n.at.max.y + .1F;
      });
    };
    EXPECT_TRUE(touches(arrow.path.front(), t.from)) << t.event;
    EXPECT_TRUE(touches(arrow.path.back(), t.to)) << t.event;
  }
  for (std::size_t i = 0; i < model::transitions().size(); ++i) {
    const bool of_figure = model::transitions()[i].rfc.starts_with("RFC 9293 3.3.2");
    EXPECT_EQ(drawn.contains(i), of_figure) << model::transitions()[i].event;
  }
}

// What the window over everything has for it, at the three sizes and the type that goes with them.
TEST(StateDiagram, IsInViewAsAWhole_InAWindowOfItsOwn) {
  struct Row {
    ImVec2 screen;
    float type;
  };
  for (const Row& row : {Row{{1280, 720}, 16}, Row{{1920, 1080}, 16}, Row{{3840, 2160}, 32}}) {
    testing::Screen screen;
    ImGui::NewFrame();
    ImFont* const font = ImGui::GetFont();
    const ImVec2 room{row.screen.x * .7F, row.screen.y - 5 * row.type};
    const DiagramLayout made =
        layout_diagram_within(room, row.type, [&](std::string_view words, float size) {
          return font->CalcTextSizeA(size, 1e9F, 0, words.data(), words.data() + words.size());
        });
    ImGui::EndFrame();
    EXPECT_LE(made.height, room.y) << row.screen.x;
    EXPECT_LE(made.width, room.x) << row.screen.x;
    EXPECT_GE(made.label_size, row.type * .5F) << "too small to be read";
    EXPECT_TRUE(made.legend.empty()) << "the words stand at the arrows";
  }
}

TEST(StateDiagram, WhereThereIsRoom_TheWordsStandAtTheArrows) {
  EXPECT_TRUE(layout(700).legend.empty());
  const DiagramLayout narrow = layout(300);
  EXPECT_EQ(narrow.legend.size(), narrow.arrows.size());
}

}  // namespace
}  // namespace synoptic::gui
