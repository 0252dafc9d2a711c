// The same event in another run: what the cursor stays at when the simulated side is run again.
#pragma once

#include "sim/model/trace.hh"

namespace synoptic::gui {

// The event of `after` that is what `event` is in `before`: the nth of its kind at the same end,
// with the same flags and relative numbers, the same call, the same states. None where there is no
// such event.
model::EventId same_event(const model::Trace& before, model::EventId event,
                          const model::Trace& after);

}  // namespace synoptic::gui
