// Rows from groups: the verdict of each, what differs beside it, its reason, and the summary of
// all.
#include "viz/ladder/align.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "viz/ladder/ending.hh"
#include "viz/ladder/facts.hh"
#include "viz/ladder/match.hh"
#include "viz/ladder/reasons.hh"
#include "viz/ladder/wording.hh"

namespace synoptic::ladder {
namespace {

constexpr std::array<std::string_view, 7> names{"same",      "merged",  "split",      "only-sim",
                                                "only-live", "differs", "unexplained"};

// In the summary; `same` stands before them.
constexpr std::array<const char*, 7> counted{"",
                                             N_(", {} merged"),
                                             N_(", {} split"),
                                             N_(", {} only-sim"),
                                             N_(", {} only-live"),
                                             N_(", {} differs"),
                                             N_(", {} unexplained")};

Verdict verdict_of(const RowView& row) {
  const auto sim = row.members(sim_side), live = row.members(live_side);
  if (live.empty()) return Verdict::only_sim;
  if (sim.empty()) return Verdict::only_live;
  if (row.one_to_one()) return same(sim[0], live[0]) ? Verdict::same : Verdict::differs;
  if (live.size() == 1) return Verdict::merged;
  return sim.size() == 1 ? Verdict::split : Verdict::differs;
}

// The time between this row and the packet before it, on one side.
model::Duration gap_before(const RowView& row, int side) {
  const std::size_t at = row.begin(side);
  return at == 0 ? model::Duration{} : row.all(side)[at].t - row.all(side)[at - 1].t;
}

void compare_aside(const RowView& view, const Pairing& pair, Row& row) {
  if (row.sim.empty() || row.live.empty()) return;
  const Fact &sim = view.members(sim_side).back(), &live = view.members(live_side).back();
  row.window_differs = sim.is_segment() && live.is_segment() && sim.wnd != live.wnd;
  row.options_differ = sim.is_segment() && live.is_segment() &&
                       !same_options((*pair.sim.trace)[sim.id], (*pair.live.trace)[live.id]);
  const auto [less, more] = std::minmax({gap_before(view, sim_side), gap_before(view, live_side)});
  row.timing_differs = (more - less) > std::max(model::milliseconds(1), more / 10);
}

// A packet that moved stands alone in two rows, once on each side: the first one's note is for
// both.
bool told_already(const Row& row, std::span<const Row> before) {
  if (row.reason->code != "other-order") return false;
  return std::ranges::any_of(before, [&](const Row& r) {
    return r.reason && r.reason->code == row.reason->code &&
           r.reason->cites_sim.front() == row.reason->cites_sim.front() &&
           r.reason->cites_live.front() == row.reason->cites_live.front();
  });
}

void align_conversation(const Pairing& pair, Alignment& out) {
  const Ending ending[2] = {ending_of(pair.sim), ending_of(pair.live)};
  const Twins twins = twins_of(pair);
  const Parting parting = parting_of(pair);
  AlignedConversation conversation{.sim = pair.sim.flow,
                                   .live = pair.live.flow,
                                   .ending_sim = ending_text(pair.sim),
                                   .ending_live = ending_text(pair.live)};
  const Conversation& named = pair.sim.facts.empty() ? pair.live : pair.sim;
  conversation.name = named.flow ? fmt::format("{} ↔ {}", named.called(true), named.called(false))
                                 : words::tr("packets outside any conversation");
  constexpr std::size_t reach = 200;  // a packet that moved stands close by
  for (const Group& group : match(pair.sim.facts, pair.live.facts)) {
    const RowView view{pair, group, ending, twins.of, parting};
    Row row{.sim = ids(view.members(sim_side)),
            .live = ids(view.members(live_side)),
            .verdict = verdict_of(view),
            .conversation = static_cast<std::uint32_t>(out.conversations.size())};
    compare_aside(view, pair, row);
    if (row.verdict != Verdict::same) {
      row.reason = explain(view);
      if (!row.reason) row.verdict = Verdict::unexplained;
      if (row.reason)
        row.reason->told_above =
            told_already(row, std::span(out.rows).last(std::min(out.rows.size(), reach)));
    }
    out.unexplained += row.verdict == Verdict::unexplained ? 1 : 0;
    ++conversation.row_count;
    out.rows.push_back(std::move(row));
  }
  out.conversations.push_back(std::move(conversation));
}

// The reasons are written for roles: "the client sent".
void say_names(RowReason& reason, const Pairing& pair) {
  const std::size_t cut = std::min(reason.lesson_at, reason.text.size());
  std::string row = reason.text.substr(0, cut), lesson = reason.text.substr(cut);
  for (const Conversation* c : {&pair.sim, &pair.live})
    for (const bool a : {true, false}) {
      if (!c->flow) continue;
      row = with_name(std::move(row), c->name(a));
      lesson = with_name(std::move(lesson), c->name(a));
    }
  if (reason.lesson_at != std::string::npos) reason.lesson_at = row.size();
  reason.text = row + lesson;
}

// Whether every socket that there is has UDP.
bool only_udp(const model::Trace& sim, const model::Trace& live) {
  const auto all = [](const model::Trace& trace) {
    return std::ranges::all_of(trace.endpoints(), [](const model::Endpoint& endpoint) {
      return endpoint.protocol == model::Protocol::udp;
    });
  };
  return sim.endpoints().size() + live.endpoints().size() > 0 && all(sim) && all(live);
}

}  // namespace

std::string rows_summary(std::span<const Row> rows, const model::Trace& sim,
                         const model::Trace& live) {
  std::size_t packets[2] = {0, 0}, count[names.size()] = {};
  bool segments = false, datagrams = false;
  for (const Row& row : rows) {
    packets[sim_side] += row.sim.size();
    packets[live_side] += row.live.size();
    ++count[static_cast<std::size_t>(row.verdict)];
    for (const auto& [trace, list] : {std::pair{&sim, &row.sim}, std::pair{&live, &row.live}})
      for (const model::EventId id : *list)
        ((*trace)[id].kind == model::EventKind::segment ? segments : datagrams) = true;
  }
  if (!segments && !datagrams) datagrams = only_udp(sim, live);
  const bool one = packets[sim_side] == 1;
  const char* noun = segments && datagrams ? (one ? N_("packet") : N_("packets"))
                     : datagrams           ? (one ? N_("datagram") : N_("datagrams"))
                                           : (one ? N_("segment") : N_("segments"));
  std::string text = say("simulated: {} {}, live: {}; rows: {} same", packets[sim_side], tr(noun),
                         packets[live_side], count[0]);
  for (std::size_t v = 1; v < counted.size(); ++v)
    if (count[v] > 0 || v + 1 == counted.size()) text += say(counted[v], count[v]);
  return spaced(text);
}

std::string_view verdict_name(Verdict verdict) {
  return names[static_cast<std::size_t>(verdict)];
}

Alignment align(const model::Trace& sim, const model::Trace& live) {
  Alignment alignment;
  for (const Pairing& pair : pair_conversations(sim, live)) {
    const std::size_t first = alignment.rows.size();
    align_conversation(pair, alignment);
    for (Row& row : std::span(alignment.rows).subspan(first))
      if (row.reason) say_names(*row.reason, pair);
  }
  alignment.summary = rows_summary(alignment.rows, sim, live);
  return alignment;
}

}  // namespace synoptic::ladder
