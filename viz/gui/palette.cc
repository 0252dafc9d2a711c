// One table of colours for each ground.
#include "viz/gui/palette.hh"

#include <array>

namespace synoptic::gui {
namespace {

using ladder::Role;

// From the way colours are mostly written, 0xRRGGBB.
constexpr Colour rgb(std::uint32_t c) {
  return 0xff000000u | (c & 0xff) << 16 | (c & 0xff00) | (c >> 16 & 0xff);
}

struct Both {
  std::uint32_t light, dark;
};
constexpr Colour of(Both both, bool dark) {
  return rgb(dark ? both.dark : both.light);
}

constexpr Both ink{0x1a1a1a, 0xe8e8e8}, faint{0x5a5a5a, 0xa8a8a8}, red{0xa40000, 0xff8a80},
    call{0x0b3d75, 0x9cc9ff}, output{0x6b3e00, 0xf0c27a}, timer{0x8a4b00, 0xf5b45c},
    green{0x14532d, 0x8fe0a8}, orange{0x9a3412, 0xffb088}, reason{0x4a2500, 0xf6deb0},
    blue{0x1f5f99, 0x7fc4ff}, violet{0x8a2be2, 0xd0a8ff};

}  // namespace

Colour text_colour(Role role, bool dark) {
  switch (role) {
    case Role::lane_address:
    case Role::time_label:
    case Role::legend:
    case Role::note:
    case Role::gap: return of(faint, dark);
    case Role::side_title: return rgb(0xffffff);
    case Role::state_name:
    case Role::state_name_inferred:
    case Role::verdict_same: return of(green, dark);
    case Role::call:
    case Role::call_result: return of(call, dark);
    case Role::program_output: return of(output, dark);
    case Role::timer: return of(timer, dark);
    case Role::loss_mark:
    case Role::warning: return of(red, dark);
    case Role::verdict_differs: return of(orange, dark);
    case Role::reason: return of(reason, dark);
    case Role::packet_line: return rgb(0x1a1a1a);  // on its own light ground
    default: return of(ink, dark);
  }
}

Colour line_colour(Role role, bool dark) {
  switch (role) {
    case Role::lane: return of({0x9c9c9c, 0x7a7a7a}, dark);
    case Role::reset:
    case Role::segment_lost: return of(red, dark);
    case Role::datagram: return of(blue, dark);
    case Role::icmp:
    case Role::icmp_tie: return of(violet, dark);
    default: return of({0x333333, 0xd0d0d0}, dark);
  }
}

Colour state_colour(model::TcpState state) {
  constexpr std::array<std::uint32_t, model::tcp_state_count> colours{
      0xb9b9b9, 0x9ec5e8, 0x5b9bd5, 0x2f75b5, 0x4f9d45, 0xf4c542,
      0xe8a317, 0xf08a5d, 0xd1495b, 0xb5533c, 0x8d6fb0};
  return rgb(colours[static_cast<std::size_t>(state)]);
}

Colour fill_colour(const ladder::Box& box, bool dark) {
  switch (box.role) {
    case Role::band: return of({0xfff7e0, 0x3a2f14}, dark);
    // An arrow that passes behind the words, true to time, is still seen.
    case Role::reason: return faded(of({0xfff7e0, 0x3a2f14}, dark), 0.84);
    case Role::side_title: return rgb(box.side == ladder::Side::sim ? 0x24588f : 0x2c6e3f);
    case Role::lane_name: return of({0xf4f4f4, 0x333333}, dark);
    case Role::verdict_differs: return of({0xfde3d0, 0x4a2a18}, dark);
    case Role::state_bar: return state_colour(box.state);
    case Role::segment_syn_fin: return rgb(0xa0a0a0);
    case Role::reset: return rgb(0xa40000);
    case Role::datagram: return rgb(0xdaeeff);
    case Role::icmp: return rgb(0xfce0ff);
    case Role::segment_lost: return rgb(0xffffff);
    case Role::segment: return rgb(0xe7e6ff);
    default: return paper_colour(dark);  // under words that an arrow passes
  }
}

Colour paper_colour(bool dark) {
  return of({0xffffff, 0x1e1e1e}, dark);
}

Colour highlight_colour(bool dark) {
  return of({0xffd54a, 0x8a6d00}, dark);
}

Colour mark_colour(bool dark) {
  return faded(highlight_colour(dark), dark ? 0.35 : 0.6);
}

Colour faded(Colour colour, double share) {
  const auto alpha = static_cast<std::uint32_t>((colour >> 24) * share);
  return (colour & 0x00ffffffu) | alpha << 24;
}

}  // namespace synoptic::gui
