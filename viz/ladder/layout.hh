// layout(): one trace, or two aligned, as a Scene. One layout for text, SVG and the window.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/model/trace.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/scene.hh"

namespace synoptic::ladder {

// Ordinal: one row after the other. Proportional: times take room by their length; a long silence
// is cut short and its length written there; arrows end at the height of the moment at which they
// arrive.
enum class TimeMode : std::uint8_t { ordinal, proportional };

// Several conversations: in one picture, a lane an end, where that can be read (automatic) or
// however wide it gets (beside, up to some lanes); else one after another.
enum class Several : std::uint8_t { automatic, beside, one_after_another };

// Sizes in the units of the output: a character cell is 1 × 1 for text; pixels for SVG and the
// window.
struct Metrics {
  double char_width = 1;   // of the average character
  double row_height = 1;   // of one line
  double arrow_slope = 0;  // how far an arrow falls between its ends, in rows (0: flat)
  double width = 0;        // room for the whole picture; 0: as wide as it needs
};
Metrics text_metrics(int columns);
Metrics svg_metrics();

struct LayoutOptions {
  Metrics metrics;
  TimeMode time = TimeMode::ordinal;
  bool raw_seq = false;
  std::optional<model::FlowId> flow;  // one flow only; of two traces: its place in flow_pairs()
  Several several = Several::automatic;
  std::string title;
  std::string live_title;  // over the captured side: a file's name; empty: what it is
  Side side = Side::sim;   // of one trace alone: which side its items belong to
};

Scene layout(const model::Trace& trace, const LayoutOptions& options);
Scene layout(const model::Trace& sim, const model::Trace& live, const Alignment& alignment,
             const LayoutOptions& options);

// Whether an event has an item of its own in the diagram: all but timers that only started or
// stopped (those of TIME-WAIT are shown).
bool shows(const model::Event& event);

// The room a text takes, as layout() reckoned it.
struct Extent {
  Point min, max;
};
Extent extent(const Text& text, const Scene& scene);

// "46978 → 9999 [SYN, ACK] Seq=0 Ack=1 Win=65483 Len=0", as Wireshark writes it.
std::string packet_line(const model::Trace& trace, const model::Event& packet, bool raw_seq);

}  // namespace synoptic::ladder
