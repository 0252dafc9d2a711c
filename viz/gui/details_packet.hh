// A packet as layers and fields beside its bytes, each marking the other.
#pragma once

#include "viz/gui/details_model.hh"

namespace synoptic::gui {

struct Ui;

// Fills what is left of the current ImGui window. What is hovered or pinned is in Ui::details.
void draw_packet(const PacketDetails& packet, Ui& ui);

}  // namespace synoptic::gui
