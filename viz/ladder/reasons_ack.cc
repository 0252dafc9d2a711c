// Reasons of acknowledging: when an ACK is sent, and up to where it goes, depends on what had
// arrived by then.
#include <algorithm>
#include <deque>

#include "viz/ladder/reasons.hh"

namespace synoptic::ladder::reasons {
namespace {

using model::format_duration;

struct Lone {
  int side;
  const Fact* fact;
};
std::optional<Lone> lone_ack(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1 || !row.members(*side)[0].pure_ack())
    return std::nullopt;
  return Lone{*side, &row.members(*side)[0]};
}

// The last segment that the sender of `f` had sent before it.
const Fact* previous_own(const RowView& row, int side, const Fact& f) {
  const Fact* found = nullptr;
  for (const Fact& g : row.around(side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.is_segment()) found = &g;
  }
  return found;
}

// The first segment of one side by which the sender of `f` acknowledges as much as `f` does.
const Fact* first_saying(const RowView& row, int side, const Fact& f) {
  for (const Fact& g : row.around(side))
    if (g.from_a == f.from_a && g.is_segment() && g.ack && *g.ack >= *f.ack && !g.has(wire::RST))
      return &g;
  return nullptr;
}

// What was held back comes after what overtook it, even at the same instant.
std::tuple<model::Instant, bool, const Fact*> order_of_arrival(const Fact* f) {
  return {*f->arrived, f->held, f};
}

std::optional<RowReason> only_flag(const RowView& row, std::uint8_t bits, std::string_view code,
                                   const char* text) {
  if (!row.one_to_one()) return std::nullopt;
  const Fact &a = row.members(sim_side)[0], &b = row.members(live_side)[0];
  if (a.ctl == b.ctl || ((a.ctl.bits ^ b.ctl.bits) & ~bits) != 0) return std::nullopt;
  Fact equal = b;
  equal.ctl = a.ctl;
  if (!same(a, equal)) return std::nullopt;
  const int with = (a.ctl.bits & bits) != 0 && (b.ctl.bits & bits) == 0 ? sim_side : live_side;
  return reason(code, with, say(text, who(with), who(1 - with)), ids(row.members(with)),
                ids(row.members(1 - with)));
}

}  // namespace

std::optional<RowReason> push_flag(const RowView& row) {
  return only_flag(row, wire::PSH, "push-flag",
                   N_("{} sets PSH on this segment, {} does not. PSH asks the receiver to hand the "
                      "text to its program at once; "
                      "a TCP may set it wherever it has nothing more to send (RFC 9293 3.9.1.2)."));
}

std::optional<RowReason> ecn_flags(const RowView& row) {
  return only_flag(row, (wire::ECE | wire::CWR).bits, "ecn-flags",
                   N_("{} and {} differ only in ECE and CWR, the flags of explicit congestion "
                      "notification (RFC 3168), which a "
                      "TCP offers or leaves out."));
}

// The same ACK number again, with another window.
std::optional<RowReason> window_update(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone) return std::nullopt;
  const Fact* before = previous_own(row, lone->side, *lone->fact);
  if (!before || before->ack != lone->fact->ack || before->wnd == lone->fact->wnd ||
      before->end != lone->fact->begin)
    return std::nullopt;
  return reason("window-update", lone->side,
                say("a window update: nothing new is acknowledged, but in {} the {} now "
                    "offers a window of {} octets "
                    "instead of {}, because its program has {}.",
                    who(lone->side), row.talk(lone->side).called(lone->fact->from_a),
                    lone->fact->wnd, before->wnd,
                    lone->fact->wnd > before->wnd ? tr("read what was waiting")
                                                  : tr("not read yet what has arrived")),
                {before->id, lone->fact->id}, {});
}

namespace {

// A capture shows when a segment passed the tap, which may be long before its receiver said
// anything: each ACK for the same octet answers one that stands behind the gap, in their order.
const Fact* next_behind_gap(const RowView& row, int side, const Fact& f) {
  std::deque<const Fact*> unanswered;
  const Fact* before = nullptr;
  for (const Fact& g : row.around(side)) {
    if (g.from_a != f.from_a && g.occupies() && !g.has(wire::SYN) && g.arrived)
      unanswered.push_back(&g);
    if (g.from_a != f.from_a || !g.is_segment() || g.copy) continue;
    const bool again = g.pure_ack() && before && before->ack == g.ack;
    before = &g;
    if (!again && &g != &f) continue;
    const auto answered = std::ranges::find_if(
        unanswered, [&](const Fact* h) { return h->begin > *g.ack && *h->arrived <= g.t; });
    if (&g == &f) return answered == unanswered.end() ? nullptr : *answered;
    if (answered != unanswered.end()) unanswered.erase(answered);
  }
  return nullptr;
}

}  // namespace

