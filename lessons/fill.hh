// Placeholders: the numbers in a lesson's words come from the run. "{seq}" is of the step's own
// event, "{seq@fin}" of that of step `fin`, "{port.client}" of the run.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"
#include "sim/model/trace.hh"

namespace synoptic::lessons {

struct Placeholder {
  std::string_view name, help;
};
// All that there are, for the documentation and for errors.
std::span<const Placeholder> placeholders();

// A run, and which of its events the steps are about.
struct RunFacts {
  const model::Trace* trace = nullptr;
  std::vector<std::string_view> ids;   // of the steps
  std::vector<model::EventId> events;  // of the steps; none where the run has no such event
  std::span<const std::string> names;
  model::Duration pause;
  bool raw_seq = false;  // sequence numbers as they are on the wire
};

inline constexpr std::size_t no_step = static_cast<std::size_t>(-1);

// What a placeholder (without its braces) stands for at a step, or why there is nothing for it.
model::Expected<std::string> value_of(std::string_view placeholder, const RunFacts& run,
                                      std::size_t step);

// `text` with every placeholder replaced; an error for the first that has no value. `unknown`,
// where given, stands for those instead.
model::Expected<std::string> fill(std::string_view text, const RunFacts& run, std::size_t step,
                                  const std::string* unknown = nullptr);

}  // namespace synoptic::lessons
