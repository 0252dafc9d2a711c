// Reads the facts out of a trace, and finds which conversation of one is which of the other.
#include "viz/ladder/facts.hh"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "viz/ladder/role_name.hh"

namespace synoptic::ladder {
namespace {

using model::EventKind;
using model::Trace;

bool is_packet(EventKind kind) {
  return kind == EventKind::segment || kind == EventKind::datagram || kind == EventKind::icmp;
}

Fact fact_of(const Trace& trace, const model::Event& e, bool from_a) {
  const auto& packet = std::get<model::Packet>(e.body);
  Fact f;
  f.id = e.id;
  f.cause = e.cause;
  f.kind = e.kind;
  f.t = e.t;
  f.from_a = from_a;
  f.ctl = packet.ctl;
  f.len = packet.len;
  f.wnd = packet.wnd;
  if (packet.fate == model::Fate::delivered) f.arrived = packet.arrived;
  f.damaged = packet.fate == model::Fate::damaged;
  f.lost = f.damaged || packet.fate == model::Fate::lost;
  f.retransmission = packet.retransmission;
  f.copy = is_network_copy(e);
  f.icmp_type = packet.icmp_type;
  f.icmp_code = packet.icmp_code;
  if (e.kind == EventKind::segment) {
    f.begin = trace.relative_seq(e);
    f.end = f.begin + packet.len + (f.has(wire::SYN) ? 1u : 0u) + (f.has(wire::FIN) ? 1u : 0u);
    if (f.has(wire::ACK)) f.ack = trace.relative_ack(e);
  }
  const auto view =
      wire::view(packet.bytes, packet.link, packet.original_size, {.verify_checksums = false});
  if (packet.len > 0) f.text = wire::slice(packet.bytes, view.payload);
  // An ICMP error is about a packet: of that it is the text that is alike in two runs, not the
  // ports and checksums.
  if (const auto quoted = wire::view_quoted(packet.bytes, view)) {
    f.len = quoted->payload_length;
    f.text = wire::slice(f.text, quoted->payload);
  }
  if (view.transport == wire::Transport::tcp) {
    const auto options = view.tcp.options.parse();
    if (options.timestamps) f.tsval = options.timestamps->val;
    if (options.sack_count > 0 && f.ack) {
      const wire::SackBlock first = options.sack_blocks[0];
      const auto relative = [&](wire::SeqNum n) { return *f.ack - (packet.ack.raw - n.raw); };
      if (relative(first.left) < relative(first.right) && relative(first.right) <= *f.ack)
        f.came_twice = Fact::Octets{relative(first.left), relative(first.right)};
    }
  }
  return f;
}

// Packets of which a note says one of `whys`.
std::set<model::EventId> noted(const Trace& trace, std::initializer_list<model::Why> whys) {
  std::set<model::EventId> packets;
  for (const model::Event& e : trace.events())
    if (std::ranges::find(whys, e.why) != whys.end() && e.cause != model::EventId::none &&
        !is_packet(e.kind))
      packets.insert(e.cause);
  return packets;
}

// What a conversation is recognised by in the other trace.
using Key = std::tuple<int, std::string, std::string>;
Key key_of(const Conversation& c) {
  if (!c.flow) return {2, "", ""};
  const model::Flow& flow = (*c.trace)[*c.flow];
  std::string a = c.name(true), b = c.name(false);
  if (b < a) std::swap(a, b);
  return {flow.protocol == model::Protocol::tcp ? 0 : 1, a, b};
}

void take(Pairing& pairing, Conversation& live) {
  if (pairing.sim.flow && live.flow && pairing.sim.name(true) != pairing.sim.name(false) &&
      pairing.sim.name(true) == live.name(false) && pairing.sim.name(false) == live.name(true)) {
    live.swapped = true;
    for (Fact& f : live.facts) f.from_a = !f.from_a;
  }
  pairing.live = std::move(live);
}

}  // namespace

model::EndpointId Conversation::endpoint(bool a) const {
  if (!flow) return model::EndpointId::none;
  const model::Flow& f = (*trace)[*flow];
  return a != swapped ? f.a : f.b;
}

std::string Conversation::name(bool a) const {
  const model::EndpointId id = endpoint(a);
  return id == model::EndpointId::none ? std::string(a ? "one end" : "the other end")
                                       : (*trace)[id].name;
}

std::string Conversation::called(bool a) const {
  return role_name(name(a));
}

std::vector<const model::Event*> Conversation::calls(bool a, model::CallName name) const {
  std::vector<const model::Event*> found;
  const model::EndpointId end = endpoint(a);
  const auto look_at = [&](model::EventId id) {
    const model::Event& e = (*trace)[id];
    const auto* call = std::get_if<model::Call>(&e.body);
    if (call != nullptr && call->name == name && e.endpoint == end) found.push_back(&e);
  };
  for (const model::EventId id : told) look_at(id);
  if (loose == nullptr) return found;
  const auto of_end = loose->find(end);
  if (of_end == loose->end()) return found;
  for (const model::EventId id : of_end->second) look_at(id);
  std::ranges::sort(found, {}, &model::Event::id);
  return found;
}

std::vector<Conversation> conversations_of(const Trace& trace) {
  std::vector<std::optional<std::size_t>> place(trace.flows().size());
  std::vector<Conversation> found;
  Conversation rest{.trace = &trace};
  for (const model::EventId id : trace.by_time()) {
    const model::Event& e = trace[id];
    if (!is_packet(e.kind)) continue;
    if (e.flow == model::FlowId::none) {
      rest.facts.push_back(fact_of(trace, e, true));
      continue;
    }
    auto& at = place[model::index(e.flow)];
    if (!at) {
      at = found.size();
      found.push_back({.trace = &trace, .flow = e.flow});
    }
    found[*at].facts.push_back(fact_of(trace, e, e.endpoint == trace[e.flow].a));
  }
  auto loose = std::make_shared<Conversation::Loose>();
  for (const model::Event& e : trace.events()) {
    if (is_packet(e.kind)) continue;
    if (e.flow != model::FlowId::none) {
      if (const auto& at = place[model::index(e.flow)]) found[*at].told.push_back(e.id);
    } else if (e.kind == model::EventKind::call) {
      (*loose)[e.endpoint].push_back(e.id);
    }
  }
  for (Conversation& c : found) c.loose = loose;
  if (!rest.facts.empty()) found.push_back(std::move(rest));
  using enum model::Why;
  const std::set<model::EventId> held = noted(trace, {fault_delay, fault_swap, link_reorder});
  for (Conversation& c : found) {
    std::optional<std::uint32_t> said[2];
    for (Fact& f : c.facts) {
      f.held = held.contains(f.id);
      auto& before = said[f.from_a ? 0 : 1];
      f.repeats = f.pure_ack() && before && *f.ack <= *before;
      if (f.ack) before = std::max(before.value_or(0), *f.ack);
    }
  }
  return found;
}

std::vector<Pairing> pair_conversations(const Trace& sim, const Trace& live) {
  std::vector<Pairing> pairs;
  for (Conversation& c : conversations_of(sim))
    pairs.push_back({.sim = std::move(c), .live = {.trace = &live}});
  std::vector<Conversation> others = conversations_of(live);
  std::vector<bool> taken(others.size());
  std::vector<bool> paired(pairs.size());
  // By role first, then by protocol, each in order; two runs of one program mostly agree on both.
  for (const bool by_role : {true, false}) {
    std::map<Key, std::vector<std::size_t>> waiting;
    const auto key = [&](const Conversation& c) {
      const Key full = key_of(c);
      return by_role ? full : Key{std::get<0>(full), "", ""};
    };
    for (std::size_t i = others.size(); i-- > 0;)
      if (!taken[i]) waiting[key(others[i])].push_back(i);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      auto& queue = waiting[key(pairs[i].sim)];
      if (paired[i] || queue.empty()) continue;
      take(pairs[i], others[queue.back()]);
      taken[queue.back()] = paired[i] = true;
      queue.pop_back();
    }
  }
  for (std::size_t i = 0; i < others.size(); ++i)
    if (!taken[i]) pairs.push_back({.sim = {.trace = &sim}, .live = std::move(others[i])});
  return pairs;
}

bool is_network_copy(const model::Event& packet) {
  return packet.why == model::Why::fault_duplicate || packet.why == model::Why::link_duplicate;
}

bool same_options(const model::Event& a, const model::Event& b) {
  const auto read = [](const model::Event& e) {
    const auto& packet = std::get<model::Packet>(e.body);
    const auto view =
        wire::view(packet.bytes, packet.link, packet.original_size, {.verify_checksums = false});
    return view.transport == wire::Transport::tcp ? view.tcp.options.parse()
                                                  : wire::ParsedOptions{};
  };
  const wire::ParsedOptions x = read(a), y = read(b);
  return x.mss == y.mss && x.window_scale == y.window_scale &&
         x.sack_permitted == y.sack_permitted && x.sack_count == y.sack_count &&
         x.timestamps.has_value() == y.timestamps.has_value() && x.unknown == y.unknown;
}

}  // namespace synoptic::ladder
