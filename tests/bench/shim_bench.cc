// What the shim adds to an echo round trip: send and recv in one process, recv and send in the
// other.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "capture/live/call_ring.hh"

namespace synoptic::bench {
namespace {

// Nanoseconds of a round trip, as the program measures it. Both processes on one processor: each
// waits for the other anyhow, and what is added shows undisturbed. Negative when it failed.
double round_trip(const std::string& ring) {
  std::array<int, 2> output{};
  if (::pipe(output.data()) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    ::sched_setaffinity(0, sizeof one, &one);
    ::dup2(output[1], STDOUT_FILENO);
    if (!ring.empty()) {
      ::setenv("LD_PRELOAD", SYNOPTIC_SHIM, 1);
      ::setenv(shim::ring_variable, ring.c_str(), 1);
    }
    ::execl(SOCKET_CALLS_DYNAMIC, SOCKET_CALLS_DYNAMIC, "echo", "0", "2000", nullptr);
    ::_exit(127);
  }
  ::close(output[1]);
  std::array<char, 64> text{};
  const ssize_t n = ::read(output[0], text.data(), text.size() - 1);
  ::close(output[0]);
  ::waitpid(child, nullptr, 0);
  return n > 0 ? std::strtod(text.data(), nullptr) : -1;
}

void ShimEchoRoundTrip(benchmark::State& state) {
  std::vector<double> plain, added;
  live::CallRing ring;
  live::ProcessNames names;
  std::atomic<bool> done = false;
  std::uint64_t calls = 0;
  std::thread reader([&] {  // as the supervisor does
    while (!done) {
      ring.drain(names, [&](const observe::CallRecord&) { ++calls; }, false);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  for (auto _ : state) {
    const double without = round_trip(""), with = round_trip(ring.path());
    if (without < 0 || with < 0) {
      state.SkipWithError("the echo program does not run");
      break;
    }
    plain.push_back(without);
    added.push_back(with - without);
  }
  done = true;
  reader.join();
  if (plain.empty()) return;
  std::ranges::sort(plain);
  std::ranges::sort(added);
  state.counters["plain_us"] = plain[plain.size() / 2] / 1000;
  state.counters["added_us"] = added[added.size() / 2] / 1000;
  state.counters["lost"] = static_cast<double>(ring.dropped());
}
BENCHMARK(ShimEchoRoundTrip)->Unit(benchmark::kMillisecond)->Iterations(21)->UseRealTime();

}  // namespace
}  // namespace synoptic::bench
