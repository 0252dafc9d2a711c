// The colours of a Scene's roles, light and dark. Wireshark's for the packets; never colour alone
// tells something: a word, a dash or a shape says it too.
#pragma once

#include <cstdint>

#include "sim/model/tcp_state.hh"
#include "viz/ladder/scene.hh"

namespace synoptic::gui {

using Colour = std::uint32_t;  // as ImGui packs it: 0xAABBGGRR

Colour text_colour(ladder::Role role, bool dark);
Colour line_colour(ladder::Role role, bool dark);
// The ground behind a packet line, a lane's name, a title.
Colour fill_colour(const ladder::Box& box, bool dark);
Colour state_colour(model::TcpState state);
Colour paper_colour(bool dark);
Colour highlight_colour(bool dark);
Colour mark_colour(bool dark);              // that, behind words
Colour faded(Colour colour, double share);  // its opacity times `share`

}  // namespace synoptic::gui
