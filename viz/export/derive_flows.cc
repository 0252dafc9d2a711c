// Conversations out of packets alone, for traces that other programs have written.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "viz/export/json_parts.hh"

namespace synoptic::exporting {
namespace {

using model::EndpointId;
using model::Event;
using model::EventId;
using model::EventKind;
using model::FlowId;

class Deriver {
 public:
  Deriver(model::Trace& trace, const std::vector<RelativeNumbers>& numbers)
      : trace_(trace), numbers_(numbers), by_end_(trace.endpoints().size()) {}

  void run() {
    const std::vector<EventId> events = trace_.by_time();
    for (const EventId id : events) {
      if (std::holds_alternative<model::Packet>(trace_[id].body)) packet(id);
    }
    for (const EventId id : events) {
      if (!std::holds_alternative<model::Packet>(trace_[id].body)) other(id);
    }
  }

 private:
  // The latest conversation of two ends.
  struct Latest {
    FlowId flow = FlowId::none;
    std::array<std::optional<wire::SeqNum>, 2> syn;  // by end, the flow's `a` first
    std::array<bool, 2> fin{};
    bool reset = false;
    bool over() const { return reset || (fin[0] && fin[1]); }
  };

  void packet(EventId id) {
    Event& e = trace_.edit(id);
    if (e.kind == EventKind::other) return;
    Latest& latest = latest_[std::minmax(e.endpoint, e.to)];
    if (e.kind == EventKind::icmp) {  // about a conversation, if there is one
      e.flow = latest.flow;
      return;
    }
    const auto& p = std::get<model::Packet>(e.body);
    if (latest.flow == FlowId::none || begins_anew(latest, e, p)) open(latest, e, p);
    e.flow = latest.flow;
    if (e.kind == EventKind::segment) note(latest, e, p);
  }

  bool begins_anew(const Latest& latest, const Event& e, const model::Packet& p) const {
    const bool syn = e.kind == EventKind::segment && p.ctl.has(wire::SYN) &&
                     !p.ctl.has(wire::ACK) && !p.retransmission;
    const auto& before = latest.syn[side(latest, e)];
    return syn && (latest.over() || (before && *before != p.seq));
  }

  void open(Latest& latest, const Event& e, const model::Packet& p) {
    const bool segment = e.kind == EventKind::segment;
    const bool answers = segment && p.ctl.has(wire::SYN) && p.ctl.has(wire::ACK);
    const auto protocol = segment ? model::Protocol::tcp : model::Protocol::udp;
    latest = {};
    latest.flow = answers ? trace_.add_flow(protocol, e.to, e.endpoint)
                          : trace_.add_flow(protocol, e.endpoint, e.to);
    trace_.edit(latest.flow).began_mid_stream = segment && (answers || !p.ctl.has(wire::SYN));
    for (const EndpointId end : {e.endpoint, e.to}) by_end_[index(end)].push_back(latest.flow);
  }

  void note(Latest& latest, const Event& e, const model::Packet& p) {
    const std::size_t near = side(latest, e);
    const RelativeNumbers& told = numbers_[index(e.id)];
    model::Flow& flow = trace_.edit(latest.flow);
    auto& base = near == 0 ? flow.base_a : flow.base_b;
    auto& other_base = near == 0 ? flow.base_b : flow.base_a;
    if (!base) {
      base = told.seq               ? p.seq - wire::SeqSize{*told.seq}
             : p.ctl.has(wire::SYN) ? p.seq
                                    : p.seq - wire::SeqSize{1};
    }
    if (!other_base && p.ctl.has(wire::ACK) && (told.ack || flow.began_mid_stream))
      other_base = p.ack - wire::SeqSize{told.ack.value_or(1)};
    if (p.ctl.has(wire::SYN)) latest.syn[near] = p.seq;
    latest.fin[near] |= p.ctl.has(wire::FIN);
    latest.reset |= p.ctl.has(wire::RST);
  }

  std::size_t side(const Latest& latest, const Event& e) const {
    return latest.flow == FlowId::none || trace_[latest.flow].a == e.endpoint ? 0 : 1;
  }

  void other(EventId id) {
    Event& e = trace_.edit(id);
    if (e.cause != EventId::none) e.flow = trace_[e.cause].flow;
    if (e.endpoint == EndpointId::none) return;
    const std::vector<FlowId>& flows = by_end_[index(e.endpoint)];
    if (std::ranges::find(flows, e.flow) != flows.end()) return;
    e.flow = flows.size() == 1 ? flows.front() : FlowId::none;
  }

  model::Trace& trace_;
  const std::vector<RelativeNumbers>& numbers_;
  std::vector<std::vector<FlowId>> by_end_;
  std::map<std::pair<EndpointId, EndpointId>, Latest> latest_;
};

}  // namespace

void derive_flows(model::Trace& trace, const std::vector<RelativeNumbers>& numbers) {
  Deriver(trace, numbers).run();
}

}  // namespace synoptic::exporting
