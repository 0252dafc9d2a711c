// How fast the simulated network runs: a lesson from beginning to end, and segments a second over
// many connections.
#include <benchmark/benchmark.h>

#include <array>
#include <functional>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

#include "lessons/scenario.hh"
#include "sim/net/scenario.hh"
#include "viz/export/export.hh"

namespace synoptic {
namespace {

using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

constexpr int connections = 10'000;
constexpr int echoes = 4;
const wire::SocketAddress server_address{wire::IpAddress::v4(127, 0, 0, 2), 9999};

// One client after another: echoes what comes until the end of the stream.
Task echo_server(Host& host) {
  const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
  const Socket listener = made.socket();
  co_await host.bind(listener, server_address);
  co_await host.listen(listener, 5);
  std::array<char, 1024> buffer;
  for (int i = 0; i < connections; ++i) {
    const CallResult accepted = co_await host.accept(listener);
    const Socket socket = accepted.socket();
    for (;;) {
      const CallResult received = co_await host.recv(socket, buffer);
      if (received.value <= 0) break;
      const std::string_view text(buffer.data(), static_cast<std::size_t>(received.value));
      co_await host.send(socket, text);
    }
    co_await host.close(socket);
  }
  co_await host.close(listener);
}

Task echo_client(Host& host) {
  std::array<char, 1024> buffer;
  for (int i = 0; i < connections; ++i) {
    const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    const Socket socket = made.socket();
    co_await host.connect(socket, server_address);
    for (int n = 0; n < echoes; ++n) {
      co_await host.send(socket, "Michael");
      co_await host.recv(socket, buffer);
    }
    co_await host.close(socket);
  }
}

net::Scenario many_connections() {
  net::Scenario scenario;
  scenario.roles = {
      {.name = "server", .address = server_address.ip, .main = echo_server, .is_server = true},
      {.name = "client",
       .address = wire::IpAddress::v4(127, 0, 0, 1),
       .main = echo_client,
       .start_after = "server",
       .start_after_call = model::CallName::listen},
  };
  return scenario;
}

std::int64_t segments(const model::Trace& trace) {
  std::int64_t count = 0;
  for (const model::Event& event : trace.events()) {
    if (event.kind == model::EventKind::segment) ++count;
  }
  return count;
}

// items are segments
void RunTcpEcho(benchmark::State& state) {
  const net::Scenario scenario =
      lessons::make_scenario(*demos::find_demo("tcp-echo"), {}, wire::Family::ipv4);
  std::int64_t sent = 0;
  for (auto _ : state) {
    const model::Trace trace = net::run(scenario);
    sent += segments(trace);
  }
  state.SetItemsProcessed(sent);
}
BENCHMARK(RunTcpEcho)->Unit(benchmark::kMicrosecond);

// 10,000 connections one after another: handshake, four echoes, close; checksums computed and
// verified. items are segments. Afterwards, outside the time measured, the last run's own trace is
// written as pcapng and JSON.
void RunTenThousandConnections(benchmark::State& state) {
  const net::Scenario scenario = many_connections();
  model::Trace trace;
  for (auto _ : state) {
    state.PauseTiming();
    trace = model::Trace();  // giving back the last run's memory is no part of this one
    state.ResumeTiming();
    trace = net::run(scenario);
  }
  state.SetItemsProcessed(state.iterations() * segments(trace));  // each run is the same
  state.counters["events"] = static_cast<double>(trace.events().size());
  state.counters["flows"] = static_cast<double>(trace.flows().size());
  state.counters["pcapng_bytes"] = static_cast<double>(exporting::to_pcapng(trace).size());
  state.counters["json_bytes"] = static_cast<double>(exporting::to_json(trace).size());
  if (trace.flows().size() != connections || !trace.warnings.empty())
    state.SkipWithError("not all was run");
}
BENCHMARK(RunTenThousandConnections)->Unit(benchmark::kMillisecond);

// The yardstick for the one above, in the same run: a bare event loop that for as many segments
// does nothing but queue each by its time, write it with its checksums, keep its bytes, and verify
// it on arrival. No TCP, no programs, no events of a trace. items are segments
void BareEventLoop(benchmark::State& state) {
  constexpr int count = 230'000;
  struct Item {
    std::int64_t t;
    std::uint32_t number;
    wire::ByteSpan bytes;
    bool operator>(const Item& other) const {
      return std::tie(t, number) > std::tie(other.t, other.number);
    }
  };
  const std::string text = "Michael";
  const wire::ByteSpan payload(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const wire::IpSpec ip{.src = wire::IpAddress::v4(127, 0, 0, 1), .dst = server_address.ip};
  for (auto _ : state) {
    std::priority_queue<Item, std::vector<Item>, std::greater<>> agenda;
    model::ByteArena arena;
    wire::Bytes packet;
    std::uint32_t sent = 0, good = 0;
    const auto send = [&](std::int64_t now) {
      wire::TcpHeader tcp{.src_port = 49152, .dst_port = 9999, .seq = {sent * 7}, .window = 65535};
      tcp.ctl = wire::PSH | wire::ACK;
      packet.clear();
      wire::append_tcp(packet, {}, ip, tcp, payload);
      agenda.push({now + 20'000'000, sent++, arena.store(packet)});
    };
    send(0);
    while (!agenda.empty()) {
      const Item item = agenda.top();
      agenda.pop();
      const auto view = wire::view(item.bytes, wire::LinkSpec{}.type);
      good += view.transport_checksum == wire::ChecksumStatus::good;
      if (sent < count) send(item.t);
    }
    if (good != count) state.SkipWithError("a checksum was not good");
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(BareEventLoop)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synoptic
