// Pieces: what is to be drawn for each event, and in which words. Where it stands is decided later.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "viz/ladder/strip.hh"

namespace synoptic::ladder {

// In order of time; a call that blocked gives two pieces, when it was made and when it returned.
std::vector<Piece> make_pieces(const model::Trace& trace, std::span<const model::EventId> events,
                               std::span<const model::EndpointId> lanes);

// Packets of which `events` tell that they arrived with bits changed, so that their receiver
// dropped them.
std::set<model::EventId> damaged_packets(const model::Trace& trace,
                                         std::span<const model::EventId> events);

}  // namespace synoptic::ladder
