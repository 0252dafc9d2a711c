// Reasons of what the programs said: TCP carries a stream, and a program that takes what one recv()
// gives for one message answers differently when the stream comes in other pieces.
#include <algorithm>

#include "viz/ladder/reasons.hh"

namespace synoptic::ladder {
namespace {

// The text of one direction in order of sequence numbers, each octet once.
struct Piece {
  std::uint32_t begin = 0, end = 0;
  wire::ByteSpan text;    // from `begin` on, as far as it was captured
  std::size_t order = 0;  // in which they were sent
};
std::vector<Piece> stream_of(const Conversation& c, bool from_a) {
  std::vector<Piece> pieces, stream;
  for (const Fact& f : c.facts) {
    const std::uint32_t begin = f.begin + (f.has(wire::SYN) ? 1 : 0);
    if (f.from_a == from_a && f.is_segment() && f.len > 0)
      pieces.push_back({begin, begin + f.len, f.text, pieces.size()});
  }
  std::ranges::sort(pieces, {}, [](const Piece& p) { return std::pair(p.begin, p.order); });
  std::uint32_t high = 0;
  for (Piece p : pieces) {
    if (p.end <= high) continue;
    const std::uint32_t known = high > p.begin ? high - p.begin : 0;
    p.begin += known;
    p.text = p.text.subspan(std::min<std::size_t>(known, p.text.size()));
    high = p.end;
    stream.push_back(p);
  }
  return stream;
}

void part(const std::vector<Piece>& a, const std::vector<Piece>& b,
          std::optional<std::uint32_t>& parting, bool& ends) {
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const std::uint32_t from = std::max(a[i].begin, b[j].begin), to = std::min(a[i].end, b[j].end);
    for (std::uint32_t at = from; at < to; ++at) {
      const std::size_t x = at - a[i].begin, y = at - b[j].begin;
      if (x >= a[i].text.size() || y >= b[j].text.size()) break;  // not captured
      if (a[i].text[x] != b[j].text[y]) {
        parting = at;
        return;
      }
    }
    const bool next = a[i].end <= b[j].end;
    if (b[j].end <= a[i].end) ++j;
    if (next) ++i;
  }
  const std::uint32_t end_a = a.empty() ? 1 : a.back().end, end_b = b.empty() ? 1 : b.back().end;
  if (end_a == end_b) return;
  parting = std::min(end_a, end_b);
  ends = true;
}

// What the n-th recv() of one end gave on each side, where that is the first difference.
struct OtherPieces {
  std::size_t nth = 0;  // from 1
  const model::Event* got[2] = {nullptr, nullptr};
};
std::vector<const model::Event*> receptions(const Conversation& c, bool a) {
  std::vector<const model::Event*> calls = c.calls(a, model::CallName::recv);
  std::erase_if(calls, [](const model::Event* e) {
    const auto& call = std::get<model::Call>(e->body);
    return !call.returned || call.result <= 0;
  });
  std::ranges::sort(calls, {}, [](const model::Event* e) { return std::pair(e->t, e->id); });
  return calls;
}
std::optional<OtherPieces> other_pieces(const RowView& row, bool a) {
  if (!row.talk(sim_side).flow || !row.talk(live_side).flow) return std::nullopt;
  const auto sim = receptions(row.talk(sim_side), a), live = receptions(row.talk(live_side), a);
  for (std::size_t n = 0; n < std::min(sim.size(), live.size()); ++n)
    if (std::get<model::Call>(sim[n]->body).result != std::get<model::Call>(live[n]->body).result)
      return OtherPieces{n + 1, {sim[n], live[n]}};
  return std::nullopt;
}

std::int64_t octets(const model::Event* reception) {
  return std::get<model::Call>(reception->body).result;
}

// Which of its calls.
std::string nth(std::size_t n) {
  return n == 1   ? tr("first recv()")
         : n == 2 ? tr("second recv()")
         : n == 3 ? tr("third recv()")
                  : say("{}th recv()", n);
}

}  // namespace

Parting parting_of(const Pairing& pair) {
  Parting parting;
  for (const int own : {0, 1})
    part(stream_of(pair.sim, own == 0), stream_of(pair.live, own == 0), parting.at[own],
         parting.ends[own]);
  return parting;
}

namespace reasons {

// Octets that the other side's program never sent: it had read other pieces.
std::optional<RowReason> other_text(const RowView& row) {
  const int side = row.only().value_or(sim_side);
  const Fact& f = row.members(side)[0];
  const auto& at = row.parting.at[f.from_a ? 0 : 1];
  if (!f.is_segment() || f.len == 0 || !at || row.members(side).back().end <= *at)
    return std::nullopt;
  const auto other = other_pieces(row, f.from_a);
  if (!other || other->got[side]->t > f.t) return std::nullopt;
  std::vector<model::EventId> mine = ids(row.members(side)), theirs = ids(row.members(1 - side));
  mine.insert(mine.begin(), other->got[side]->id);
  theirs.insert(theirs.begin(), other->got[1 - side]->id);
  return reason(
      "other-text", side,
      say(row.parting.ends[f.from_a ? 0 : 1]
              ? N_("from Seq={} on the {}'s program sends more in {} than in {}: its {} had "
                   "returned {} octets, there {}.")
              : N_("from Seq={} on the {}'s program sends other text in {} than in {}: its {} "
                   "had returned {} octets, there {}."),
          *at, row.talk(side).called(f.from_a), who(side), who(1 - side), nth(other->nth),
          octets(other->got[side]), octets(other->got[1 - side])),
      std::move(mine), std::move(theirs),
      tr("TCP delivers a stream, in whatever pieces it comes; a program that takes each recv() for "
         "one message then answers other messages."));
}

// What counts or acknowledges such octets.
std::optional<RowReason> after_other_text(const RowView& row) {
  for (const int side : {sim_side, live_side}) {
    if (row.members(side).empty()) continue;
    const Fact& f = row.members(side).back();
    if (!f.is_segment()) return std::nullopt;
    for (const bool from_a : {f.from_a, !f.from_a}) {
      const auto& at = row.parting.at[from_a ? 0 : 1];
      const std::uint32_t reaches = from_a == f.from_a ? f.begin : f.ack.value_or(0);
      if (!at || reaches <= *at) continue;
      const auto other = other_pieces(row, from_a);
      if (!other || other->got[side]->t > f.t) continue;
      return reason(
          "after-other-text", side,
          say(from_a == f.from_a
                  ? N_("what the {} sends here ({}) follows octets that only {}'s {} sent (from "
                       "Seq={} on): "
                       "its {} had returned {} octets, in {} {}, and so it said other "
                       "things.")
                  : N_("what the {} sends here ({}) acknowledges octets that only {}'s {} sent "
                       "(from Seq={} "
                       "on): its {} had returned {} octets, in {} {}, and so it said other "
                       "things."),
              row.talk(side).called(f.from_a), what(f), who(side), row.talk(side).called(from_a),
              *at, nth(other->nth), octets(other->got[side]), who(1 - side),
              octets(other->got[1 - side])),
          {other->got[side]->id, f.id}, {other->got[1 - side]->id});
    }
  }
  return std::nullopt;
}

}  // namespace reasons
}  // namespace synoptic::ladder
