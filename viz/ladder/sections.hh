// Sections: which events of two traces stand together. A conversation is a section; what belongs to
// none goes to the first section in which its endpoint speaks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viz/ladder/align.hh"

namespace synoptic::ladder {

struct SectionSide {
  std::vector<model::EventId> events;  // in order of time
  std::vector<model::EndpointId> lanes;
};
struct Section {
  std::string name;
  std::optional<std::size_t> conversation;  // index into Alignment::conversations
  std::string ending;  // of a single trace: how its connection ended, in words; may be empty
  std::size_t first_row = 0, row_count = 0;
  SectionSide sim, live;
  bool together = false;  // of all conversations; its rows are all there are
};

// Of all conversations, or of the one whose place in flow_pairs() is `flow`.
std::vector<Section> sections_of(const model::Trace& sim, const model::Trace& live,
                                 const Alignment& alignment, std::optional<model::FlowId> flow);

// All conversations as one section; the live lanes in the order of the simulated ones.
Section together(const model::Trace& sim, const model::Trace& live, const Alignment& alignment);

// Of all flows of one trace, in the order in which they begin; packets without a flow come last.
// The events are in `sim`.
std::vector<Section> sections_of(const model::Trace& trace);

// The events of one flow, and of its endpoints where they belong to no flow; or all. Only those
// that are shown.
std::vector<model::EventId> events_of(const model::Trace& trace, std::optional<model::FlowId> flow);

// How the TCP connections of a trace ended, each with its name where there are several. None when
// there are many.
std::vector<std::string> endings_of(const model::Trace& trace, std::optional<model::FlowId> flow);

}  // namespace synoptic::ladder
