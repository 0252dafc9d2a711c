// A line for each flow, between how many there are and what is not shown.
#include "viz/cli/summary.hh"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "viz/ladder/flows.hh"
#include "viz/ladder/others.hh"
#include "viz/ladder/warning.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

// By which numbers its flows are chosen; empty: by their own.
using Numbers = std::vector<std::size_t>;

std::string lines(const model::Trace& trace, const Numbers& numbers) {
  const std::vector<ladder::FlowCounts> counts = ladder::count_flows(trace);
  std::string out;
  for (const model::Flow& flow : trace.flows()) {
    const ladder::FlowCounts& c = counts[index(flow.id)];
    const bool tcp = flow.protocol == model::Protocol::tcp;
    out += fmt::format(
        "{:>4}  {}  {} ↔ {}", numbers.empty() ? index(flow.id) : numbers[index(flow.id)],
        tcp ? "TCP" : "UDP", ladder::end_name(trace[flow.a]), ladder::end_name(trace[flow.b]));
    const std::string packets =
        tcp ? words::say("{} + {} segments", c.ways[0].packets, c.ways[1].packets)
            : words::say("{} + {} datagrams", c.ways[0].packets, c.ways[1].packets);
    out += words::say(": {}, {} + {} bytes, {}: {}", packets, c.ways[0].octets, c.ways[1].octets,
                      format_duration(c.last - c.first), ladder::judgement(trace, flow, c));
    out += '\n';
  }
  return out;
}

std::string warnings(const model::Trace& trace) {
  std::string out;
  for (const std::string& warning : trace.warnings)
    out += words::say("note: {}", ladder::warning_text(warning)) + '\n';
  if (const std::string text = ladder::others_not_shown(trace); !text.empty())
    out += words::say("note: {}", text) + '\n';
  return out;
}

std::string summary_of(const model::Trace& trace, std::string_view source,
                       const Numbers& numbers = {}) {
  std::size_t packets = 0;
  for (const model::Event& event : trace.events())
    packets += std::holds_alternative<model::Packet>(event.body);
  const std::size_t flows = trace.flows().size();
  std::string out = flows == 1 ? words::say("{}: {} flow, ", source, flows)
                               : words::say("{}: {} flows, ", source, flows);
  out += packets == 1 ? words::say("{} packet", packets) : words::say("{} packets", packets);
  return out + '\n' + lines(trace, numbers) + warnings(trace);
}

}  // namespace

std::string summary(const model::Trace& trace) {
  return summary_of(trace, trace.source() == model::Source::simulated ? words::tr("simulated")
                                                                      : words::tr("captured"));
}

std::string comparison_summary(const model::Trace& sim, const model::Trace& live,
                               const ladder::Alignment& alignment) {
  std::map<ladder::Verdict, std::size_t> verdicts;
  for (const ladder::Row& row : alignment.rows) ++verdicts[row.verdict];
  std::string counts;
  for (const auto& [verdict, n] : verdicts)
    counts += (counts.empty() ? "" : words::tr(", ")) +
              words::say("{} {}", n, words::tr(std::string(verdict_name(verdict)).c_str()));
  const std::size_t rows = alignment.rows.size();
  // What is chosen by one number is one conversation on both sides.
  Numbers of_live(live.flows().size());
  const std::vector<ladder::FlowPair> pairs = ladder::flow_pairs(sim, alignment);
  for (std::size_t number = 0; number < pairs.size(); ++number)
    if (pairs[number].live) of_live[index(*pairs[number].live)] = number;
  return summary_of(sim, words::tr("simulated")) +
         summary_of(live, words::tr("captured"), of_live) +
         (rows == 1 ? words::say("compared: {} row: {}; {} left unexplained", rows, counts,
                                 alignment.unexplained)
                    : words::say("compared: {} rows: {}; {} left unexplained", rows, counts,
                                 alignment.unexplained)) +
         '\n';
}

}  // namespace synoptic::cli
