// What a live run bears without losing a packet: a flood of small ones, and connections that echo
// flat out, while the window shows it sixty times a second and now and then stalls. (Not the GPU's
// part: the window is drawn into ImGui's lists.)
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "capture/host/sockaddr.hh"
#include "capture/live/live.hh"
#include "tests/bench/live_roles.hh"
#include "tests/bench/screen.hh"

namespace synoptic::bench {
namespace {

constexpr int flood_packets = 400'000;
constexpr std::int64_t flood_interval_ns = 5'000;  // 200,000 a second
constexpr int small_text = 32;                     // octets
constexpr int connections = 8;
constexpr int echoes = 2'000;  // a connection
constexpr std::size_t echo_text = 16 << 10;
constexpr std::uint16_t echo_port = 7007;
constexpr std::int64_t frame_ns = 16'666'667;
constexpr std::int64_t stall_ns = 100'000'000;
constexpr int frames_between_stalls = 30;

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

void sleep_for(std::int64_t ns) {
  const timespec t{ns / 1'000'000'000, ns % 1'000'000'000};
  ::nanosleep(&t, nullptr);
}

// --- the roles

// Datagrams to itself, at a steady rate: who is late sends without a pause until it is not.
int flood() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
  if (::bind(fd, any.get(), any.size) != 0) return 1;
  const host::KernelAddress self = host::to_kernel(host::local_address(fd));
  const char text[small_text] = {};
  const std::int64_t start = now_ns();
  for (int i = 0; i < flood_packets; ++i) {
    while (now_ns() < start + i * flood_interval_ns) {
    }
    if (::sendto(fd, text, sizeof text, 0, self.get(), self.size) < 0) return 1;
  }
  ::close(fd);
  return 0;
}

// Exactly `size` octets in and out again, `count` times; false when the other end is gone.
bool pass_on(int fd, bool begins, int count) {
  std::vector<char> text(echo_text, 'x');
  for (int i = 0; i < count; ++i) {
    if (begins && ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) return false;
    if (::recv(fd, text.data(), text.size(), MSG_WAITALL) != std::ssize(text)) return false;
    if (!begins && ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

int echo_server() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const host::KernelAddress at = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 2), echo_port});
  if (::bind(listener, at.get(), at.size) != 0 || ::listen(listener, connections) != 0) return 1;
  std::vector<std::jthread> threads;
  for (int i = 0; i < connections; ++i) {
    const int fd = ::accept(listener, nullptr, nullptr);
    threads.emplace_back([fd] {
      pass_on(fd, false, echoes);
      ::close(fd);
    });
  }
  return 0;
}

int echo_client() {
  const host::KernelAddress at = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 2), echo_port});
  std::vector<std::jthread> threads;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&at] {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      while (::connect(fd, at.get(), at.size) != 0) sleep_for(1'000'000);
      pass_on(fd, true, echoes);
      ::close(fd);
    });
  }
  return 0;
}

// --- the run, and who looks at it

live::LiveRole role(const std::string& name) {
  return {.name = name, .argv = {"/proc/self/exe", "__role", name}};
}

void show(benchmark::State& state, live::LiveSpec spec) {
  std::uint64_t captured = 0, kernel_dropped = 0, queue_dropped = 0;
  double run_ns = 0;
  for (auto _ : state) {
    auto source = live::run_private(spec);
    if (!source) {
      state.SkipWithError(source.error().str().c_str());
      return;
    }
    Screen screen;
    screen.view.app.attach(source->get());
    std::int64_t next_frame = now_ns();
    for (int frame = 1; !(*source)->ended(); ++frame) {
      screen.view.app.poll();
      screen.frame();
      if (frame % frames_between_stalls == 0) sleep_for(stall_ns);
      next_frame = std::max(next_frame + frame_ns, now_ns());
      sleep_for(next_frame - now_ns());
    }
    screen.view.app.attach(nullptr);
    if (const auto failure = (*source)->failure()) {
      state.SkipWithError(failure->str().c_str());
      return;
    }
    const auto& events = (*source)->trace().events();
    if (!events.empty())
      run_ns += static_cast<double>(events.back().t.ns - (*source)->trace().start().ns);
    const observe::Counters counters = (*source)->counters();
    captured += counters.captured;
    kernel_dropped += counters.kernel_dropped;
    queue_dropped += counters.queue_dropped;
  }
  state.counters["packets"] = static_cast<double>(captured);
  state.counters["packets_a_second"] = static_cast<double>(captured) * 1e9 / run_ns;
  state.counters["kernel_dropped"] = static_cast<double>(kernel_dropped);
  state.counters["queue_dropped"] = static_cast<double>(queue_dropped);
}

void FloodOfSmallPackets(benchmark::State& state) {
  live::LiveSpec spec;
  spec.roles = {role("flood")};
  show(state, spec);
}
BENCHMARK(FloodOfSmallPackets)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void EightConnectionsEchoFlatOut(benchmark::State& state) {
  live::LiveSpec spec;
  spec.roles = {role("echo-server"), role("echo-client")};
  show(state, spec);
}
BENCHMARK(EightConnectionsEchoFlatOut)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

std::optional<int> load_role(const std::string& name) {
  if (name == "flood") return flood();
  if (name == "echo-server") return echo_server();
  if (name == "echo-client") return echo_client();
  return std::nullopt;
}

}  // namespace synoptic::bench
