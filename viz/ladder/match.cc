// The costs are in one table below; the rest is the usual recurrence, forwards, within a band.
#include "viz/ladder/match.hh"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

namespace synoptic::ladder {
namespace {

constexpr std::int32_t impossible = std::numeric_limits<std::int32_t>::max() / 4;

// What it costs to leave a packet alone: more, the more it says.
std::int32_t alone(const Fact& f) {
  if (!f.is_segment()) return 12;
  if (f.retransmission || f.repeats) return 4;
  if (f.has(wire::RST)) return 8;
  return f.pure_ack() ? 6 : 12;
}

constexpr wire::CtlSet decisive(wire::CtlSet ctl) {
  return wire::CtlSet(
      static_cast<std::uint8_t>(ctl.bits & (wire::SYN | wire::FIN | wire::RST | wire::ACK).bits));
}

// Two segments of one direction that are not the same, but stand for one another.
std::int32_t cost_of_differing(const Fact& a, const Fact& b) {
  const bool begins = a.begin == b.begin, acks = a.ack == b.ack;
  if (a.has(wire::RST) != b.has(wire::RST)) {
    const Fact& other = a.has(wire::RST) ? b : a;
    const bool answers = other.has(wire::FIN) || (other.has(wire::SYN) && other.ack);
    return answers && begins ? 10 : impossible;
  }
  if (a.has(wire::SYN) != b.has(wire::SYN)) return impossible;
  if (a.has(wire::RST)) return 1 + (begins ? 0 : 2) + (acks ? 0 : 2);
  if (a.pure_ack() != b.pure_ack()) return impossible;
  if (a.pure_ack()) {
    if (!begins && !acks) return impossible;
    return begins && acks ? 1 : acks ? 3 : 7;
  }
  if (!begins) return impossible;
  std::int32_t cost = decisive(a.ctl) == decisive(b.ctl) ? 1 : 7;
  if (!acks) cost += 3;
  if (a.len != b.len) return (a.len == 0) != (b.len == 0) ? impossible : cost + 7;
  return cost + (same_text(a, b) ? 0 : 4);
}

std::int32_t cost_of_pair(const Fact& a, const Fact& b) {
  if (a.from_a != b.from_a || a.kind != b.kind) return impossible;
  const std::int32_t extra = a.retransmission == b.retransmission ? 0 : 1;
  if (same(a, b)) return extra;
  if (!a.is_segment()) return 14;
  return cost_of_differing(a, b) + extra;
}

bool same_octets(std::span<const Fact> a, std::span<const Fact> b) {
  std::size_t i = 0, j = 0, at_a = 0, at_b = 0;
  for (;;) {
    while (i < a.size() && at_a == a[i].text.size()) {
      if (a[i].text.size() < a[i].len)
        return true;  // not captured to its end: nothing to hold against it
      ++i, at_a = 0;
    }
    while (j < b.size() && at_b == b[j].text.size()) {
      if (b[j].text.size() < b[j].len) return true;
      ++j, at_b = 0;
    }
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    const std::size_t n = std::min(a[i].text.size() - at_a, b[j].text.size() - at_b);
    if (!std::ranges::equal(a[i].text.subspan(at_a, n), b[j].text.subspan(at_b, n))) return false;
    at_a += n, at_b += n;
  }
}

std::uint8_t flags_of(std::span<const Fact> run) {
  std::uint8_t bits = 0;
  for (const Fact& f : run) bits |= decisive(f.ctl).bits;
  return bits;
}

struct Run {
  std::size_t sim = 1, live = 1;
};

// The shortest runs of unbroken direction from here that cover the same range of sequence space, in
// another cut; the first of a run may be a pure ACK.
std::optional<Run> run_from(std::span<const Fact> sim, std::span<const Fact> live,
                            std::size_t limit) {
  const Fact &a = sim.front(), &b = live.front();
  if (a.from_a != b.from_a || !a.is_segment() || !b.is_segment() || a.begin != b.begin)
    return std::nullopt;
  if (a.end == b.end || a.has(wire::RST) || b.has(wire::RST) || a.repeats || b.repeats)
    return std::nullopt;
  Run run;
  const auto extend = [&](std::span<const Fact> side, std::size_t& n) {
    if (n >= side.size() || n >= limit) return false;
    const Fact &last = side[n - 1], &next = side[n];
    if (next.from_a != a.from_a || !next.is_segment() || next.begin != last.end ||
        next.has(wire::RST) || next.pure_ack())
      return false;
    ++n;
    return true;
  };
  while (sim[run.sim - 1].end != live[run.live - 1].end) {
    const bool sim_is_behind = sim[run.sim - 1].end < live[run.live - 1].end;
    if (!(sim_is_behind ? extend(sim, run.sim) : extend(live, run.live))) return std::nullopt;
  }
  const auto x = sim.first(run.sim), y = live.first(run.live);
  if (x.back().ack != y.back().ack || flags_of(x) != flags_of(y) || !same_octets(x, y))
    return std::nullopt;
  // An ACK that leads a run is the one that travels with the other side's text; an earlier one is a
  // matter of its own.
  const auto leads_astray = [](const Fact& f, const Fact& last) {
    return f.pure_ack() && f.ack != last.ack;
  };
  if (leads_astray(x.front(), x.back()) || leads_astray(y.front(), y.back())) return std::nullopt;
  return run;
}

// How far a conversation has come: sequence space covered in both directions, and packets.
std::vector<std::uint64_t> progress(std::span<const Fact> facts) {
  std::vector<std::uint64_t> at(facts.size() + 1, 0);
  std::uint64_t covered = 0;
  std::uint32_t high[2] = {0, 0};
  for (std::size_t i = 0; i < facts.size(); ++i) {
    std::uint32_t& top = high[facts[i].from_a ? 0 : 1];
    if (!facts[i].is_segment()) covered += facts[i].len + 1;
    if (facts[i].end > top) covered += facts[i].end - top, top = facts[i].end;
    at[i + 1] = covered;
  }
  return at;
}

// The table, row after row, each row only between low and high. A step is (packets of sim, packets
// of live).
class Table {
 public:
  Table(std::span<const Fact> sim, std::span<const Fact> live, MatchLimits limits)
      : sim_(sim),
        live_(live),
        moved_sim_(those_of_both(sim, live)),
        moved_live_(those_of_both(live, sim)),
        limits_(limits) {
    make_band();
    rows_.resize(sim.size() + 1);
    for (std::size_t i = 0; i <= sim.size(); ++i) rows_[i].resize(high_[i] - low_[i] + 1);
    at(0, 0).cost = 0;
  }

