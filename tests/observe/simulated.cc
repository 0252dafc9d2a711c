// Simulated traces for the observer: scripts of calls run on both ends, and what it should find.
#include "tests/observe/simulated.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace synoptic::observe::testing {

using model::Event;
using model::EventId;
using model::EventKind;
using model::TcpState;
using model::Trace;
using model::Why;
using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

namespace {

constexpr std::uint16_t port = 9999;
constexpr std::uint16_t other_port = 8888;

struct Part {
  std::string steps;
  wire::SocketAddress mine, theirs;
  bool listens = false, binds = false;
};

model::Duration pause(char step) {
  switch (step) {
    case 'm': return model::milliseconds(1);
    case 'h': return model::milliseconds(100);
    case '1': return model::seconds(1);
    default: return model::seconds(9);
  }
}

Task play(Host& host, Part part) {
  std::array<char, 1024> buffer;
  const std::string text(60'000, 'x');
  const CallResult made = co_await host.socket(part.theirs.ip.family, SocketType::stream);
  Socket socket = made.socket();
  Socket listener{-1};
  if (part.listens || part.binds) co_await host.bind(socket, part.mine);
  if (part.listens) {
    co_await host.listen(socket, 5);
    listener = socket;
    const CallResult accepted = co_await host.accept(listener);
    socket = accepted.socket();
  } else {
    co_await host.connect(socket, part.theirs);
  }
  for (const char step : part.steps) {
    if (step == 's' || step == 'S' || step == 'B') {
      const std::size_t size = step == 's' ? 5 : step == 'S' ? 4'000 : text.size();
      co_await host.send(socket, std::string_view(text).substr(0, size));
    } else if (step == 'r') {
      co_await host.recv(socket, buffer);
    } else if (step == 'R') {
      for (;;) {
        const CallResult got = co_await host.recv(socket, buffer);
        if (got.value <= 0) break;
      }
    } else if (step == 'w') {
      co_await host.shutdown(socket, program::ShutdownHow::write);
    } else if (step == 'c') {
      co_await host.close(socket);
    } else {
      const model::Duration time = pause(step);
      co_await host.sleep(time);
    }
  }
  if (listener.fd >= 0) co_await host.close(listener);
}

bool is_packet(const Event& e) {
  return e.kind == EventKind::segment || e.kind == EventKind::datagram || e.kind == EventKind::icmp;
}

bool is_copy(const Event& e) {
  return e.why == Why::link_duplicate || e.why == Why::fault_duplicate;
}

std::string text_of(const Change& c) {
  return fmt::format("{} > {} at {} ns ({})", model::rfc_name(c.from), model::rfc_name(c.to),
                     c.t.ns, model::info(c.why).name);
}

}  // namespace

net::Scenario scenario(const Talk& talk, tcp::ProfileName profile, wire::Family family) {
  const bool v6 = family == wire::Family::ipv6;
  const auto client = *wire::IpAddress::parse(v6 ? "fd00::1" : "127.0.0.1");
  const auto server = *wire::IpAddress::parse(v6 ? "fd00::2" : "127.0.0.2");
  net::Scenario s;
  s.profile = profile;
  const auto add = [&s](std::string name, Part part, wire::IpAddress address, bool is_server) {
    net::RoleSpec role;
    role.name = std::move(name);
    role.address = address;
    role.main = [part](Host& host) { return play(host, part); };
    role.is_server = is_server;
    s.roles.push_back(std::move(role));
  };
  const wire::SocketAddress at_server{server, port};
  const wire::SocketAddress at_client{client, other_port};
  if (!talk.nobody) {
    add("server", {talk.server, at_server, at_client, !talk.crossing, true}, server, true);
  }
  add("client", {talk.client, at_client, at_server, false, talk.crossing}, client, false);
  if (!talk.crossing && !talk.nobody) s.roles.back().start_after = "server";
  return s;
}

Trace observe(const Trace& trace, const TapOptions& options) {
  Trace seen(model::Source::captured);
  FlowTracker tracker(seen, {.captured_on_arrival = options.on_arrival});
  std::size_t skip = options.skip;
  for (const EventId id : trace.by_time()) {
    const Event& e = trace[id];
    if (!is_packet(e) || (is_copy(e) && !options.copies)) continue;
    if (skip > 0) {
      --skip;
      continue;
    }
    const auto& packet = std::get<model::Packet>(e.body);
    tracker.packet({e.t, packet.bytes, packet.original_size, packet.link});
  }
  tracker.finish();
  return seen;
}

std::vector<History> histories(const Trace& trace) {
  std::vector<History> all;
  for (const EventId id : trace.by_time()) {
    const Event& e = trace[id];
    if (e.kind != EventKind::state || e.flow == model::FlowId::none) continue;
    const model::Flow& flow = trace[e.flow];
    const History like{
        trace[e.endpoint].address, trace[e.endpoint == flow.a ? flow.b : flow.a].address, {}};
    auto found = std::ranges::find_if(
        all, [&](const History& h) { return h.near == like.near && h.far == like.far; });
    if (found == all.end()) found = all.insert(all.end(), like);
    const auto& change = std::get<model::StateChange>(e.body);
    found->changes.push_back({change.from, change.to, e.t, e.why, e.id});
  }
  return all;
}

const History* find(const std::vector<History>& all, const History& like) {
  const auto found = std::ranges::find_if(
      all, [&](const History& h) { return h.near == like.near && h.far == like.far; });
  return found == all.end() ? nullptr : &*found;
}

namespace {

// Where `claim` stands among the simulator's changes, from `from` on; their number when it does
// not.
std::size_t match(const History& truth, std::size_t from, const Change& claim) {
  std::size_t i = from;
  if (claim.from == claim.to) {  // found in a state
    if (i > 0 && truth.changes[i - 1].to == claim.to) return i - 1;
    while (i < truth.changes.size() && truth.changes[i].to != claim.to) ++i;
    return i;
  }
  while (i < truth.changes.size() &&
         (truth.changes[i].from != claim.from || truth.changes[i].to != claim.to))
    ++i;
  return i;
}

// A change can be told to have happened earlier than it did (a packet's way takes time), not later;
// but where a packet shows that it has happened long ago.
bool may_be_late(const Change& claim) {
  // FIN-WAIT-1 begins with close(), and shows when the FIN is sent, which may have to wait behind
  // text.
  return claim.from == claim.to || claim.to == TcpState::closed || claim.to == TcpState::fin_wait_1;
}

// The first packet by which the trace itself shows that something was lost, doubled or late;
// nothing when it shows no such thing.
std::optional<EventId> first_sign(const Trace& seen) {
  for (const Event& e : seen.events()) {
    const auto* packet = std::get_if<model::Packet>(&e.body);
    if (packet && packet->retransmission) return e.id;
  }
  return std::nullopt;
}

// Whether the network did anything to a packet but to carry it.
bool was_faulty(const Trace& truth) {
  return std::ranges::any_of(truth.events(), [](const Event& e) {
    const auto* packet = std::get_if<model::Packet>(&e.body);
    if (packet && (packet->fate == model::Fate::lost || packet->fate == model::Fate::damaged))
      return true;
    return is_copy(e) || e.why == Why::fault_delay || e.why == Why::fault_swap ||
           e.why == Why::link_reorder;
  });
}

}  // namespace

std::string errors(const Trace& truth, const Trace& seen, Network network) {
  std::string text;
  const auto true_ones = histories(truth);
  const std::optional<EventId> sign = first_sign(seen);
  const bool faulty = network == Network::faulty && was_faulty(truth);
  for (const History& h : histories(seen)) {
    const History* const real = find(true_ones, h);
    std::size_t next = 0;
    for (const Change& claim : h.changes) {
      const std::size_t at = real == nullptr ? 0 : match(*real, next, claim);
      const bool there = real != nullptr && at < real->changes.size();
      const bool unseen = faulty && !(sign && *sign < claim.id);
      if (unseen && claim.why == Why::observed_ordinary) {
        if (there && at == next) ++next;
        continue;
      }
      if (!there) {
        text += fmt::format("{} did not do: {}\n", h.near.str(), text_of(claim));
        continue;
      }
      if (!may_be_late(claim) && claim.t > real->changes[at].t) {
        text += fmt::format("{}: {} happened earlier, at {} ns\n", h.near.str(), text_of(claim),
                            real->changes[at].t.ns);
      }
      next = at + 1;
    }
  }
  return text;
}

std::vector<std::string> unreported(const Trace& truth, const Trace& seen) {
  std::vector<std::string> missing;
  const auto claims = histories(seen);
  for (const History& real : histories(truth)) {
    const History* const h = find(claims, real);
    std::vector<Change> left = h == nullptr ? std::vector<Change>{} : h->changes;
    for (const Change& c : real.changes) {
      const auto told = std::ranges::find_if(
          left, [&](const Change& l) { return l.from == c.from && l.to == c.to; });
      if (told != left.end()) {
        left.erase(told);
      } else {
        missing.push_back(fmt::format("{} {} > {}", real.near.str(), model::rfc_name(c.from),
                                      model::rfc_name(c.to)));
      }
    }
  }
  return missing;
}

std::string picture(const Trace& truth, const Trace& seen) {
  std::string text;
  for (const EventId id : truth.by_time()) {
    const Event& e = truth[id];
    if (is_packet(e)) {
      const auto& p = std::get<model::Packet>(e.body);
      text += fmt::format("{:>12} {} [{}] seq={} ack={} len={}{}{}\n", e.t.ns / 1000,
                          truth[e.endpoint].name, wire::wireshark_flags(p.ctl),
                          truth.relative_seq(e), truth.relative_ack(e), p.len,
                          p.fate == model::Fate::lost ? " lost" : "", is_copy(e) ? " copy" : "");
    } else if (e.kind == EventKind::state) {
      const auto& c = std::get<model::StateChange>(e.body);
      text += fmt::format("{:>12}   {} {} > {} ({})\n", e.t.ns / 1000, truth[e.endpoint].name,
                          model::rfc_name(c.from), model::rfc_name(c.to), model::info(e.why).name);
    }
  }
  text += "seen:\n";
  for (const History& h : histories(seen)) {
    for (const Change& c : h.changes) text += fmt::format("  {} {}\n", h.near.str(), text_of(c));
  }
  return text;
}

}  // namespace synoptic::observe::testing
