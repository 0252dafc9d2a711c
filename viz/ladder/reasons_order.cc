// Reasons of order: the two ends act at the same time, and what crosses on the way depends on how
// long the way is.
#include <fmt/format.h>

#include <algorithm>

#include "viz/ladder/reasons.hh"

namespace synoptic::ladder::reasons {
namespace {

using model::format_duration;

// An ACK of text alone, which the other side has too, but elsewhere: its order is told, whatever
// became of the FINs.
bool moved_ack_of_text(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1) return false;
  const Fact& f = row.members(*side)[0];
  const Fact* fin = row.ending[*side].fin[f.from_a ? 1 : 0];
  return f.pure_ack() && fin && *f.ack < fin->end && other_order(row);
}

// Whether the row is about the closing: a FIN, or an ACK that was sent once a FIN had been, on its
// side.
bool concerns_closing(const RowView& row) {
  if (moved_ack_of_text(row)) return false;
  for (const int side : {sim_side, live_side}) {
    const Ending& end = row.ending[side];
    if (end.first < 0) continue;
    const Fact& first = *end.fin[end.first];
    for (const Fact& f : row.members(side))
      if (f.is_segment() && !f.has(wire::RST) &&
          (f.has(wire::FIN) || (f.pure_ack() && f.t >= first.t && &f > &first)))
        return true;
  }
  return false;
}

// Both FINs of both sides, or nothing.
bool both_close(const RowView& row) {
  return std::ranges::all_of(row.ending,
                             [](const Ending& e) { return e.fin[0] && e.fin[1] && !e.reset; });
}

// Which segment the row is about.
std::string this_row(const RowView& row) {
  const int side = row.members(sim_side).empty() ? live_side : sim_side;
  const Fact& f = row.members(side)[0];
  return say(" (this is the {}'s {})", row.talk(side).called(f.from_a), what(f));
}

std::vector<model::EventId> fins(const Ending& end) {
  return {end.fin[end.first]->id, end.fin[1 - end.first]->id};
}

// The same segment on the other side, or else the one with the same octets, which may acknowledge
// more or less.
std::uint32_t counterpart(const RowView& row, int side, std::size_t at) {
  if (row.twin[side][at] != no_twin) return row.twin[side][at];
  const Fact& f = row.all(side)[at];
  if (!f.is_segment() || !f.occupies() || f.retransmission) return no_twin;
  const auto theirs = row.around(1 - side);
  const auto found = std::ranges::find_if(theirs, [&](const Fact& g) {
    Fact equal = g;
    equal.ack = f.ack;
    return g.ack && f.ack && same(f, equal);
  });
  if (found == theirs.end()) return no_twin;
  return static_cast<std::uint32_t>(&*found - row.all(1 - side).data());
}

// The same, or else the segment by which the same sender first sends the octet with which this one
// begins.
std::uint32_t opening(const RowView& row, int side, std::size_t at) {
  const std::uint32_t same_one = counterpart(row, side, at);
  const Fact& f = row.all(side)[at];
  if (same_one != no_twin || !f.is_segment() || !f.occupies() || f.retransmission || f.copy)
    return same_one;
  const auto theirs = row.around(1 - side);
  const auto found = std::ranges::find_if(theirs, [&](const Fact& g) {
    return g.is_segment() && g.from_a == f.from_a && g.occupies() && g.begin == f.begin;
  });
  if (found == theirs.end() || found->has(wire::RST)) return no_twin;
  return static_cast<std::uint32_t>(&*found - row.all(1 - side).data());
}

// A segment that stands on the other side of `at` here than its twin stands of `at`'s twin there.
struct Crossing {
  std::size_t here, there;
};
template <class Twin>
std::optional<Crossing> crossing(const RowView& row, int side, std::size_t at, std::size_t twin_at,
                                 Twin twin_of) {
  const auto mine = row.all(side);
  const std::size_t reach = 64;  // segments that cross are close by
  const std::size_t from = at > reach ? at - reach : 0, to = std::min(mine.size(), at + reach);
  for (std::size_t i = from; i < to; ++i) {
    if (i == at) continue;
    const std::uint32_t j = twin_of(i);
    if (j != no_twin && j != twin_at && (i < at) != (j < twin_at)) return Crossing{i, j};
  }
  return std::nullopt;
}

}  // namespace

namespace {

// What kept the first FIN of a side from being heard until the other end had sent its own, though
// the way is not to blame: the FIN itself, or something before it, was lost or held back.
const Fact* hindered(const RowView& row, int side) {
  const Ending& end = row.ending[side];
  const Fact &fin = *end.fin[end.first], &second = *end.fin[1 - end.first];
  const auto mine = row.around(side);
  for (const Fact& g : mine) {
    if (g.from_a == fin.from_a && g.occupies() && (g.lost || g.held)) {
      const bool came = std::ranges::any_of(mine, [&](const Fact& h) {
        return h.from_a == g.from_a && h.begin <= g.begin && h.end >= g.end && h.arrived &&
               *h.arrived <= second.t;
      });
      if (!came) return &g;
    }
    if (&g == &fin) break;
  }
  return nullptr;
}

}  // namespace

