// Calls of which we know how much they send, but not what: from a file, by sendfile.
#pragma once

#include "sim/model/event.hh"

namespace synoptic::model {

// Told by its size: "send(5000 bytes)".
inline bool sends_unknown(const Call& call) {
  return call.name == CallName::send && call.data.empty() && call.number > 0;
}

}  // namespace synoptic::model
