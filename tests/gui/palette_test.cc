// Colours can be read on their ground and told apart, with any eyes.
#include "viz/gui/palette.hh"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "sim/model/tcp_state.hh"

namespace synoptic::gui {
namespace {

using ladder::Role;
using Triple = std::array<double, 3>;

// sRGB as light (IEC 61966-2-1).
Triple linear(Colour colour) {
  Triple light{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = (colour >> (8 * i) & 0xff) / 255.;
    light[i] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  }
  return light;
}

// What is seen where one kind of cones is missing: Machado, Oliveira and Fernandes 2009, table 1,
// severity 1.
struct Eyes {
  const char* name;
  std::array<Triple, 3> matrix;
};
constexpr Eyes eyes[] = {
    {"all cones", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {"protanopia",
     {{{0.152286, 1.052583, -0.204868},
       {0.114503, 0.786281, 0.099216},
       {-0.003882, -0.048116, 1.051998}}}},
    {"deuteranopia",
     {{{0.367322, 0.860646, -0.227968},
       {0.280085, 0.672501, 0.047413},
       {-0.011820, 0.042940, 0.968881}}}},
    {"tritanopia",
     {{{1.255528, -0.076749, -0.178779},
       {-0.078411, 0.930809, 0.147602},
       {0.004733, 0.691367, 0.303900}}}},
};
Triple seen(const Triple& light, const Eyes& by) {
  Triple out{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) out[i] += by.matrix[i][j] * light[j];
    out[i] = std::clamp(out[i], 0., 1.);
  }
  return out;
}

// CIE L*a*b*, D65; its distance of about 2.3 is just noticed side by side (CIE 1976).
Triple lab(const Triple& light) {
  const Triple xyz{(0.4124 * light[0] + 0.3576 * light[1] + 0.1805 * light[2]) / 0.95047,
                   0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2],
                   (0.0193 * light[0] + 0.1192 * light[1] + 0.9505 * light[2]) / 1.08883};
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16. / 116; };
  return {116 * f(xyz[1]) - 16, 500 * (f(xyz[0]) - f(xyz[1])), 200 * (f(xyz[1]) - f(xyz[2]))};
}
double distance(Colour a, Colour b, const Eyes& by) {
  const Triple p = lab(seen(linear(a), by)), q = lab(seen(linear(b), by));
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}
double luminance(Colour colour) {
  const Triple light = linear(colour);
  return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
}
// WCAG 2.1, 1.4.3.
double contrast(Colour a, Colour b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

Colour over(Colour above, Colour below) {
  const double share = (above >> 24) / 255.;
  Colour out = 0xff000000;
  for (int shift = 0; shift < 24; shift += 8) {
    const double c = (above >> shift & 0xff) * share + (below >> shift & 0xff) * (1 - share);
    out |= static_cast<Colour>(std::lround(c)) << shift;
  }
  return out;
}

struct Named {
  std::string name;
  Colour colour;
};
void expect_apart(const Named& a, const Named& b, double least) {
  for (const Eyes& by : eyes)
    EXPECT_GE(distance(a.colour, b.colour, by), least)
        << a.name << " and " << b.name << " with " << by.name;
}
void expect_all_apart(const std::vector<Named>& all, double least) {
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) expect_apart(all[i], all[j], least);
}
Colour fill(Role role, ladder::Side side = ladder::Side::sim, bool dark = false) {
  ladder::Box box{};
  box.role = role;
  box.side = side;
  return fill_colour(box, dark);
}

// Several times what is just noticed: they stand apart, on a projector, in small areas.
constexpr double plain = 8;

TEST(Palette, KindsOfPackets_AreToldApart) {
  expect_all_apart({{"segment", fill(Role::segment)},
                    {"SYN or FIN", fill(Role::segment_syn_fin)},
                    {"RST", fill(Role::reset)},
                    {"lost", fill(Role::segment_lost)}},
                   plain);
  // Wireshark's colours of TCP and UDP are one colour to half of the colour-blind: a datagram's
  // arrow is dashed, and its line names no flags.
}

