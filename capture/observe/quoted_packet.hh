// Which of the packets seen before an ICMP error is about: the one that it quotes.
#pragma once

#include "sim/model/trace.hh"
#include "sim/wire/packet.hh"

namespace synoptic::observe {

struct Quote {
  model::FlowId flow = model::FlowId::none;            // of the conversation that it speaks of
  model::EndpointId sender = model::EndpointId::none;  // of the packet quoted
  model::Instant t;                                    // of the error
  wire::PacketView view;                               // of the quoted bytes
  wire::ByteSpan bytes;                                // from the quoted IP header on
};

// The packet quoted; none where it was not seen, or too long ago. Of several that cannot be told
// apart the first that no error was about yet: errors come soon, and in the order of what they
// answer.
model::EventId quoted_packet(const model::Trace& trace, const Quote& quote);

}  // namespace synoptic::observe
