// Where initial sequence numbers come from (RFC 9293 section 3.4.1).
#pragma once

#include "sim/tcp/stack.hh"

namespace synoptic::tcp {

// The blackboard's: first, first + 1000, first + 2000, …
IsnSource round_isn(wire::SeqNum first);

// ISN = M + F(local, remote, key): a clock that ticks every 4 µs, and a keyed hash of the
// four-tuple (SipHash-2-4).
IsnSource keyed_isn(std::uint64_t seed);

}  // namespace synoptic::tcp
