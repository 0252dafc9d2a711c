// How many packets a second go through FlowTracker: view, lane, flow, inference, a copy of the
// bytes, an event.
#include <benchmark/benchmark.h>

#include <array>

#include "capture/observe/flow_tracker.hh"
#include "sim/wire/packet.hh"

namespace synoptic::observe {
namespace {

struct Stored {
  std::size_t offset, size;
};
struct Traffic {
  wire::Bytes bytes;
  std::vector<Stored> packets;
};

// `connections` side by side, each a handshake, `rounds` of text and its acknowledgment, and a
// close.
Traffic traffic(std::uint32_t connections, std::uint32_t rounds, std::size_t text_size) {
  Traffic t;
  const wire::IpAddress server = wire::IpAddress::v4(10, 0, 0, 2);
  const wire::Bytes text(text_size, 'x');
  const auto add = [&](std::uint32_t connection, bool from_client, wire::CtlSet ctl,
                       std::uint32_t seq, std::uint32_t ack, wire::ByteSpan payload) {
    const wire::IpAddress client =
        wire::IpAddress::v4(10, 0, 1, static_cast<std::uint8_t>(connection >> 14));
    const auto port = static_cast<std::uint16_t>(20'000 + (connection & 0x3fff));
    wire::TcpHeader h;
    h.src_port = from_client ? port : 80;
    h.dst_port = from_client ? 80 : port;
    h.seq = {seq};
    h.ack = {ack};
    h.ctl = ctl;
    h.window = 65'000;
    const std::size_t at = t.bytes.size();
    const std::size_t size = wire::append_tcp(
        t.bytes, {}, {from_client ? client : server, from_client ? server : client}, h, payload);
    t.packets.push_back({at, size});
  };
  const auto each = [&](auto&& f) {
    for (std::uint32_t c = 0; c < connections; ++c) f(c);
  };
  using enum wire::Ctl;
  each([&](auto c) { add(c, true, SYN, 99, 0, {}); });
  each([&](auto c) { add(c, false, SYN | ACK, 499, 100, {}); });
  each([&](auto c) { add(c, true, ACK, 100, 500, {}); });
  std::uint32_t seq = 100;
  for (std::uint32_t r = 0; r < rounds; ++r) {
    each([&](auto c) { add(c, true, PSH | ACK, seq, 500, text); });
    seq += static_cast<std::uint32_t>(text_size);
    each([&](auto c) { add(c, false, ACK, 500, seq, {}); });
  }
  each([&](auto c) { add(c, true, FIN | ACK, seq, 500, {}); });
  each([&](auto c) { add(c, false, FIN | ACK, 500, seq + 1, {}); });
  each([&](auto c) { add(c, true, ACK, seq + 1, 501, {}); });
  return t;
}

void track(benchmark::State& state) {
  const auto connections = static_cast<std::uint32_t>(state.range(0));
  const auto rounds = static_cast<std::uint32_t>(state.range(1));
  const Traffic t = traffic(connections, rounds, static_cast<std::size_t>(state.range(2)));
  std::size_t states = 0;
  for (auto _ : state) {
    model::Trace trace(model::Source::captured);
    FlowTracker tracker(trace);
    model::Instant now{1'000'000'000};
    for (const Stored& p : t.packets) {
      tracker.packet({now, wire::ByteSpan(t.bytes).subspan(p.offset, p.size),
                      static_cast<std::uint32_t>(p.size), wire::LinkType::ethernet});
      now = now + model::microseconds(1);
    }
    tracker.finish();
    states = trace.events().size() - t.packets.size();
    benchmark::DoNotOptimize(trace);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(t.packets.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(t.bytes.size()));
  state.counters["packets"] = static_cast<double>(t.packets.size());
  state.counters["states"] = static_cast<double>(states);
}
BENCHMARK(track)
    ->ArgNames({"connections", "rounds", "text"})
    ->Args({10'000, 47, 40})  // a million packets
    ->Args({1'000, 47, 1'000})
    ->Args({1, 50'000, 40})
    ->Unit(benchmark::kMillisecond)
    ->Name("FlowTracker");

}  // namespace
}  // namespace synoptic::observe
