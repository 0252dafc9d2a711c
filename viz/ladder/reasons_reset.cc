// Reasons of resets (RFC 9293 3.5.2, 3.6.1): who sent the RST, and what it tells.
#include <algorithm>

#include "viz/ladder/reasons.hh"

namespace synoptic::ladder::reasons {
namespace {

using model::format_duration;

// The RST of a row in which only one side has one.
struct Reset {
  int side;
  const Fact* fact;
};
std::optional<Reset> lone_reset(const RowView& row) {
  for (const int side : {sim_side, live_side}) {
    const auto mine = row.members(side), theirs = row.members(1 - side);
    const auto is_reset = [](const Fact& f) { return f.is_segment() && f.has(wire::RST); };
    if (mine.size() == 1 && is_reset(mine[0]) && std::ranges::none_of(theirs, is_reset))
      return Reset{side, &mine[0]};
  }
  return std::nullopt;
}

// A RST of the same end before `f`: it had let the connection go already.
const Fact* own_reset_before(const RowView& row, int side, const Fact& f) {
  for (const Fact& g : row.around(side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.has(wire::RST)) return &g;
  }
  return nullptr;
}

std::vector<model::EventId> partners(const RowView& row, int side) {
  return ids(row.members(1 - side));
}

// Octets that the program of one end had taken by `t`.
std::uint64_t octets_read(const Conversation& c, bool a, model::Instant t) {
  std::uint64_t sum = 0;
  for (const model::Event* e : c.calls(a, model::CallName::recv)) {
    const auto& call = std::get<model::Call>(e->body);
    if (call.returned && call.returned_at <= t && call.result > 0)
      sum += static_cast<std::uint64_t>(call.result);
  }
  return sum;
}

}  // namespace

std::optional<RowReason> connection_refused(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset) return std::nullopt;
  const Fact& f = *reset->fact;
  const Fact *syn = nullptr, *accepted = nullptr;
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.has(wire::SYN)) syn = &g;
    if (g.from_a == f.from_a && g.has(wire::SYN)) accepted = &g;
  }
  if (!syn || accepted || !f.ack || *f.ack != syn->end) return std::nullopt;
  return reason("connection-refused", reset->side,
                say("in {} no program listened at the port the SYN was sent to, so the {} "
                    "refuses the connection with RST "
                    "(connect() fails with ECONNREFUSED).",
                    who(reset->side), row.talk(reset->side).called(f.from_a)),
                {syn->id, f.id}, partners(row, reset->side));
}

namespace {

// What was unread when the sender of the RST `f` closed.
struct Unread {
  const model::Event* close;
  const Fact* last;  // brought the last of them
  std::uint64_t octets, arrived;
};
std::optional<Unread> unread_at_close(const RowView& row, int side, const Fact& f) {
  const Conversation& talk = row.talk(side);
  if (!talk.flow || own_reset_before(row, side, f)) return std::nullopt;
  const auto cause = told_cause(row, side, f);
  if (cause && *cause) return std::nullopt;  // it answers a segment, not close()
  const model::Event* close = last_call(talk, f.from_a, model::CallName::close, f.t);
  if (!close) return std::nullopt;
  // What waits behind a gap was not there for the program yet.
  std::vector<const Fact*> came;
  std::optional<std::uint32_t> first;
  for (const Fact& g : talk.facts) {
    if (&g == &f) break;
    if (g.from_a == f.from_a || !g.arrived || *g.arrived > close->t) continue;
    if (g.has(wire::SYN) && !first) first = g.end - g.len;
    if (g.len > 0) came.push_back(&g);
  }
  std::ranges::sort(came, {}, [](const Fact* g) { return std::pair(g->begin, g); });
  if (came.empty()) return std::nullopt;
  std::uint32_t next = first.value_or(came.front()->begin);
  const std::uint32_t start = next;
  const Fact* unread = nullptr;
  for (const Fact* g : came)
    if (g->begin <= next && g->end > next) unread = g, next = g->end - (g->has(wire::FIN) ? 1 : 0);
  const std::uint64_t arrived = next - start;
  const std::uint64_t read = octets_read(talk, f.from_a, close->t);
  if (!unread || read >= arrived) return std::nullopt;
  return Unread{close, unread, arrived - read, arrived};
}

std::string closed_unread(const RowView& row, int side, const Fact& f, const Unread& unread) {
  return say(
      "in {} the {} called close() with {} of {} octets unread. They can no longer be delivered, "
      "so "
      "it tells the peer with a RST instead of a FIN (RFC 9293 3.6.1).",
      who(side), row.talk(side).called(f.from_a), unread.octets, unread.arrived);
}

}  // namespace

