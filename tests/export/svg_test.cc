// SVG: well formed whatever the texts say, everything drawn, and readable.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <vector>

#include "lessons/scenario.hh"
#include "viz/export/export.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::exporting {
namespace {

using namespace ladder;

// Every element is closed in its order, and no character stands where XML does not allow it.
void expect_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = svg.find('<', at)) != std::string::npos;) {
    const std::size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", tag[0] == '/' ? 1 : 0));
    if (tag[0] == '/') {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ("/" + open.back(), name);
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    EXPECT_EQ(std::ranges::count(tag, '"') % 2, 0) << tag;
    at = end;
  }
  EXPECT_TRUE(open.empty());
  for (std::size_t at = 0; (at = svg.find('&', at)) != std::string::npos; ++at)
    EXPECT_TRUE(std::regex_search(svg.substr(at, 6), std::regex("^&(amp|lt|gt|quot);")))
        << svg.substr(at, 12);
  EXPECT_TRUE(std::ranges::none_of(
      svg, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
}

Scene scene_with(std::string text, Role role) {
  Scene s;
  s.width = 400, s.height = 40, s.char_width = 8, s.row_height = 19;
  s.texts.push_back({.at = {8, 15}, .text = std::move(text), .role = role});
  return s;
}

TEST(Svg, HostileTextsStayText) {
  const std::string svg =
      to_svg(scene_with("</text><script>alert('&')</script>\x01\xff\"", Role::call));
  expect_well_formed(svg);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
}

TEST(Svg, ARealPictureIsWellFormedAndComplete) {
  net::Scenario scenario =
      lessons::make_scenario(*demos::find_demo("tcp-echo"), {}, wire::Family::ipv4);
  scenario.faults.push_back(net::parse_fault("drop 1st data server>client").value());
  const model::Trace trace = net::run(scenario);
  const Scene scene = layout(trace, {.metrics = svg_metrics(), .title = "tcp-echo"});
  const std::string svg = to_svg(scene);
  expect_well_formed(svg);
  const auto count = [&](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = svg.find(what, at)) != std::string::npos; ++at) ++n;
    return n;
  };
  EXPECT_EQ(count("<text "), scene.texts.size());
  EXPECT_EQ(count("<line "), scene.lines.size());
  EXPECT_EQ(count("<rect "), scene.boxes.size() + 1);
  EXPECT_NE(svg.find("stroke-dasharray"), std::string::npos);
}

TEST(Svg, TakesWiresharksColours) {
  for (const auto& [role, colour] : {std::pair{Role::segment, "#e7e6ff"},
                                     {Role::segment_syn_fin, "#a0a0a0"},
                                     {Role::datagram, "#daeeff"},
                                     {Role::reset, "#a40000"}}) {
    Scene s = scene_with("[…] Seq=0", Role::packet_line);
    s.texts[0].event = model::EventId{0};
    s.boxes.push_back({.min = {0, 0}, .max = {90, 19}, .role = role, .event = model::EventId{0}});
    const std::string svg = to_svg(s);
    EXPECT_NE(svg.find(fmt::format("fill=\"{}\"", colour)), std::string::npos);
    EXPECT_EQ(svg.find("class=\"line onreset\"") != std::string::npos, role == Role::reset);
  }
}

TEST(Svg, ItsTypeIsNoWiderThanTheLayoutReckons) {
  const std::string svg = to_svg(scene_with("x", Role::call));
  std::smatch found;
  ASSERT_TRUE(std::regex_search(svg, found, std::regex("font-size=\"([0-9.]+)\"")));
  constexpr double widest_advance =
      0.602;  // of DejaVu Sans Mono, in ems; the others of the stack are narrower
  EXPECT_LE(std::stod(found[1]) * widest_advance, svg_metrics().char_width);
}

// WCAG 2's contrast of two colours.
double luminance(unsigned rgb) {
  double sum = 0;
  const double weight[3] = {0.2126, 0.7152, 0.0722};
  for (int i = 0; i < 3; ++i) {
    const double c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;
    sum += weight[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}
double contrast(unsigned a, unsigned b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

TEST(Svg, EveryTextColourStandsOutOnItsGround) {
  const std::string svg = to_svg(scene_with("x", Role::call));
  const std::regex rule("\\.([a-z]+)[^{}]*\\{fill:#([0-9a-f]{6})");
  int rules = 0;
  for (std::sregex_iterator it(svg.begin(), svg.end(), rule), end; it != end; ++it, ++rules) {
    const auto colour = static_cast<unsigned>(std::stoul((*it)[2], nullptr, 16));
    std::vector<unsigned> grounds{0xfff7e0};
    if ((*it)[1] == "onreset") grounds = {0xa40000};
    if ((*it)[1] == "side") grounds = {0x24588f, 0x2c6e3f};
    if ((*it)[1] == "differs") grounds = {0xfde3d0};
    for (const unsigned ground : grounds) EXPECT_GE(contrast(colour, ground), 4.5) << (*it)[1];
  }
  EXPECT_GE(rules, 10);
  for (const unsigned fill : {0xe7e6ffu, 0xa0a0a0u, 0xdaeeffu})
    EXPECT_GE(contrast(0x1a1a1a, fill), 4.5);
}

}  // namespace
}  // namespace synoptic::exporting