// The same ACK number again, because text arrived behind a gap (RFC 9293 3.10.7.4, RFC 5681
// section 3.2).
std::optional<RowReason> duplicate_ack(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone) return std::nullopt;
  const Fact& f = *lone->fact;
  const Fact* before = previous_own(row, lone->side, f);
  if (!before || !before->ack || *before->ack != *f.ack) return std::nullopt;
  const Fact* behind_gap = nullptr;
  for (const Fact& g : row.around(lone->side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.occupies() && !g.has(wire::SYN) && g.arrived &&
        *g.arrived <= f.t && *g.arrived >= before->t && g.begin > *f.ack)
      behind_gap = &g;
  }
  if (!behind_gap && before->wnd == f.wnd &&
      row.talk(lone->side).trace->source() == model::Source::captured)
    behind_gap = next_behind_gap(row, lone->side, f);
  if (!behind_gap) return std::nullopt;
  return reason(
      "duplicate-ack", lone->side,
      say("a duplicate ACK: in {} the {} got {} while it still waits for Seq={}, so it "
          "says once more what it is "
          "waiting for.",
          who(lone->side), row.talk(lone->side).called(f.from_a), the(*behind_gap), *f.ack),
      {behind_gap->id, before->id, f.id}, {});
}

namespace {

// Whether the ACK `f` says by itself that it answers a second coming of `g`.
bool reports_twice(const Fact& f, const Fact& g) {
  return f.came_twice && g.retransmission && f.came_twice->begin >= g.begin &&
         f.came_twice->end <= g.end;
}

}  // namespace

// An ACK for something that came a second time (RFC 9293 3.10.7.4: unacceptable, "send an
// acknowledgment").
std::optional<RowReason> answers_retransmission(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone) return std::nullopt;
  const Fact& f = *lone->fact;
  const Fact *again = nullptr, *said = nullptr;
  for (const Fact& g : row.around(lone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.ack && *g.ack >= *f.ack) said = &g;
    if (g.from_a == f.from_a || !g.occupies() || !g.arrived || *g.arrived > f.t || g.end > *f.ack)
      continue;
    if (!may_answer(row, lone->side, f, g)) continue;
    if ((said && *g.arrived >= said->t) || reports_twice(f, g)) again = &g;
  }
  if (!again || !said) return std::nullopt;
  if (reports_twice(f, *again))
    return reason("answers-retransmission", lone->side,
                  say("in {} the {} got {} again and answers it with an ACK of its own (ACK "
                      "{}); the SACK option in it names the octets that came twice "
                      "(D-SACK, RFC 2883).",
                      who(lone->side), row.talk(lone->side).called(f.from_a), the(*again), *f.ack),
                  {again->id, said->id, f.id}, {});
  return reason(
      "answers-retransmission", lone->side,
      say("in {} the {} got {} again, which it had acknowledged already: its ACK seems not "
          "to have reached "
          "the peer, so it repeats it (ACK {}).",
          who(lone->side), row.talk(lone->side).called(f.from_a), the(*again), *f.ack),
      {again->id, said->id, f.id}, {});
}

