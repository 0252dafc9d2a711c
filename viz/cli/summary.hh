// The flows of a trace with their counts and a judgement each, as text.
#pragma once

#include <string>

#include "sim/model/trace.hh"
#include "viz/ladder/align.hh"

namespace synoptic::cli {

std::string summary(const model::Trace& trace);
std::string comparison_summary(const model::Trace& sim, const model::Trace& live,
                               const ladder::Alignment& alignment);

}  // namespace synoptic::cli
