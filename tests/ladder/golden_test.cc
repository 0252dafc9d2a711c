// Whole pictures, as text: what a terminal of 80, 120 and 220 columns shows. The traces are written
// by hand, so only a change of the layout changes them. After a change on purpose, look at the
// files and run again with UPDATE_GOLDEN=1.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/files.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::ladder {
namespace {

void expect_golden(std::string_view name, const std::string& found) {
  const std::string path = fmt::format("{}/tests/data/golden/{}.txt", SYNOPTIC_SOURCE_DIR, name);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) write_file(path, found);
  ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing; UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(found, read_file(path)) << "UPDATE_GOLDEN=1 if this was meant";
}

void add_state(model::Trace& trace, double at_ms, bool client, model::TcpState from,
               model::TcpState to, model::Basis basis) {
  trace.add({.t = model::Instant{static_cast<std::int64_t>(at_ms * 1e6)},
             .endpoint = client ? trace.flows()[0].a : trace.flows()[0].b,
             .flow = trace.flows()[0].id,
             .body = model::StateChange{from, to, basis}});
}

// One echo, closed in four segments; the second SYN arrives, the first is lost.
model::Trace simulated_echo() {
  using enum model::TcpState;
  model::Trace trace = simulated(R"(
    0    s socket; 0 s bind; 0 s listen; 0 s accept dt=1060
    0    c connect dt=1040
    0    c S 0 lost
    1000 c S 0 again; 1020 s SA 0 1; 1040 c A 1 1
    1060 s recv "Tracy" dt=20
    1060 c send "Tracy"; 1060 c PA 1 1 "Tracy"; 1080 s A 1 6; 1080 s sleep dt=1000
    2080 s send "Hello"; 2080 s PA 1 6 "Hello"; 2100 c A 6 6
    2100 c close; 2100 c FA 6 6; 2120 s A 6 7; 3120 s close; 3120 s FA 6 7; 3140 c A 7 7)");
  const auto basis = model::Basis::true_;
  add_state(trace, 0, true, closed, syn_sent, basis);
  add_state(trace, 1040, true, syn_sent, established, basis);
  add_state(trace, 1020, false, listen, syn_received, basis);
  add_state(trace, 1060, false, syn_received, established, basis);
  add_state(trace, 2100, true, established, fin_wait_1, basis);
  add_state(trace, 3140, true, fin_wait_2, time_wait, basis);
  const model::EventId lost = trace.events()[5].id;
  trace.add({.t = trace[lost].t,
             .endpoint = trace[lost].endpoint,
             .flow = trace[lost].flow,
             .cause = lost,
             .why = model::Why::fault_drop,
             .body = model::Loss{}});
  return trace;
}

// The same on the kernel's loopback, closed in three.
model::Trace captured_echo() {
  using enum model::TcpState;
  model::Trace trace = captured(R"(
    0    s listen; 0.02 s accept dt=2
    2    c connect dt=0.2
    2.05 c S 0; 2.06 s SA 0 1; 2.08 c A 1 1
    2.3  s recv "Tracy" dt=1
    3    c send "Tracy"; 3.1 c PA 1 1 "Tracy"; 3.11 s A 1 6; 3.3 s sleep dt=1000
    1004 s send "Hello"; 1004.1 s PA 1 6 "Hello"; 1004.2 c A 6 6
    1004.3 c close; 1004.4 c FA 6 6; 1004.5 s close; 1004.6 s FA 6 7; 1004.7 c A 7 7)");
  const auto basis = model::Basis::inferred;
  add_state(trace, 2.05, true, closed, syn_sent, basis);
  add_state(trace, 2.06, false, listen, syn_received, basis);
  add_state(trace, 2.08, true, syn_sent, established, basis);
  add_state(trace, 1004.4, true, established, fin_wait_1, basis);
  add_state(trace, 1004.6, false, close_wait, last_ack, basis);
  return trace;
}

TEST(Golden, OneTrace) {
  for (const int columns : {80, 120})
    expect_golden(fmt::format("single_{}", columns),
                  exporting::to_text(layout(simulated_echo(),
                                            {.metrics = text_metrics(columns), .title = "echo"})));
}

TEST(Golden, TwoTraces) {
  const model::Trace sim = simulated_echo(), live = captured_echo();
  const Alignment alignment = align(sim, live);
  EXPECT_EQ(alignment.unexplained, 0u);
  for (const int columns : {80, 120, 220})
    expect_golden(fmt::format("compare_{}", columns),
                  exporting::to_text(layout(sim, live, alignment,
                                            {.metrics = text_metrics(columns), .title = "echo"})));
}

TEST(Golden, ProportionalTime) {
  expect_golden("proportional_100",
                exporting::to_text(layout(captured_echo(), {.metrics = text_metrics(100),
                                                            .time = TimeMode::proportional})));
}

}  // namespace
}  // namespace synoptic::ladder