// RFC 5961 3.2 and 4.2: in a connection that stands, a SYN is never believed, nor a RST with
// another number than the next one; what it is answered with makes a peer that meant it say so.
std::optional<RowReason> challenge_ack(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone || !lone->fact->repeats) return std::nullopt;
  const Fact& f = *lone->fact;
  const Fact *last = nullptr, *said = nullptr;
  for (const Fact& g : row.around(lone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.ack) said = &g;
    if (g.from_a != f.from_a && g.is_segment() && g.arrived && *g.arrived <= f.t &&
        (!last || *last->arrived <= *g.arrived) && may_answer(row, lone->side, f, g))
      last = &g;
  }
  if (!last || !said || *last->arrived < said->t || f.t - *last->arrived > model::milliseconds(50))
    return std::nullopt;
  const std::string name = row.talk(lone->side).called(f.from_a);
  if (last->has(wire::RST) && last->begin > *f.ack)
    return reason("challenge-ack", lone->side,
                  say("in {} the {} got a RST with Seq={}, in its window, but not the next "
                      "number that it expects. It may be forged, so it answers with an ACK "
                      "that says what it expects: ACK {} (RFC 5961 3.2).",
                      who(lone->side), name, last->begin, *f.ack),
                  {said->id, last->id, f.id}, {});
  if (!last->has(wire::SYN)) return std::nullopt;
  return reason("challenge-ack", lone->side,
                say("in {} the {} got {} in a connection that stands already. It may be "
                    "old or forged, so the {} keeps to its connection and answers with an "
                    "ACK that says what it expects: ACK {} (RFC 5961 4.2).",
                    who(lone->side), name, some(*last), name, *f.ack),
                {said->id, last->id, f.id}, {});
}

// An ACK made before its sender's last segment, but seen after it: its sequence number is older.
std::optional<RowReason> overtaken_ack(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone) return std::nullopt;
  const Fact& f = *lone->fact;
  const Fact* overtaking = nullptr;
  for (const Fact& g : row.around(lone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.is_segment() && g.occupies() && g.begin == f.begin && g.ack &&
        *g.ack >= *f.ack && f.t - g.t < model::seconds(1))
      overtaking = &g;
  }
  if (!overtaking) return std::nullopt;
  return reason(
      "overtaken-ack", lone->side,
      say("in {} this ACK {} of the {} is older than its {}, which was seen before it (it "
          "has Seq={} "
          "still): made at the same time on two processors, they left in the other order.",
          who(lone->side), *f.ack, row.talk(lone->side).called(f.from_a), what(*overtaking),
          f.begin),
      {overtaking->id, f.id}, {});
}

namespace {

// The network's copy that `f` answers where no arrival is known, only when it passed the tap: each
// copy is answered once, in their order.
const Fact* copy_answered_by(const RowView& row, int side, const Fact& f) {
  std::deque<const Fact*> copies;
  for (const Fact& g : row.around(side)) {
    const bool peer = g.from_a != f.from_a;
    if (peer && g.is_segment() && g.copy && g.occupies() && g.arrived) copies.push_back(&g);
    if (peer || g.copy || !g.pure_ack() || !g.repeats) continue;
    const auto answered = std::ranges::find_if(
        copies, [&](const Fact* h) { return h->end <= *g.ack && *h->arrived <= g.t; });
    const bool found = answered != copies.end();
    if (&g == &f) return found ? *answered : nullptr;
    if (found) copies.erase(answered);
  }
  return nullptr;
}

}  // namespace

// RFC 9293 3.10.7.4, first check: what lies before the window is answered with an ACK that says
// what is expected. A simulated trace names the segment that was answered; in a captured one it is
// what came last.
std::optional<RowReason> answers_old_segment(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone || !lone->fact->repeats) return std::nullopt;
  const Fact& f = *lone->fact;
  const bool told = f.cause != model::EventId::none;
  const Fact *old = nullptr, *said = nullptr, *caused = nullptr;
  for (const Fact& g : row.around(lone->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.ack) said = &g, old = nullptr;
    if (g.from_a == f.from_a || !g.is_segment() || !g.arrived || *g.arrived > f.t) continue;
    if (told && g.id == f.cause && g.begin < *f.ack && g.end <= *f.ack) caused = &g;
    if (!told && g.pure_ack() && said && g.begin < *said->ack) old = &g;
  }
  if (told) old = caused;
  if (!told && !old) old = copy_answered_by(row, lone->side, f);
  if (!said || !old || *said->ack != *f.ack) return std::nullopt;
  return reason("answers-old-segment", lone->side,
                say("in {} the {} got {} with an old sequence number (Seq={}, it expects "
                    "{}), a copy or a late comer, and "
                    "answers with an ACK that says what it expects.",
                    who(lone->side), row.talk(lone->side).called(f.from_a), the(*old), old->begin,
                    *said->ack),
                {said->id, old->id, f.id}, {});
}

