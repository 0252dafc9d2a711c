// How fast packets are written and read: a 64-byte segment built and checked, view(), decode().
#include <benchmark/benchmark.h>

#include "sim/wire/decode.hh"
#include "tests/wire/sample_packets.hh"

namespace synoptic::wire {
namespace {

TcpHeader data_segment() {
  TcpHeader tcp{.src_port = 46978, .dst_port = 9999, .seq = {1000}, .ack = {2000}, .window = 512};
  tcp.ctl = PSH | ACK;
  return tcp;
}

// An IPv4 packet of 64 bytes: both headers and 24 bytes of text, or 4 over IPv6.
Bytes payload_of(Family family) {
  return Bytes(family == Family::ipv6 ? 4 : 24, 'x');
}

void wire_build_and_check_64_bytes(benchmark::State& state) {
  const Family family = state.range(0) == 4 ? Family::ipv4 : Family::ipv6;
  const LinkSpec link = link_spec(LinkType::raw);
  const IpSpec ip = ip_spec(family);
  const Bytes payload = payload_of(family);
  TcpHeader tcp = data_segment();
  Bytes packet;
  packet.reserve(256);
  std::int64_t good = 0;
  for (auto _ : state) {
    packet.clear();
    tcp.seq += SeqSize{24};
    append_tcp(packet, link, ip, tcp, payload);
    const PacketView v = view(packet, LinkType::raw);
    good += v.transport_checksum == ChecksumStatus::good && v.tcp.seq == tcp.seq;
  }
  if (good != state.iterations()) state.SkipWithError("a checksum was not good");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wire_build_and_check_64_bytes)->ArgName("ipv")->Arg(4)->Arg(6);

void wire_build_64_bytes(benchmark::State& state) {
  const LinkSpec link = link_spec(LinkType::raw);
  const IpSpec ip = ip_spec(Family::ipv4);
  const Bytes payload = payload_of(Family::ipv4);
  const TcpHeader tcp = data_segment();
  Bytes packet;
  for (auto _ : state) {
    packet.clear();
    append_tcp(packet, link, ip, tcp, payload);
    benchmark::DoNotOptimize(packet.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wire_build_64_bytes);

void wire_view(benchmark::State& state) {
  Bytes packet;
  append_tcp(packet, link_spec(LinkType::ethernet), ip_spec(Family::ipv4), data_segment(),
             Bytes(static_cast<std::size_t>(state.range(0)), 'x'));
  for (auto _ : state) {
    benchmark::DoNotOptimize(view(packet, LinkType::ethernet));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(packet.size()));
}
BENCHMARK(wire_view)->ArgName("text")->Arg(24)->Arg(1460)->Arg(65000);

void wire_decode_syn(benchmark::State& state) {
  Bytes packet;
  append_tcp(packet, link_spec(LinkType::ethernet), ip_spec(Family::ipv4), syn_header(), {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode(packet, LinkType::ethernet));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wire_decode_syn);

}  // namespace
}  // namespace synoptic::wire
