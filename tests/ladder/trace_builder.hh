// Traces from a few lines of text, for tests that need to say exactly what each side sent.
//
//   0    c S 0                   at 0 ms the client sends SYN, Seq=0
//   20   s SA 0 1                the server SYN,ACK, Seq=0 Ack=1
//   60   c PA 1 1 "abc"          with text
//   60   c FA 4 1 lost           … and what befell it (below)
//   1    c D "Michael"           a datagram
//   1    s I 3 3                 an ICMP message of type 3, code 3
//   5    s recv 7                a call and its result
//   5    s listen 5              … or its argument
//   9    c recv ETIMEDOUT        … or that it failed
//   0    s crowd 6 [accepted]    six other connections, waiting for accept() or accepted
//   9    c gives-up              its TCP, after all its retransmissions
//   warn stopped                 a warning
//
// A packet's words: lost; damaged; dt=MS (its way); held (back by the network); dup (the network's
// copy); again (sent before); rto (again, by its timer); wnd=N; ts=N (timestamp); twice=N-N
// (D-SACK); len=N (so many octets); re=N (it answers the script's N-th packet, counted from 0).
// Lines end at a semicolon or a newline.
#pragma once

#include <string_view>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

struct BuildOptions {
  double way_ms = 20;        // how long a packet is under way
  std::uint32_t isn = 1000;  // of the client; the server's is 4000 more
  bool ipv6 = false;
};
model::Trace build(model::Source source, std::string_view script, BuildOptions options = {});

inline model::Trace simulated(std::string_view script) {
  return build(model::Source::simulated, script);
}
inline model::Trace captured(std::string_view script) {
  return build(model::Source::captured, script, {.way_ms = 0, .isn = 4'000'000'000});
}

}  // namespace synoptic::ladder
