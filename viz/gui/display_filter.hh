// DisplayFilter: Wireshark's display filters (wireshark-filter(4)), as far as they are useful on
// the packets of a trace: comparisons of fields, protocols, &&, ||, ! and parentheses.
//
//   tcp.port == 9999 && !(tcp.flags.syn == 1)      tcp.len > 0      ip.src == 127.0.0.0/8
//   tcp contains "Welcome"                         udp              tcp.analysis.retransmission
//
// What it means is what it means there: a field alone asks whether the packet has it; `!=` holds
// when no value of the field is that one; sequence numbers are relative, tcp.seq_raw is not.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/trace.hh"
#include "sim/wire/saying.hh"

namespace synoptic::gui {

struct FilterNode;  // private to it

// Why a text is no filter.
struct WrongFilter {
  wire::Saying reason;
};

class DisplayFilter {
 public:
  static std::expected<DisplayFilter, WrongFilter> parse(std::string_view text);

  // `number` is the packet's in its trace, the first has 1.
  bool matches(const model::Trace& trace, const model::Event& packet, std::uint32_t number) const;
  // What the filter does, though it may not be what was meant; empty: nothing of the kind.
  const wire::Saying& hint() const { return hint_; }

 private:
  std::shared_ptr<const FilterNode> root_;  // shared: a filter is copied with the model's values
  wire::Saying hint_;
};

// The names of all fields that filters know, in the order of their protocols.
std::vector<std::string_view> filter_fields();

}  // namespace synoptic::gui