// RFC 7323 5.3, R1: a segment whose timestamp is older than the last one's is taken for an old
// copy, and answered with an ACK.
std::optional<RowReason> answers_old_timestamp(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone || !lone->fact->repeats) return std::nullopt;
  const Fact& f = *lone->fact;
  const Fact *newest = nullptr, *old = nullptr;
  std::vector<const Fact*> arrived;
  for (const Fact& g : row.around(lone->side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.tsval && g.arrived && *g.arrived <= f.t) arrived.push_back(&g);
  }
  std::ranges::sort(arrived, {}, order_of_arrival);
  for (const Fact* g : arrived) {
    const bool older = newest && static_cast<std::int32_t>(*g->tsval - *newest->tsval) < 0;
    old = older ? g : nullptr;
    // What lies behind a gap is no measure for what fills it (RFC 7323 4.3).
    if (!older && g->begin <= *f.ack) newest = g;
  }
  if (!old || f.t - *old->arrived > model::milliseconds(50) ||
      !may_answer(row, lone->side, f, *old))
    return std::nullopt;
  return reason(
      "answers-old-timestamp", lone->side,
      say("in {} {} reached the {} late: its timestamp is older than that of {}, "
          "which had come before it. So it is taken for an old copy, dropped, and "
          "answered with an ACK (PAWS, RFC 7323 5).",
          who(lone->side), the(*old), row.talk(lone->side).called(f.from_a), the(*newest)),
      {newest->id, old->id, f.id}, {});
}

namespace {

// A lone ACK, the ACK of the other side that says more, and how the other side came to know that.
struct Covered {
  int side;
  const Fact *ack, *later;
  const Fact* by;       // brought the octets that `ack` acknowledges, the last of them
  std::uint32_t known;  // all octets up to here were there once `by` had arrived
};
std::optional<Covered> covered(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone) return std::nullopt;
  const Fact& f = *lone->fact;
  const Fact* before = previous_own(row, lone->side, f);
  if (before && before->ack && *before->ack >= *f.ack) return std::nullopt;
  const auto theirs = row.around(1 - lone->side);
  const auto later = std::ranges::find_if(theirs, [&](const Fact& g) {
    return g.from_a == f.from_a && g.is_segment() && g.ack && *g.ack >= *f.ack;
  });
  if (later == theirs.end() || !later->pure_ack() || *later->ack == *f.ack) return std::nullopt;
  std::vector<const Fact*> heard;
  for (const Fact& g : theirs)
    if (g.from_a != f.from_a && g.occupies() && g.arrived) heard.push_back(&g);
  std::ranges::sort(heard, {}, order_of_arrival);
  std::uint32_t known = heard.empty() ? 0 : std::ranges::min(heard, {}, &Fact::begin)->begin;
  for (std::size_t n = 0; n < heard.size(); ++n) {
    for (bool more = true; more;) {
      more = false;
      for (const Fact* g : std::span(heard).first(n + 1))
        if (g->begin <= known && g->end > known) known = g->end, more = true;
    }
    if (known >= *f.ack) return Covered{lone->side, &f, &*later, heard[n], known};
  }
  return std::nullopt;
}

}  // namespace

// What had come too early is acknowledged as soon as the gap before it is filled (RFC 5681 4.2).
std::optional<RowReason> gap_filled(const RowView& row) {
  const auto c = covered(row);
  if (!c || c->known < *c->later->ack || c->by->end >= *c->later->ack) return std::nullopt;
  const int other = 1 - c->side;
  return reason("gap-filled", c->side,
                say("in {} the {} sends an ACK of its own for this (ACK {}). In {} what "
                    "follows had come first and waited behind the gap; {} filled it, so one "
                    "ACK {} covers all.",
                    who(c->side), row.talk(other).called(c->ack->from_a), *c->ack->ack, who(other),
                    the(*c->by), *c->later->ack),
                {c->ack->id}, {c->by->id, c->later->id});
}

namespace {

// Both acknowledge up to here, but one of them in two steps.
std::optional<RowReason> in_steps(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone || row.twin[lone->side][row.begin(lone->side)] != no_twin) return std::nullopt;
  const Fact& f = *lone->fact;
  const int other = 1 - lone->side;
  const Fact* before = previous_own(row, lone->side, f);
  if (!before || !before->ack || *before->ack >= *f.ack) return std::nullopt;
  const Fact* at_once = nullptr;
  for (const Fact& g : row.around(other)) {
    if (g.from_a != f.from_a || !g.is_segment() || !g.ack) continue;
    if (*g.ack == *before->ack) return std::nullopt;
    if (!at_once && *g.ack == *f.ack) at_once = &g;
  }
  if (!at_once) return std::nullopt;
  return reason("one-ack-for-several", lone->side,
                say("in {} the {} acknowledges in two steps, ACK {} and then this ACK {}. "
                    "In {} one ACK {} covers both: an ACK counts for everything before it.",
                    who(lone->side), row.talk(other).called(f.from_a), *before->ack, *f.ack,
                    who(other), *at_once->ack),
                {before->id, f.id}, {at_once->id});
}

}  // namespace

