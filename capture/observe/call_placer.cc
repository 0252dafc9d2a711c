// Placing calls.
#include "capture/observe/call_placer.hh"

#include <algorithm>
#include <string>
#include <utility>

namespace synoptic::observe {

using model::Call;
using model::CallName;
using model::EndpointId;
using model::Event;
using model::EventId;
using model::FlowId;
using model::TcpState;
using model::Why;

CallPlacer::Role& CallPlacer::role(const std::string& name, std::int32_t process) {
  Role*& known = known_roles_[{process, name}];
  if (known == nullptr) {
    const std::uint16_t nth = process == 0 ? std::uint16_t{0} : ++processes_[name];
    known = &roles_.emplace_back(Role{.name = name, .process = process, .nth = nth});
  }
  return *known;
}

Call CallPlacer::stored(const Call& call, const Role& r) {
  Call copy = call;
  copy.process = r.nth;
  copy.data = trace_.arena().store(call.data);
  return copy;
}

// Descriptors are used again: a socket is told from its predecessor by the call that made it.
std::uint32_t CallPlacer::socket_of(Role& role, const CallRecord& record) {
  const Call& call = record.call;
  std::int32_t fd = call.fd;
  const bool makes = call.name == CallName::socket;
  if (makes) fd = call.returned ? static_cast<std::int32_t>(call.result) : -1;
  if (fd < 0) return no_socket;
  const auto found = role.by_fd.find(fd);
  if (found != role.by_fd.end() && !makes) return found->second;
  const auto index = static_cast<std::uint32_t>(role.sockets.size());
  role.sockets.push_back({.protocol = record.protocol});
  role.by_fd[fd] = index;
  return index;
}

void CallPlacer::learn(Socket& socket, const CallRecord& record) {
  const Call& call = record.call;
  const bool accepted = call.name == CallName::accept && call.returned;  // tells of the new socket
  if (record.local.port != 0 && !accepted) socket.local = record.local;
  if (record.remote.port != 0 && !accepted) socket.remote = record.remote;
  socket.protocol = record.protocol;
  if (call.name == CallName::bind && call.returned && call.result == 0) socket.bound = true;
  const bool connects = call.name == CallName::connect && record.remote.port == 0;
  if (connects && call.address.port != 0) socket.remote = call.address;
  // A client's datagram socket talks to whom it sends; a server's serves many.
  if (call.name == CallName::sendto && call.address.port != 0 && !socket.bound) {
    socket.several |= socket.remote.port != 0 && socket.remote != call.address;
    socket.remote = call.address;
  }
  if (socket.remote.port != 0) join_peer(socket);
}

// A socket has come to have a peer: its calls from before belong to that conversation, too.
void CallPlacer::join_peer(Socket& socket) {
  for (const EventId event : std::exchange(socket.before, {})) {
    const wire::SocketAddress near = trace_[trace_[event].endpoint].address;
    find_flow(event, {near, socket.remote, socket.protocol}, false);
  }
}

// The other end of the conversation that a call on `socket` concerns; port 0: none, or not known.
wire::SocketAddress CallPlacer::far_end(const Socket& socket, const Call& call,
                                        const wire::SocketAddress& peer) {
  const bool names_peer = call.name == CallName::accept || call.name == CallName::connect ||
                          call.name == CallName::sendto || call.name == CallName::recvfrom;
  if (names_peer && peer.port != 0) return peer;
  if (call.name == CallName::recv && socket.several) return {};
  return socket.remote;
}

void CallPlacer::call(const CallRecord& record) {
  Role& r = role(record.role, record.process);
  const auto open = r.unreturned.find(record.serial);
  const auto waiting = std::ranges::find(r.waiting, record.serial, &Waiting::serial);
  // A descriptor may mean another socket by the time that its call returns: close() lets go of it.
  std::uint32_t socket = no_socket;
  if (open != r.unreturned.end()) socket = open->second.second;
  if (waiting != r.waiting.end()) socket = waiting->socket;
  if (socket == no_socket) socket = socket_of(r, record);
  if (socket != no_socket) learn(r.sockets[socket], record);

  if (open != r.unreturned.end()) {
    const auto [event, its_socket] = open->second;
    Call& call = std::get<Call>(trace_.edit(event).body);
    // What was sent is known from the call's first half, and stays.
    const wire::ByteSpan data =
        call.data.empty() ? trace_.arena().store(record.call.data) : call.data;
    call = record.call;
    call.data = data;
    call.process = r.nth;
    if (call.returned) {
      r.unreturned.erase(open);
      returned(r, record, its_socket);
      const bool finds_peer = call.name == CallName::accept || call.name == CallName::recvfrom;
      if (finds_peer && call.address.port != 0) {
        const bool any = record.local.ip.is_unspecified() || record.local.port == 0;
        const wire::SocketAddress near =
            any ? trace_[trace_[event].endpoint].address : record.local;
        // What was found counts, not whom the socket had talked to before.
        if (call.name == CallName::recvfrom)
          std::erase_if(without_flow_, [&](const Placed& p) { return p.event == event; });
        if (call.name == CallName::recvfrom && any && record.local.port != 0)
          received({event, &r, record.local.port, call.address}, false);
        else
          find_flow(event, {near, call.address, record.protocol}, false);
      }
      claim_listener(r, trace_[event], its_socket);
    }
    flush(r, false);
    return;
  }
  if (waiting != r.waiting.end()) {
    waiting->event.body = stored(record.call, r);
    if (waiting->socket == no_socket) waiting->socket = socket;
    waiting->peer = record.call.address;
  } else {
    r.waiting.push_back({.serial = record.serial,
                         .event = {.t = record.t, .body = stored(record.call, r)},
                         .socket = socket,
                         .peer = record.call.address,
                         .after = record.after});
  }
  if (record.call.returned) returned(r, record, socket);
  flush(r, false);
}

// What a call that has returned means for descriptors.
void CallPlacer::returned(Role& r, const CallRecord& record, std::uint32_t socket) {
  const Call& call = record.call;
  if (call.name == CallName::accept && call.result >= 0) {
    const auto index = static_cast<std::uint32_t>(r.sockets.size());
    r.sockets.push_back(
        {.local = record.local, .remote = call.address, .protocol = record.protocol});
    r.by_fd[static_cast<std::int32_t>(call.result)] = index;
  }
  const auto open = r.by_fd.find(call.fd);
  if (call.name == CallName::close && open != r.by_fd.end() && open->second == socket)
    r.by_fd.erase(open);
}

std::optional<EndpointId> CallPlacer::lane_of(Role& r, const Waiting& w, bool at_end) {
  if (w.socket != no_socket) {
    const Socket& socket = r.sockets[w.socket];
    if (socket.local.port != 0) {
      if (is_where_its_datagram_is(socket, w)) {
        const bool sends = std::get<Call>(w.event.body).name == CallName::sendto;
        const auto lane = flows_.lane_of_datagram(socket.local.port, w.peer, sends);
        if (lane || !at_end) return lane;
      }
      if (const auto lane = flows_.lane_of_socket(socket.local, socket.protocol)) return lane;
      if (at_end) return flows_.lane(socket.local, socket.protocol);
      return std::nullopt;
    }
  } else if (std::get<Call>(w.event.body).name == CallName::socket && !at_end &&
             !std::get<Call>(w.event.body).returned) {
    return std::nullopt;  // its descriptor is not known yet
  } else if (const auto before = r.placed.find(w.after); before != r.placed.end()) {
    return trace_[before->second].endpoint;
  } else if (!at_end &&
             std::ranges::find(r.waiting, w.after, &Waiting::serial) != r.waiting.end()) {
    return std::nullopt;
  } else if (r.lane != EndpointId::none) {
    return r.lane;  // the role's own
  }
  if (!at_end) return std::nullopt;
  if (r.lane == EndpointId::none) {
    const auto protocol =
        w.socket == no_socket ? model::Protocol::tcp : r.sockets[w.socket].protocol;
    r.lane = trace_.add_endpoint(r.name, {}, protocol);
  }
  return r.lane;
}

// In the role's order, as far as lanes are known; a call that waits holds up only calls that have
// no lane of their own either.
void CallPlacer::flush(Role& r, bool at_end) {
  bool moved = true;
  while (moved) {
    moved = false;
    for (auto w = r.waiting.begin(); w != r.waiting.end();) {
      const auto lane = lane_of(r, *w, at_end);
      if (!lane) {
        ++w;
        continue;
      }
      place(r, *w, *lane);
      w = r.waiting.erase(w);
      moved = true;
    }
  }
}

// Of a program with several connections each end is told apart: "client.py", "client.py (2)". (The
// ends of a demo's role have its name, as they have in the simulation.)
std::string CallPlacer::name_for(const Role& r, model::Protocol protocol) {
  if (r.process == 0) return r.name;
  const int number = ++ends_named_[{r.name, protocol}];
  return number == 1 ? r.name : r.name + " (" + std::to_string(number) + ")";
}

void CallPlacer::name(Role& r, EndpointId lane) {
  model::Endpoint& endpoint = trace_.edit(lane);
  if (endpoint.name == endpoint.address.str()) endpoint.name = name_for(r, endpoint.protocol);
}

// A UDP socket bound to any address has as many lanes as it has addresses: which one a sendto or a
// recvfrom is about, its datagram shows (the kernel answers from the address by which it reaches
// the peer, not from the one that the peer had asked).
bool CallPlacer::is_where_its_datagram_is(const Socket& socket, const Waiting& w) {
  const Call& call = std::get<Call>(w.event.body);
  const bool sends = call.name == CallName::sendto && (!call.returned || call.result >= 0);
  const bool receives = call.name == CallName::recvfrom && call.returned && call.result >= 0;
  return socket.protocol == model::Protocol::udp && socket.local.ip.is_unspecified() &&
         w.peer.port != 0 && (sends || receives);
}

void CallPlacer::received(Reception reception, bool at_end) {
  const auto lane = flows_.lane_of_datagram(reception.port, reception.from, false);
  if (!lane && !at_end) return receptions_.push_back(reception);
  Event& event = trace_.edit(reception.event);
  if (lane) {
    event.endpoint = *lane;
    name(*reception.role, *lane);
  }
  const wire::SocketAddress near = trace_[event.endpoint].address;
  find_flow(reception.event, {near, reception.from, model::Protocol::udp}, at_end);
}

void CallPlacer::place(Role& r, Waiting& w, EndpointId lane) {
  name(r, lane);
  const model::Endpoint& endpoint = trace_[lane];
  if (w.socket != no_socket) r.lane = lane;
  w.event.endpoint = lane;
  const EventId id = trace_.add(w.event);
  const Call& call = std::get<Call>(trace_[id].body);
  if (!call.returned) r.unreturned[w.serial] = {id, w.socket};
  const auto before = r.placed.find(w.after);
  if (w.socket == no_socket && before != r.placed.end()) follow(id, before->second);
  r.placed[w.serial] = id;
  if (w.socket == no_socket) return;
  Socket& socket = r.sockets[w.socket];
  const wire::SocketAddress far = far_end(socket, call, w.peer);
  const bool prepares = call.name == CallName::socket || call.name == CallName::bind ||
                        call.name == CallName::setsockopt;
  if (far.port != 0) {
    find_flow(id, {endpoint.address, far, socket.protocol}, false);
  } else if (prepares) {
    socket.before.push_back(id);
  }
  if (call.returned) claim_listener(r, trace_[id], w.socket);
}

// The conversation of a call. One that is older than the call may be the previous one between these
// ports: then a connect waits for its own.
void CallPlacer::find_flow(EventId event, const PairKey& pair, bool at_end) {
  const FlowTable::Pair* const known = flows_.known(pair);
  const Event& e = trace_[event];
  const bool connects = std::get<Call>(e.body).name == CallName::connect;
  if (known != nullptr && known->flow != FlowId::none &&
      (at_end || !connects || known->began >= e.t)) {
    join(event, known->flow);
  } else if (!at_end) {
    without_flow_.push_back({event, pair});
  }
}

void CallPlacer::follow(EventId event, EventId leader) {
  const FlowId flow = trace_[leader].flow;
  if (flow != FlowId::none) {
    join(event, flow);
  } else {
    followers_[leader].push_back(event);
  }
}

void CallPlacer::join(EventId event, FlowId flow) {
  std::vector<EventId> joining{event};
  while (!joining.empty()) {
    const EventId next = joining.back();
    joining.pop_back();
    trace_.edit(next).flow = flow;
    const auto behind = followers_.extract(next);
    if (!behind.empty())
      joining.insert(joining.end(), behind.mapped().begin(), behind.mapped().end());
  }
}

// CLOSED and LISTEN show in no packet, but in the calls.
void CallPlacer::claim_listener(Role& r, const Event& call, std::uint32_t socket) {
  if (socket == no_socket) return;
  Socket& s = r.sockets[socket];
  const Call& c = std::get<Call>(call.body);
  const bool listens = c.name == CallName::listen && c.result == 0;
  const bool ends = c.name == CallName::close && s.listens;
  if (!listens && !ends) return;
  s.listens = listens;
  trace_.add({.t = listens ? c.returned_at : call.t,
              .endpoint = call.endpoint,
              .cause = call.id,
              .why = listens ? Why::passive_open : Why::listener_closed,
              .body = model::StateChange{listens ? TcpState::closed : TcpState::listen,
                                         listens ? TcpState::listen : TcpState::closed,
                                         model::Basis::inferred}});
}

void CallPlacer::flows_changed() {
  for (Role& r : roles_) {
    if (!r.waiting.empty()) flush(r, false);
  }
  for (const Reception& reception : std::exchange(receptions_, {})) received(reception, false);
  const std::vector<Placed> retry = std::exchange(without_flow_, {});
  for (const Placed& placed : retry) find_flow(placed.event, placed.pair, false);
}

void CallPlacer::finish() {
  for (Role& r : roles_) flush(r, true);
  for (const Reception& reception : std::exchange(receptions_, {})) received(reception, true);
  const std::vector<Placed> left = std::exchange(without_flow_, {});
  for (const Placed& placed : left) find_flow(placed.event, placed.pair, true);
}

}  // namespace synoptic::observe