  std::vector<Group> solve() {
    for (std::size_t i = 0; i <= sim_.size(); ++i)
      for (std::size_t j = low_[i]; j <= high_[i]; ++j) step_from(i, j);
    std::vector<Group> groups;
    for (std::size_t i = sim_.size(), j = live_.size(); i > 0 || j > 0;) {
      const Cell& cell = at(i, j);
      groups.push_back({std::uint32_t(i - cell.sim), std::uint32_t(i), std::uint32_t(j - cell.live),
                        std::uint32_t(j)});
      i -= cell.sim, j -= cell.live;
    }
    std::ranges::reverse(groups);
    return groups;
  }

 private:
  // Pure ACKs and datagrams that the other side has as well, if elsewhere: each is that one's, and
  // only has moved.
  static std::vector<bool> those_of_both(std::span<const Fact> mine, std::span<const Fact> theirs) {
    const auto counts = [](const Fact& f) {
      return f.pure_ack() || f.kind == model::EventKind::datagram;
    };
    const auto key = [](const Fact& f) {
      return std::tuple(f.kind, f.from_a, f.begin, f.ack, f.len,
                        std::string_view(reinterpret_cast<const char*>(f.text.data()),
                                         f.is_segment() ? 0 : f.text.size()));
    };
    std::set<decltype(key(Fact{}))> there;
    for (const Fact& f : theirs)
      if (counts(f)) there.insert(key(f));
    std::vector<bool> found;
    for (const Fact& f : mine) found.push_back(counts(f) && there.contains(key(f)));
    return found;
  }
  std::int32_t cost_here(std::size_t i, std::size_t j) const {
    constexpr std::int32_t has_its_own = 6, never = 12;
    const std::int32_t cost = cost_of_pair(sim_[i], live_[j]);
    if (cost >= impossible) return cost;
    if (!sim_[i].is_segment() && (moved_sim_[i] || moved_live_[j]))
      return same(sim_[i], live_[j]) ? cost : cost + never;
    if (sim_[i].ack == live_[j].ack) return cost;
    return cost + (moved_sim_[i] || moved_live_[j] ? has_its_own : 0);
  }

