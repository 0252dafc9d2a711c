// Packet lines as Wireshark writes them, whole or shortened: what can be read elsewhere goes first
// (the ports stand at the lanes), then what matters least.
#pragma once

#include <span>
#include <string>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

// The forms, each shorter than the one before.
enum class LineForm {
  full,
  no_ports,
  no_window,
  close_flags,
  no_brackets,
  no_empty_length,
  numbers_only
};

// The longest form in which nearly all of the packets fit: one form for all reads easier than the
// best for each.
LineForm common_form(const model::Trace& trace, std::span<const model::EventId> packets,
                     bool raw_seq, int max_cells);
// The longest form, from `longest` on, that fits into `max_cells`; empty when even the shortest
// does not.
std::string packet_line_within(const model::Trace& trace, const model::Event& packet, bool raw_seq,
                               int max_cells, LineForm longest = LineForm::full);

}  // namespace synoptic::ladder
