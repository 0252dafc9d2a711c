// The ladder's packet line, with its time and both ends in front of it.
#include "viz/cli/packet_lines.hh"

#include <fmt/format.h>

#include <limits>

#include "viz/ladder/others.hh"
#include "viz/ladder/packet_line.hh"
#include "viz/ladder/page.hh"

namespace synoptic::cli {
namespace {

std::string address_of(const model::Trace& trace, model::EndpointId id) {
  return id == model::EndpointId::none ? "?" : trace[id].address.str();
}

}  // namespace

std::string PacketLines::next(const model::Trace& trace) {
  std::string text;
  for (; seen_ < trace.events().size(); ++seen_) {
    const model::Event& event = trace.events()[seen_];
    if (!std::holds_alternative<model::Packet>(event.body)) continue;
    if (!start_) start_ = event.t;
    if (flow_ && event.flow != static_cast<model::FlowId>(*flow_)) continue;
    const std::string time = ladder::whole_time(event.t - *start_);
    if (event.kind == model::EventKind::other) {
      text += fmt::format("{}  {}\n", time, ladder::other_line(event));
      continue;
    }
    const std::string line = ladder::packet_line_within(
        trace, event, raw_seq_, std::numeric_limits<int>::max(), ladder::LineForm::no_ports);
    text += fmt::format("{}  {} → {}  {}\n", time, address_of(trace, event.endpoint),
                        address_of(trace, event.to), line);
  }
  return text;
}

}  // namespace synoptic::cli