// An ACK is cumulative: a later one says all that this one said.
std::optional<RowReason> one_ack_for_several(const RowView& row) {
  const auto c = covered(row);
  if (!c) return in_steps(row);
  const int other = 1 - c->side;
  const bool at_once = c->by->end >= *c->later->ack;
  return reason(
      "one-ack-for-several", c->side,
      say("in {} the {} sends an ACK of its own for this (ACK {}). In {} {}, and one ACK {} "
          "covers both: an ACK counts for everything before it.",
          who(c->side), row.talk(other).called(c->ack->from_a), *c->ack->ack, who(other),
          at_once ? say("{} brought this and what follows together", the(*c->by))
                  : std::string(tr("it had sent none yet when more came")),
          *c->later->ack),
      {c->ack->id}, {c->by->id, c->later->id});
}

// The two are alike but for the ACK number: on one side more had arrived when the segment left.
std::optional<RowReason> acknowledges_more(const RowView& row) {
  if (!row.one_to_one()) return std::nullopt;
  const Fact &a = row.members(sim_side)[0], &b = row.members(live_side)[0];
  if (!a.is_segment() || !b.is_segment() || !a.ack || !b.ack || *a.ack == *b.ack)
    return std::nullopt;
  Fact equal = b;
  equal.ack = a.ack;
  equal.ctl =
      wire::CtlSet(static_cast<std::uint8_t>((b.ctl.bits & ~wire::PSH) | (a.ctl.bits & wire::PSH)));
  if (a.pure_ack()) equal.begin = a.begin;
  if (!same(a, equal)) return std::nullopt;
  const int more = *a.ack > *b.ack ? sim_side : live_side, less = 1 - more;
  const Fact &hi = more == sim_side ? a : b, &lo = less == sim_side ? a : b;
  // What the higher one knew, and the lower one could not know yet.
  const Fact *heard = nullptr, *unheard = nullptr;
  for (const Fact& g : row.around(more))
    if (g.from_a != hi.from_a && g.occupies() && g.t <= hi.t && g.begin < *hi.ack &&
        g.end >= *hi.ack)
      heard = heard ? heard : &g;
  bool missing = true;
  for (const Fact& g : row.around(less)) {
    if (g.from_a == lo.from_a || !g.occupies() || g.end <= *lo.ack) continue;
    if (known_at(row.talk(less), g, lo.t) && g.begin <= *lo.ack) missing = false;
    if (!unheard) unheard = &g;
  }
  if (!heard || !missing) return std::nullopt;
  const std::string name = row.talk(more).called(hi.from_a);
  std::string text =
      say("the same segment of the {}, but in {} it already acknowledges {} (Ack={})", name,
          who(more), the(*heard), *hi.ack);
  std::vector<model::EventId> theirs{lo.id};
  if (unheard && unheard->arrived == lo.t) {
    text += say("; in {} that was only just arriving when the segment left (Ack={}).", who(less),
                *lo.ack);
    theirs.push_back(unheard->id);
  } else if (unheard && unheard->t <= lo.t) {
    text += say("; in {} that was still on its way when the segment left (Ack={}).", who(less),
                *lo.ack);
    theirs.push_back(unheard->id);
  } else if (unheard) {
    text += say("; in {} that was sent only afterwards (Ack={}).", who(less), *lo.ack);
    theirs.push_back(unheard->id);
  } else {
    text += say("; in {} that was never sent (Ack={}).", who(less), *lo.ack);
  }
  return reason("acknowledges-more", more, std::move(text), {heard->id, hi.id}, std::move(theirs));
}

