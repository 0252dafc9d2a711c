// Reasons of loss and waiting: what is sent again, sent twice, probed for, or never answered.
#include <algorithm>

#include "viz/ladder/reasons.hh"

namespace synoptic::ladder::reasons {
namespace {

using model::format_duration;

// Where the trace itself says so.
bool says_timer_ran_out(const Conversation& c, const Fact& f) {
  const model::Why why = (*c.trace)[f.id].why;
  return why == model::Why::retransmission_timeout || why == model::Why::retransmission_after_loss;
}

struct Lone {
  int side;
  const Fact* fact;
};
std::optional<Lone> lone(const RowView& row, model::EventKind kind) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1 || row.members(*side)[0].kind != kind)
    return std::nullopt;
  return Lone{*side, &row.members(*side)[0]};
}

// A segment sent again, its first transmission, and what had acknowledged that by then.
struct Again {
  int side;
  const Fact *fact, *first, *ack;
};
std::optional<Again> sent_again(const RowView& row) {
  const auto alone = lone(row, model::EventKind::segment);
  if (!alone || !alone->fact->occupies()) return std::nullopt;
  const Fact& f = *alone->fact;
  const Fact *first = nullptr, *ack = nullptr;
  for (const Fact& g : row.around(alone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.is_segment() && g.begin <= f.begin && g.end > f.begin)
      first = first ? first : &g;
    if (g.from_a != f.from_a && first && g.ack && *g.ack >= f.end) ack = ack ? ack : &g;
  }
  if (!first) return std::nullopt;
  return Again{alone->side, &f, first, ack};
}

std::string_view befell(const Fact& f) {
  return f.damaged ? tr("arrived with bits changed and was dropped") : tr("was lost on the way");
}

std::string beginning(const RowView& row, const Again& again) {
  return say("in {} the {} sends {} again, {} after the first time", who(again.side),
             row.talk(again.side).called(again.fact->from_a), the(*again.fact),
             format_duration(again.fact->t - again.first->t));
}

}  // namespace

// In SYN-RECEIVED a second copy of the SYN is answered like the first.
std::optional<RowReason> answers_repeated_syn(const RowView& row) {
  const auto again = sent_again(row);
  if (!again || !again->fact->has(wire::SYN) || !again->fact->ack) return std::nullopt;
  const Fact *first = nullptr, *second = nullptr;
  for (const Fact& g : row.around(again->side)) {
    if (&g == again->fact) break;
    if (g.from_a == again->fact->from_a || !g.has(wire::SYN) || !g.arrived ||
        *g.arrived > again->fact->t)
      continue;
    (first ? second : first) = &g;
  }
  if (!second || again->fact->t - *second->arrived > model::milliseconds(50) ||
      says_timer_ran_out(row.talk(again->side), *again->fact) ||
      !may_answer(row, again->side, *again->fact, *second))
    return std::nullopt;
  return reason("answers-repeated-syn", again->side,
                say("in {} the {} got the SYN a second time, while it waits for the "
                    "handshake's last ACK: it answers it like "
                    "the first.",
                    who(again->side), row.talk(again->side).called(again->fact->from_a)),
                {again->first->id, second->id, again->fact->id}, {});
}

// A SYN that comes when its connection is over already: to a listening port it is a new one.
std::optional<RowReason> late_syn(const RowView& row) {
  const auto alone = lone(row, model::EventKind::segment);
  if (!alone || !alone->fact->has(wire::SYN) || !alone->fact->ack) return std::nullopt;
  const Fact& f = *alone->fact;
  const Fact *first = nullptr, *syn = nullptr;
  for (const Fact& g : row.around(alone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.has(wire::SYN)) {
      if (g.begin == f.begin) return std::nullopt;
      first = first ? first : &g;
    }
    if (g.from_a != f.from_a && g.has(wire::SYN) && g.arrived && *g.arrived <= f.t &&
        g.end == *f.ack && may_answer(row, alone->side, f, g) &&
        (!syn || *syn->arrived < *g.arrived))
      syn = &g;
  }
  if (!first || !syn || *syn->arrived <= first->t) return std::nullopt;
  const std::string name = row.talk(alone->side).called(f.from_a);
  return reason("late-syn", alone->side,
                say("in {} a copy of the SYN reached the {} {} after the first one was "
                    "answered, when that connection was over there. Its port was "
                    "listening still, so it takes this for a new connection, and answers "
                    "with a new SYN,ACK.",
                    who(alone->side), name, format_duration(*syn->arrived - first->t)),
                {first->id, syn->id, f.id}, {});
}

