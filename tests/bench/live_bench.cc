// How long it takes from the wire to the trace, and how long a whole run in the private loopback.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "capture/host/kernel_host.hh"
#include "capture/host/sockaddr.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/live.hh"
#include "capture/live/sock_diag.hh"
#include "lessons/demos/demo.hh"
#include "tests/bench/live_roles.hh"

namespace synoptic::bench {
namespace {

constexpr int datagrams = 2000;
constexpr std::int64_t interval_ns =
    1'000'000;  // as a program that talks does; a burst would measure the queue

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

// Sends datagrams to itself, each holding the time just before its send().
int send_times() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
  if (::bind(fd, any.get(), any.size) != 0) return 1;
  const host::KernelAddress self = host::to_kernel(host::local_address(fd));
  for (int i = 0; i < datagrams; ++i) {
    const timespec pause{0, interval_ns};
    ::nanosleep(&pause, nullptr);
    const std::int64_t t = now_ns();
    if (::sendto(fd, &t, sizeof t, 0, self.get(), self.size) < 0) return 1;
  }
  ::close(fd);
  return 0;
}

int demo_role(const std::string& demo_name, const std::string& role_name) {
  const auto reporter = live::call_reporter_from_environment();
  const demos::Demo* demo = demos::find_demo(demo_name);
  if (!reporter || demo == nullptr) return 2;
  host::KernelHostOptions host_options;
  host_options.echo = false;
  host_options.on_call = [&](const host::CallReport& r) {
    reporter->report({"", r.serial, r.t, r.call, r.local, r.remote, r.protocol, r.after});
  };
  demos::DemoOptions options;
  options.server = {wire::IpAddress::v4(127, 0, 0, 2), demo->port};
  for (const demos::Role& role : demo->roles) {
    if (role.name != role_name) continue;
    host::KernelHost host(std::move(host_options));
    host.run(role.main(host, options));
    return 0;
  }
  return 2;
}

double microseconds_at(std::vector<std::int64_t>& sorted, double part) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(part * last)]) / 1000.0;
}

// What it takes this machine to wake a thread that waits at a pipe, with nothing else done: on the
// way from the wire to the trace two wait, one for the other (the capture, and whoever shows it).
double one_wake_us() {
  constexpr int count = 500;
  std::array<int, 2> there{-1, -1}, back{-1, -1};
  if (::pipe2(there.data(), O_CLOEXEC) != 0 || ::pipe2(back.data(), O_CLOEXEC) != 0) return 0;
  std::jthread waits([&] {
    std::int64_t t = 0;
    while (::read(there[0], &t, sizeof t) == sizeof t) {
      t = now_ns() - t;
      if (::write(back[1], &t, sizeof t) < 0) return;
    }
  });
  std::vector<std::int64_t> took(count);
  for (std::int64_t& one : took) {
    const timespec pause{0, interval_ns};
    ::nanosleep(&pause, nullptr);
    const std::int64_t t = now_ns();
    if (::write(there[1], &t, sizeof t) < 0 || ::read(back[0], &one, sizeof one) < 0) return 0;
  }
  ::close(there[1]);
  waits.join();
  for (const int fd : {there[0], back[0], back[1]}) ::close(fd);
  std::sort(took.begin(), took.end());
  return microseconds_at(took, 0.5);
}