namespace {

// Two segments without text that differ in their sequence number: on one side their sender had sent
// more of its own by then.
std::optional<RowReason> after_more_data(const RowView& row, std::string_view code, const Fact& a,
                                         const Fact& b) {
  if (a.begin == b.begin) return std::nullopt;
  const int more = a.begin > b.begin ? sim_side : live_side, less = 1 - more;
  const Fact &hi = more == sim_side ? a : b, &lo = less == sim_side ? a : b;
  const Fact *sent = nullptr, *later = nullptr;
  for (const Fact& g : row.around(more))
    if (g.from_a == hi.from_a && g.occupies() && g.end == hi.begin && g.t <= hi.t) sent = &g;
  for (const Fact& g : row.around(less)) {
    if (g.from_a != lo.from_a || !g.occupies() || g.end <= lo.begin) continue;
    if (g.t < lo.t || (g.t == lo.t && g.id < lo.id)) return std::nullopt;
    if (!later) later = &g;
  }
  if (!sent) return std::nullopt;
  std::vector<model::EventId> theirs{lo.id};
  if (later) theirs.push_back(later->id);
  return reason(
      code, more,
      say("the same {}, but in {} the {} had by then sent {} of its own, so "
          "its next sequence number is {} already, not {}.",
          what(hi), who(more), row.talk(more).called(hi.from_a), some(*sent), hi.begin, lo.begin),
      {sent->id, hi.id}, std::move(theirs));
}

}  // namespace

std::optional<RowReason> ack_after_data(const RowView& row) {
  constexpr std::string_view code = "ack-after-data";
  if (const auto lone = lone_ack(row)) {  // the other side's stands in a row of its own
    const Fact &f = *lone->fact, *there = first_saying(row, 1 - lone->side, f);
    if (first_saying(row, lone->side, f) != &f || !there || !there->pure_ack() ||
        there->ack != f.ack)
      return std::nullopt;
    return lone->side == sim_side ? after_more_data(row, code, f, *there)
                                  : after_more_data(row, code, *there, f);
  }
  if (!row.one_to_one()) return std::nullopt;
  const Fact &a = row.members(sim_side)[0], &b = row.members(live_side)[0];
  if (!a.pure_ack() || !b.pure_ack() || a.ack != b.ack) return std::nullopt;
  return after_more_data(row, code, a, b);
}

// What an ACK acknowledges never came to its sender on the other side, or what lies before it.
std::optional<RowReason> nothing_to_acknowledge(const RowView& row) {
  const auto lone = lone_ack(row);
  if (!lone || first_saying(row, lone->side, *lone->fact) != lone->fact) return std::nullopt;
  const Fact& f = *lone->fact;
  const int other = 1 - lone->side;
  if (first_saying(row, other, f)) return std::nullopt;
  std::vector<const Fact*> sent;
  for (const Fact& g : row.around(other))
    if (g.from_a != f.from_a && g.is_segment() && g.occupies()) sent.push_back(&g);
  if (sent.empty()) return std::nullopt;
  std::ranges::sort(sent, {}, [](const Fact* g) { return std::pair(g->begin, g); });
  std::uint32_t known = sent.front()->begin;
  for (const Fact* g : sent)
    if (g->arrived && g->begin <= known) known = std::max(known, g->end);
  std::erase_if(sent, [&](const Fact* g) { return g->begin > known || g->end <= known; });
  const bool lost = std::ranges::all_of(sent, [](const Fact* g) { return g->lost; });
  if (known >= *f.ack || sent.empty() || !lost) return std::nullopt;
  std::vector<model::EventId> cites;
  for (const Fact* g : sent) cites.push_back(g->id);
  const Fact& first = *sent.front();
  return reason("nothing-to-acknowledge", lone->side,
                say("in {} the {} acknowledges up to {}. In {} it never got so far: the {}'s {} {} "
                    "lost on the way{}, and did not come before the connection ended.",
                    who(lone->side), row.talk(lone->side).called(f.from_a), *f.ack, who(other),
                    row.talk(other).called(first.from_a), what(first),
                    first.len > 1 && !first.has(wire::FIN) ? "were" : "was",
                    sent.size() > 1 ? say(" each of the {} times", sent.size()) : std::string()),
                {f.id}, std::move(cites));
}

std::optional<RowReason> reset_after_data(const RowView& row) {
  if (!row.one_to_one()) return std::nullopt;
  const Fact &a = row.members(sim_side)[0], &b = row.members(live_side)[0];
  if (!a.has(wire::RST) || !b.has(wire::RST)) return std::nullopt;
  return after_more_data(row, "reset-after-data", a, b);
}

}  // namespace synoptic::ladder::reasons