std::optional<RowReason> reset_unread_data(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset) return std::nullopt;
  const Fact& f = *reset->fact;
  const auto unread = unread_at_close(row, reset->side, f);
  if (!unread) return std::nullopt;
  return reason("reset-unread-data", reset->side, closed_unread(row, reset->side, f, *unread),
                {unread->last->id, unread->close->id, f.id}, partners(row, reset->side));
}

// The same from the side that sends its FIN.
std::optional<RowReason> reset_instead_of_fin(const RowView& row) {
  const auto side = row.only();
  if (!side) return std::nullopt;
  const Fact& f = row.members(*side).back();
  const int other = 1 - *side;
  const Fact* there = row.ending[other].reset;
  if (!f.has(wire::FIN) || !there || there->from_a != f.from_a ||
      row.ending[other].fin[f.from_a ? 0 : 1])
    return std::nullopt;
  const auto unread = unread_at_close(row, other, *there);
  if (!unread) return std::nullopt;
  return reason("reset-instead-of-fin", other,
                say("there is no such FIN: {}", closed_unread(row, other, *there, *unread)),
                {unread->last->id, unread->close->id, there->id}, ids(row.members(*side)));
}

std::optional<RowReason> reset_after_close(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset || !row.talk(reset->side).flow) return std::nullopt;
  const Fact& f = *reset->fact;
  const Conversation& talk = row.talk(reset->side);
  // A RST takes its number from what it answers; and what was acknowledged was taken.
  std::uint32_t taken = 0;
  const Fact* late = nullptr;
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a) {
      taken = std::max(taken, g.ack.value_or(0));
    } else if (g.len > 0 && g.arrived && *g.arrived <= f.t && g.ack == f.begin &&
               may_answer(row, reset->side, f, g)) {
      late = &g;
    }
  }
  if (late && late->end <= taken) return std::nullopt;
  const model::Event* close = last_call(talk, f.from_a, model::CallName::close, f.t);
  const model::Event* shut = last_call(talk, f.from_a, model::CallName::shutdown, f.t);
  if (!close && shut && std::get<model::Call>(shut->body).number != 1) close = shut;
  if (!late || !close || close->t > *late->arrived || own_reset_before(row, reset->side, f))
    return std::nullopt;
  return reason(
      "reset-after-close", reset->side,
      say("in {} {} came {} the {} had called close(): nobody is left to "
          "read it, so it is answered with RST.",
          who(reset->side), the(*late), after(*late->arrived - close->t), talk.called(f.from_a)),
      {close->id, late->id, f.id}, partners(row, reset->side));
}

namespace {

// The SYN,ACK by which the receiver of `late` had begun another connection, with another sequence
// number, when that came.
const Fact* second_syn_ack(const RowView& row, int side, const Fact& late) {
  const Fact *first = nullptr, *second = nullptr;
  for (const Fact& g : row.around(side)) {
    if (g.from_a == late.from_a || !g.has(wire::SYN) || g.t > *late.arrived) continue;
    if (!first) first = &g;
    if (g.begin != first->begin) second = &g;
  }
  return second;
}

}  // namespace