namespace {

// Connections of a listener whose handshake had ended before `dropped` arrived, and that no
// accept() had returned yet.
std::size_t waiting_for_accept(const model::Trace& trace, model::EndpointId server,
                               const Fact& dropped) {
  const model::Instant t = *dropped.arrived;
  std::vector<bool> finished(trace.flows().size()), accepted(trace.flows().size());
  for (const model::Event& e : trace.events()) {
    if (e.flow == model::FlowId::none) continue;
    const auto* packet = std::get_if<model::Packet>(&e.body);
    const auto* call = std::get_if<model::Call>(&e.body);
    const bool before =
        packet && (packet->arrived < t || (packet->arrived == t && e.id < dropped.id));
    if (before && e.to == server && packet->fate == model::Fate::delivered &&
        packet->ctl.has(wire::ACK))
      finished[model::index(e.flow)] = true;
    if (call && call->name == model::CallName::accept && call->returned && call->returned_at <= t)
      accepted[model::index(e.flow)] = true;
  }
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < finished.size(); ++i) waiting += finished[i] && !accepted[i] ? 1 : 0;
  return waiting;
}

}  // namespace

// A server that does not come to accept() in time: Linux then drops SYNs, and the ACKs that end
// handshakes, as if they had been lost; so does the simulation.
std::optional<RowReason> accept_queue_full(const RowView& row) {
  const auto again = sent_again(row);
  if (!again || !again->fact->has(wire::SYN)) return std::nullopt;
  const Conversation& talk = row.talk(again->side);
  const Fact& f = *again->fact;
  const Fact* dropped = f.ack ? again->ack : again->first;
  if (!talk.flow || !dropped || !dropped->arrived || *dropped->arrived > f.t) return std::nullopt;
  const model::EndpointId server = talk.endpoint(f.ack ? f.from_a : !f.from_a);
  const model::Event* listening = nullptr;
  for (const model::Event& e : talk.trace->events())
    if (const auto* call = std::get_if<model::Call>(&e.body);
        call && call->name == model::CallName::listen && e.endpoint == server && e.t <= f.t)
      listening = &e;
  if (!listening) return std::nullopt;
  const std::int64_t backlog = std::get<model::Call>(listening->body).number;
  const auto found = static_cast<std::int64_t>(waiting_for_accept(*talk.trace, server, *dropped));
  if (found <= backlog) return std::nullopt;
  const std::int64_t waiting = backlog + 1;  // one more than it says; others were dropped as well
  return reason("accept-queue-full", again->side,
                say("{}: when {} came, {} other connections were waiting for the {}'s "
                    "accept(), more than its listen({}) lets wait. So its TCP dropped it, "
                    "as if it had been lost.",
                    beginning(row, *again), the(*dropped), waiting,
                    talk.called(f.ack ? f.from_a : !f.from_a), backlog),
                {listening->id, again->first->id, dropped->id, f.id}, {});
}

// RFC 5681 3.2: three ACKs that ask for the same octet again, and the sender does not wait for its
// timer.
std::optional<RowReason> fast_retransmit(const RowView& row) {
  const auto again = sent_again(row);
  if (!again) return std::nullopt;
  const Fact& f = *again->fact;
  std::vector<const Fact*> asked;
  for (const Fact& g : row.around(again->side)) {
    if (g.from_a != f.from_a && g.pure_ack() && g.repeats && *g.ack == f.begin && g.arrived &&
        *g.arrived >= again->first->t && *g.arrived <= f.t)
      asked.push_back(&g);
  }
  std::ranges::sort(asked, {}, [](const Fact* g) { return std::pair(*g->arrived, g); });
  if (says_timer_ran_out(row.talk(again->side), f)) return std::nullopt;
  if (asked.size() < 3 || f.t - *asked[2]->arrived > model::milliseconds(50)) return std::nullopt;
  return reason("fast-retransmit", again->side,
                say("{}, without waiting for its timer: three ACKs had come by then that "
                    "say no more than those before them (duplicate ACKs for Seq={}), which "
                    "a sender takes as a sign of loss (fast retransmit, RFC 5681 3.2).",
                    beginning(row, *again), f.begin),
                {again->first->id, asked[0]->id, asked[1]->id, asked[2]->id, f.id}, {});
}

