// The ending of a TCP connection: who sent which FIN when, who acknowledged it with what, and the
// same as a sentence for a student who counts the segments of a close.
#pragma once

#include <string>
#include <vector>

#include "viz/ladder/facts.hh"

namespace synoptic::ladder {

// A segment of a close: it carries a FIN, or acknowledges one.
struct CloseSegment {
  const Fact* fact = nullptr;
  bool fin = false;
  bool acks = false;  // the other end's FIN, which no segment without a FIN had acknowledged before
};

struct Ending {
  // [0] of the first role (client), [1] of the other; null where there is none.
  const Fact* fin[2] = {nullptr, nullptr};     // its FIN, first transmission
  const Fact* ack_of[2] = {nullptr, nullptr};  // the first segment that acknowledges that FIN
  const Fact* reset = nullptr;  // the RST that ended it; none after both FINs were acknowledged
  bool crossed = false;         // each FIN was sent before the other end's was known
  bool simultaneous = false;    // and for that reason: both were on their way at the same time
  int first = -1;               // 0 or 1: whose FIN was sent first; -1: no FIN
  // In order of time: every FIN and every ACK for one, those sent again, copied or lost as well.
  std::vector<CloseSegment> close;
  int segments() const { return static_cast<int>(close.size()); }
};

Ending ending_of(const Conversation& conversation);  // points into conversation.facts
// One or more sentences; empty for datagrams.
std::string ending_text(const Conversation& conversation);

// "1 s after", "right after": in Chinese behind what it comes after.
std::string after(model::Duration d);

// The last call `name` that the endpoint made before `t` for this conversation; null where none was
// recorded.
const model::Event* last_call(const Conversation& conversation, bool a, model::CallName name,
                              model::Instant before);

}  // namespace synoptic::ladder
