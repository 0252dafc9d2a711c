// Reasons of the cut: what is one segment on one side and several on the other. ACK, text and FIN
// may travel alone or together (RFC 9293 3.8.6.3, 3.10.4; RFC 1122 4.2.3.2), and text may be cut
// anywhere.
#include <algorithm>

#include "viz/ladder/reasons.hh"
#include "viz/ladder/wording.hh"

namespace synoptic::ladder::reasons {
namespace {

// One side of the row has one segment, the other several: which side is which.
struct Shape {
  int many = 0, one = 0;
  std::span<const Fact> several;
  const Fact* single = nullptr;
  std::size_t acks = 0;  // leading pure ACKs among the several
};
std::optional<Shape> shape_of(const RowView& row) {
  for (const int many : {sim_side, live_side}) {
    const int one = 1 - many;
    if (row.members(many).size() < 2 || row.members(one).size() != 1) continue;
    Shape s{many, one, row.members(many), &row.members(one)[0], 0};
    while (s.acks < s.several.size() && s.several[s.acks].pure_ack()) ++s.acks;
    return s;
  }
  return std::nullopt;
}

const Fact* first_acknowledging(const RowView& row, int side, bool from_a, std::uint32_t ack) {
  for (const Fact& f : row.around(side))
    if (f.from_a == from_a && f.is_segment() && f.ack && *f.ack >= ack && !f.has(wire::RST))
      return &f;
  return nullptr;
}

// The segment that carries both is the first to say so on its side.
bool carries_news(const RowView& row, const Shape& s) {
  return s.single->ack &&
         first_acknowledging(row, s.one, s.single->from_a, *s.single->ack) == s.single;
}

// A pure ACK that stands alone in its row, and the segment that says as much on the other side.
struct LoneAck {
  int side = 0;
  const Fact* ack = nullptr;
  const Fact* carrier = nullptr;
};
std::optional<LoneAck> lone_ack(const RowView& row) {
  const auto side = row.only();
  if (!side || row.members(*side).size() != 1) return std::nullopt;
  const Fact& f = row.members(*side)[0];
  if (!f.pure_ack() || first_acknowledging(row, *side, f.from_a, *f.ack) != &f) return std::nullopt;
  const Fact* carrier = first_acknowledging(row, 1 - *side, f.from_a, *f.ack);
  if (!carrier) return std::nullopt;
  return LoneAck{*side, &f, carrier};
}

// ", 59 µs after the client's FIN had arrived": how long what `f` acknowledges had waited.
std::string wait_text(const RowView& row, int side, const Fact& f) {
  const Fact* heard = nullptr;
  for (const Fact& g : row.around(side)) {
    if (g.from_a == f.from_a || !g.is_segment() || !g.arrived || *g.arrived > f.t) continue;
    if (g.occupies() && f.ack && g.end == *f.ack) heard = &g;
  }
  if (!heard) return "";
  return say(", {} the {}'s {} had arrived", after(f.t - *heard->arrived),
             row.talk(side).called(heard->from_a), what(*heard));
}

std::string_view held_back(int side) {
  return side == live_side
             ? tr("The kernel may hold an ACK back for up to about 40 ms, hoping to send it along "
                  "with "
                  "something (delayed ACK).")
             : tr("An ACK may wait for something to travel with (delayed ACK, RFC 9293 3.8.6.3).");
}

std::string text_with(const RowView& row, const Shape& s, std::string_view load) {
  return say(
      "in {} the {} sent its ACK at once and its {} {} it, as two segments. In {} the ACK had not "
      "been "
      "sent yet when the {} left{}: one segment carries both.",
      who(s.many), row.talk(s.one).called(s.single->from_a), load,
      after(s.several[s.acks].t - s.several[0].t), who(s.one), load,
      wait_text(row, s.one, *s.single));
}

std::string lone_text(const RowView& row, const LoneAck& lone, std::string_view load) {
  const int other = 1 - lone.side;
  return say(
      "in {} the {} sends a segment of its own for this ACK {}. In {} its {} says as much "
      "(Ack={}){}: no "
      "separate ACK was needed.",
      who(lone.side), row.talk(other).called(lone.ack->from_a), *lone.ack->ack, who(other), load,
      *lone.carrier->ack, wait_text(row, other, *lone.carrier));
}

}  // namespace

std::optional<RowReason> fin_rides_on_ack(const RowView& row) {
  constexpr std::string_view code = "fin-rides-on-ack";
  if (const auto s = shape_of(row); s && s->acks > 0 && s->acks + 1 == s->several.size() &&
                                    carries_news(row, *s) && s->single->has(wire::FIN) &&
                                    s->single->len == 0)
    return reason(code, s->many, text_with(row, *s, "FIN"), ids(s->several), {s->single->id},
                  held_back(s->one));
  if (const auto lone = lone_ack(row);
      lone && lone->carrier->has(wire::FIN) && lone->carrier->len == 0)
    return reason(code, lone->side, lone_text(row, *lone, "FIN"), {lone->ack->id},
                  {lone->carrier->id}, held_back(1 - lone->side));
  return std::nullopt;
}

std::optional<RowReason> ack_rides_on_data(const RowView& row) {
  constexpr std::string_view code = "ack-rides-on-data";
  if (const auto s = shape_of(row); s && s->acks > 0 && s->acks < s->several.size() &&
                                    s->single->len > 0 && carries_news(row, *s))
    return reason(code, s->many, text_with(row, *s, tr("data")), ids(s->several), {s->single->id},
                  held_back(s->one));
  if (const auto lone = lone_ack(row); lone && lone->carrier->len > 0)
    return reason(code, lone->side, lone_text(row, *lone, tr("data")), {lone->ack->id},
                  {lone->carrier->id}, held_back(1 - lone->side));
  return std::nullopt;
}

// An ACK and what follows it here, and only the latter there: something before it had acknowledged
// as much.
std::optional<RowReason> already_acknowledged(const RowView& row) {
  const auto s = shape_of(row);
  if (!s || s->acks != 1 || s->several.size() != 2 || !s->single->ack || carries_news(row, *s))
    return std::nullopt;
  const Fact* before = first_acknowledging(row, s->one, s->single->from_a, *s->single->ack);
  if (!before || before >= s->single) return std::nullopt;
  return reason("already-acknowledged", s->many,
                say("in {} the {} sends ACK {} and then {}. In {} its {} had said as much "
                    "before, so none is needed here.",
                    who(s->many), row.talk(s->one).called(s->single->from_a), *s->single->ack,
                    some(s->several[1]), who(s->one), what(*before)),
                ids(s->several), {before->id, s->single->id});
}

std::optional<RowReason> fin_with_data(const RowView& row) {
  constexpr std::string_view code = "fin-with-data";
  const auto make = [&](int apart, int together, const Fact& data, const Fact& fin,
                        const Fact& both) {
    return reason(
        code, apart,
        say("in {} the {} sent its last {} octets, and its FIN in a segment of its own. In "
            "{} its program "
            "had called close() before those octets left, so the FIN goes with them.",
            who(apart), row.talk(apart).called(fin.from_a), data.len, who(together)),
        {data.id, fin.id}, {both.id});
  };
  if (const auto s = shape_of(row); s && s->acks == 0 && s->single->has(wire::FIN) &&
                                    s->single->len > 0 && s->several.back().has(wire::FIN) &&
                                    s->several.back().len == 0)
    return make(s->many, s->one, s->several[s->several.size() - 2], s->several.back(), *s->single);
  // Apart in the table: the data stand against data with FIN, or the lone FIN has no partner.
  for (const int together : {sim_side, live_side}) {
    const int apart = 1 - together;
    for (const int sender : {0, 1}) {
      const Fact *both = row.ending[together].fin[sender], *fin = row.ending[apart].fin[sender];
      if (!both || !fin || both->len == 0 || fin->len > 0 || both->end != fin->end) continue;
      const Fact* data = nullptr;
      for (const Fact& f : row.around(apart))
        if (f.from_a == fin->from_a && f.len > 0 && f.end == fin->begin) data = &f;
      const auto in_row = [&](int side, const Fact* f) {
        return std::ranges::any_of(row.members(side), [&](const Fact& g) { return &g == f; });
      };
      if (data && (in_row(apart, fin) || (in_row(together, both) && in_row(apart, data))))
        return make(apart, together, *data, *fin, *both);
    }
  }
  return std::nullopt;
}

std::optional<RowReason> coalesced(const RowView& row) {
  const auto s = shape_of(row);
  if (!s || s->acks > 0) return std::nullopt;
  const auto text_only = [](const Fact& f) { return f.len > 0 && !f.has(wire::SYN); };
  if (!std::ranges::all_of(s->several, text_only) || s->single->len == 0) return std::nullopt;
  const std::uint32_t largest = std::ranges::max(s->several, {}, &Fact::len).len;
  const std::string name = row.talk(s->one).called(s->single->from_a);
  std::string text = say(
      "the same {} octets of the {} go in {} segments in {}, and in one in {}: a TCP stream has no "
      "message boundaries, each TCP cuts it as it likes.",
      s->single->len, name, s->several.size(), who(s->many), who(s->one));
  if (s->single->len > largest && s->several[0].len == largest && largest >= 500)
    text = followed_by(
        std::move(text),
        say("The largest segment {} may send here is {} octets (its MSS); {} may send more (a "
            "loopback's packets may have 65,536 octets).",
            who(s->many), largest, who(s->one)));
  else
    text = followed_by(std::move(text),
                       say("In {} they waited for one another: nothing was sent between the "
                           "program's calls of send().",
                           who(s->one)));
  return reason("coalesced", s->many, std::move(text), ids(s->several), {s->single->id});
}

namespace {

// Of one that is full of octets the same ones may stand far away: acknowledgments and window
// updates are many on one side and few on the other.
std::span<const Fact> far_around(const RowView& row, int side) {
  constexpr std::size_t reach = 20'000;
  const auto all = row.all(side);
  const std::size_t from = row.begin(side) > reach ? row.begin(side) - reach : 0;
  return all.subspan(from, std::min(all.size(), row.end(side) + reach) - from);
}

std::optional<RowReason> other_cuts_than(const RowView& row, int side) {
  const auto mine = row.members(side);
  const Fact& f = mine[0];
  if (f.len == 0 || !f.is_segment()) return std::nullopt;
  std::uint32_t covered = f.begin;
  std::vector<model::EventId> cites;
  const std::uint32_t end = mine.back().end - (mine.back().has(wire::FIN) ? 1 : 0);  // of the text
  for (const Fact& g : far_around(row, 1 - side)) {
    if (g.from_a != f.from_a || g.len == 0 || g.begin > covered || g.end <= covered) continue;
    const std::uint32_t skip = covered - g.begin;
    if (mine.size() == 1 && g.text.size() > skip) {
      const auto there = g.text.subspan(skip);
      const auto here =
          covered - f.begin < f.text.size() ? f.text.subspan(covered - f.begin) : wire::ByteSpan{};
      const std::size_t n = std::min(there.size(), here.size());
      if (!std::ranges::equal(there.first(n), here.first(n))) return std::nullopt;
    }
    covered = g.end;
    cites.push_back(g.id);
    if (covered >= end) break;
  }
  if (covered < end) return std::nullopt;
  if (cites.size() == 1 && mine.size() == 1) {
    const Fact& g = *std::ranges::find(far_around(row, 1 - side), cites[0], &Fact::id);
    if (g.begin == f.begin && g.end == f.end) return std::nullopt;  // not cut differently at all
  }
  std::string text = say(
      "these octets of the {} (Seq {} to {}) are in {} too, cut at other places: there they go in "
      "{} "
      "segment{}.",
      row.talk(side).called(f.from_a), f.begin, end - 1, who(1 - side), cites.size(),
      cites.size() == 1 ? "" : "s");
  return reason("other-cuts", side, std::move(text), ids(mine), std::move(cites),
                tr("What is sent when depends on the window, on the largest segment and on which "
                   "ACK has come back by then."));
}

}  // namespace

// Text that has no row in common with the other side's, or a group cut differently on both: the
// same octets. Of two that begin together, the other side may have sent those of one only.
std::optional<RowReason> other_cuts(const RowView& row) {
  if (const auto side = row.only()) return other_cuts_than(row, *side);
  const auto fits = other_cuts_than(row, sim_side);
  return fits ? fits : other_cuts_than(row, live_side);
}

}  // namespace synoptic::ladder::reasons
