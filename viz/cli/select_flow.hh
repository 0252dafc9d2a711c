// One flow of a trace as a trace of its own.
#pragma once

#include "sim/model/trace.hh"

namespace synoptic::cli {

// The flow's events, and those of its two endpoints that belong to no flow (socket, bind, listen).
// Ids are new.
model::Trace select_flow(const model::Trace& trace, model::FlowId flow);

}  // namespace synoptic::cli
