// How long a picture takes: aligning two traces, laying out 20,000 events, and writing them.
#include <benchmark/benchmark.h>

#include "lessons/scenario.hh"
#include "viz/export/export.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/layout.hh"

namespace synoptic {
namespace {

// About `clients` x 90 events: echoes, one connection a client.
model::Trace echoes(int clients, std::string_view profile) {
  demos::DemoOptions options;
  options.clients = clients;
  options.pause = model::milliseconds(5);
  net::Scenario scenario =
      lessons::make_scenario(*demos::find_demo("tcp-echo"), options, wire::Family::ipv4);
  scenario.profile = tcp::parse_profile(profile).value();
  return net::run(scenario);
}

// One long conversation of `packets` data segments and ACKs, cut in segments of `size` octets.
model::Trace stream(std::uint32_t packets, std::uint32_t size) {
  model::Trace trace;
  const wire::IpAddress local = wire::IpAddress::v4(127, 0, 0, 1);
  const auto client = trace.add_endpoint("client", {local, 40000}, model::Protocol::tcp);
  const auto server = trace.add_endpoint("server", {local, 9999}, model::Protocol::tcp);
  const auto flow = trace.add_flow(model::Protocol::tcp, client, server);
  trace.edit(flow).base_a = trace.edit(flow).base_b = wire::SeqNum{0};
  const std::vector<std::uint8_t> text(size, 'x');
  for (std::uint32_t i = 0; i < packets; ++i) {
    const bool data = i % 2 == 0;
    model::Packet p;
    p.ctl = data ? wire::PSH | wire::ACK : wire::CtlSet(wire::ACK);
    p.seq = {data ? 1 + i / 2 * size : 1};
    p.ack = {data ? 1 : 1 + (i / 2 + 1) * size};
    p.len = data ? size : 0;
    p.fate = model::Fate::delivered;
    wire::Bytes bytes;
    const wire::TcpHeader tcp{
        .src_port = 1, .dst_port = 2, .seq = p.seq, .ack = p.ack, .ctl = p.ctl};
    wire::append_tcp(bytes, {}, {.src = local, .dst = local}, tcp,
                     wire::ByteSpan(text).first(p.len));
    p.bytes = trace.arena().store(bytes);
    trace.add({.t = {std::int64_t{i} * 1'000'000},
               .endpoint = data ? client : server,
               .to = data ? server : client,
               .flow = flow,
               .body = p});
  }
  return trace;
}

void layout_events(benchmark::State& state, ladder::Metrics metrics) {
  const model::Trace trace = stream(20'000, 10);
  for (auto _ : state) benchmark::DoNotOptimize(ladder::layout(trace, {.metrics = metrics}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trace.events().size()));
}
BENCHMARK_CAPTURE(layout_events, text_120_columns, ladder::text_metrics(120))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(layout_events, svg, ladder::svg_metrics())->Unit(benchmark::kMillisecond);

void layout_many_lanes(benchmark::State& state) {
  const model::Trace trace = echoes(200, "textbook");
  for (auto _ : state)
    benchmark::DoNotOptimize(ladder::layout(trace, {.metrics = ladder::text_metrics(200)}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trace.events().size()));
}
BENCHMARK(layout_many_lanes)->Unit(benchmark::kMillisecond);

void write_text(benchmark::State& state) {
  const ladder::Scene scene =
      ladder::layout(stream(20'000, 10), {.metrics = ladder::text_metrics(120)});
  for (auto _ : state) benchmark::DoNotOptimize(exporting::to_text(scene));
}
BENCHMARK(write_text)->Unit(benchmark::kMillisecond);

void write_svg(benchmark::State& state) {
  const ladder::Scene scene =
      ladder::layout(stream(20'000, 10), {.metrics = ladder::svg_metrics()});
  for (auto _ : state) benchmark::DoNotOptimize(exporting::to_svg(scene));
}
BENCHMARK(write_svg)->Unit(benchmark::kMillisecond);

void align_echo(benchmark::State& state) {
  const model::Trace sim = echoes(1, "textbook"), live = echoes(1, "linux");
  for (auto _ : state) benchmark::DoNotOptimize(ladder::align(sim, live));
}
BENCHMARK(align_echo)->Unit(benchmark::kMicrosecond);

// The same 40,000 octets in segments of 10 and of 13: no two rows alike, beyond what a full table
// may hold.
void align_other_cuts(benchmark::State& state) {
  const model::Trace sim = stream(8'000, 10), live = stream(6'154, 13);
  for (auto _ : state) benchmark::DoNotOptimize(ladder::align(sim, live));
}
BENCHMARK(align_other_cuts)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synoptic
