// Giving up: an end that sent something again and again without an answer ends the connection
// alone (RFC 9293 3.8.3, threshold R2).
#pragma once

#include <optional>
#include <string>

#include "viz/ladder/facts.hh"

namespace synoptic::ladder {

struct GaveUp {
  model::EventId id;
  model::Instant t;
};
// Where this end gave up: as its state's why says, or its program's ETIMEDOUT; the first of them.
std::optional<GaveUp> giving_up(const Conversation& conversation, bool a);

// "The client gave up (…): …", a sentence for each end that did; empty where none did. A captured
// trace says so by the calls of the programs, if it holds them.
std::string gave_up_text(const Conversation& conversation);

}  // namespace synoptic::ladder
