// What the tests of live share: runs, waiting with a deadline, and reading packets off a trace.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capture/live/live.hh"

namespace synoptic::live {

// Moves everything into the trace until the source ends. False after a minute without an end.
bool run_to_end(observe::TraceSource& source);

// A run in the private loopback, at its end. Null, and the test fails, when it could not begin.
std::unique_ptr<observe::TraceSource> finished_run(const LiveSpec& spec);

// The test binary, as roles are started from it.
std::vector<std::string> role_command(std::vector<std::string> arguments);

// `demo` over the family of `server`, its clients after the server.
LiveSpec demo_spec(const std::string& demo, wire::Family family, int clients = 1, int pause_ms = 1);

// Who sent a packet of the trace to whom, and what it carried.
struct Carried {
  const model::Event* event;
  wire::SocketAddress from, to;
  wire::ByteSpan payload;
};
std::vector<Carried> packets(const model::Trace& trace);

// What TCP carried from one address to another, each byte once, in order of sequence numbers.
using Direction = std::pair<wire::SocketAddress, wire::SocketAddress>;
std::map<Direction, std::string> streams(const model::Trace& trace);

std::string as_text(wire::ByteSpan bytes);

}  // namespace synoptic::live