std::optional<RowReason> fin_held_back(const RowView& row) {
  if (!both_close(row) || row.ending[0].crossed == row.ending[1].crossed || !concerns_closing(row))
    return std::nullopt;
  const int crossed = row.ending[sim_side].crossed ? sim_side : live_side, other = 1 - crossed;
  const Fact* culprit = hindered(row, crossed);
  if (!culprit) return std::nullopt;
  const Ending &there = row.ending[crossed], &here = row.ending[other];
  const std::string first = row.talk(crossed).called(there.first == 0),
                    second = row.talk(crossed).called(there.first != 0);
  const bool itself = culprit == there.fin[there.first];
  const std::string_view befell = culprit->damaged ? tr("arrived with bits changed and was dropped")
                                  : culprit->lost  ? tr("was lost on the way")
                                                   : tr("was held back on the way");
  const std::string lesson = say(
      "In {} {} {}, so the {} had not heard of the {}'s FIN when it sent its own.", who(crossed),
      itself ? say("the {}'s FIN", first)
             : say("a segment of the {} ({}), sent before its FIN,", first, what(*culprit)),
      befell, second, first);
  std::vector<model::EventId> mine = fins(there);
  if (!itself) mine.insert(mine.begin(), culprit->id);
  return reason("fin-held-back", crossed,
                say("in {} neither FIN acknowledges the other, in {} the second does{}.",
                    who(crossed), who(other), this_row(row)),
                std::move(mine), fins(here), lesson);
}

std::optional<RowReason> fins_cross(const RowView& row) {
  if (!both_close(row) || row.ending[0].crossed == row.ending[1].crossed || !concerns_closing(row))
    return std::nullopt;
  const int crossed = row.ending[sim_side].crossed ? sim_side : live_side, other = 1 - crossed;
  if (hindered(row, crossed)) return std::nullopt;
  const Ending &there = row.ending[crossed], &here = row.ending[other];
  const std::string first = row.talk(crossed).called(there.first == 0),
                    second = row.talk(crossed).called(there.first != 0);
  const std::string lesson = say(
      "Both ends closed at about the same time: the {}'s FIN left {} the {}'s, before its sender "
      "had heard of that "
      "one (a simultaneous close, state CLOSING). In {} the {}'s FIN acknowledges the {}'s.",
      second, after(there.fin[1 - there.first]->t - there.fin[there.first]->t), first, who(other),
      row.talk(other).called(here.first != 0), row.talk(other).called(here.first == 0));
  return reason("fins-cross", crossed,
                say("in {} the two FINs crossed, in {} they did not{}.", who(crossed), who(other),
                    this_row(row)),
                fins(there), fins(here), lesson);
}

std::optional<RowReason> other_end_closes_first(const RowView& row) {
  if (!both_close(row) || row.ending[0].first == row.ending[1].first || !concerns_closing(row))
    return std::nullopt;
  const Ending &sim = row.ending[sim_side], &live = row.ending[live_side];
  return reason(
      "other-end-closes-first", sim_side,
      say("in {} the {} sends the first FIN, in {} the {} does{}.", who(sim_side),
          row.talk(sim_side).called(sim.first == 0), who(live_side),
          row.talk(live_side).called(live.first == 0), this_row(row)),
      fins(sim), fins(live),
      tr("Each program calls close() without waiting for the other's, so who is first is a race."));
}

std::optional<RowReason> other_order(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1) return std::nullopt;
  const std::size_t at = row.begin(*side);
  const Fact& f = row.all(*side)[at];
  const std::uint32_t j = counterpart(row, *side, at);
  if (j == no_twin) return std::nullopt;
  const auto crossed =
      crossing(row, *side, at, j, [&](std::size_t i) { return row.twin[*side][i]; });
  if (!crossed) return std::nullopt;
  const int other = 1 - *side;
  const Fact &x = row.all(*side)[crossed->here], &g = row.all(other)[j],
             &y = row.all(other)[crossed->there];
  const bool later_here = crossed->here < at;
  std::string text =
      say(later_here
              ? N_("both have the {}'s {}, in another order: in {} sent after the {}'s {}, in {} "
                   "before it.")
              : N_("both have the {}'s {}, in another order: in {} sent before the {}'s {}, in {} "
                   "after it."),
          row.talk(*side).called(f.from_a), what(f), who(*side), row.talk(*side).called(x.from_a),
          what(x), who(other));
  const Fact& simulated = *side == sim_side ? f : g;
  const bool met = x.from_a != f.from_a && simulated.arrived && *simulated.arrived > simulated.t;
  const std::string lesson = met ? say("The simulated way takes {}, the kernel's loopback "
                                       "microseconds, so other segments meet on the way.",
                                       format_duration(*simulated.arrived - simulated.t))
                                 : std::string(tr("Neither needs the other to have come first."));
  return reason("other-order", *side, std::move(text), {f.id, x.id}, {g.id, y.id}, lesson);
}

// What it crosses acknowledges more on one side, or is cut differently.
std::optional<RowReason> other_order_of_octets(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1) return std::nullopt;
  const std::size_t at = row.begin(*side);
  const Fact& f = row.all(*side)[at];
  const std::uint32_t j = counterpart(row, *side, at);
  if (j == no_twin || !f.is_segment()) return std::nullopt;
  const auto crossed = crossing(row, *side, at, j, [&](std::size_t i) {
    const bool theirs = row.all(*side)[i].from_a != f.from_a;
    return theirs ? opening(row, *side, i) : no_twin;
  });
  if (!crossed) return std::nullopt;
  const int other = 1 - *side;
  const Fact &x = row.all(*side)[crossed->here], &g = row.all(other)[j],
             &y = row.all(other)[crossed->there];
  const bool later_here = crossed->here < at;
  return reason(
      "other-order", *side,
      say(later_here ? N_("both have the {}'s {}, in another order: in {} sent after the "
                          "{} sent {}, in {} before that.")
                     : N_("both have the {}'s {}, in another order: in {} sent before "
                          "the {} sent {}, in {} after that."),
          row.talk(*side).called(f.from_a), what(f), who(*side), row.talk(*side).called(x.from_a),
          what(x) == what(y) ? the(x) : fmt::format("Seq={}", x.begin), who(other)),
      {f.id, x.id}, {g.id, y.id}, tr("Neither needs the other to have come first."));
}

}  // namespace synoptic::ladder::reasons
