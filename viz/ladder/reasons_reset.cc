// Reasons of resets (RFC 9293 3.5.2, 3.6.1): who sent the RST, and what it tells.
#include <fmt/format.h>

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

std::vector<model::EventId> partners(const RowView& row, int side) {
  return ids(row.members(1 - side));
}

// Octets that the program of one end had taken by `t`.
std::uint64_t octets_read(const Conversation& c, bool a, model::Instant t) {
  std::uint64_t sum = 0;
  const model::EndpointId endpoint = c.endpoint(a);
  for (const model::Event& e : c.trace->events()) {
    const auto* call = std::get_if<model::Call>(&e.body);
    if (!call || call->name != model::CallName::recv || e.endpoint != endpoint || !call->returned ||
        call->returned_at > t)
      continue;
    if (e.flow != model::FlowId::none && e.flow != *c.flow) continue;
    if (call->result > 0) sum += static_cast<std::uint64_t>(call->result);
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
                fmt::format("in {} no program listened at the port the SYN was sent to, so the {} "
                            "refuses the connection with RST "
                            "(connect() fails with ECONNREFUSED).",
                            who(reset->side), row.talk(reset->side).name(f.from_a)),
                {syn->id, f.id}, partners(row, reset->side));
}

std::optional<RowReason> reset_unread_data(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset || !row.talk(reset->side).flow) return std::nullopt;
  const Fact& f = *reset->fact;
  const Conversation& talk = row.talk(reset->side);
  const model::Event* close = last_call(talk, f.from_a, model::CallName::close, f.t);
  if (!close) return std::nullopt;
  std::uint64_t arrived = 0;
  std::uint32_t high = 0;
  const Fact* unread = nullptr;
  for (const Fact& g : talk.facts) {
    if (&g == &f) break;
    if (g.from_a == f.from_a || g.len == 0 || !g.arrived || *g.arrived > close->t || g.end <= high)
      continue;
    arrived += g.len;
    high = g.end;
    unread = &g;
  }
  const std::uint64_t read = octets_read(talk, f.from_a, close->t);
  if (!unread || read >= arrived) return std::nullopt;
  return reason("reset-unread-data", reset->side,
                fmt::format("in {} the {} called close() with {} of {} octets unread. They can no "
                            "longer be delivered, so it tells "
                            "the peer with a RST instead of a FIN (RFC 9293 3.6.1).",
                            who(reset->side), talk.name(f.from_a), arrived - read, arrived),
                {unread->id, close->id, f.id}, partners(row, reset->side));
}

std::optional<RowReason> reset_after_close(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset || !row.talk(reset->side).flow) return std::nullopt;
  const Fact& f = *reset->fact;
  const Conversation& talk = row.talk(reset->side);
  const Fact* late = nullptr;
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a != f.from_a && g.len > 0 && g.arrived && *g.arrived <= f.t) late = &g;
  }
  const model::Event* close = last_call(talk, f.from_a, model::CallName::close, f.t);
  const model::Event* shut = last_call(talk, f.from_a, model::CallName::shutdown, f.t);
  if (!close && shut && std::get<model::Call>(shut->body).number != 1) close = shut;
  if (!late || !close || close->t > *late->arrived) return std::nullopt;
  return reason("reset-after-close", reset->side,
                fmt::format("in {} {} came {} after the {} had called close(): nobody is left to "
                            "read it, so it is answered with RST.",
                            who(reset->side), what(*late),
                            format_duration(*late->arrived - close->t), talk.name(f.from_a)),
                {close->id, late->id, f.id}, partners(row, reset->side));
}

// RFC 9293 3.5.2, group 1: a segment for a connection that is CLOSED is answered with RST.
std::optional<RowReason> reset_no_connection(const RowView& row) {
  const auto reset = lone_reset(row);
  if (!reset) return std::nullopt;
  const Fact& f = *reset->fact;
  const Fact *fin = nullptr, *fin_acked = nullptr, *late = nullptr;
  bool peer_closed = false;
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a && g.has(wire::FIN)) fin = &g;
    if (g.from_a == f.from_a || !g.arrived || *g.arrived > f.t) continue;
    if (fin && g.ack && *g.ack >= fin->end && !fin_acked) fin_acked = &g;
    peer_closed |= g.has(wire::FIN);
  }
  if (!fin_acked || !peer_closed) return std::nullopt;
  // What came after that, which may have been sent before.
  for (const Fact& g : row.around(reset->side)) {
    if (&g == &f) break;
    if (g.from_a == f.from_a || &g == fin_acked || !g.arrived || *g.arrived > f.t ||
        *g.arrived < *fin_acked->arrived)
      continue;
    if (g.ack && *g.ack == f.begin) late = &g;
  }
  if (!late) return std::nullopt;
  return reason("reset-no-connection", reset->side,
                fmt::format("in {} {} reached the {} when its connection was closed already and "
                            "forgotten (its FIN had been "
                            "acknowledged): a segment for no connection is answered with RST.",
                            who(reset->side), what(*late), row.talk(reset->side).name(f.from_a)),
                {fin_acked->id, late->id, f.id}, partners(row, reset->side));
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
      fmt::format("in {} the {} had reset the connection before this, so there is nothing like it.",
                  who(other), row.talk(other).name(there->from_a)),
      {f.id}, {there->id});
}

}  // namespace synoptic::ladder::reasons
