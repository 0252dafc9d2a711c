// The window draws the very items that the SVG holds: each text, line and box of a diagram, read
// back from ImGui's draw list on one side and from the SVG's markup on the other.
#include <gtest/gtest.h>
#include <imgui.h>

#include <cmath>
#include <regex>

#include "tests/gui/support.hh"
#include "tests/window/ink.hh"
#include "tests/window/view.hh"
#include "viz/export/export.hh"
#include "viz/gui/paint.hh"

namespace synoptic::window::test {
namespace {

constexpr double scale = 2;  // of the drawing, against the scene

class SceneItems : public testing::Test {
 protected:
  // Draws the scene on an empty sheet.
  gui::Painted draw(const ladder::Scene& scene) const {
    ImGui::GetIO().DisplaySize = {static_cast<float>(scene.width * scale) + 100,
                                  static_cast<float>(scene.height * scale) + 100};
    ImGui::NewFrame();
    gui::PaintView view;
    view.font = built_.mono;
    view.scale = scale;
    view.bottom = scene.height * scale + 100;
    const gui::Painted painted =
        gui::paint(*ImGui::GetBackgroundDrawList(), scene, ladder::SceneIndex(scene), view);
    ImGui::Render();
    return painted;
  }
  // The corners of everything that was drawn, in the scene's units.
  static ladder::Box ink() {
    ladder::Box box{{1e9, 1e9}, {-1e9, -1e9}, ladder::Role::segment};
    const ImDrawData& data = *ImGui::GetDrawData();
    for (int n = 0; n < data.CmdListsCount; ++n) {
      for (const ImDrawVert& v : data.CmdLists[n]->VtxBuffer) {
        box.min = {std::min(box.min.x, v.pos.x / scale), std::min(box.min.y, v.pos.y / scale)};
        box.max = {std::max(box.max.x, v.pos.x / scale), std::max(box.max.y, v.pos.y / scale)};
      }
    }
    return box;
  }

 private:
  gui::Fonts built_;
  const gui::testing::Canvas canvas_{
      {4000, 4000}, [this](ImFontAtlas& atlas) {
        built_ = build_fonts(atlas, fonts(), {.mono_advance_pixels = 8 * scale}, "姓名张三");
      }};
};

// --- the SVG's side
using Attributes = std::map<std::string, std::string>;
struct Element {
  Attributes attributes;
  std::string text;
  double number(const std::string& name) const { return std::stod(attributes.at(name)); }
};

std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex("<[^>]*>"), "");
  for (const auto& [entity, sign] : {std::pair("&lt;", "<"), std::pair("&gt;", ">"),
                                     std::pair("&quot;", "\""), std::pair("&amp;", "&")})
    for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos; at += 1)
      text.replace(at, std::string_view(entity).size(), sign);
  return text;
}