// RFC 9293 3.5.2, group 1: a segment for a connection that is CLOSED is answered with RST.
std::optional<RowReason> reset_no_connection(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset) return std::nullopt;
  const Fact& f = *reset->fact;
  const Fact *fin = nullptr, *fin_acked = nullptr, *late = nullptr, *theirs = nullptr;
  bool peer_closed = false, peer_first = false;
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.has(wire::FIN)) fin = &g;
    if (g.from_a == f.from_a || !g.arrived || *g.arrived > f.t) continue;
    if (g.has(wire::RST) && !theirs) theirs = &g;
    // What was held back comes after what overtook it, even at the same instant.
    const auto order = [](const Fact& h) { return std::pair(*h.arrived, h.held); };
    if (fin && g.ack && *g.ack >= fin->end && (!fin_acked || order(g) < order(*fin_acked)))
      fin_acked = &g;
    if (g.has(wire::FIN) && !peer_closed) peer_closed = true, peer_first = !fin;
  }
  const Fact* own = own_reset_before(row, reset->side, f);
  if (!own && !theirs && (!fin_acked || !peer_closed)) return std::nullopt;
  // Who closed second forgets at the last ACK; who closed first waits in TIME-WAIT, where a RST
  // finds it still.
  const bool forgotten = fin_acked && peer_closed && peer_first;
  // A RST that answers what came for no connection resets nothing.
  if (own &&
      ((forgotten && *fin_acked->arrived <= own->t) || (theirs && *theirs->arrived < own->t)))
    own = nullptr;
  if (own || (theirs && forgotten && *fin_acked->arrived <= *theirs->arrived)) theirs = nullptr;
  const Fact* gone = own ? own : theirs ? theirs : fin_acked;
  const model::Instant since = own ? own->t : *gone->arrived;
  // What came after that, which may have been sent before. A RST takes its number from what it
  // answers.
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a || &g == gone || !g.arrived || *g.arrived > f.t || *g.arrived < since)
      continue;
    if ((g.ack ? *g.ack == f.begin : f.ack == g.end) && may_answer(row, reset->side, f, g))
      late = &g;
  }
  if (!late || second_syn_ack(row, reset->side, *late)) return std::nullopt;
  const Conversation& talk = row.talk(reset->side);
  return reason("reset-no-connection", reset->side,
                say("in {} {} reached the {} when its connection was closed already and "
                    "forgotten ({}): a segment for no connection is answered with RST.",
                    who(reset->side), the(*late), talk.called(f.from_a),
                    own      ? std::string(tr("it had reset it"))
                    : theirs ? say("the {} had reset it", talk.called(theirs->from_a))
                             : std::string(tr("its FIN had been acknowledged"))),
                {gone->id, late->id, f.id}, partners(row, reset->side));
}

// RFC 9293 3.10.7.4, fifth check: in SYN-RECEIVED an ACK that does not acknowledge the own SYN is
// answered with RST.
std::optional<RowReason> reset_half_open(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset) return std::nullopt;
  const Fact& f = *reset->fact;
  const Fact* late = nullptr;
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.arrived && *g.arrived <= f.t && g.ack == f.begin &&
        may_answer(row, reset->side, f, g))
      late = &g;
  }
  if (!late) return std::nullopt;
  const Fact* syn_ack = second_syn_ack(row, reset->side, *late);
  if (!syn_ack || syn_ack->end == *late->ack) return std::nullopt;
  return reason(
      "reset-half-open", reset->side,
      say("in {} a late SYN had opened a second connection at the {}, half open "
          "only (SYN-RECEIVED). What came then ({}) does not acknowledge the SYN,ACK of that one, "
          "so it is answered with RST (RFC 9293 3.10.7.4).",
          who(reset->side), row.talk(reset->side).called(f.from_a), what(*late)),
      {syn_ack->id, late->id, f.id}, partners(row, reset->side));
}

// Two resets that differ only in the ACK they carry.
std::optional<RowReason> reset_acknowledges(const RowView& row) {
  if (!row.one_to_one()) return std::nullopt;
  const Fact &a = row.members(sim_side)[0], &b = row.members(live_side)[0];
  if (!a.has(wire::RST) || !b.has(wire::RST) || a.begin != b.begin ||
      a.ack.has_value() == b.ack.has_value())
    return std::nullopt;
  const int with = a.ack ? sim_side : live_side;
  return reason("reset-acknowledges", with,
                say("both reset the connection here, with the same sequence number; only "
                    "{}'s RST carries an ACK as well. It makes no difference: in an open "
                    "connection a RST is believed for its sequence number alone (RFC 9293 "
                    "3.5.3).",
                    who(with)),
                ids(row.members(with)), ids(row.members(1 - with)));
}

namespace {

// What the RST `f` answers, which gave it its number; null if no segment before it did.
const Fact* answered_by(const RowView& row, int side, const Fact& f) {
  const Fact* found = nullptr;
  for (const Fact& g : row.around(side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.arrived && *g.arrived <= f.t && g.ack == f.begin &&
        may_answer(row, side, f, g))
      found = &g;
  }
  return found;
}

}  // namespace

