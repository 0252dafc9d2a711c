// The rows of several conversations in one order, for one picture of them all. Each side keeps its
// own order of time; where the two disagree, a row comes in two turns.
#pragma once

#include <cstddef>
#include <vector>

#include "viz/ladder/align.hh"

namespace synoptic::ladder {

// A turn of a row: what of it is drawn at one height.
struct Turn {
  enum class Kind {
    whole,       // all of it, or the last packet of each side
    part,        // a packet before that, of a side with several
    twin_below,  // one side: the other's comes later in the other's order
    twin_above,
  };
  std::size_t row = 0;  // in Alignment::rows
  Kind kind = Kind::whole;
  std::vector<model::EventId> sim, live;
};

// As many rows as can be stand side by side. O(n log n)
std::vector<Turn> interleave(const model::Trace& sim, const model::Trace& live,
                             const Alignment& alignment);

}  // namespace synoptic::ladder
