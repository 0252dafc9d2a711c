// Both ends of a connection at an event: their TCBs (of a simulated run as they were; of a captured
// one as far as the packets tell), their states, and the way they came.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "viz/gui/details_model.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::N_;
using words::tr;

namespace {

using model::EndpointId;
using model::Event;
using model::EventId;
using model::FlowId;
using model::TcpState;
using model::Trace;
using wire::SeqNum;

auto order(const Event& e) {
  return std::pair(e.t, e.id);
}

// When it is that the focus is about: a call that returns later is about its return.
std::pair<model::Instant, EventId> moment_of(const Trace& trace, const Selected& focus) {
  const Event& e = trace[focus.event];
  const auto* call = std::get_if<model::Call>(&e.body);
  if (!focus.at_return || call == nullptr) return order(e);
  return {call->returned_at, EventId::none};  // behind all events of that instant
}

bool is_tcp(const Trace& trace, FlowId flow) {
  return flow != FlowId::none && trace[flow].protocol == model::Protocol::tcp;
}

// The event's own connection, else that of what led to it, else the one that its end had last, or
// will have first.
FlowId flow_of(const Trace& trace, const Event& focus) {
  constexpr int far_enough = 16;
  const Event* e = &focus;
  for (int i = 0; i < far_enough; ++i) {
    if (e->flow != FlowId::none) return is_tcp(trace, e->flow) ? e->flow : FlowId::none;
    if (e->cause == EventId::none || trace[e->cause].endpoint != focus.endpoint) break;
    e = &trace[e->cause];
  }
  if (focus.endpoint == EndpointId::none) return FlowId::none;
  const Event *last = nullptr, *next = nullptr;
  for (const Event& other : trace.events()) {
    if (!is_tcp(trace, other.flow)) continue;
    const model::Flow& flow = trace[other.flow];
    if (flow.a != focus.endpoint && flow.b != focus.endpoint) continue;
    const bool before = order(other) <= order(focus);
    const Event*& best = before ? last : next;
    if (best == nullptr || (before ? order(*best) < order(other) : order(other) < order(*best)))
      best = &other;
  }
  if (last != nullptr) return last->flow;
  return next != nullptr ? next->flow : FlowId::none;
}

// --- states

void find_way(EndDetails& end, const Trace& trace, FlowId flow, const Selected& focus) {
  std::vector<const Event*> changes;
  for (const Event& e : trace.events()) {
    const auto* const change = std::get_if<model::StateChange>(&e.body);
    if (change == nullptr || e.endpoint != end.id) continue;
    const bool of_listener = e.flow == FlowId::none &&
                             (change->from == TcpState::listen || change->to == TcpState::listen);
    if (e.flow == flow || of_listener) changes.push_back(&e);
  }
  std::ranges::sort(changes, {}, [](const Event* e) { return order(*e); });
  const auto begins = std::ranges::find(changes, flow, &Event::flow);
  // What the listening socket does once the connection has begun is no concern of it.
  changes.erase(
      std::remove_if(begins, changes.end(), [&](const Event* e) { return e->flow != flow; }),
      changes.end());
  const auto now = moment_of(trace, focus);
  for (const Event* const e : changes) {
    const auto& change = std::get<model::StateChange>(e->body);
    if (order(*e) > now) {
      // The kernel was asked about the state that follows.
      const bool is_true = change.basis == model::Basis::true_;
      if (!end.state)
        end.state = change.from, end.basis = is_true ? change.basis : model::Basis::inferred;
      break;
    }
    end.state = change.to;
    end.basis = change.basis;
    end.way.push_back({change.from,
                       change.to,
                       change.basis,
                       {focus.side, e->id},
                       model::format_duration(e->t - trace.start()),
                       e->flow == FlowId::none});
  }
}

// --- TCBs

struct Variable {
  std::string_view name;
  const char* meaning;
};
enum Var { state, una, nxt, wnd, wl1, wl2, iss, rcv_nxt, rcv_wnd, irs, var_count };
constexpr std::array<Variable, var_count> variables{{
    {"state", N_("where this end stands in the state diagram")},
    {"SND.UNA", N_("the first octet sent that is not acknowledged")},
    {"SND.NXT", N_("the next octet to be sent")},
    {"SND.WND", N_("the window that the other end offers: so many octets may be on their way")},
    {"SND.WL1", N_("sequence number of the segment that told the window last")},
    {"SND.WL2", N_("acknowledgment number of the segment that told the window last")},
    {"ISS", N_("the initial sequence number of this end, always shown as it is")},
    {"RCV.NXT", N_("the next octet that this end expects")},
    {"RCV.WND", N_("the window that this end offers")},
    {"IRS", N_("the initial sequence number of the other end, always shown as it is")},
}};

// The variables of one end; those not known have no value.
struct Numbers {
  std::optional<TcpState> state;
  std::optional<SeqNum> una, nxt, wl1, wl2, iss, rcv_nxt, irs;
  std::optional<std::uint32_t> wnd, rcv_wnd;
};

Numbers numbers_of(const std::optional<model::Tcb>& tcb) {
  if (!tcb) return {};
  Numbers n{.state = tcb->state, .una = tcb->snd.una, .nxt = tcb->snd.nxt, .iss = tcb->snd.iss};
  n.rcv_wnd = tcb->rcv.wnd;
  if (tcb->state == TcpState::syn_sent) return n;  // nothing has come from the other end
  n.wnd = tcb->snd.wnd;
  n.wl1 = tcb->snd.wl1;
  n.wl2 = tcb->snd.wl2;
  n.rcv_nxt = tcb->rcv.nxt;
  n.irs = tcb->rcv.irs;
  return n;
}

// Relative numbers count from the two ISNs.
struct Bases {
  std::optional<SeqNum> own, other;
};
using Values = std::array<std::string, var_count>;

Values values_of(const Numbers& n, const Bases& bases) {
  const auto number = [](std::optional<SeqNum> value, std::optional<SeqNum> base) {
    if (!value) return std::string();
    return std::to_string(base ? wire::offset(*base, *value).n : value->raw);
  };
  const auto size = [](std::optional<std::uint32_t> value) {
    return value ? std::to_string(*value) : std::string();
  };
  Values v;
  if (n.state) v[state] = model::rfc_name(*n.state);
  v[una] = number(n.una, bases.own);
  v[nxt] = number(n.nxt, bases.own);
  v[wnd] = size(n.wnd);
  v[wl1] = number(n.wl1, bases.other);
  v[wl2] = number(n.wl2, bases.own);
  v[iss] = number(n.iss, {});
  v[rcv_nxt] = number(n.rcv_nxt, bases.other);
  v[rcv_wnd] = size(n.rcv_wnd);
  v[irs] = number(n.irs, {});
  return v;
}

void fill(EndsDetails& ends, int side, const Values& before, const Values& after) {
  for (std::size_t i = 0; i < var_count; ++i) {
    TcbRow& row = ends.tcb[i];
    const auto at = static_cast<std::size_t>(side);
    row.value[at] = after[i];
    row.changed[at] = before[i] != after[i];
    if (row.changed[at]) row.was[at] = before[i];
  }
}

std::string moment_of(const Event& e, EndpointId lane, const net::TcbAt& at) {
  const std::string later = model::format_duration(at.t - e.t);
  if (const auto* packet = std::get_if<model::Packet>(&e.body)) {
    if (e.endpoint == lane) return tr("as it is sent");
    if (e.to != lane) return "";
    switch (packet->fate) {
      case model::Fate::lost: return tr("it never arrives");
      case model::Fate::damaged: return tr("it arrives damaged and is dropped");
      case model::Fate::in_flight: return tr("it has not arrived");
      case model::Fate::delivered:
        return fmt::format(fmt::runtime(tr("as it arrives, {} later")), later);
    }
  }
  if (std::holds_alternative<model::Call>(e.body) && e.endpoint == lane)
    return at.t > e.t ? fmt::format(fmt::runtime(tr("as the call returns, {} later")), later)
                      : tr("as it is called");
  return "";
}

void tell_simulated(EndsDetails& ends, const Model& model, const Selected& focus,
                    const std::array<Bases, 2>& bases) {
  const EventId shown = focus.at_return ? ends_wait(model.sim(), focus.event) : focus.event;
  const Event& e = model.sim()[shown];
  for (int i = 0; i < 2; ++i) {
    EndDetails& end = ends.ends[static_cast<std::size_t>(i)];
    const EndpointId peer = ends.ends[static_cast<std::size_t>(1 - i)].id;
    const net::TcbAt at = model.tcbs.at(model.sim(), shown, end.id, peer);
    end.has_tcb = at.tcb.has_value();
    end.tcb_moment = moment_of(e, end.id, at);
    if (!at.tcb && !at.before)
      end.tcb_moment = at.existed ? tr("deleted: the connection is over here")
                                  : tr("none yet: the connection makes it");
    else if (!at.tcb)
      end.tcb_moment = tr("deleted: the connection is over here");
    const Bases& base = bases[static_cast<std::size_t>(i)];
    fill(ends, i, values_of(numbers_of(at.before), base), values_of(numbers_of(at.tcb), base));
  }
  std::erase_if(ends.tcb, [](const TcbRow& row) {
    return row.value[0].empty() && row.value[1].empty() && row.was[0].empty() && row.was[1].empty();
  });
}

// What a segment tells of the end that sends it and, unless it was lost, of the one that gets it.
void apply(const Event& e, std::array<Numbers, 2>& ends, std::size_t sender) {
  const auto& p = std::get<model::Packet>(e.body);
  Numbers &from = ends[sender], &to = ends[1 - sender];
  const bool arrives = p.fate != model::Fate::lost && p.fate != model::Fate::damaged;
  const bool syn = p.ctl.has(wire::SYN);
  const SeqNum end =
      p.seq + wire::SeqSize{p.len + (syn ? 1u : 0u) + (p.ctl.has(wire::FIN) ? 1u : 0u)};
  if (p.ctl.has(wire::RST)) return;  // its numbers are chosen to be accepted, not its own
  if (syn) {
    from.iss = p.seq;
    if (arrives) to.irs = p.seq;
  }
  from.nxt = from.nxt ? wire::max(*from.nxt, end) : end;
  if (!from.una) from.una = p.seq;
  from.rcv_wnd = p.wnd;
  if (p.ctl.has(wire::ACK)) from.rcv_nxt = from.rcv_nxt ? wire::max(*from.rcv_nxt, p.ack) : p.ack;
  if (!arrives) return;
  to.wnd = p.wnd;
  if (p.ctl.has(wire::ACK)) to.una = to.una ? wire::max(*to.una, p.ack) : p.ack;
}

void tell_from_packets(EndsDetails& ends, const Trace& trace, FlowId flow, const Selected& focus,
                       const std::array<Bases, 2>& bases) {
  const auto now = moment_of(trace, focus);
  std::vector<const Event*> segments;
  for (const Event& e : trace.events()) {
    if (e.kind == model::EventKind::segment && e.flow == flow && order(e) <= now)
      segments.push_back(&e);
  }
  std::ranges::sort(segments, {}, [](const Event* e) { return order(*e); });
  std::array<Numbers, 2> before, after;
  for (const Event* const e : segments) {
    before = after;
    apply(*e, after, e->endpoint == ends.ends[0].id ? 0 : 1);
  }
  if (segments.empty() || segments.back()->id != focus.event) before = after;
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    fill(ends, i, values_of(before[at], bases[at]), values_of(after[at], bases[at]));
    ends.ends[at].has_tcb = after[at].nxt.has_value() || after[at].irs.has_value();
    if (!ends.ends[at].has_tcb) ends.ends[at].tcb_moment = tr("nothing seen of it yet");
  }
  std::erase_if(ends.tcb, [](const TcbRow& row) {
    return row.name == "state" || row.name == "SND.WL1" || row.name == "SND.WL2";
  });
}

}  // namespace