// Two resets that differ in their sequence number.
std::optional<RowReason> reset_number(const RowView& row) {
  if (!row.one_to_one()) return std::nullopt;
  const Fact &a = row.members(sim_side)[0], &b = row.members(live_side)[0];
  if (!a.has(wire::RST) || !b.has(wire::RST) || a.ack || b.ack || a.begin == b.begin)
    return std::nullopt;
  const Fact *there = answered_by(row, sim_side, a), *here = answered_by(row, live_side, b);
  if (!there || !here) return std::nullopt;
  return reason("reset-number", sim_side,
                say("both reset the connection here. A RST takes its sequence number from "
                    "the ACK of what it answers (RFC 9293 3.5.2): in {} that acknowledged "
                    "up to {}, in {} up to {}.",
                    who(sim_side), a.begin, who(live_side), b.begin),
                {there->id, a.id}, {here->id, b.id});
}

// What is acknowledged on one side came too late on the other: its receiver had closed.
std::optional<RowReason> reset_instead_of_ack(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1) return std::nullopt;
  const Fact& f = row.members(*side)[0];
  const int other = 1 - *side;
  const Fact* reset = row.ending[other].reset;
  if (!f.pure_ack() || f.repeats || !reset || reset->from_a != f.from_a) return std::nullopt;
  const Fact* late = answered_by(row, other, *reset);
  if (!late || !late->occupies() || late->begin >= *f.ack || late->end < *f.ack)
    return std::nullopt;
  for (const Fact& g : row.around(other))
    if (g.from_a == f.from_a && g.ack && *g.ack >= *f.ack && &g != reset) return std::nullopt;
  const Conversation& talk = row.talk(other);
  const model::Event* close = last_call(talk, f.from_a, model::CallName::close, *late->arrived);
  return reason(
      "reset-instead-of-ack", *side,
      say(close ? N_("in {} the {} acknowledges up to {}. In {} {} came to it only after its "
                     "program had called close(), and it answered with a RST instead.")
                : N_("in {} the {} acknowledges up to {}. In {} {} came to it, and it answered "
                     "with a RST instead."),
          who(*side), talk.called(f.from_a), *f.ack, who(other), the(*late)),
      {f.id}, {late->id, reset->id});
}

// What one side has after the other side's connection was reset.
std::optional<RowReason> follows_a_reset(const RowView& row) {
  const auto side = row.only();
  if (!side) return std::nullopt;
  const int other = 1 - *side;
  const Fact *there = row.ending[other].reset, *here = row.ending[*side].reset;
  const Fact& f = row.members(*side)[0];
  if (!there || !f.is_segment() || (here && here <= &f)) return std::nullopt;
  // The RST stands before this row, or nothing that has its like here stands between.
  const auto at = static_cast<std::size_t>(there - row.all(other).data());
  if (here && at >= row.begin(other)) return std::nullopt;
  for (std::size_t i = row.begin(other); i <= at; ++i)
    if (row.twin[other][i] != no_twin) return std::nullopt;
  return reason(
      "follows-a-reset", *side,
      say("in {} the {} had reset the connection before this, so there is nothing like it.",
          who(other), row.talk(other).called(there->from_a)),
      {f.id}, {there->id});
}

namespace {

// Octets that the program of one end had handed to send() by `t`.
std::uint64_t octets_handed_over(const Conversation& c, bool a, model::Instant t) {
  std::uint64_t sum = 0;
  for (const model::Event* e : c.calls(a, model::CallName::send)) {
    const auto& call = std::get<model::Call>(e->body);
    if (e->t <= t && call.returned && call.result > 0)
      sum += static_cast<std::uint64_t>(call.result);
  }
  return sum;
}

}  // namespace

