// Simulated connections for the observer: programs from short scripts, the packets of a run as a
// capture holds them, and the observer's state changes held against the simulator's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/observe/flow_tracker.hh"
#include "sim/net/scenario.hh"

namespace synoptic::observe::testing {

// What one end of a connection does after connect or accept, a letter a step:
//   s send 5 bytes, S send 4,000, B send 60,000; r recv once, R recv until the end of the stream;
//   w shutdown(write), c close; m sleep 1 ms, h 100 ms, 1 one second, 9 nine seconds
struct Talk {
  std::string client, server;
  bool crossing = false;     // both connect to each other (simultaneous open), nobody listens
  bool nobody = false;       // no server at all
  bool behind_text = false;  // the server's FIN comes while the client's text is on its way
};
net::Scenario scenario(const Talk& talk, tcp::ProfileName profile = tcp::ProfileName::textbook,
                       wire::Family family = wire::Family::ipv4);

struct TapOptions {
  bool copies = false;      // the link's duplicates too
  bool on_arrival = false;  // for runs over a link without delay
  std::size_t skip = 0;     // packets left out at the beginning
};
// What the observer makes of the packets of `trace`: bytes and the times at which they left, lost
// ones included.
model::Trace observe(const model::Trace& trace, const TapOptions& options = {});

struct Change {
  model::TcpState from, to;
  model::Instant t;
  model::Why why;
  model::EventId id;
};
// The state changes of one end of a connection, listeners' own left out.
struct History {
  wire::SocketAddress near, far;
  std::vector<Change> changes;
};
std::vector<History> histories(const model::Trace& trace);
const History* find(const std::vector<History>& all, const History& like);

// Where the observer is wrong: a change that the simulator did not make, in order, or made before
// it says so. Empty when it is right. What it gives as the ordinary reading (of packets that would
// be the same had nothing been lost) may be wrong where something was lost, doubled or late and no
// packet had shown it yet; once one has, that must be right like all else.
enum class Network : bool { faulty, lossless };
std::string errors(const model::Trace& truth, const model::Trace& seen, Network network);
// The simulator's changes that the observer did not report: "127.0.0.1:49152 TIME-WAIT > CLOSED".
std::vector<std::string> unreported(const model::Trace& truth, const model::Trace& seen);
// Both traces' packets and state changes, for a failure's message.
std::string picture(const model::Trace& truth, const model::Trace& seen);

}  // namespace synoptic::observe::testing
