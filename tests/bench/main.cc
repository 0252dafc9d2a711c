// The benchmarks, and the processes that those of live start: supervisor and roles are this binary
// too.
#include <benchmark/benchmark.h>

#include "capture/live/live.hh"
#include "tests/bench/live_roles.hh"

int main(int argc, char** argv) {
  synoptic::live::supervisor_entry(argc, argv);
  if (const auto status = synoptic::bench::run_role(argc, argv)) return *status;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