  struct Cell {
    std::int32_t cost = impossible;
    std::uint8_t sim = 0, live = 0;  // the step that led here
  };

  // The band follows the stream, and is at least one cell wide and connected, so that a path always
  // exists.
  void make_band() {
    const std::size_t n = sim_.size(), m = live_.size();
    low_.assign(n + 1, 0);
    high_.assign(n + 1, m);
    if ((n + 1) * (m + 1) <= limits_.cells) return;
    const std::size_t half = std::max<std::size_t>(limits_.run, limits_.cells / (n + 1) / 2);
    const auto a = progress(sim_), b = progress(live_);
    std::size_t previous_high = 0;
    for (std::size_t i = 0; i <= n; ++i) {
      const auto centre = static_cast<std::size_t>(std::ranges::lower_bound(b, a[i]) - b.begin());
      low_[i] = i == 0 ? 0
                       : std::max(low_[i - 1],
                                  std::min(previous_high, centre > half ? centre - half : 0));
      high_[i] = i == n ? m : std::max(previous_high, std::min(m, centre + half));
      previous_high = high_[i];
    }
  }

  Cell& at(std::size_t i, std::size_t j) { return rows_[i][j - low_[i]]; }
  void offer(std::size_t i, std::size_t j, std::size_t k, std::size_t l, std::int32_t cost) {
    if (i + k > sim_.size() || j + l < low_[i + k] || j + l > high_[i + k]) return;
    Cell& cell = at(i + k, j + l);
    // Of two equal ways the one that leaves the later packet alone: the first of several copies is
    // matched.
    const bool alone = k == 0 || l == 0;
    if (cost < cell.cost || (alone && cost == cell.cost))
      cell = {cost, static_cast<std::uint8_t>(k), static_cast<std::uint8_t>(l)};
  }
  void step_from(std::size_t i, std::size_t j) {
    const std::int32_t cost = at(i, j).cost;
    if (cost >= impossible) return;
    const bool more_sim = i < sim_.size(), more_live = j < live_.size();
    if (more_sim && more_live) {
      const std::int32_t pair = cost_here(i, j);
      if (pair < impossible) offer(i, j, 1, 1, cost + pair);
      if (const auto run =
              run_from(sim_.subspan(i), live_.subspan(j), std::min<std::size_t>(limits_.run, 255)))
        offer(i, j, run->sim, run->live, cost + 2);
    }
    if (more_sim) offer(i, j, 1, 0, cost + alone(sim_[i]));
    if (more_live) offer(i, j, 0, 1, cost + alone(live_[j]));
  }

  std::span<const Fact> sim_, live_;
  std::vector<bool> moved_sim_, moved_live_;
  MatchLimits limits_;
  std::vector<std::size_t> low_, high_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace

bool same_text(const Fact& a, const Fact& b) {
  if (a.len != b.len) return false;
  const std::size_t n = std::min(a.text.size(), b.text.size());
  return std::ranges::equal(a.text.first(n), b.text.first(n));
}

bool same(const Fact& a, const Fact& b) {
  return a.kind == b.kind && a.from_a == b.from_a && a.ctl == b.ctl && a.begin == b.begin &&
         a.ack == b.ack && a.icmp_type == b.icmp_type && a.icmp_code == b.icmp_code &&
         same_text(a, b);
}

std::vector<Group> match(std::span<const Fact> sim, std::span<const Fact> live,
                         MatchLimits limits) {
  return Table(sim, live, limits).solve();
}

}  // namespace synoptic::ladder
