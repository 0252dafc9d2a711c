// Scene: what a diagram consists of, in abstract units, for every output alike. The outputs only
// draw it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

// What an item means; each output gives it its own colour, dash and weight.
enum class Role : std::uint8_t {
  lane,
  lane_name,
  lane_address,
  state_bar,
  state_name,
  state_name_inferred,
  segment,
  segment_syn_fin,
  segment_lost,
  datagram,
  icmp,
  icmp_tie,  // from the packet that an ICMP message is about to that message
  reset,
  packet_line,
  call,
  call_result,
  program_output,
  timer,
  loss_mark,
  note,
  gap,
  time_label,
  verdict_same,
  verdict_differs,
  reason,
  band,
  title,
  side_title,
  summary,
  warning,
  legend,
};

enum class Side : std::uint8_t { sim, live };

struct Point {
  double x = 0, y = 0;
};

// An item that shows an event carries its id and side; what belongs to no event (titles, lanes,
// reasons) has none.
struct Line {
  Point from, to;
  Role role;
  bool arrow = false;   // head at `to`
  bool broken = false;  // ends in ✗, on the way or on arrival
  Side side = Side::sim;
  model::EventId event = model::EventId::none;
  std::string tip;  // what to say about it on hovering; may be empty
};
enum class Anchor : std::uint8_t { start, middle, end };
struct Text {
  Point at;  // baseline; x by anchor
  std::string text;
  Role role;
  Anchor anchor = Anchor::start;
  double max_width = 0;  // 0: as long as it is
  Side side = Side::sim;
  model::EventId event = model::EventId::none;
  std::optional<model::TcpState> state;  // state_name: the state that it names
  double scale = 1;                      // size of the type, against that of all other texts
};
struct Box {
  Point min, max;
  Role role;
  model::TcpState state = model::TcpState::closed;  // state_bar
  Side side = Side::sim;
  model::EventId event = model::EventId::none;
};

// Where a row of the comparison is told of: the mark between the ladders, the note below it.
struct RowMark {
  Point min, max;
  std::uint32_t row = 0;  // index into Alignment::rows
};

struct Scene {
  double width = 0, height = 0;
  double char_width = 1, row_height = 1;  // of one character cell, as the layout took them
  std::vector<Box> boxes;                 // drawn first
  std::vector<Line> lines;
  std::vector<Text> texts;         // drawn last
  std::vector<RowMark> row_marks;  // not drawn; from top to bottom, none over another
};

}  // namespace synoptic::ladder
