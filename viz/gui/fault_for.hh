// "And if this segment were lost?": a fault that strikes just the packet that was clicked at.
#pragma once

#include <optional>

#include "viz/gui/model.hh"

namespace synoptic::gui {

// In the words of the fault grammar, by meaning ("drop 2nd data client>server"). Nothing for an
// event of the simulated run that is no packet of its own (a call; a copy that the network made).
std::optional<net::Fault> fault_for(const Controls& controls, const model::Trace& sim,
                                    model::EventId event, net::Fault::Action action);

}  // namespace synoptic::gui
