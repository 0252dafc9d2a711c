// Stack: one host's TCP, sans-IO. Segments, calls and the time go in; segments, state changes,
// timers, decisions and readiness come out of poll_output(), in the order in which they happened.
//
// It never reads a clock, draws a random number, or does I/O: time and ISNs are handed to it.
// Deterministic. After each input, poll_output() until it gives nothing, then ask next_deadline().
// Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>

#include "sim/model/event.hh"
#include "sim/model/tcb.hh"
#include "sim/model/time.hh"
#include "sim/tcp/profile.hh"
#include "sim/wire/address.hh"

namespace synoptic::tcp {

enum class ConnectionId : std::uint32_t {};
enum class ListenerId : std::uint32_t {};

struct ConnectionOptions {
  std::optional<wire::SeqNum> iss;  // else IsnSource
  bool no_delay = false;            // TCP_NODELAY: Nagle off
  std::uint16_t mss = 0;            // largest text we accept and send; 0: the stack's
};

// What a call gives: a count (>= 0), or an errno of Linux. EAGAIN means "would block": wait for
// Readiness.
struct Result {
  std::int64_t value = 0;
  std::int32_t error = 0;
};

// --- outputs -------------------------------------------------------------------------------------
struct Transmit {  // a segment to send; segment.text stays valid until the next call of the stack
  wire::SocketAddress src, dst;
  model::Segment segment;
  model::Why why = model::Why::none;
  bool retransmission = false;
};
struct StateChanged {  // of the connection local <-> remote; a listener's has remote port 0
  wire::SocketAddress local, remote;
  model::TcpState from, to;
  model::Why why = model::Why::none;
};
struct TimerChanged {
  wire::SocketAddress local, remote;
  model::TimerName name;
  model::TimerAction action;
  model::Instant deadline;
  model::Why why = model::Why::none;
};
struct Decided {  // something worth a note that sends nothing: queued out of order, discarded, …
  wire::SocketAddress local, remote;
  model::Why why = model::Why::none;
};
struct Ready {  // a blocked call may be tried again
  enum class What : std::uint8_t { acceptable, connected, readable, writable, failed, gone } what;
  ConnectionId connection{};  // not for acceptable
  ListenerId listener{};      // acceptable only
  std::int32_t error = 0;     // failed: errno (ECONNREFUSED, ECONNRESET, ETIMEDOUT)
};
using Output = std::variant<Transmit, StateChanged, TimerChanged, Decided, Ready>;

// Gives the ISS of a new connection (RFC 9293 section 3.4.1).
using IsnSource = std::function<wire::SeqNum(model::Instant now, const wire::SocketAddress& local,
                                             const wire::SocketAddress& remote)>;

struct StackOptions {
  Profile profile;
  std::uint32_t mtu = 1500;  // MSS follows from it and the family
  IsnSource isn;
};

class Stack {
 public:
  explicit Stack(StackOptions options);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // --- calls (RFC 9293 3.10.1 to 3.10.5, with the socket calls' errors)
  // Passive open. EADDRINUSE when (local) listens already. The address 0.0.0.0 or :: takes any.
  std::variant<ListenerId, std::int32_t> listen(model::Instant now,
                                                const wire::SocketAddress& local, int backlog,
                                                ConnectionOptions options = {});
  void close_listener(model::Instant now, ListenerId listener);
  // An established connection that nobody has accepted yet, the oldest first.
  std::optional<ConnectionId> accept(ListenerId listener);
  // Active open: sends the SYN. EADDRINUSE when the pair is in use. Result in Ready::connected or
  // ::failed.
  std::variant<ConnectionId, std::int32_t> connect(model::Instant now,
                                                   const wire::SocketAddress& local,
                                                   const wire::SocketAddress& remote,
                                                   ConnectionOptions options = {});
  // Takes as many octets as the send buffer holds. EAGAIN when none; EPIPE after our close;
  // ECONNRESET after a reset.
  Result send(model::Instant now, ConnectionId id, wire::ByteSpan text);
  // 0 at end of stream (the peer's FIN, or our own shutdown of reading).
  Result receive(model::Instant now, ConnectionId id, std::span<std::uint8_t> into);
  Result shutdown_write(model::Instant now, ConnectionId id);
  // The application lets go of the connection: FIN, or RST when text is left unread (RFC
  // 9293 3.6.1). It lives on inside the stack until it is CLOSED; `id` is not to be used again.
  void close(model::Instant now, ConnectionId id);
  void abort(model::Instant now, ConnectionId id);

  // --- inputs
  // A segment whose checksum was right, from src to dst. segment.text is copied.
  void handle_segment(model::Instant now, const wire::SocketAddress& src,
                      const wire::SocketAddress& dst, const model::Segment& segment);
  void handle_deadline(model::Instant now);  // everything due at or before `now`

  // --- outputs
  // Null when there is none; valid until the next call of the stack.
  const Output* poll_output();
  // Null when nothing is to come; valid until the next call. O(1); inputs cost O(log connections).
  const model::Instant* next_deadline() const;

  // --- getters
  const model::Tcb* tcb(ConnectionId id) const;  // null when there is none any more
  wire::SocketAddress local(ConnectionId id) const;
  wire::SocketAddress remote(ConnectionId id) const;
  // Each connection that has a TCB, in the order of their slots. O(connections).
  using Visitor = std::function<void(const wire::SocketAddress& local,
                                     const wire::SocketAddress& remote, const model::Tcb& tcb)>;
  void each_connection(const Visitor& visit) const;
  std::size_t connection_count() const;  // those in TIME-WAIT included
  bool port_in_use(const wire::SocketAddress& local) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace synoptic::tcp
