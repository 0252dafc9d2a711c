// Pieces: what is to be drawn for each event, and in which words. Where it stands is decided later.
#pragma once

#include <span>
#include <vector>

#include "viz/ladder/strip.hh"

namespace synoptic::ladder {

// In order of time; a call that blocked gives two pieces, when it was made and when it returned.
std::vector<Piece> make_pieces(const model::Trace& trace, std::span<const model::EventId> events,
                               std::span<const model::EndpointId> lanes,
                               const QuotedPackets& quoted);

}  // namespace synoptic::ladder
