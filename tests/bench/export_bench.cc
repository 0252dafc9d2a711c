// The writers and the reader on a trace of some hundred thousand events: what a long capture or a
// large simulation leaves behind.
#include <benchmark/benchmark.h>

#include "lessons/scenario.hh"
#include "viz/export/export.hh"

namespace synoptic {
namespace {

// 3,000 clients of one echo server.
const model::Trace& large_trace() {
  static const model::Trace trace = [] {
    demos::DemoOptions options;
    options.clients = 3000;
    return net::run(
        lessons::make_scenario(*demos::find_demo("tcp-echo"), options, wire::Family::ipv4));
  }();
  return trace;
}

void count_events(benchmark::State& state) {
  const auto events = static_cast<double>(large_trace().events().size());
  state.counters["events"] = events;
  state.counters["events/s"] =
      benchmark::Counter(events, benchmark::Counter::kIsIterationInvariantRate);
}

void ToJson(benchmark::State& state) {
  const model::Trace& trace = large_trace();
  for (auto _ : state) benchmark::DoNotOptimize(exporting::to_json(trace).size());
  count_events(state);
}
BENCHMARK(ToJson)->Unit(benchmark::kMillisecond);

void ReadJson(benchmark::State& state) {
  const std::string text = exporting::to_json(large_trace());
  for (auto _ : state) benchmark::DoNotOptimize(exporting::read_json(text)->events().size());
  count_events(state);
}
BENCHMARK(ReadJson)->Unit(benchmark::kMillisecond);

void ToPcapng(benchmark::State& state) {
  const model::Trace& trace = large_trace();
  for (auto _ : state) benchmark::DoNotOptimize(exporting::to_pcapng(trace).size());
  count_events(state);
}
BENCHMARK(ToPcapng)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synoptic
