// Counts each flow's packets in one pass, and judges it by the flags that were seen: how it began
// and how it ended.
#include "viz/cli/summary.hh"

#include <fmt/format.h>

#include <array>
#include <map>
#include <vector>

#include "viz/ladder/ending.hh"
#include "viz/ladder/facts.hh"
#include "viz/ladder/others.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/warning.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

// One direction of a flow.
struct Direction {
  std::uint64_t packets = 0, octets = 0, lost = 0, damaged = 0, retransmitted = 0;
  std::uint64_t copies = 0;  // made by the network of what was sent once
  bool syn = false, fin = false, rst = false;
};

struct Counts {
  std::array<Direction, 2> ways;  // from a, from b
  bool any = false, icmp = false;
  model::Instant first, last;
  int first_fin = -1;  // 0: a, 1: b
  int reset_by = -1;   // whose RST ended it
  int last_rst = -1;   // whose RST came last, whether it ended anything or not
};

void count(Counts& counts, const model::Flow& flow, const model::Event& event,
           const model::Packet& packet) {
  if (!counts.any) counts.first = event.t;
  counts.any = true;
  counts.first = std::min(counts.first, event.t);
  counts.last =
      std::max(counts.last, packet.has_arrived() ? std::max(packet.arrived, event.t) : event.t);
  if (event.kind == model::EventKind::icmp) {
    counts.icmp = true;
    return;
  }
  const int side = event.endpoint == flow.a ? 0 : 1;
  Direction& way = counts.ways[static_cast<std::size_t>(side)];
  ++way.packets;
  if (packet.fate == model::Fate::lost) ++way.lost;
  if (packet.fate == model::Fate::damaged) ++way.damaged;
  if (ladder::is_network_copy(event)) {
    ++way.copies;
  } else if (packet.retransmission) {
    ++way.retransmitted;
  } else {
    way.octets += packet.len;
  }
  way.syn |= packet.ctl.has(wire::SYN);
  if (packet.ctl.has(wire::FIN) && counts.first_fin < 0) counts.first_fin = side;
  way.fin |= packet.ctl.has(wire::FIN);
  if (packet.ctl.has(wire::RST)) counts.last_rst = side;
  way.rst |= packet.ctl.has(wire::RST);
}

std::vector<Counts> count_all(const model::Trace& trace) {
  std::vector<Counts> counts(trace.flows().size());
  for (model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    const auto* packet = std::get_if<model::Packet>(&event.body);
    if (packet && event.flow != model::FlowId::none)
      count(counts[index(event.flow)], trace[event.flow], event, *packet);
  }
  for (const ladder::Conversation& conversation : ladder::conversations_of(trace)) {
    if (!conversation.flow) continue;
    if (const ladder::Fact* reset = ladder::ending_of(conversation).reset)
      counts[index(*conversation.flow)].reset_by = reset->from_a ? 0 : 1;
  }
  return counts;
}

std::string judge_tcp(const Counts& c, const model::Flow& flow,
                      const std::array<std::string, 2>& names) {
  const auto& [a, b] = c.ways;
  const std::string begun = a.syn && b.syn          ? words::tr("opened, ")
                            : flow.began_mid_stream ? words::tr("joined in the middle, ")
                                                    : "";
  if (a.syn && !b.syn)
    return b.rst ? words::say("refused by {}", names[1]) : words::tr("never answered");
  if (c.reset_by >= 0)
    return begun + words::say("reset by {}", names[static_cast<std::size_t>(c.reset_by)]);
  if (a.fin && b.fin) {
    const std::string late =
        c.last_rst < 0
            ? ""
            : words::say(", a late RST from {}", names[static_cast<std::size_t>(c.last_rst)]);
    return begun +
           words::say("closed by both, {} first", names[static_cast<std::size_t>(c.first_fin)]) +
           late;
  }
  if (c.first_fin >= 0)
    return begun + words::say("closed by {} only", names[static_cast<std::size_t>(c.first_fin)]);
  return begun + words::tr("still open");
}

std::string judge(const Counts& c, const model::Flow& flow,
                  const std::array<std::string, 2>& names) {
  const auto& [a, b] = c.ways;
  std::string text;
  if (flow.protocol == model::Protocol::tcp) {
    text = judge_tcp(c, flow, names);
  } else {
    text = b.packets > 0 ? words::tr("answered") : words::tr("not answered");
  }
  if (c.icmp) text += words::tr(", ICMP spoke of it");
  if (a.lost + b.lost > 0) text += words::say(", {} lost", a.lost + b.lost);
  if (a.damaged + b.damaged > 0) text += words::say(", {} damaged", a.damaged + b.damaged);
  const std::uint64_t again = a.retransmitted + b.retransmitted;
  const std::uint64_t copies = a.copies + b.copies;
  if (copies > 0) text += words::say(", {} duplicated by the network", copies);
  if (again > 0)
    text += again == 1 ? words::say(", {} retransmission", again)
                       : words::say(", {} retransmissions", again);
  return text;
}

// "client 127.0.0.1:46978"; the address alone where no role is known.
std::string lane(const model::Endpoint& endpoint) {
  const std::string address = endpoint.address.str();
  return endpoint.name.empty() || endpoint.name == address
             ? address
             : fmt::format("{} {}", ladder::role_name(endpoint.name), address);
}

std::string lines(const model::Trace& trace) {
  const std::vector<Counts> counts = count_all(trace);
  std::string out;
  for (const model::Flow& flow : trace.flows()) {
    const Counts& c = counts[index(flow.id)];
    const model::Endpoint &a = trace[flow.a], &b = trace[flow.b];
    const bool tcp = flow.protocol == model::Protocol::tcp;
    const std::array names{ladder::role_name(a.name), ladder::role_name(b.name)};
    out += fmt::format("{:>4}  {}  {} ↔ {}", index(flow.id), tcp ? "TCP" : "UDP", lane(a), lane(b));
    const std::string packets =
        tcp ? words::say("{} + {} segments", c.ways[0].packets, c.ways[1].packets)
            : words::say("{} + {} datagrams", c.ways[0].packets, c.ways[1].packets);
    out += words::say(": {}, {} + {} bytes, {}: {}", packets, c.ways[0].octets, c.ways[1].octets,
                      format_duration(c.last - c.first), judge(c, flow, names));
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

std::string summary_of(const model::Trace& trace, std::string_view source) {
  std::size_t packets = 0;
  for (const model::Event& event : trace.events())
    packets += std::holds_alternative<model::Packet>(event.body);
  const std::size_t flows = trace.flows().size();
  std::string out = flows == 1 ? words::say("{}: {} flow, ", source, flows)
                               : words::say("{}: {} flows, ", source, flows);
  out += packets == 1 ? words::say("{} packet", packets) : words::say("{} packets", packets);
  return out + '\n' + lines(trace) + warnings(trace);
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
  return summary_of(sim, words::tr("simulated")) + summary_of(live, words::tr("captured")) +
         (rows == 1 ? words::say("compared: {} row: {}; {} left unexplained", rows, counts,
                                 alignment.unexplained)
                    : words::say("compared: {} rows: {}; {} left unexplained", rows, counts,
                                 alignment.unexplained)) +
         '\n';
}

}  // namespace synoptic::cli
