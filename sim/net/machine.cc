// Between the stacks and the trace: outputs become packets and events, packets become inputs.
#include "sim/net/machine.hh"

#include <algorithm>

#include "sim/net/simulation.hh"
#include "sim/tcp/isn.hh"
#include "sim/tcp/profile.hh"

namespace synoptic::net {

using model::EndpointId;
using model::EventId;
using model::EventKind;
using model::FlowId;
using model::Protocol;

namespace {

constexpr int ephemeral_count = 65536 - Machine::first_ephemeral;

// On the blackboard the two sides' numbers are told apart at a glance.
constexpr wire::SeqNum first_round_client{1000};
constexpr wire::SeqNum first_round_server{5000};

tcp::IsnSource isn_of(const Scenario& scenario, const tcp::Profile& profile, bool server) {
  const auto chosen = server ? scenario.isn_server : scenario.isn_client;
  if (chosen) return tcp::round_isn(*chosen);
  if (profile.round_isn) return tcp::round_isn(server ? first_round_server : first_round_client);
  return tcp::keyed_isn(scenario.seed * 2 + (server ? 1 : 0));
}

// The side is that of the lane: two programs of one machine may stand on different sides.
tcp::StackOptions stack_options(Simulation& simulation) {
  const Scenario& scenario = simulation.scenario();
  tcp::StackOptions options;
  options.profile = tcp::profile(scenario.profile);
  options.mtu = scenario.mtu;
  options.isn = [&simulation, client = isn_of(scenario, options.profile, false),
                 server = isn_of(scenario, options.profile, true)](
                    model::Instant now, const wire::SocketAddress& local,
                    const wire::SocketAddress& remote) {
    Recorder& recorder = simulation.recorder();
    const bool is_server =
        recorder.is_server(recorder.view(local, remote, Protocol::tcp).near().lane);
    return (is_server ? server : client)(now, local, remote);
  };
  return options;
}

}  // namespace

Machine::Machine(Simulation& simulation, std::uint32_t index, const wire::IpAddress& ip)
    : simulation_(simulation),
      index_(index),
      ip_(ip),
      tcp_(stack_options(simulation)),
      used_(ephemeral_count) {
  // Locally administered (IEEE 802, the second bit of the first octet): 02:00:00:00:00:01, …
  mac_.octets = {2,
                 0,
                 0,
                 0,
                 static_cast<std::uint8_t>((index + 1) >> 8),
                 static_cast<std::uint8_t>(index + 1)};
}

// --- what arrives

void Machine::arrive(EventId packet, bool corrupt) {
  Recorder& recorder = simulation_.recorder();
  const model::Instant now = simulation_.now();
  recorder.arrived(packet, now, corrupt ? model::Fate::damaged : model::Fate::delivered);
  const model::Event& event = recorder.trace()[packet];
  wire::ByteSpan bytes = std::get<model::Packet>(event.body).bytes;
  if (corrupt) {
    damaged_.assign(bytes.begin(), bytes.end());
    damaged_.back() ^= 1;
    bytes = damaged_;
  }
  const wire::PacketView view = wire::view(bytes, wire::LinkType::ethernet);
  if (view.transport_checksum != wire::ChecksumStatus::good) {
    recorder.note(packet, event.to, now, model::Why::checksum_mismatch);
    return;
  }
  if (view.transport == wire::Transport::tcp) {
    const model::Segment segment{.seq = view.tcp.seq,
                                 .ack = view.tcp.ack,
                                 .wnd = view.tcp.window,
                                 .up = view.tcp.urgent_pointer,
                                 .ctl = view.tcp.ctl,
                                 .options = view.tcp.options,
                                 .text = wire::slice(bytes, view.payload)};
    tcp_.handle_segment(now, {view.src, view.src_port}, {view.dst, view.dst_port}, segment);
  } else if (view.transport == wire::Transport::udp) {
    udp_.handle_datagram({view.src, view.src_port}, {view.dst, view.dst_port},
                         wire::slice(bytes, view.payload));
  } else {
    handle_icmp(view, bytes);
  }
  settle(packet);
}

void Machine::handle_icmp(const wire::PacketView& view, wire::ByteSpan bytes) {
  const auto quoted = wire::view_quoted(bytes, view);
  if (!quoted || quoted->transport != wire::Transport::udp) return;
  udp_.handle_unreachable({quoted->src, quoted->src_port}, {quoted->dst, quoted->dst_port});
}

void Machine::deadline() {
  const model::Instant now = simulation_.now();
  if (armed_ != now) return;  // an earlier one was armed since, and has come
  armed_.reset();
  if (const model::Instant* const next = tcp_.next_deadline(); next && *next <= now)
    tcp_.handle_deadline(now);
  settle(EventId::none);
}

// --- what the stacks put out

void Machine::settle(EventId cause) {
  poll(cause);
  for (std::size_t i = 0; i < told_.size();
       ++i) {  // being told, a program may make the stack put out more
    const Told told = told_[i];
    simulation_.host(told.owner.host).tell(told.owner.fd, told.what, told.error, told.cause);
  }
  told_.clear();
  const model::Instant* const next = tcp_.next_deadline();
  if (next && (!armed_ || *next < *armed_)) {
    armed_ = std::max(*next, simulation_.now());
    simulation_.add_deadline(index_, *armed_);
  }
}

void Machine::poll(EventId cause) {
  poll_tcp(cause);
  if (Probe* const probe = simulation_.probe())
    probe->settled(index_, tcp_, simulation_.now(), cause, polling_since_,
                   simulation_.recorder().trace());
  poll_udp(cause);
}

void Machine::poll_tcp(EventId cause) {
  polling_since_ = simulation_.recorder().count();
  while (const tcp::Output* const output = tcp_.poll_output()) {
    cause = std::visit([&](const auto& out) { return put(out, cause); }, *output);
  }
}

void Machine::poll_udp(EventId cause) {
  while (const udp::Output* const output = udp_.poll_output()) {
    if (const auto* out = std::get_if<udp::Transmit>(output)) {
      put(*out, cause);
    } else if (const auto* refused = std::get_if<udp::Unreachable>(output)) {
      put(*refused, cause);
    } else if (const auto* decided = std::get_if<udp::Decided>(output)) {
      note(decided->local, decided->remote, Protocol::udp, decided->why, cause);
    } else if (const auto* ready = std::get_if<udp::Ready>(output)) {
      const auto owner = datagrams_.find(static_cast<std::uint32_t>(ready->socket));
      if (owner != datagrams_.end())
        told_.push_back({owner->second, tcp::Ready::What::readable, 0, cause});
    }
  }
}

EventId Machine::put(const tcp::Transmit& out, EventId cause) {
  Recorder& recorder = simulation_.recorder();
  const model::Segment& segment = out.segment;
  const View from = recorder.view(out.src, out.dst, Protocol::tcp);
  const FlowId before = from.conversation->flow;
  const FlowId flow = recorder.flow_of_packet(from, &segment, out.retransmission);
  if (flow != before) backdate(from.near().lane, before, flow);

  wire::TcpHeader header;
  header.src_port = out.src.port;
  header.dst_port = out.dst.port;
  header.seq = segment.seq;
  header.ack = segment.ack;
  header.ctl = segment.ctl;
  header.window = segment.wnd;
  header.urgent_pointer = segment.up;
  header.options = segment.options;
  const std::uint32_t to = *simulation_.route(out.dst.ip);
  scratch_.clear();
  wire::append_tcp(scratch_, link_to(to), ip_to(out.dst.ip), header, segment.text);

  // RFC 7323 2.2: the window of a SYN is never scaled.
  const bool scaled =
      !segment.ctl.has(wire::SYN) && from.near().window_scale >= 0 && from.far().window_scale >= 0;
  model::Packet& packet = recorder.add_packet(simulation_.now(), from, flow, cause, out.why,
                                              EventKind::segment, scratch_);
  packet.ctl = segment.ctl;
  packet.seq = segment.seq;
  packet.ack = segment.ack;
  packet.wnd = scaled ? std::uint32_t{segment.wnd} << from.near().window_scale : segment.wnd;
  packet.len = static_cast<std::uint32_t>(segment.text.size());
  packet.retransmission = out.retransmission;
  send(to);
  return cause;
}

EventId Machine::put(const tcp::StateChanged& out, EventId cause) {
  const auto [lane, flow] = place(out.local, out.remote, Protocol::tcp);
  simulation_.recorder().add(simulation_.now(), lane, flow, cause, out.why,
                             model::StateChange{out.from, out.to});
  return cause;
}

EventId Machine::put(const tcp::TimerChanged& out, EventId cause) {
  Recorder& recorder = simulation_.recorder();
  const View at = recorder.view(concrete(out.local), out.remote, Protocol::tcp);
  EventId& started = at.near().started[static_cast<std::size_t>(out.name)];
  const bool expired = out.action == model::TimerAction::expired;
  const EventId event = recorder.add(simulation_.now(), at.near().lane, at.conversation->flow,
                                     expired ? started : cause, out.why,
                                     model::Timer{out.name, out.action, out.deadline});
  if (out.action == model::TimerAction::started) started = event;
  return expired ? event : cause;
}

EventId Machine::put(const tcp::Decided& out, EventId cause) {
  note(out.local, out.remote, Protocol::tcp, out.why, cause);
  return cause;
}

EventId Machine::put(const tcp::Ready& out, EventId cause) {
  const bool of_listener = out.what == tcp::Ready::What::acceptable;
  const auto& owners = of_listener ? listeners_ : connections_;
  const auto owner = owners.find(
      static_cast<std::uint32_t>(of_listener ? static_cast<std::uint32_t>(out.listener)
                                             : static_cast<std::uint32_t>(out.connection)));
  if (owner != owners.end()) told_.push_back({owner->second, out.what, out.error, cause});
  return cause;
}

void Machine::put(const udp::Transmit& out, EventId cause) {
  Recorder& recorder = simulation_.recorder();
  const View from = recorder.view(out.src, out.dst, Protocol::udp);
  const FlowId flow = recorder.flow_of_packet(from, nullptr, false);
  const std::uint32_t to = *simulation_.route(out.dst.ip);
  scratch_.clear();
  wire::append_udp(scratch_, link_to(to), ip_to(out.dst.ip), out.src.port, out.dst.port,
                   out.payload);
  recorder.add_packet(simulation_.now(), from, flow, cause, out.why, EventKind::datagram, scratch_)
      .len = static_cast<std::uint32_t>(out.payload.size());
  const EventId datagram = recorder.trace().last();
  send(to);
  if (is_beyond_mtu(out))
    recorder.note(datagram, from.near().lane, simulation_.now(), model::Why::udp_beyond_mtu);
}

// There are no fragments here: such a datagram travels whole, as on the kernel's loopback, and a
// note says so.
bool Machine::is_beyond_mtu(const udp::Transmit& out) const {
  const std::size_t headers = (out.dst.ip.is_v6() ? 40 : 20) + 8;
  return out.payload.size() + headers > simulation_.scenario().mtu;
}

void Machine::put(const udp::Unreachable& out, EventId datagram) {
  Recorder& recorder = simulation_.recorder();
  const auto& refused = std::get<model::Packet>(recorder.trace()[datagram].body);
  constexpr std::size_t ethernet_header = 14;
  const bool v6 = ip_.is_v6();
  const std::uint8_t type = v6 ? 1 : 3;  // destination unreachable (RFC 4443 3.1, RFC 792)
  const std::uint8_t code = v6 ? 4 : 3;  // port unreachable
  const wire::Bytes body =
      wire::unreachable_body(refused.bytes.subspan(ethernet_header), ip_.family);
  const std::uint32_t to = *simulation_.route(out.remote.ip);
  scratch_.clear();
  wire::append_icmp(scratch_, link_to(to), ip_to(out.remote.ip), type, code, body);
  const View from = recorder.view(concrete(out.local), out.remote, Protocol::udp);
  model::Packet& packet = recorder.add_packet(simulation_.now(), from, from.conversation->flow,
                                              datagram, out.why, EventKind::icmp, scratch_);
  packet.icmp_type = type;
  packet.icmp_code = code;
  packet.len = wire::view(scratch_, wire::LinkType::ethernet).payload_length;
  send(to);
}

void Machine::send(std::uint32_t to) {
  simulation_.transmit(index_, to, simulation_.recorder().trace().last());
}

void Machine::backdate(EndpointId lane, FlowId before, FlowId flow) {
  model::Trace& trace = simulation_.recorder().trace();
  for (std::size_t i = polling_since_; i < trace.events().size(); ++i) {
    model::Event& event = trace.edit(EventId(static_cast<std::uint32_t>(i)));
    if (event.endpoint == lane && event.flow == before) event.flow = flow;
  }
}

// --- where, and under which names

std::pair<EndpointId, FlowId> Machine::place(const wire::SocketAddress& local,
                                             const wire::SocketAddress& remote, Protocol protocol) {
  Recorder& recorder = simulation_.recorder();
  if (remote.port == 0) return {recorder.lane(concrete(local), protocol), FlowId::none};
  const View at = recorder.view(concrete(local), remote, protocol);
  return {at.near().lane, at.conversation->flow};
}

void Machine::note(const wire::SocketAddress& local, const wire::SocketAddress& remote,
                   Protocol protocol, model::Why why, EventId cause) {
  const auto [lane, flow] = place(local, remote, protocol);
  simulation_.recorder().add(simulation_.now(), lane, flow, cause, why, model::Note{});
}

wire::SocketAddress Machine::concrete(const wire::SocketAddress& local) const {
  return {local.ip.is_unspecified() ? ip_ : local.ip, local.port};
}

wire::IpSpec Machine::ip_to(const wire::IpAddress& dst) {
  return {.src = ip_, .dst = dst, .id = ++ip_id_};
}

wire::LinkSpec Machine::link_to(std::uint32_t machine) const {
  return {.src = mac_, .dst = simulation_.mac(machine)};
}

// --- ports

bool Machine::tcp_port_taken(const wire::SocketAddress& local, bool reuse_address) const {
  const wire::SocketAddress own{ip_, local.port};
  const wire::SocketAddress any{{.family = ip_.family}, local.port};
  if (bound_.contains(own) || bound_.contains(any)) return true;
  return !reuse_address && tcp_.port_in_use(local);
}

void Machine::bind_tcp(const wire::SocketAddress& local) {
  bound_.insert(local);
  if (local.port >= first_ephemeral) used_[local.port - first_ephemeral] = true;
}

void Machine::release_tcp(const wire::SocketAddress& local) {
  bound_.erase(local);
}

std::optional<std::uint16_t> Machine::ephemeral_port(Protocol protocol) {
  for (int tried = 0; tried < ephemeral_count; ++tried) {
    const std::uint16_t port = next_port_;
    next_port_ = port == 65535 ? first_ephemeral : static_cast<std::uint16_t>(port + 1);
    const wire::SocketAddress local{ip_, port};
    // Only a port that was used before can be in use: the others need no search through all
    // connections.
    if (protocol == Protocol::tcp && !used_[port - first_ephemeral]) return port;
    if (protocol == Protocol::tcp ? !tcp_port_taken(local) : !udp_.port_in_use(local)) return port;
  }
  return std::nullopt;
}

}  // namespace synoptic::net