EventId ends_wait(const Trace& trace, EventId call) {
  const Event& e = trace[call];
  const auto& made = std::get<model::Call>(e.body);
  const Event* last = nullptr;
  for (const Event& other : trace.events()) {
    const auto* packet = std::get_if<model::Packet>(&other.body);
    if (packet == nullptr || other.to != e.endpoint || packet->fate != model::Fate::delivered ||
        packet->arrived > made.returned_at || packet->arrived < e.t)
      continue;
    if (last == nullptr || packet->arrived >= std::get<model::Packet>(last->body).arrived)
      last = &other;
  }
  return last != nullptr ? last->id : call;
}

std::optional<EndsDetails> ends_of(const Model& model, const Selected& focus) {
  const Trace& trace = model.trace_of(focus.side);
  const Event& e = trace[focus.event];
  const FlowId id = flow_of(trace, e);
  if (id == FlowId::none) return std::nullopt;
  const model::Flow& flow = trace[id];
  EndsDetails ends;
  ends.raw_seq = model.look.raw_seq;
  const std::array lanes{flow.a, flow.b};
  for (std::size_t i = 0; i < 2; ++i) {
    EndDetails& end = ends.ends[i];
    end.id = lanes[i];
    end.name = ladder::role_name(trace[lanes[i]].name);
    end.address = trace[lanes[i]].address.str();
    find_way(end, trace, id, focus);
    if (!end.state && trace.source() == model::Source::simulated) end.state = TcpState::closed;
  }
  for (const Variable& v : variables) ends.tcb.push_back({v.name, tr(v.meaning), {}, {}, {}});
  std::array<Bases, 2> bases;
  if (!model.look.raw_seq) bases = {Bases{flow.base_a, flow.base_b}, {flow.base_b, flow.base_a}};
  if (focus.side == ladder::Side::sim && !model.tcbs.empty()) {
    tell_simulated(ends, model, focus, bases);
    ends.tcb_note = model.look.raw_seq ? tr("Numbers as they are on the wire.")
                                       : tr("Numbers count from ISS and IRS.");
  } else {
    tell_from_packets(ends, trace, id, focus, bases);
    ends.tcb_note =
        tr("As far as the packets tell: what each end has sent and what the other end has told it. "
           "The real TCBs are the kernel's own.");
  }
  ends.kernel = kernel_of(model, id, focus);
  return ends;
}

}  // namespace synoptic::gui