std::optional<RowReason> retransmission_after_loss(const RowView& row) {
  const auto again = sent_again(row);
  if (!again || !again->first->lost) return std::nullopt;
  if ((*row.talk(again->side).trace)[again->fact->id].why == model::Why::fast_retransmit)
    return reason("retransmission-after-loss", again->side,
                  say("{}: that one {}, which the ACKs that came since have shown (fast "
                      "retransmit and recovery, RFC 5681 3.2).",
                      beginning(row, *again), befell(*again->first)),
                  {again->first->id, again->fact->id}, {});
  return reason("retransmission-after-loss", again->side,
                say("{}: that one {}, so no ACK came before the retransmission timer ran out.",
                    beginning(row, *again), befell(*again->first)),
                {again->first->id, again->fact->id}, {});
}

std::optional<RowReason> retransmission_after_lost_ack(const RowView& row) {
  const auto again = sent_again(row);
  if (!again || again->first->lost || !again->ack || !again->ack->lost) return std::nullopt;
  return reason(
      "retransmission-after-lost-ack", again->side,
      say("{}: that one had arrived, but its ACK {}, and the sender cannot tell the two apart.",
          beginning(row, *again), befell(*again->ack)),
      {again->first->id, again->ack->id, again->fact->id}, {});
}

// RFC 8985 section 7, as Linux has it: the last segment is sent again before the RTO, to learn
// whether it was lost.
std::optional<RowReason> tail_loss_probe(const RowView& row) {
  constexpr model::Duration least_rto = model::milliseconds(200);
  const auto again = sent_again(row);
  if (!again || again->first->lost ||
      row.talk(again->side).trace->source() != model::Source::captured)
    return std::nullopt;
  const model::Duration elapsed = again->fact->t - again->first->t;
  if (elapsed <= model::Duration{} || elapsed >= least_rto || again->fact->has(wire::SYN))
    return std::nullopt;
  if (again->ack && known_at(row.talk(again->side), *again->ack, again->fact->t))
    return std::nullopt;
  std::uint32_t sent = 0;
  for (const Fact& g : row.around(again->side)) {
    if (&g == again->fact) break;
    if (g.from_a == again->fact->from_a) sent = std::max(sent, g.end);
  }
  if (again->fact->end != sent) return std::nullopt;
  return reason(
      "tail-loss-probe", again->side,
      say("{}, though nothing was lost: the peer was holding its ACK back.",
          beginning(row, *again)),
      {again->first->id, again->fact->id}, {},
      tr("Linux does not wait for its retransmission timer (200 ms at the least) when the "
         "last segment stays "
         "unacknowledged: it sends it again as a tail loss probe (RFC 8985), and any answer "
         "tells whether it arrived."));
}

std::optional<RowReason> retransmission_timeout(const RowView& row) {
  const auto again = sent_again(row);
  if (!again || again->first->lost || again->fact->t == again->first->t) return std::nullopt;
  const model::Instant t = again->fact->t;
  const auto in_hand = [&](const Fact& g) { return g.arrived && *g.arrived <= t; };
  // An ACK that arrives at the very instant at which the timer runs out comes too late, where the
  // trace says that it was the timer.
  const Fact* late = again->ack && again->ack->arrived == t &&
                             says_timer_ran_out(row.talk(again->side), *again->fact)
                         ? again->ack
                         : nullptr;
  if (again->ack && !late && (again->ack->lost || in_hand(*again->ack))) return std::nullopt;
  std::vector<model::EventId> cites{again->first->id, again->fact->id};
  if (late) cites.insert(cites.begin() + 1, late->id);
  return reason(
      "retransmission-timeout", again->side,
      say("{}: {}, and the retransmission timer had run out.", beginning(row, *again),
          late ? tr("its ACK was only just arriving") : tr("no ACK for it had come back by then")),
      std::move(cites), {});
}

