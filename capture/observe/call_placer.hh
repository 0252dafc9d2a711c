// CallPlacer: which lane and which conversation a call of a program belongs to: an accept, sendto
// or recvfrom to its peer's, another call on a socket to the socket's, a sleep or a line to that of
// the call before it in its task.
//
// Calls come by another way than packets, and a socket has no address before bind or connect: a
// call waits, in its role's order, until its lane is known. A call that blocks comes twice; the
// second fills in the first.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "capture/observe/flow_table.hh"
#include "capture/observe/flow_tracker.hh"

namespace synoptic::observe {

class CallPlacer {
 public:
  CallPlacer(model::Trace& trace, FlowTable& flows) : trace_(trace), flows_(flows) {}

  void call(const CallRecord& record);
  // Packets have shown a new lane, a new conversation, or the first datagram of one way: what
  // waited for it is placed.
  void flows_changed();
  void finish();

 private:
  struct Socket {
    wire::SocketAddress local, remote;
    model::Protocol protocol = model::Protocol::tcp;
    bool bound = false;  // by bind()
    bool listens = false;
    bool several = false;                // datagrams went to more than one peer
    std::vector<model::EventId> before;  // its calls from before it had a peer
  };
  struct Waiting {  // a call without a lane
    std::uint64_t serial = 0;
    model::Event event;
    std::uint32_t socket = no_socket;
    wire::SocketAddress peer;  // what the call itself says of the conversation's other end
    std::uint64_t after = 0;
  };
  struct Placed {  // a call with a lane and no conversation yet
    model::EventId event;
    PairKey pair;
  };
  struct Role {  // a process of it
    std::string name;
    std::int32_t process = 0;     // its number on this machine; 0: not told
    std::uint16_t nth = 0;        // of the processes of that name, from 1; 0: not told
    std::vector<Socket> sockets;  // all there ever were
    std::map<std::int32_t, std::uint32_t> by_fd;  // the open ones
    std::deque<Waiting> waiting;
    std::map<std::uint64_t, std::pair<model::EventId, std::uint32_t>>
        unreturned;                                            // serial: event, socket
    std::unordered_map<std::uint64_t, model::EventId> placed;  // serial: event
    model::EndpointId lane = model::EndpointId::none;          // of its latest call that had one
  };
  // A recvfrom on a socket bound to any address, that has returned: the lane that it was given when
  // it was made was a guess.
  struct Reception {
    model::EventId event;
    Role* role;
    std::uint16_t port;
    wire::SocketAddress from;
  };
  static constexpr std::uint32_t no_socket = 0xffffffff;

  Role& role(const std::string& name, std::int32_t process);
  std::uint32_t socket_of(Role& role, const CallRecord& record);
  void learn(Socket& socket, const CallRecord& record);
  static wire::SocketAddress far_end(const Socket& socket, const model::Call& call,
                                     const wire::SocketAddress& peer);
  void join_peer(Socket& socket);
  void returned(Role& role, const CallRecord& record, std::uint32_t socket);
  void flush(Role& role, bool at_end);
  std::optional<model::EndpointId> lane_of(Role& role, const Waiting& waiting, bool at_end);
  std::string name_for(const Role& role, model::Protocol protocol);
  void name(Role& role, model::EndpointId lane);
  static bool is_where_its_datagram_is(const Socket& socket, const Waiting& waiting);
  void received(Reception reception, bool at_end);
  void place(Role& role, Waiting& waiting, model::EndpointId lane);
  void find_flow(model::EventId event, const PairKey& pair, bool at_end);
  void follow(model::EventId event, model::EventId leader);
  void join(model::EventId event, model::FlowId flow);
  void claim_listener(Role& role, const model::Event& call, std::uint32_t socket);
  model::Call stored(const model::Call& call, const Role& role);

  model::Trace& trace_;
  FlowTable& flows_;
  std::deque<Role> roles_;
  std::map<std::pair<std::int32_t, std::string>, Role*> known_roles_;  // by process and name
  std::map<std::string, std::uint16_t> processes_;                     // of a name, so far
  std::map<std::pair<std::string, model::Protocol>, int> ends_named_;  // of a program
  std::vector<Placed> without_flow_;
  std::vector<Reception> receptions_;  // whose datagram was not seen yet
  // Calls that will join the flow of another as soon as that has one.
  std::unordered_map<model::EventId, std::vector<model::EventId>> followers_;
};

}  // namespace synoptic::observe
