// A chosen demo as a scenario for the simulator, and as processes for a live run.
#pragma once

#include "viz/cli/options.hh"

namespace synoptic::cli {

// The scenario of `sim` and of the simulated half of `compare`: the same options, the same
// scenario.
net::Scenario make_scenario(const Options& options);

// A process a role, each this program again with the command __role.
live::LiveSpec make_live_spec(const DemoChoice& demo, std::optional<model::Duration> timeout);

}  // namespace synoptic::cli
