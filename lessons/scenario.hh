// A demo by name as a scenario for the simulated network.
#pragma once

#include "lessons/demos/demo.hh"
#include "sim/net/scenario.hh"

namespace synoptic::lessons {

// The roles of `demo` as simulated programs: server at 127.0.0.2 (or fd00::2), client at 127.0.0.1
// (fd00::1), as in live runs. Everything else of the scenario is at its default.
net::Scenario make_scenario(const demos::Demo& demo, demos::DemoOptions options,
                            wire::Family family);

}  // namespace synoptic::lessons
