// At the three sizes, in both languages, in every view: no character is cut off by the box that it
// stands in, and none lies over another.
#include <gtest/gtest.h>
#include <imgui.h>

#include <map>
#include <optional>
#include <set>

#include "tests/gui/support.hh"
#include "tests/window/ink.hh"
#include "tests/window/view.hh"

namespace synoptic::window::test {
namespace {

class Paper {
 public:
  Paper(const Size& size, std::string_view also)
      : canvas_({static_cast<float>(size.width), static_cast<float>(size.height)},
                [&](ImFontAtlas& atlas) {
                  built_ = build_fonts(atlas, fonts(), font_sizes(size.scale, 1), also);
                }) {
    gui::apply_style(false, static_cast<float>(size.scale));
  }

  void draw(View& view) const {
    for (int i = 0; i < View::frames; ++i) {
      ImGui::NewFrame();
      view.frame(built_);
      ImGui::Render();
    }
  }

 private:
  gui::Fonts built_;
  gui::testing::Canvas canvas_;
};

// What of the ladders scrolls away at the edges of their pane is no mistake, nor what a list or a
// text that scrolls cuts off above and below.
bool may_scroll(const Glyph& glyph) {
  return glyph.window != "Synoptic";
}

std::set<std::string> cut_off(const std::vector<Glyph>& glyphs) {
  std::set<std::string> found;
  for (const Glyph& glyph : glyphs)
    if (glyph.cut_across || (glyph.cut_along && !may_scroll(glyph)))
      found.insert("cut off: " + around(glyphs, glyph));
  return found;
}

// Bold type is the same character drawn twice, a hair apart; lines drawn with characters touch.
bool belong_together(const Glyph& a, const Glyph& b) {
  const auto drawn_line = [](const Glyph& g) { return g.code >= 0x2500 && g.code < 0x2580; };
  if (drawn_line(a) && drawn_line(b)) return true;
  return a.code == b.code && std::abs(a.min.y - b.min.y) < 0.5f &&
         std::abs(a.min.x - b.min.x) < std::max(1.5f, a.line / 10);
}

// Pairs whose ink shares more than a hair's breadth.
std::set<std::string> overlaps(const std::vector<Glyph>& glyphs) {
  constexpr float cell = 32;
  std::map<std::pair<int, int>, std::vector<const Glyph*>> cells;
  std::set<std::string> found;
  for (const Glyph& glyph : glyphs) {
    const float hair = std::max(1.5f, glyph.line / 10);
    const auto [left, right] =
        std::pair(static_cast<int>(glyph.min.x / cell), static_cast<int>(glyph.max.x / cell));
    const auto [top, bottom] =
        std::pair(static_cast<int>(glyph.min.y / cell), static_cast<int>(glyph.max.y / cell));
    for (int x = left; x <= right; ++x) {
      for (int y = top; y <= bottom; ++y) {
        auto& here = cells[{x, y}];
        for (const Glyph* other : here) {
          const float wide =
              std::min(glyph.max.x, other->max.x) - std::max(glyph.min.x, other->min.x);
          const float high =
              std::min(glyph.max.y, other->max.y) - std::max(glyph.min.y, other->min.y);
          if (wide > hair && high > hair && !belong_together(glyph, *other))
            found.insert(fmt::format("over each other: {}, {}", around(glyphs, *other),
                                     around(glyphs, glyph)));
        }
        here.push_back(&glyph);
      }
    }
  }
  return found;
}

struct Case {
  const char* name;
  Size size;
  words::Language language;
};
class TextFits : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    view.emplace(GetParam().language);
    paper.emplace(GetParam().size, view->also());
  }
  // Draws what there is to see and looks at every character.
  void look(const std::string& what) {
    paper->draw(*view);
    const std::vector<Glyph> glyphs = read_glyphs();
    ASSERT_GT(glyphs.size(), 200u) << what;
    for (const auto& found : {cut_off(glyphs), overlaps(glyphs)})
      for (const std::string& text : found) ADD_FAILURE() << what << ": " << text;
    for (const std::string& name : overfull_windows())
      ADD_FAILURE() << what << ": more in it than it shows: " << name;
  }
  void look_along(const std::string& what) {
    const std::size_t steps = view->app.model().steps.size();
    for (std::size_t step = 0; step <= steps; step += 7) {
      view->apply(gui::GoTo{step});
      look(fmt::format("{}, step {}", what, step));
    }
    view->apply(gui::GoTo{steps});
    look(what + ", at the end");
  }

  std::optional<View> view;
  std::optional<Paper> paper;
};

TEST_P(TextFits, AlongTheLesson) {
  look_along("row by row");
}

TEST_P(TextFits, TrueToTimeInRawNumbers) {
  gui::Look look = view->app.model().look;
  look.time = ladder::TimeMode::proportional;
  look.raw_seq = true;
  view->apply(gui::SetLook{look});
  look_along("true time");
}

TEST_P(TextFits, EveryTabOfTheDetails) {
  using gui::DetailsTab;
  for (const DetailsTab tab :
       {DetailsTab::why, DetailsTab::packet, DetailsTab::tcbs, DetailsTab::states}) {
    for (const auto wanted : {wire::SYN, wire::FIN, wire::PSH}) {
      ASSERT_TRUE(view->go_to([&](const model::Packet& p) { return p.ctl.has(wanted); }));
      view->ui.details.open = tab;
      look(fmt::format("tab {}, flag {}", static_cast<int>(tab), static_cast<int>(wanted)));
    }
  }
}

TEST_P(TextFits, WithAFaultAndTheConditions) {
  gui::Controls controls = view->app.model().controls;
  controls.faults.push_back(*net::parse_fault("drop 2nd data client>server"));
  view->apply(gui::SetControls{controls});
  view->ui.controls_shown = true;
  look_along("conditions");
}

TEST_P(TextFits, TheKeys) {
  view->apply(gui::ShowKeys{true});
  look("keys");
}

INSTANTIATE_TEST_SUITE_P(Sizes, TextFits,
                         testing::Values(Case{"SmallEnglish", small, words::Language::en},
                                         Case{"SmallChinese", small, words::Language::zh},
                                         Case{"LargeEnglish", large, words::Language::en},
                                         Case{"LargeChinese", large, words::Language::zh},
                                         Case{"HugeEnglish", huge, words::Language::en},
                                         Case{"HugeChinese", huge, words::Language::zh}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace synoptic::window::test
