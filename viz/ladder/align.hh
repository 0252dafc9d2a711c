// align(): two traces side by side, row against row, each difference with its reason.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

enum class Verdict : std::uint8_t {
  same,
  merged,
  split,
  only_sim,
  only_live,
  differs,
  unexplained
};
std::string_view verdict_name(Verdict verdict);  // "only-sim"

// A named predicate over the two traces that explains a row that is not `same`. The table of them
// is in reasons.cc.
struct RowReason {
  std::string_view code;  // "fin-rides-on-ack"
  std::string text;       // one or two sentences for a student, about this very row
  std::vector<model::EventId> cites_sim, cites_live;
  // From here on `text` says what holds for every row of this code: enough to be read once. Its
  // size when nothing does.
  std::size_t lesson_at = std::string::npos;
  // An earlier row is about the same two packets and says it already: one note is enough.
  bool told_above = false;
};

struct Row {
  std::vector<model::EventId> sim, live;  // segments and datagrams, in order of time
  Verdict verdict = Verdict::same;
  bool window_differs = false, options_differ = false, timing_differs = false;
  std::optional<RowReason> reason;  // nothing for same, and for unexplained
  std::uint32_t conversation = 0;   // index into Alignment::conversations
};

// One conversation on both sides, and how each side's came to its end, in words.
struct AlignedConversation {
  std::optional<model::FlowId> sim, live;  // nothing where a side has no such conversation
  std::string name;                        // "client ↔ server"
  std::string ending_sim, ending_live;     // empty for datagrams, and where a side has none
  std::size_t row_count = 0;               // of its rows, which stand together
};

struct Alignment {
  std::vector<Row>
      rows;  // conversation after conversation; within each, in the order of both traces
  std::vector<AlignedConversation> conversations;
  std::size_t unexplained = 0;
  // "17 segments simulated, 16 live: 14 same, 1 merged, 0 unexplained"
  std::string summary;
};

// Of some of its rows.
std::string rows_summary(std::span<const Row> rows, const model::Trace& sim,
                         const model::Trace& live);

// Pure. Every segment, datagram and ICMP message of either trace is in exactly one row. `same` is
// direction, flags, relative seq and ack, and payload; window, options and timing are listed apart.
Alignment align(const model::Trace& sim, const model::Trace& live);

}  // namespace synoptic::ladder
