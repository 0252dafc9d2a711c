// Events: what a trace is made of. Plain, small values; bytes and texts live in the trace's arena.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/model/tcp_state.hh"
#include "sim/model/time.hh"
#include "sim/model/why.hh"
#include "sim/wire/packet.hh"

namespace synoptic::model {

// Handles into one Trace. `none` is "there is none".
enum class EventId : std::uint32_t { none = 0xffffffff };
enum class EndpointId : std::uint32_t { none = 0xffffffff };
enum class FlowId : std::uint32_t { none = 0xffffffff };
constexpr std::uint32_t index(EventId id) {
  return static_cast<std::uint32_t>(id);
}
constexpr std::uint32_t index(EndpointId id) {
  return static_cast<std::uint32_t>(id);
}
constexpr std::uint32_t index(FlowId id) {
  return static_cast<std::uint32_t>(id);
}

enum class Protocol : std::uint8_t { tcp, udp };

// One end: a lane. Keyed by address, port and protocol, never by address alone.
struct Endpoint {
  EndpointId id = EndpointId::none;
  std::string
      name;  // the role ("server", "client", "client 2"), or the address where no role is known
  wire::SocketAddress address;  // 0.0.0.0:0 while not known (a call before bind or connect)
  Protocol protocol = Protocol::tcp;
};

// One conversation between two endpoints (a TCP connection, or the datagrams between two UDP
// ports). A pair of ports used again for a later connection is a flow of its own.
struct Flow {
  FlowId id = FlowId::none;
  Protocol protocol = Protocol::tcp;
  EndpointId a = EndpointId::none;  // who spoke first (the active opener, where that is known)
  EndpointId b = EndpointId::none;
  // What relative numbers count from: the ISN of each side, or the first number seen where no SYN
  // was.
  std::optional<wire::SeqNum> base_a, base_b;
  bool began_mid_stream = false;
};

// other: a packet that is neither segment, datagram nor ICMP message (ARP, a fragment, …). It has
// no lane and no conversation: its bytes are what is known of it.
enum class EventKind : std::uint8_t {
  segment,
  datagram,
  icmp,
  call,
  state,
  timer,
  loss,
  note,
  other
};
std::string_view kind_name(EventKind kind);

// damaged: it arrived with bits changed, and the receiver dropped it, for the checksum did not fit.
enum class Fate : std::uint8_t { in_flight, delivered, lost, damaged };

// A packet on its way: TCP segment, UDP datagram or ICMP message.
struct Packet {
  wire::ByteSpan bytes;             // from the link header on, as captured (in the trace's arena)
  std::uint32_t original_size = 0;  // on the wire, in bytes
  wire::LinkType link = wire::LinkType::ethernet;
  Fate fate = Fate::in_flight;
  Instant arrived;  // valid if has_arrived(). Captured: the time of capture
  // Of a segment; relative numbers come from Trace::relative_seq().
  wire::CtlSet ctl;
  wire::SeqNum seq, ack;
  std::uint32_t wnd = 0;        // in octets: scaled once both SYNs were seen to carry window scale
  std::uint32_t len = 0;        // octets of text (segment) or of payload (datagram, icmp)
  bool retransmission = false;  // simulated: true. Captured: the bytes had been seen before
  std::uint8_t icmp_type = 0, icmp_code = 0;

  bool has_arrived() const { return fate == Fate::delivered || fate == Fate::damaged; }
};

enum class CallName : std::uint8_t {
  socket,
  bind,
  listen,
  accept,
  connect,
  send,
  recv,
  sendto,
  recvfrom,
  shutdown,
  close,
  setsockopt,
  sleep,
  print,
  read_line,
  save,
};
std::string_view call_name(CallName name);

// A call of a program: a socket call, a sleep, a line printed or read, octets saved to a file.
struct Call {
  CallName name = CallName::socket;
  bool returned = false;  // what it came to (error, returned_at, result) is valid
  // Which process of its program made it: 1 the first, 2 one that it forked, …; 0: not told.
  std::uint16_t process = 0;
  std::int32_t fd = -1;     // the socket's descriptor, -1 where the call has none
  std::int64_t number = 0;  // listen: backlog; recv, recvfrom, save: size; shutdown: how; sleep:
                            // ns; socket: 1 stream, 2 datagram
  wire::SocketAddress
      address;  // bind, connect, sendto: argument; accept, recvfrom: the peer found. Else 0.0.0.0:0
  std::int32_t error = 0;  // errno of Linux
  wire::ByteSpan data;     // bytes sent or received; the line printed or read (UTF-8); setsockopt:
                           // its arguments in words; save: the file's name
  Instant returned_at;
  std::int64_t result = 0;  // as the system call returns it; -1 on error
};

enum class Basis : std::uint8_t { true_, inferred, confirmed, contradicted };
std::string_view basis_name(Basis basis);  // "true", "inferred", …

struct StateChange {
  TcpState from = TcpState::closed, to = TcpState::closed;
  Basis basis = Basis::true_;
  TcpState kernel = TcpState::closed;  // what the kernel said instead, where contradicted
};

enum class TimerName : std::uint8_t {
  retransmission,
  persist,
  delayed_ack,
  time_wait,
  fin_wait_2,  // Linux: how long FIN-WAIT-2 lasts once no program holds the connection
};
enum class TimerAction : std::uint8_t { started, stopped, expired };
std::string_view timer_name(TimerName name);       // "retransmission"
std::string_view action_name(TimerAction action);  // "started"
struct Timer {
  TimerName name = TimerName::retransmission;
  TimerAction action = TimerAction::started;
  Instant deadline;  // when it will expire (started), would have (stopped) or did
};

struct Loss {};  // Event::cause is the packet that was lost
struct Note {
  std::string_view text;  // beyond what the Why says; may be empty
};

// The order of the members keeps it small: a long trace has millions of them.
struct Event {
  Instant t;  // a packet: when it left its sender; a call: when it was made
  EventId id = EventId::none;
  EndpointId endpoint = EndpointId::none;  // where it happened; a packet's sender
  EndpointId to = EndpointId::none;        // a packet's receiver
  FlowId flow = FlowId::none;
  EventId cause =
      EventId::none;  // what led to it: the segment that was answered, the call, the timer
  Why why = Why::none;
  EventKind kind = EventKind::note;
  std::variant<Packet, Call, StateChange, Timer, Loss, Note> body;
};
static_assert(sizeof(Event) == 112);

// "recv(1024)", "bind(127.0.0.2:9999)", "send("Hello")", and its result: "= 8 "Welcome!"", "=
// ECONNREFUSED".
std::string format_call(const Call& call);
// How many octets the character of UTF-8 at the front has; 0: there is none.
std::size_t utf8_length(wire::ByteSpan bytes);
// Bytes as a text in quotes; what is no UTF-8 as \xb0; a long one cut off, with "…".
std::string quoted(wire::ByteSpan bytes);
std::string format_result(const Call& call);
std::string error_name(std::int32_t error);  // "ECONNREFUSED"; "errno 999" where unknown

}  // namespace synoptic::model
