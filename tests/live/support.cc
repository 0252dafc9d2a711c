// What the tests of live share.
#include "tests/live/support.hh"

#include <gtest/gtest.h>

#include <chrono>

#include "lessons/demos/demo.hh"

namespace synoptic::live {

bool run_to_end(observe::TraceSource& source) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!source.ended()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    source.wait(model::seconds(1));
    source.poll();
  }
  return true;
}

std::unique_ptr<observe::TraceSource> finished_run(const LiveSpec& spec) {
  auto source = run_private(spec);
  if (!source) {
    ADD_FAILURE() << source.error().str();
    return nullptr;
  }
  EXPECT_TRUE(run_to_end(**source)) << "the run did not end";
  return std::move(*source);
}

std::vector<std::string> role_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"/proc/self/exe", "__role"});
  return arguments;
}

LiveSpec demo_spec(const std::string& name, wire::Family family, int clients, int pause_ms) {
  const demos::Demo* demo = demos::find_demo(name);
  const bool v6 = family == wire::Family::ipv6;
  const std::string server = v6 ? "fd00::2" : "127.0.0.2";
  LiveSpec spec;
  if (v6) {
    spec.addresses = {wire::IpAddress::parse("fd00::1").value(),
                      wire::IpAddress::parse("fd00::2").value()};
  }
  demos::DemoOptions options;
  options.clients = clients;
  options.server.port = demo->port;
  for (const demos::Process& process : demos::processes(*demo, options)) {
    LiveRole live;
    live.name = process.name;
    live.argv = role_command({"demo", name, std::string(process.role->name), server,
                              std::to_string(process.options.server.port), std::to_string(pause_ms),
                              std::to_string(clients)});
    live.start_after = process.start_after;
    live.start_after_call = process.start_after_call;
    live.serves = process.role->serves;
    live.ready = process.role->ready;
    spec.roles.push_back(live);
  }
  return spec;
}

std::vector<Carried> packets(const model::Trace& trace) {
  std::vector<Carried> found;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    const auto* packet = std::get_if<model::Packet>(&event.body);
    if (packet == nullptr) continue;
    const wire::PacketView view = wire::view(packet->bytes, packet->link, packet->original_size);
    found.push_back({&event,
                     {view.src, view.src_port},
                     {view.dst, view.dst_port},
                     wire::slice(packet->bytes, view.payload)});
  }
  return found;
}

std::map<Direction, std::string> streams(const model::Trace& trace) {
  std::map<Direction, std::string> found;
  std::map<Direction, std::uint32_t> next;  // relative sequence number of the next new byte
  for (const Carried& carried : packets(trace)) {
    if (carried.event->kind != model::EventKind::segment) continue;
    const Direction direction{carried.from, carried.to};
    std::uint32_t& expected = next.try_emplace(direction, 1).first->second;
    std::string& stream = found[direction];
    const std::uint32_t seq = trace.relative_seq(*carried.event);
    if (carried.payload.empty() || seq + carried.payload.size() <= expected) continue;
    if (seq > expected) continue;  // a hole: the comparison will tell
    stream += as_text(carried.payload.subspan(expected - seq));
    expected = seq + static_cast<std::uint32_t>(carried.payload.size());
  }
  return found;
}

std::string as_text(wire::ByteSpan bytes) {
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace synoptic::live
