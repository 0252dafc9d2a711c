// Which reasons of a row go with which reasons of the simulator for the same segment.
#pragma once

#include <string_view>

#include "sim/model/why.hh"

namespace synoptic::ladder {

// Whether a row that only the simulation has may be explained by the reason `code` where the
// simulator itself gave `why` for its packet.
bool consistent(std::string_view code, model::Why why);

}  // namespace synoptic::ladder