// Keeps the processors from halting, with threads that anybody else's displace at once: what is
// measured then is the way, and not how long a machine takes to wake its processors.
class Awake {
 public:
  Awake() {
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
      threads_.emplace_back([](const std::stop_token& stop) {
        const sched_param none{};
        ::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none);
        while (!stop.stop_requested()) {
        }
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

// From send() in one process to the event in the trace of another that waits for it. `awake`:
// whether the processors are kept from halting between the datagrams.
void WireToTrace(benchmark::State& state, bool awake) {
  std::optional<Awake> kept;
  if (awake) kept.emplace();
  std::vector<std::int64_t> latencies;
  for (auto _ : state) {
    live::LiveSpec spec;
    spec.roles.push_back({"sender", {"/proc/self/exe", "__role", "times"}, "", {}, false});
    auto source = live::run_private(spec);
    if (!source) {
      state.SkipWithError(source.error().str().c_str());
      return;
    }
    std::size_t seen = 0;
    while (!(*source)->ended()) {
      (*source)->wait(model::seconds(10));
      (*source)->poll();
      const std::int64_t arrived = now_ns();
      const auto& events = (*source)->trace().events();
      for (; seen < events.size(); ++seen) {
        const auto* packet = std::get_if<model::Packet>(&events[seen].body);
        std::int64_t sent = 0;
        if (packet == nullptr || packet->len != sizeof sent) continue;
        std::memcpy(&sent, packet->bytes.data() + packet->bytes.size() - sizeof sent, sizeof sent);
        latencies.push_back(arrived - sent);
      }
    }
  }
  if (latencies.size() != static_cast<std::size_t>(state.iterations()) * datagrams) {
    state.SkipWithError("a datagram is missing");
    return;
  }
  std::sort(latencies.begin(), latencies.end());
  state.counters["median_us"] = microseconds_at(latencies, 0.5);
  state.counters["p99_us"] = microseconds_at(latencies, 0.99);
  state.counters["one_wake_us"] = one_wake_us();
}
BENCHMARK_CAPTURE(WireToTrace, idle, false)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(WireToTrace, awake, true)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// What a poll costs: the kernel is asked about both ends of a connection (every millisecond, in a
// run).
void KernelAskedOfBothEnds(benchmark::State& state) {
  const live::FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const live::FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
  ::bind(listener.get(), any.get(), any.size);
  ::listen(listener.get(), 1);
  const wire::SocketAddress at = host::local_address(listener.get());
  const host::KernelAddress to = host::to_kernel(at);
  ::connect(client.get(), to.get(), to.size);
  const wire::SocketAddress from = host::local_address(client.get());
  live::SockDiag kernel;
  for (auto _ : state) {
    const auto one = kernel.ask(from, at), other = kernel.ask(at, from);
    if (!one || !other || !one->info || !other->info) {
      state.SkipWithError("the kernel does not answer");
      return;
    }
  }
}
BENCHMARK(KernelAskedOfBothEnds)->Unit(benchmark::kMicrosecond);

// Namespaces, capture, two processes, a handshake and a close, to the last packet.
void PrivateHandshake(benchmark::State& state) {
  for (auto _ : state) {
    live::LiveSpec spec;
    for (const char* role : {"server", "client"}) {
      spec.roles.push_back({role, {"/proc/self/exe", "__role", "handshake", role}, "", {}, false});
    }
    spec.roles[1].start_after = "server";
    spec.roles[1].start_after_call = model::CallName::listen;
    auto source = live::run_private(spec);
    if (!source) {
      state.SkipWithError(source.error().str().c_str());
      return;
    }
    while (!(*source)->ended()) {
      (*source)->wait(model::seconds(10));
      (*source)->poll();
    }
    if ((*source)->counters().captured < 6) state.SkipWithError("a segment is missing");
  }
}
BENCHMARK(PrivateHandshake)->UseRealTime()->Unit(benchmark::kMillisecond);

// The program itself, from its start to its end: namespace, capture, two roles, diagram.
void LiveTcpEchoWithoutPause(benchmark::State& state) {
  for (auto _ : state) {
    if (std::system(SYNOPTIC_BINARY " live tcp-echo --pause 0 >/dev/null 2>&1") != 0) {
      state.SkipWithError("it failed");
      return;
    }
  }
}
BENCHMARK(LiveTcpEchoWithoutPause)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

std::optional<int> run_role(int argc, char** argv) {
  const std::vector<std::string> a(argv, argv + argc);
  if (a.size() == 3 && a[1] == "__role" && a[2] == "times") return send_times();
  if (a.size() == 3 && a[1] == "__role") return load_role(a[2]);
  if (a.size() == 4 && a[1] == "__role") return demo_role(a[2], a[3]);
  return std::nullopt;
}

}  // namespace synoptic::bench