// RFC 9293 3.10.5: a RST discards what is queued for transmission.
std::optional<RowReason> dropped_by_reset(const RowView& row) {
  const auto side = row.only();
  if (!side) return std::nullopt;
  const int other = 1 - *side;
  const Fact& f = row.members(*side)[0];
  const Fact* there = row.ending[other].reset;
  if (!f.is_segment() || f.len == 0 || !there || there->from_a != f.from_a ||
      !row.talk(other).flow || there->begin >= f.end)
    return std::nullopt;
  const bool fin = f.has(wire::FIN);
  if (octets_handed_over(row.talk(other), f.from_a, there->t) + 1 < f.end - (fin ? 1 : 0) ||
      (fin && !last_call(row.talk(other), f.from_a, model::CallName::close, there->t)))
    return std::nullopt;
  std::uint32_t sent = f.begin;
  for (const Fact& g : row.all(other))
    if (g.from_a == f.from_a && g.len > 0) sent = std::max(sent, g.end);
  if (sent >= f.end) return std::nullopt;
  const std::uint32_t waited = f.end - sent - (fin ? 1 : 0);
  const std::string these = f.len == 1 ? tr("this octet") : say("these {} octets", f.len);
  const std::string last = sent == f.begin ? (f.len == 1 && !fin ? tr("it was") : tr("they were"))
                           : waited == 0   ? tr("the FIN was")
                           : waited == 1   ? tr("the last was")
                                           : say("the last {} were", waited);
  return reason(
      "dropped-by-reset", *side,
      say("in {} the {}'s program had called send() for {}{} too, but {} still "
          "waiting to be sent when it reset the connection: a RST drops what "
          "waits (RFC 9293 3.10.5).",
          who(other), row.talk(other).called(f.from_a), these, fin ? tr(" and close()") : "", last),
      {f.id}, {there->id});
}

namespace {

// Which RSTs of the other end had reached the sender of `f` by then. One that has not the number
// expected next is not believed (RFC 9293 3.10.7.4, first and second check): that end had
// acknowledged more already, or goes on acknowledging less.
struct ResetsBefore {
  const Fact* doubted = nullptr;
  bool believed = false;
};
ResetsBefore resets_before(const RowView& row, int side, const Fact& f) {
  ResetsBefore found;
  const auto mine = row.around(side);
  for (const Fact& g : mine) {
    if (&g == &f) break;
    if (g.from_a == f.from_a || !g.has(wire::RST) || !g.arrived || *g.arrived > f.t) continue;
    const bool unexpected = std::ranges::any_of(mine, [&](const Fact& h) {
      if (h.from_a != f.from_a || !h.ack || h.has(wire::RST)) return false;
      if (*h.ack < g.begin) return h.t > *g.arrived || told_cause(row, side, h) == &g;
      return h.t <= *g.arrived && *h.ack > g.begin;
    });
    if (unexpected)
      found.doubted = &g;
    else if (*g.arrived < f.t)
      found.believed = true;
  }
  return found;
}

}  // namespace

// What one side still sent because the RST was on its way, and the other did not, having got it.
std::optional<RowReason> sent_before_reset(const RowView& row) {
  const auto side = row.only();
  if (!side) return std::nullopt;
  const int other = 1 - *side;
  const Fact *here = row.ending[*side].reset, *there = row.ending[other].reset;
  const Fact& f = row.members(*side)[0];
  if (!here || !there || !f.is_segment() || here->from_a == f.from_a || there->from_a == f.from_a)
    return std::nullopt;
  const ResetsBefore came = resets_before(row, *side, f);
  if (came.believed) return std::nullopt;
  // Over there its sender fell silent with the RST.
  const auto theirs = row.all(other);
  for (auto at = static_cast<std::size_t>(there - theirs.data()); at < theirs.size(); ++at)
    if (theirs[at].from_a == f.from_a && known_at(row.talk(other), *there, theirs[at].t))
      return std::nullopt;
  if (!there->arrived) return std::nullopt;
  for (const Fact& g : row.around(other)) {
    if (g.from_a != f.from_a) continue;
    const bool sends_it = f.occupies() && g.end > f.begin && g.begin < f.end;
    const bool says_it = f.pure_ack() && g.ack && *g.ack >= *f.ack;
    if (sends_it || says_it) return std::nullopt;
  }
  const std::string peer = row.talk(*side).called(here->from_a);
  std::string when = say("it had not got the {}'s RST yet", peer);
  if (came.doubted)
    when = say(
        "the {}'s RST with Seq={} had come, but that is not the number which it expected next, so "
        "it did not believe it",
        peer, came.doubted->begin);
  return reason("sent-before-reset", *side,
                say("in {} the {} sent {} when {}. In {} the RST reached it first, and "
                    "after a RST there is no connection to send on.",
                    who(*side), row.talk(*side).called(f.from_a), some(f), when, who(other)),
                {f.id, (came.doubted ? came.doubted : here)->id}, {there->id});
}

}  // namespace synoptic::ladder::reasons
