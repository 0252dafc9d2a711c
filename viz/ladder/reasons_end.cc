// Reasons of an early end: one side stopped before it came to what the other side has.
#include <algorithm>
#include <string_view>

#include "viz/ladder/gave_up.hh"
#include "viz/ladder/reasons.hh"
#include "viz/ladder/warning.hh"

namespace synoptic::ladder::reasons {
namespace {

// Whether the conversation has what `f` says: its octets, or its ACK.
bool has_it(const Conversation& c, const Fact& f) {
  return std::ranges::any_of(c.facts, [&](const Fact& g) {
    if (g.from_a != f.from_a || !g.is_segment()) return false;
    return f.occupies() ? g.end > f.begin && g.begin < f.end : g.ack && *g.ack >= *f.ack;
  });
}

}  // namespace

// RFC 9293 3.8.3, R2: a TCP that hears no answer sends again some times, and then no more.
std::optional<RowReason> gave_up(const RowView& row) {
  const auto side = row.only();
  if (!side) return std::nullopt;
  const int other = 1 - *side;
  const Conversation& cut = row.talk(other);
  const Fact& f = row.members(*side)[0];
  if (!f.is_segment() || (!f.occupies() && !f.pure_ack()) || has_it(cut, f)) return std::nullopt;
  bool gave_up_a = f.from_a;  // if both did, that counts which would have sent this
  auto end = giving_up(cut, gave_up_a);
  if (!end) end = giving_up(cut, gave_up_a = !f.from_a);
  if (!end) return std::nullopt;
  const Fact* last = nullptr;
  for (const Fact& g : cut.facts)
    if (g.from_a == gave_up_a && g.occupies() && g.t <= end->t) last = &g;
  if (!last) return std::nullopt;
  const auto times = std::ranges::count_if(cut.facts, [&](const Fact& g) {
    return g.from_a == last->from_a && g.occupies() && g.begin == last->begin && g.t <= end->t;
  });
  if (times < 2) return std::nullopt;
  return reason(
      "gave-up", other,
      say("in {} the {} had sent {} {} times, no ACK for it came back, and then it "
          "gave up: it never came to this.",
          who(other), cut.called(gave_up_a), the(*last), times),
      {last->id, end->id}, {f.id},
      tr("A TCP does not try for ever: after enough retransmissions it drops the connection, "
         "and a program that still uses it gets ETIMEDOUT (RFC 9293 3.8.3)."));
}

namespace {

// What made a run end before its programs were through, as a clause; empty where the warning speaks
// of something else.
std::string end_told_by(std::string_view warning, int side) {
  for (const std::string_view begins : {"the run was ended ", "stopped "})
    if (warning.starts_with(begins))
      return say("{}'s run was ended before this, {}.", who(side),
                 warning_text(warning.substr(begins.size())));
  for (const std::string_view says :
       {" waits for ever in ", " never began: ", " was ended by signal ", " ended with status "})
    if (warning.find(says) != std::string_view::npos)
      return say("{} does not come to this: {}.", who(side), warning_text(warning));
  return "";
}

}  // namespace

std::optional<RowReason> run_ended(const RowView& row) {
  const auto side = row.only();
  if (!side) return std::nullopt;
  const int other = 1 - *side;
  const Conversation& cut = row.talk(other);
  if (row.begin(other) != cut.facts.size()) return std::nullopt;
  for (const std::string& warning : cut.trace->warnings) {
    std::string text = end_told_by(warning, other);
    if (text.empty()) continue;
    std::vector<model::EventId> last;
    if (!cut.facts.empty()) last.push_back(cut.facts.back().id);
    return reason("run-ended", *side, std::move(text), ids(row.members(*side)), std::move(last));
  }
  return std::nullopt;
}

}  // namespace synoptic::ladder::reasons
