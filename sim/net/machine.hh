// Machine: one IP address with its TCP and UDP. It turns what the stacks put out into packets and
// events, and what arrives into inputs of the stacks; it gives out ports; and it tells the programs
// when a blocked call may go on.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/net/recorder.hh"
#include "sim/tcp/stack.hh"
#include "sim/udp/udp.hh"
#include "sim/wire/packet.hh"

namespace synoptic::net {

class Simulation;

class Machine {
 public:
  // Ports given to sockets that did not ask for one: the dynamic range of RFC 6335.
  static constexpr std::uint16_t first_ephemeral = 49152;

  // Who is to be told when something of a stack is ready.
  struct Owner {
    std::uint32_t host = 0;
    std::int32_t fd = -1;
  };

  Machine(Simulation& simulation, std::uint32_t index, const wire::IpAddress& ip);

  const wire::IpAddress& ip() const { return ip_; }
  const wire::MacAddress& mac() const { return mac_; }
  tcp::Stack& tcp() { return tcp_; }
  udp::Stack& udp() { return udp_; }

  // A packet has arrived here; `corrupt` says that the link changed some of its bits.
  void arrive(model::EventId packet, bool corrupt);
  void deadline();
  // To be called after each call on a stack: takes what it put out, caused by `cause`, then tells
  // the programs whose calls may go on.
  void settle(model::EventId cause);
  // The first half of settle(), for programs that are being told.
  void poll(model::EventId cause);

  // --- owners
  void own(tcp::ConnectionId id, Owner owner) {
    connections_[static_cast<std::uint32_t>(id)] = owner;
  }
  void own(tcp::ListenerId id, Owner owner) { listeners_[static_cast<std::uint32_t>(id)] = owner; }
  void own(udp::SocketId id, Owner owner) { datagrams_[static_cast<std::uint32_t>(id)] = owner; }
  void disown(tcp::ConnectionId id) { connections_.erase(static_cast<std::uint32_t>(id)); }
  void disown(tcp::ListenerId id) { listeners_.erase(static_cast<std::uint32_t>(id)); }
  void disown(udp::SocketId id) { datagrams_.erase(static_cast<std::uint32_t>(id)); }

  // `local` with this machine's address in the place of 0.0.0.0 or ::.
  wire::SocketAddress concrete(const wire::SocketAddress& local) const;

  // --- TCP ports (UDP keeps its own)
  // With `reuse_address` a port that only connections have is free.
  bool tcp_port_taken(const wire::SocketAddress& local, bool reuse_address = false) const;
  void bind_tcp(const wire::SocketAddress& local);
  void release_tcp(const wire::SocketAddress& local);
  // A port that nothing uses; nothing when all are taken.
  std::optional<std::uint16_t> ephemeral_port(model::Protocol protocol);

 private:
  struct Told {
    Owner owner;
    tcp::Ready::What what;
    std::int32_t error;
    model::EventId cause;
  };

  void poll_tcp(model::EventId cause);
  void poll_udp(model::EventId cause);
  // Each returns what causes the outputs behind it: a timer that expired, else what caused it, too.
  model::EventId put(const tcp::Transmit& out, model::EventId cause);
  model::EventId put(const tcp::StateChanged& out, model::EventId cause);
  model::EventId put(const tcp::TimerChanged& out, model::EventId cause);
  model::EventId put(const tcp::Decided& out, model::EventId cause);
  model::EventId put(const tcp::Ready& out, model::EventId cause);
  void put(const udp::Transmit& out, model::EventId cause);
  void put(const udp::Unreachable& out, model::EventId datagram);
  // Puts the trace's last event, a packet, onto the link to machine `to`.
  void send(std::uint32_t to);
  bool is_beyond_mtu(const udp::Transmit& out) const;
  void handle_icmp(const wire::PacketView& view, wire::ByteSpan bytes);
  // A SYN has begun a flow: what its connection did just before it belongs to it, too.
  void backdate(model::EndpointId lane, model::FlowId before, model::FlowId flow);
  void note(const wire::SocketAddress& local, const wire::SocketAddress& remote,
            model::Protocol protocol, model::Why why, model::EventId cause);
  // Where something of a connection, or of a listener (remote port 0), is shown.
  std::pair<model::EndpointId, model::FlowId> place(const wire::SocketAddress& local,
                                                    const wire::SocketAddress& remote,
                                                    model::Protocol protocol);
  wire::IpSpec ip_to(const wire::IpAddress& dst);
  wire::LinkSpec link_to(std::uint32_t machine) const;
  void rearm();

  Simulation& simulation_;
  std::uint32_t index_;
  wire::IpAddress ip_;
  wire::MacAddress mac_;
  tcp::Stack tcp_;
  udp::Stack udp_;
  std::uint16_t ip_id_ = 0;
  std::uint16_t next_port_ = first_ephemeral;
  std::optional<model::Instant> armed_;  // the earliest deadline on the agenda
  std::set<wire::SocketAddress> bound_;
  std::vector<bool> used_;  // TCP's ephemeral ports that were bound before
  std::unordered_map<std::uint32_t, Owner> connections_, listeners_,
      datagrams_;  // looked up, never walked
  std::vector<Told> told_;
  std::size_t polling_since_ = 0;  // the first event of the poll that is going on
  wire::Bytes scratch_, damaged_;
};

}  // namespace synoptic::net
