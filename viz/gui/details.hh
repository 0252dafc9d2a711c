// The details of the event in focus, as a panel: what it is, the packet as fields beside its bytes,
// why it happened and where the two sides differ, both TCBs, both ends in the state diagram.
//
//   +---------------------------------+        +-----------------+---------------------------+
//   | heading, sentences              |        | heading,        | Packet | TCBs | States    |
//   | Why | Packet | TCBs | States    |   or   | sentences,      | fields     | bytes        |
//   | ...                             |        | why, difference |            |              |
//   +---------------------------------+        +-----------------+---------------------------+
#pragma once

#include <cstdint>
#include <optional>

#include "viz/gui/command.hh"
#include "viz/gui/details_model.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

struct Ui;

enum class DetailsTab : std::uint8_t { why, packet, tcbs, states };

// What the panel remembers from frame to frame.
struct DetailsUi {
  std::optional<Details> details;  // of the event drawn last, at this revision of the model
  std::uint64_t revision = 0;
  bool raw_seq = false;
  words::Language language = words::Language::en;
  FieldRef pinned;  // clicked: stays marked
  FieldRef marked;  // what the last frame marked: hovered, else pinned
  bool reveal_field = false, reveal_bytes = false;  // the next frame scrolls to what is pinned
  bool reveal_state = false;                  // the state diagram scrolls to where the ends are
  std::optional<Selected> reveal_difference;  // scrolls to where the ladders differ, about this
  bool diagram_shown = false;                 // the state diagram over the whole window
  DetailsTab shown = DetailsTab::why;
  std::optional<DetailsTab> open;  // to be opened by the next frame
};

// The state diagram over the whole window, where it is asked for.
void diagram_window(const Model& model, Ui& ui);
// Fills what is left of the current ImGui window.
void draw_details(const Model& model, Ui& ui, Commands& commands);

}  // namespace synoptic::gui