// All elements of one kind, in the order of the file.
std::vector<Element> elements(const std::string& svg, const std::string& name) {
  std::vector<Element> found;
  const std::regex attribute("([a-z0-9-]+)=\"([^\"]*)\"");
  for (std::size_t at = 0; (at = svg.find("<" + name + " ", at)) != std::string::npos;) {
    const std::size_t end = svg.find('>', at);
    const std::string head = svg.substr(at, end - at);
    Element element;
    for (std::sregex_iterator i(head.begin(), head.end(), attribute), none; i != none; ++i)
      element.attributes[(*i)[1]] = (*i)[2];
    if (svg[end - 1] != '/')
      element.text = plain(svg.substr(end + 1, svg.find("</" + name + ">", end) - end - 1));
    found.push_back(std::move(element));
    at = end;
  }
  return found;
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

// --- scenes
struct Drawing {
  const char* name;
  ladder::Scene scene;
};
ladder::Scene scene_of(const char* demo, const char* fault, ladder::TimeMode time) {
  gui::Controls controls = gui::testing::controls_of(demo);
  net::Scenario other = gui::scenario_of(controls);
  controls.profile = tcp::ProfileName::linux_;
  if (*fault != 0) controls.faults.push_back(*net::parse_fault(fault));
  const model::Trace a = net::run(other), b = net::run(gui::scenario_of(controls));
  ladder::LayoutOptions options;
  options.metrics = ladder::svg_metrics();
  options.time = time;
  options.title = "<姓名> & \"张三\"";
  return ladder::layout(a, b, ladder::align(a, b), options);
}
std::vector<Drawing> drawings() {
  using ladder::TimeMode;
  return {
      {"echo", scene_of("tcp-echo", "", TimeMode::ordinal)},
      {"lost", scene_of("tcp-echo", "drop 2nd data client>server", TimeMode::ordinal)},
      {"refused", scene_of("tcp-echo", "corrupt 1st syn client>server", TimeMode::proportional)},
      {"udp", scene_of("udp-echo", "duplicate 1st any client>server", TimeMode::ordinal)}};
}

TEST_F(SceneItems, AsManyOfEachAsTheSvgHas) {
  for (const Drawing& d : drawings()) {
    const gui::Painted painted = draw(d.scene);
    const std::string svg = exporting::to_svg(d.scene);
    EXPECT_EQ(painted.texts, elements(svg, "text").size()) << d.name;
    EXPECT_EQ(painted.lines, elements(svg, "line").size()) << d.name;
    EXPECT_EQ(painted.boxes, elements(svg, "rect").size() - 1) << d.name;  // one is the paper
  }
}

// Each text of the SVG is drawn with the same characters from the same place on.
TEST_F(SceneItems, TextsAreTheSvgs) {
  for (const Drawing& d : drawings()) {
    const std::vector<Element> texts = elements(exporting::to_svg(d.scene), "text");
    ASSERT_EQ(texts.size(), d.scene.texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ladder::Scene one = d.scene;
      one.boxes.clear();
      one.lines.clear();
      one.texts = {d.scene.texts[i]};
      draw(one);
      std::string drawn;
      double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
      for (const Glyph& g : read_glyphs()) {
        drawn += utf8(g.code);
        left = std::min(left, g.min.x / scale);
        right = std::max(right, g.max.x / scale);
        top = std::min(top, g.min.y / scale);
        bottom = std::max(bottom, g.max.y / scale);
      }
      const Element& text = texts[i];
      EXPECT_EQ(drawn, without_blanks(text.text)) << d.name;
      if (drawn.empty()) continue;
      // Baseline and anchor; ink begins and ends within a character of them.
      const double size = text.attributes.contains("font-size") ? text.number("font-size") : 13;
      EXPECT_GE(text.number("y"), top) << text.text;
      EXPECT_NEAR(text.number("y"), bottom, size * 0.5) << text.text;
      const std::string anchor =
          text.attributes.contains("text-anchor") ? text.attributes.at("text-anchor") : "start";
      const double from = anchor == "start" ? left : anchor == "end" ? right : (left + right) / 2;
      EXPECT_NEAR(from, text.number("x"), size) << text.text;
    }
  }
}

// The SVG draws boxes and lines in layers; which of the scene's stands where is known by its place.
TEST_F(SceneItems, BoxesAreTheSvgs) {
  for (const Drawing& d : drawings()) {
    std::vector<Element> boxes = elements(exporting::to_svg(d.scene), "rect");
    boxes.erase(boxes.begin());  // the paper
    for (const ladder::Box& box : d.scene.boxes) {
      ladder::Scene one = d.scene;
      one.texts.clear();
      one.lines.clear();
      one.boxes = {box};
      draw(one);
      const ladder::Box drawn = ink();
      const auto same = std::ranges::find_if(boxes, [&](const Element& e) {
        const double x = e.number("x"), y = e.number("y"), w = e.number("width"),
                     h = e.number("height");
        // A frame may stand out by its own thickness; the bar of a difference is beside its box.
        const bool bar = box.role == ladder::Role::band || box.role == ladder::Role::reason;
        return std::abs(drawn.min.x + (bar ? 6 : 0) - x) < 1.1 && std::abs(drawn.min.y - y) < 1.1 &&
               std::abs(drawn.max.x - (x + w)) < 1.1 && std::abs(drawn.max.y - (y + h)) < 1.1;
      });
      ASSERT_NE(same, boxes.end())
          << d.name << ": no such box at " << box.min.x << ", " << box.min.y;
      boxes.erase(same);
    }
    EXPECT_TRUE(boxes.empty()) << d.name;
  }
}

TEST_F(SceneItems, LinesAreTheSvgs) {
  for (const Drawing& d : drawings()) {
    std::vector<Element> lines = elements(exporting::to_svg(d.scene), "line");
    for (const ladder::Line& line : d.scene.lines) {
      ladder::Scene one = d.scene;
      one.texts.clear();
      one.boxes.clear();
      one.lines = {line};
      one.lines[0].arrow = false;
      draw(one);
      const ladder::Box drawn = ink();
      const auto same = std::ranges::find_if(lines, [&](const Element& e) {
        const auto [left, right] = std::minmax({e.number("x1"), e.number("x2")});
        const auto [top, bottom] = std::minmax({e.number("y1"), e.number("y2")});
        return std::abs(drawn.min.x - left) < 2.6 && std::abs(drawn.max.x - right) < 2.6 &&
               std::abs(drawn.min.y - top) < 2.6 && std::abs(drawn.max.y - bottom) < 2.6;
      });
      ASSERT_NE(same, lines.end()) << d.name << ": no such line from " << line.from.x << ", "
                                   << line.from.y << " to " << line.to.x << ", " << line.to.y;
      lines.erase(same);
    }
    EXPECT_TRUE(lines.empty()) << d.name;
  }
}

}  // namespace
}  // namespace synoptic::window::test