// A first transmission that was lost, where its retransmission is what has a partner.
std::optional<RowReason> lost_and_sent_again(const RowView& row) {
  const auto alone = lone(row, model::EventKind::segment);
  if (!alone || !alone->fact->lost || !alone->fact->occupies()) return std::nullopt;
  const Fact& f = *alone->fact;
  const auto sends_it = [&](const Fact& g) {
    return g.is_segment() && g.from_a == f.from_a && g.begin == f.begin && g.end == f.end;
  };
  const Fact* again = nullptr;
  for (const Fact& g : row.around(alone->side))
    if (&g > &f && sends_it(g) && !g.copy) again = again ? again : &g;
  const auto theirs = row.around(1 - alone->side);
  const auto there = std::ranges::find_if(theirs, sends_it);
  if (!again || there == theirs.end()) return std::nullopt;
  return reason("lost-and-sent-again", alone->side,
                say("both have the {}'s {}; in {} this first one {}, and it is sent again "
                    "{} later.",
                    row.talk(alone->side).called(f.from_a), what(f), who(alone->side), befell(f),
                    format_duration(again->t - f.t)),
                {f.id, again->id}, {there->id});
}

std::optional<RowReason> network_duplicate(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1) return std::nullopt;
  const Fact& f = row.members(*side)[0];
  if (!f.copy) return std::nullopt;
  const Fact* first = nullptr;
  for (const Fact& g : row.around(*side)) {
    if (&g == &f) break;
    if (same(g, f)) first = &g;
  }
  if (!first) return std::nullopt;
  return reason("network-duplicate", *side,
                say("the network of {} delivers {} a second time; its sender sent it once.",
                    who(*side), the(f)),
                {first->id, f.id}, {});
}

// RFC 9293 3.8.4: after a long silence a segment one octet below what is due asks "are you still
// there?", and any ACK is the answer.
std::optional<RowReason> keep_alive(const RowView& row) {
  const auto alone = lone(row, model::EventKind::segment);
  if (!alone) return std::nullopt;
  const Fact& f = *alone->fact;
  std::uint32_t sent[2] = {0, 0};
  const Fact *last = nullptr, *probe = nullptr, *silence = nullptr;
  const auto asks = [&](const Fact& g) {
    const std::uint32_t due = sent[g.from_a ? 0 : 1];
    return last && due > 0 && g.len <= 1 && g.begin + 1 == due &&
           (g.ctl.bits & (wire::SYN | wire::FIN | wire::RST).bits) == 0 &&
           g.t - last->t >= model::seconds(1);
  };
  for (const Fact& g : row.around(alone->side)) {
    if (&g == &f) break;
    probe = asks(g) ? &g : nullptr;
    silence = last;
    sent[g.from_a ? 0 : 1] = std::max(sent[g.from_a ? 0 : 1], g.end);
    last = &g;
  }
  const std::string name = row.talk(alone->side).called(f.from_a);
  if (asks(f))
    return reason("keep-alive", alone->side,
                  say("a keep-alive: in {} nothing had been sent for {}, so the {} asks "
                      "with an old sequence number (Seq={}) "
                      "whether the peer is still there.",
                      who(alone->side), format_duration(f.t - last->t), name, f.begin),
                  {last->id, f.id}, {});
  if (!f.pure_ack() || !probe || probe->from_a == f.from_a || *f.ack != sent[probe->from_a ? 0 : 1])
    return std::nullopt;
  return reason("keep-alive", alone->side,
                say("in {} the {} answers a keep-alive: yes, still here.", who(alone->side), name),
                {silence->id, probe->id, f.id}, {});
}

// RFC 9293 3.8.6.1: while the peer's window is zero, something small is sent now and then, to hear
// when it opens.
std::optional<RowReason> zero_window_probe(const RowView& row) {
  const auto alone = lone(row, model::EventKind::segment);
  if (!alone || alone->fact->len > 1) return std::nullopt;
  const Fact& f = *alone->fact;
  const Fact *closed = nullptr, *probe = nullptr;
  for (const Fact& g : row.around(alone->side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.is_segment())
      closed = g.wnd == 0 && !g.has(wire::RST) ? &g : nullptr;
    if (g.from_a != f.from_a) probe = &g;
  }
  if (closed && !f.has(wire::FIN) && !f.has(wire::SYN) && !f.has(wire::RST) && f.ack)
    return reason("zero-window-probe", alone->side,
                  say("in {} the {} had offered a window of 0, so the {} probes it to hear "
                      "when there is room again.",
                      who(alone->side), row.talk(alone->side).called(!f.from_a),
                      row.talk(alone->side).called(f.from_a)),
                  {closed->id, f.id}, {});
  if (f.pure_ack() && f.wnd == 0 && probe && probe->len <= 1 && probe->end >= *f.ack)
    return reason("zero-window-probe", alone->side,
                  say("in {} the {} answers a probe: its window is still 0.", who(alone->side),
                      row.talk(alone->side).called(f.from_a)),
                  {probe->id, f.id}, {});
  return std::nullopt;
}

