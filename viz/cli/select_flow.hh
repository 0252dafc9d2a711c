// One flow of a trace as a trace of its own.
#pragma once

#include "sim/model/trace.hh"
#include "viz/ladder/flows.hh"

namespace synoptic::cli {

// The flow's events, and those of its two endpoints that belong to no flow (socket, bind, listen).
// Ids are new.
model::Trace select_flow(const model::Trace& trace, model::FlowId flow);

// One conversation of two runs; a side that does not have it is empty.
struct BothSides {
  model::Trace sim, live;
};
BothSides select_pair(const model::Trace& sim, const model::Trace& live,
                      const ladder::FlowPair& pair);

}  // namespace synoptic::cli
