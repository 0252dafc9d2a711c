// A strip: one trace (or one conversation of it) as a column of rows, before it has a place on the
// page. Events become pieces; pieces that happen together and do not touch share a row.
//
//   time    calls of the      lane              lane   calls of the
//           left endpoint      |                 |     right endpoint
//  0.0400             connect  |-- [SYN] ... --->|
//                      returns | ESTABLISHED     |     accept = 127.0.0.1:4…
//                              |    : 1 s        |
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "viz/ladder/lanes.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::ladder {

// Something to be drawn for one event.
struct Piece {
  enum class Kind { packet, outside, inside, across, gap };  // where it stands
  Kind kind = Kind::outside;
  Role role = Role::call;
  model::EventId event = model::EventId::none;
  model::Instant t;
  std::size_t lane = 0, lane_to = 0;
  std::string text;
  std::optional<model::TcpState> state;  // from here on the endpoint is in it
  bool damaged = false;                  // a packet that arrives, and is dropped on arrival
  bool packet_in_words = false;          // a packet that has no second lane to point at
  std::uint32_t number = 0;              // of a packet that an ICMP message is about; else 0
  std::uint32_t about = 0;               // an ICMP message: the number of that packet; else 0
};

// A piece in its place: columns are absolute, lines count from the top of its row.
struct Placed {
  Piece piece;
  int first = 0, last = 0;  // columns taken, [first, last)
  Anchor anchor = Anchor::start;
  std::vector<std::string> lines;
  int down = 0;              // lines of its row above it
  bool label_above = false;  // packet: the text stands on a line of its own above the arrow
  int label_first = 0, label_last = 0;     // packet: the columns in whose middle the text stands
  std::optional<model::Instant> falls_to;  // packet: whose height its arrow's end has
};

struct StripRow {
  model::Instant t;
  int height = 1;              // in lines
  int blank_before = 0;        // lines left free, for proportional time
  std::vector<Placed> placed;  // empty: only the time stands here, at which a packet arrives
  model::EventId packet = model::EventId::none;
  model::EventId arrives = model::EventId::none;  // in a row of its own
};

struct Strip {
  const model::Trace* trace = nullptr;
  Side side = Side::sim;
  model::Instant start;  // what its times count from
  Columns columns;
  std::vector<model::EndpointId> lanes;
  std::vector<StripRow> rows;
};

// The packets that ICMP messages of the trace are about, each with its number: that of all packets
// in order of time, from 1.
using QuotedPackets = std::map<model::EventId, std::uint32_t>;
QuotedPackets quoted_packets(const model::Trace& trace);

struct StripOptions {
  bool raw_seq = false;
  bool labels_above_arrows = false;
  model::Duration line_time{};            // proportional: the time that one line stands for; else 0
  const QuotedPackets* quoted = nullptr;  // of the trace; null: none
};

// The rows of the given events, which must be in order of time.
std::vector<StripRow> make_rows(const model::Trace& trace, std::span<const model::EventId> events,
                                std::span<const model::EndpointId> lanes, const Columns& columns,
                                const StripOptions& options);

}  // namespace synoptic::ladder
