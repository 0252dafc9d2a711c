// Every reason, by two pairs of traces that call for it (each also with its sides exchanged), and
// two that do not.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/ladder/reason_cases.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/reasons.hh"

namespace synoptic::ladder {
namespace {

std::string picture(const model::Trace& sim, const model::Trace& live, const Alignment& alignment) {
  LayoutOptions options{.metrics = text_metrics(120)};
  return "\n" + exporting::to_text(layout(sim, live, alignment, options));
}

const Row* row_with(const Alignment& alignment, std::string_view code) {
  for (const Row& row : alignment.rows)
    if (row.reason && row.reason->code == code) return &row;
  return nullptr;
}

void expect_cites_exist(const RowReason& reason, const model::Trace& sim,
                        const model::Trace& live) {
  EXPECT_FALSE(reason.cites_sim.empty() && reason.cites_live.empty());
  for (const model::EventId id : reason.cites_sim) EXPECT_LT(model::index(id), sim.events().size());
  for (const model::EventId id : reason.cites_live)
    EXPECT_LT(model::index(id), live.events().size());
  EXPECT_LE(reason.lesson_at, reason.text.size());
}

class Reasons : public testing::TestWithParam<ReasonCase> {};

TEST_P(Reasons, FitsExactlyWhereTheTracesCallForIt) {
  const ReasonCase& c = GetParam();
  for (const bool mirrored : {false, true}) {
    const model::Trace one = simulated(c.sim),
                       two = build(model::Source::captured, c.live,
                                   {.way_ms = 0, .isn = 77, .ipv6 = c.ipv6});
    const model::Trace &sim = mirrored ? two : one, &live = mirrored ? one : two;
    const Alignment alignment = align(sim, live);
    const Row* row = row_with(alignment, c.code);
    if (!c.fits) {
      EXPECT_EQ(row, nullptr) << picture(sim, live, alignment);
      continue;
    }
    ASSERT_NE(row, nullptr) << picture(sim, live, alignment);
    EXPECT_EQ(alignment.unexplained, 0u) << picture(sim, live, alignment);
    expect_cites_exist(*row->reason, sim, live);
    const bool as_told = std::ranges::any_of(alignment.rows, [&](const Row& r) {
      return r.reason && r.reason->code == c.code && verdict_name(r.verdict) == c.verdict;
    });
    EXPECT_TRUE(as_told || mirrored)
        << "no such row is " << c.verdict << picture(sim, live, alignment);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Reasons, testing::ValuesIn(reason_cases()), [](const auto& info) {
  std::string name =
      fmt::format("{}_{}_{}", info.param.code, info.param.fits ? "fits" : "does_not", info.index);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(ReasonTable, EachHasTwoCasesForAndTwoAgainst) {
  std::map<std::string_view, std::pair<int, int>> count;
  for (const Reason& reason : reason_table()) count[reason.code];
  for (const ReasonCase& c : reason_cases()) {
    ASSERT_TRUE(count.contains(c.code)) << c.code;
    ++(c.fits ? count[c.code].first : count[c.code].second);
  }
  for (const auto& [code, n] : count) {
    EXPECT_GE(n.first, 2) << code;
    EXPECT_GE(n.second, 2) << code;
  }
}

}  // namespace
}  // namespace synoptic::ladder