namespace {

// The last datagram before this row that the other side has as well, back along the exchange:
// what this one answers, what that one answered …
struct Before {
  const Fact *here, *there;
  bool direct;  // this row's own is the answer to it
};
std::optional<Before> last_of_both(const RowView& row, const Lone& alone) {
  bool from_a = !alone.fact->from_a;
  const std::size_t first = row.begin(alone.side);
  for (std::size_t i = first, steps = 0; i-- > 0 && first - i <= RowView::reach;) {
    const Fact& g = row.all(alone.side)[i];
    if (g.from_a != from_a) continue;
    const std::uint32_t twin = row.twin[alone.side][i];
    if (twin != no_twin) return Before{&g, &row.all(1 - alone.side)[twin], steps == 0};
    from_a = !from_a;
    ++steps;
  }
  return std::nullopt;
}

}  // namespace

// A datagram that on the other side was never sent, because what it follows never arrived there.
std::optional<RowReason> request_lost(const RowView& row) {
  const auto alone = lone(row, model::EventKind::datagram);
  if (!alone) return std::nullopt;
  const auto before = last_of_both(row, *alone);
  if (!before || !before->there->lost) return std::nullopt;
  const Fact& there = *before->there;
  const int other = 1 - alone->side;
  const bool is_answer = row.all(other).front().from_a != there.from_a;
  const bool waiter = is_answer ? !there.from_a : there.from_a;  // for an answer
  std::string then = tr("so there was nothing to answer");
  if (is_answer || !before->direct) {
    const auto at = static_cast<std::size_t>(&there - row.all(other).data());
    for (const Fact& g : row.all(other).subspan(at + 1).first(
             std::min(RowView::reach, row.all(other).size() - at - 1)))
      if (g.from_a == waiter) return std::nullopt;
    then = say(is_answer ? N_("so the {} waits in vain for it, and sends nothing more")
                         : N_("so the {} waits in vain for an answer, and sends nothing more"),
               row.talk(other).called(waiter));
  }
  return reason(
      "request-lost", alone->side,
      say("in {} the {}'s {} {}, {}. UDP does not send again: that is left to the program.",
          who(other), row.talk(other).called(there.from_a),
          is_answer ? say("answer ({})", what(there)) : what(there), befell(there), then),
      {before->here->id, alone->fact->id}, {there.id});
}

// The answer to a datagram's second copy.
std::optional<RowReason> answers_duplicate(const RowView& row) {
  const auto alone = lone(row, model::EventKind::datagram);
  if (!alone) return std::nullopt;
  const Fact& f = *alone->fact;
  const Fact *copy = nullptr, *before = nullptr;
  for (const Fact& g : row.around(alone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.kind == f.kind && same_text(g, f)) before = &g;
    if (g.from_a != f.from_a && g.arrived && *g.arrived <= f.t && g.copy) copy = &g;
  }
  if (!copy || !before) return std::nullopt;
  return reason("answers-duplicate", alone->side,
                say("in {} the network delivered a datagram twice, and the {} answers its "
                    "second copy as well: UDP does not "
                    "notice, only the program could.",
                    who(alone->side), row.talk(alone->side).called(f.from_a)),
                {copy->id, before->id, f.id}, {});
}

std::optional<RowReason> port_unreachable(const RowView& row) {
  const auto alone = lone(row, model::EventKind::icmp);
  if (!alone) return std::nullopt;
  const Fact& f = *alone->fact;
  const bool unreachable =
      (f.icmp_type == 3 && f.icmp_code == 3) || (f.icmp_type == 1 && f.icmp_code == 4);
  const Fact* cause = nullptr;
  for (const Fact& g : row.around(alone->side)) {
    if (&g == &f || (cause && cause->id == f.cause)) break;
    if (g.kind == model::EventKind::datagram) cause = &g;
  }
  if (!unreachable || !cause) return std::nullopt;
  return reason("port-unreachable", alone->side,
                say("in {} nobody had bound the port that this {} was sent to, so its host "
                    "answers with ICMP {}.",
                    who(alone->side), what(*cause), "\"port unreachable\""),
                {cause->id, f.id}, {});
}

}  // namespace synoptic::ladder::reasons
