// Of the rows with both sides the longest chain whose order both sides agree about stays together;
// around it each side's others come in their own order.
#include "viz/ladder/interleave.hh"

#include <algorithm>
#include <optional>
#include <utility>

namespace synoptic::ladder {
namespace {

using model::EventId;

// The place of each event in its trace's order of time.
std::vector<std::size_t> ranks(const model::Trace& trace) {
  std::vector<std::size_t> rank(trace.events().size());
  const std::vector<EventId> order = trace.by_time();
  for (std::size_t i = 0; i < order.size(); ++i) rank[model::index(order[i])] = i;
  return rank;
}

struct Pair {
  std::size_t row, sim, live;  // ranks of the last packets
};

// The longest run of pairs, which are in order of `sim`, whose `live` grows: as their places.
std::vector<std::size_t> longest_chain(const std::vector<Pair>& pairs) {
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> ends, before(pairs.size(), none);  // the last of a chain of each length
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::ranges::lower_bound(ends, pairs[i].live, {},
                                             [&](std::size_t p) { return pairs[p].live; });
    if (at != ends.begin()) before[i] = *std::prev(at);
    if (at == ends.end())
      ends.push_back(i);
    else
      *at = i;
  }
  std::vector<std::size_t> chain;
  for (std::size_t i = ends.empty() ? none : ends.back(); i != none; i = before[i])
    chain.push_back(i);
  std::ranges::reverse(chain);
  return chain;
}

}  // namespace

std::vector<Turn> interleave(const model::Trace& sim, const model::Trace& live,
                             const Alignment& alignment) {
  using Kind = Turn::Kind;
  const std::vector<std::size_t> sim_rank = ranks(sim), live_rank = ranks(live);
  const auto rank = [](const std::vector<std::size_t>& ranks, EventId id) {
    return ranks[model::index(id)];
  };
  std::vector<Pair> pairs;
  for (std::size_t r = 0; r < alignment.rows.size(); ++r) {
    const Row& row = alignment.rows[r];
    if (row.sim.empty() || row.live.empty()) continue;
    pairs.push_back({r, rank(sim_rank, row.sim.back()), rank(live_rank, row.live.back())});
  }
  std::ranges::sort(pairs, {}, &Pair::sim);
  std::vector<bool> together(alignment.rows.size());
  std::vector<Pair> chain;
  for (const std::size_t i : longest_chain(pairs)) {
    chain.push_back(pairs[i]);
    together[pairs[i].row] = true;
  }
  // What stands alone, on each side: rank, row, and whether it is its row's last there.
  struct Lone {
    std::size_t rank, row;
    EventId event;
    bool last;
  };
  std::vector<Lone> alone[2];
  for (std::size_t r = 0; r < alignment.rows.size(); ++r) {
    for (const int side : {0, 1}) {
      const auto& packets = side == 0 ? alignment.rows[r].sim : alignment.rows[r].live;
      for (const EventId id : packets) {
        const bool last = id == packets.back();
        if (!last || !together[r])
          alone[side].push_back({rank(side == 0 ? sim_rank : live_rank, id), r, id, last});
      }
    }
  }
  for (auto& side : alone) std::ranges::sort(side, {}, &Lone::rank);

  std::vector<Turn> turns;
  std::vector<bool> begun(alignment.rows.size());
  std::size_t next[2] = {0, 0};
  const auto lone_before = [&](int side, std::optional<std::size_t> end) {
    for (; next[side] < alone[side].size(); ++next[side]) {
      const Lone& one = alone[side][next[side]];
      if (end && one.rank > *end) return;
      const Row& row = alignment.rows[one.row];
      Turn turn{.row = one.row};
      (side == 0 ? turn.sim : turn.live) = {one.event};
      const bool both = !row.sim.empty() && !row.live.empty();
      turn.kind = !one.last        ? Kind::part
                  : !both          ? Kind::whole
                  : begun[one.row] ? Kind::twin_above
                                   : Kind::twin_below;
      if (one.last) begun[one.row] = true;
      turns.push_back(std::move(turn));
    }
  };
  for (const Pair& pair : chain) {
    lone_before(0, pair.sim);
    lone_before(1, pair.live);
    const Row& row = alignment.rows[pair.row];
    turns.push_back({.row = pair.row, .sim = {row.sim.back()}, .live = {row.live.back()}});
  }
  lone_before(0, std::nullopt);
  lone_before(1, std::nullopt);
  return turns;
}

}  // namespace synoptic::ladder