TEST(Palette, BothSides_AreToldApart) {
  expect_apart({"simulated", fill(Role::side_title, ladder::Side::sim)},
               {"live", fill(Role::side_title, ladder::Side::live)}, plain);
}

// A bar changes its colour where the state changes.
TEST(Palette, AStateAndTheNextOne_AreToldApart) {
  for (const model::Transition& t : model::transitions()) {
    if (t.from == t.to) continue;
    expect_apart({std::string(model::rfc_name(t.from)), state_colour(t.from)},
                 {std::string(model::rfc_name(t.to)), state_colour(t.to)}, plain);
  }
}

TEST(Palette, BothEndsInTheirStates_AreToldApart) {
  using model::TcpState;
  constexpr std::pair<TcpState, TcpState> usual[] = {
      {TcpState::fin_wait_1, TcpState::close_wait}, {TcpState::fin_wait_2, TcpState::close_wait},
      {TcpState::fin_wait_2, TcpState::last_ack},   {TcpState::time_wait, TcpState::last_ack},
      {TcpState::syn_sent, TcpState::syn_received}, {TcpState::syn_sent, TcpState::listen}};
  for (const auto& [a, b] : usual)
    expect_apart({std::string(model::rfc_name(a)), state_colour(a)},
                 {std::string(model::rfc_name(b)), state_colour(b)}, plain);
}

TEST(Palette, Words_CanBeReadOnTheirGround) {
  constexpr Role on_paper[] = {Role::lane_address, Role::state_name,  Role::state_name_inferred,
                               Role::call,         Role::call_result, Role::program_output,
                               Role::timer,        Role::loss_mark,   Role::note,
                               Role::gap,          Role::time_label,  Role::verdict_same,
                               Role::title,        Role::summary,     Role::warning,
                               Role::legend};
  for (const bool dark : {false, true}) {
    for (const Role role : on_paper)
      EXPECT_GE(contrast(text_colour(role, dark), paper_colour(dark)), 4.5)
          << static_cast<int>(role) << (dark ? " in the dark" : "");
    for (const Role role : {Role::reason, Role::verdict_differs})
      EXPECT_GE(contrast(text_colour(role, dark), fill(role, ladder::Side::sim, dark)), 4.5);
    for (const ladder::Side side : {ladder::Side::sim, ladder::Side::live})
      EXPECT_GE(contrast(text_colour(Role::side_title, dark), fill(Role::side_title, side, dark)),
                4.5);
    for (const Role ground :
         {Role::segment, Role::segment_syn_fin, Role::datagram, Role::icmp, Role::segment_lost})
      EXPECT_GE(contrast(text_colour(Role::packet_line, dark), fill(ground)), 4.5);
    EXPECT_GE(contrast(text_colour(Role::lane_name, dark),
                       fill(Role::lane_name, ladder::Side::sim, dark)),
              4.5);
    // What is chosen or just happened.
    const Colour marked = over(mark_colour(dark), paper_colour(dark));
    for (const Role role : on_paper)
      EXPECT_GE(contrast(text_colour(role, dark), marked), 4.5)
          << static_cast<int>(role) << (dark ? " in the dark" : "");
  }
}

TEST(Palette, LinesAndBars_StandOutFromThePaper) {  // WCAG 2.1, 1.4.11
  for (const bool dark : {false, true}) {
    for (const Role role :
         {Role::segment, Role::segment_lost, Role::reset, Role::datagram, Role::icmp})
      EXPECT_GE(contrast(line_colour(role, dark), paper_colour(dark)), 3) << static_cast<int>(role);
    for (std::size_t i = 0; i < model::tcp_state_count; ++i)
      for (const Eyes& by : eyes)
        EXPECT_GE(distance(state_colour(static_cast<model::TcpState>(i)), paper_colour(dark), by),
                  20)
            << i << by.name;
  }
}

}  // namespace
}  // namespace synoptic::gui
