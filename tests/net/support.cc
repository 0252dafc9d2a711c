// Traces as lines and numbers.
#include "tests/net/support.hh"

#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/packet.hh"

namespace synoptic::net::testing {

using model::Event;
using model::EventId;
using model::EventKind;
using model::Trace;

namespace {

std::string_view name(const Trace& trace, model::EndpointId id) {
  return id == model::EndpointId::none ? "nowhere" : std::string_view(trace[id].name);
}

std::string what(const Trace& trace, const Event& event) {
  switch (event.kind) {
    case EventKind::segment:
    case EventKind::datagram:
    case EventKind::icmp:
    case EventKind::other: return packet_line(trace, event);
    case EventKind::call: {
      const auto& call = std::get<model::Call>(event.body);
      return fmt::format("{} {}", model::format_call(call), model::format_result(call));
    }
    case EventKind::state: {
      const auto& change = std::get<model::StateChange>(event.body);
      return fmt::format("{} > {}", model::rfc_name(change.from), model::rfc_name(change.to));
    }
    case EventKind::timer: {
      const auto& timer = std::get<model::Timer>(event.body);
      return fmt::format("timer {} {} ({})", model::timer_name(timer.name),
                         model::action_name(timer.action),
                         model::format_duration(timer.deadline - model::Instant{}));
    }
    case EventKind::loss: return "lost";
    case EventKind::note: return "note";
  }
  return {};
}

}  // namespace

std::string packet_line(const Trace& trace, const Event& event) {
  const auto& packet = std::get<model::Packet>(event.body);
  std::string text = fmt::format("{} > {}", name(trace, event.endpoint), name(trace, event.to));
  if (event.kind == EventKind::segment) {
    text += fmt::format(" [{}] seq={} ack={}", wire::wireshark_flags(packet.ctl),
                        trace.relative_seq(event), trace.relative_ack(event));
  } else if (event.kind == EventKind::icmp) {
    text += fmt::format(" icmp {}/{}", packet.icmp_type, packet.icmp_code);
  }
  text += fmt::format(" len={}", packet.len);
  if (packet.fate == model::Fate::lost) text += " lost";
  if (packet.fate == model::Fate::damaged) text += " damaged";
  return text;
}

std::string line(const Trace& trace, const Event& event) {
  const std::string cause =
      event.cause == EventId::none ? "-" : fmt::format("{}", model::index(event.cause));
  const std::string flow =
      event.flow == model::FlowId::none ? "-" : fmt::format("{}", model::index(event.flow));
  return fmt::format("{:>4} {:>12} {:<9} f{} <{:<3} {}  ({})", model::index(event.id),
                     event.t.ns / 1000, name(trace, event.endpoint), flow, cause,
                     what(trace, event), model::info(event.why).name);
}

std::string dump(const Trace& trace) {
  std::string text;
  for (const Event& event : trace.events()) text += line(trace, event) + "\n";
  for (const std::string& warning : trace.warnings) text += "warning: " + warning + "\n";
  return text;
}

std::vector<std::string> packets(const Trace& trace) {
  std::vector<std::string> lines;
  for (const Event& event : trace.events()) {
    if (std::holds_alternative<model::Packet>(event.body))
      lines.push_back(packet_line(trace, event));
  }
  return lines;
}

std::vector<std::string> printed(const Trace& trace, std::string_view role) {
  std::vector<std::string> lines;
  for (const Event& event : trace.events()) {
    const auto* call = std::get_if<model::Call>(&event.body);
    if (call == nullptr || call->name != model::CallName::print ||
        name(trace, event.endpoint) != role)
      continue;
    lines.emplace_back(reinterpret_cast<const char*>(call->data.data()), call->data.size());
  }
  return lines;
}

std::vector<std::string> calls(const Trace& trace, std::string_view role) {
  std::vector<std::string> lines;
  for (const Event& event : trace.events()) {
    if (event.kind == EventKind::call && name(trace, event.endpoint) == role) {
      const auto& call = std::get<model::Call>(event.body);
      const std::string result = model::format_result(call);
      lines.push_back(model::format_call(call) + (result.empty() ? "" : " ") + result);
    }
  }
  return lines;
}

std::vector<std::string> states(const Trace& trace, std::string_view role) {
  std::vector<std::string> lines;
  for (const Event& event : trace.events()) {
    if (event.kind == EventKind::state && name(trace, event.endpoint) == role)
      lines.push_back(what(trace, event));
  }
  return lines;
}

// --- hash: FNV-1a over the values, each in a fixed width

namespace {

class Hash {
 public:
  void add(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void add(wire::ByteSpan bytes) {
    add(bytes.size());
    for (const std::uint8_t b : bytes) byte(b);
  }
  void add(std::string_view text) {
    add(wire::ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }
  void add(const wire::SocketAddress& a) { add(a.str()); }
  std::uint64_t value() const { return state_; }

 private:
  void byte(std::uint8_t b) {
    state_ ^= b;
    state_ *= 0x100000001b3u;
  }
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

template <typename... T>
void add_all(Hash& hash, const T&... values) {
  (hash.add(static_cast<std::uint64_t>(values)), ...);
}

struct AddBody {
  Hash& hash;
  void operator()(const model::Packet& p) const {
    hash.add(p.bytes);
    add_all(hash, p.original_size, p.link, p.fate, p.arrived.ns, p.ctl.bits, p.seq.raw, p.ack.raw,
            p.wnd, p.len, p.retransmission, p.icmp_type, p.icmp_code);
  }
  void operator()(const model::Call& c) const {
    add_all(hash, c.name, c.fd, c.number, c.returned, c.returned_at.ns, c.result, c.error);
    hash.add(c.address);
    hash.add(c.data);
  }
  void operator()(const model::StateChange& s) const { add_all(hash, s.from, s.to, s.basis); }
  void operator()(const model::Timer& t) const { add_all(hash, t.name, t.action, t.deadline.ns); }
  void operator()(const model::Loss&) const { add_all(hash, 1); }
  void operator()(const model::Note& n) const { hash.add(n.text); }
};

}  // namespace

std::uint64_t hash(const Trace& trace) {
  Hash hash;
  for (const Event& e : trace.events()) {
    // by name: the numbers of the codes change whenever one is added
    hash.add(model::info(e.why).name);
    add_all(hash, e.id, e.t.ns, e.endpoint, e.to, e.flow, e.cause, e.kind);
    std::visit(AddBody{hash}, e.body);
  }
  for (const model::Endpoint& e : trace.endpoints()) {
    hash.add(std::string_view(e.name));
    hash.add(e.address);
    add_all(hash, e.id, e.protocol);
  }
  for (const model::Flow& f : trace.flows()) {
    add_all(hash, f.id, f.protocol, f.a, f.b, f.base_a ? f.base_a->raw + 1ull : 0ull,
            f.base_b ? f.base_b->raw + 1ull : 0ull);
  }
  for (const std::string& warning : trace.warnings) hash.add(std::string_view(warning));
  return hash.value();
}

// --- well-formedness

namespace {

std::string packet_problem(const Trace& trace, const Event& event) {
  const auto& packet = std::get<model::Packet>(event.body);
  const wire::PacketView view = wire::view(packet.bytes, packet.link);
  if (view.transport_checksum != wire::ChecksumStatus::good) return "its checksum is not good";
  if (!view.src.is_v6() && view.ip_checksum != wire::ChecksumStatus::good)
    return "its IP checksum is not good";
  if (view.malformed || view.truncated) return "it is malformed";
  if (view.payload_length != packet.len) return "its length is not that of its bytes";
  if (packet.original_size != packet.bytes.size()) return "its size is not that of its bytes";
  if (trace[event.endpoint].address.ip != view.src) return "it is not from its lane's address";
  if (trace[event.to].address.ip != view.dst) return "it does not go to its lane's address";
  if (event.kind == EventKind::icmp) return {};
  if (trace[event.endpoint].address.port != view.src_port) return "it is not from its lane's port";
  if (trace[event.to].address.port != view.dst_port) return "it does not go to its lane's port";
  if (event.kind == EventKind::datagram) return {};
  if (view.tcp.seq != packet.seq || view.tcp.ctl != packet.ctl) return "its header differs";
  if (packet.ctl.has(wire::ACK) && view.tcp.ack != packet.ack) return "its acknowledgement differs";
  return {};
}

std::string problem(const Trace& trace, const Event& event) {
  if (event.cause != EventId::none) {
    if (model::index(event.cause) >= model::index(event.id)) return "its cause does not precede it";
    if (trace[event.cause].t > event.t) return "its cause is later";
  }
  if (event.endpoint == model::EndpointId::none) return "it has no lane";
  if (event.kind != EventKind::call && event.why == model::Why::none) return "it has no why";
  if (std::holds_alternative<model::Packet>(event.body)) {
    if (event.cause == EventId::none) return "it has no cause";
    if (event.flow == model::FlowId::none) return "it has no flow";
    return packet_problem(trace, event);
  }
  if (event.kind == EventKind::loss || event.kind == EventKind::state) {
    if (event.cause == EventId::none) return "it has no cause";
  }
  if (const auto* timer = std::get_if<model::Timer>(&event.body)) {
    if (event.cause == EventId::none) return "it has no cause";
    if (timer->action == model::TimerAction::expired) {
      const auto* started = std::get_if<model::Timer>(&trace[event.cause].body);
      if (started == nullptr || started->name != timer->name)
        return "it expired without having been started";
      if (timer->deadline > event.t) return "it expired before its time";
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> malformations(const Trace& trace) {
  std::vector<std::string> found;
  for (const Event& event : trace.events()) {
    const std::string text = problem(trace, event);
    if (!text.empty()) found.push_back(fmt::format("{}: {}", text, line(trace, event)));
  }
  return found;
}

// --- scenarios

Scenario scenario(const DemoSetup& setup) {
  demos::DemoOptions options;
  options.clients = setup.clients;
  Scenario made = lessons::make_scenario(*demos::find_demo(setup.demo), options, setup.family);
  made.profile = setup.profile;
  for (const std::string& text : setup.faults) made.faults.push_back(parse_fault(text).value());
  return made;
}

Trace run_demo(const DemoSetup& setup) {
  return run(scenario(setup));
}

}  // namespace synoptic::net::testing
