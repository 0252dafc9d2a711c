// What reading our JSON needs besides the reading itself: documents that end too early, and traces
// that name no flows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::exporting {

// A document that was cut off, with what is not whole taken away from its end and every bracket
// closed. Nothing when it was not cut off, or before there was anything to keep.
std::optional<std::string> close_json(std::string_view text);

// What an event says of its numbers.
struct RelativeNumbers {
  std::optional<std::uint32_t> seq, ack;
};

// Finds the conversations of a trace whose events name none: packets by their ends, a SYN of a
// connection that is over, or with another number, begins a new one; other events by what caused
// them, or by their end where it has one conversation only. `numbers` by event.
void derive_flows(model::Trace& trace, const std::vector<RelativeNumbers>& numbers);

}  // namespace synoptic::exporting
