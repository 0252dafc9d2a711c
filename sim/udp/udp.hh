// UDP of one host, sans-IO: datagrams and calls go in; datagrams, refusals and readiness come out
// of poll_output() in the order in which they happened (RFC 768; errors as Linux gives them,
// udp(7)).
//
// It never reads a clock, draws a random number, or does I/O, and it has no timers. Not
// thread-safe. After each input, poll_output() until it gives nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "sim/model/why.hh"
#include "sim/wire/address.hh"
#include "sim/wire/bytes.hh"

namespace synoptic::udp {

enum class SocketId : std::uint32_t {};

struct Options {
  std::uint32_t receive_buffer =
      212'992;  // octets that wait in one socket, counted as Linux counts
};

// What a call gives: a count (>= 0), or an errno of Linux. EAGAIN means "would block": wait for
// Ready.
struct Result {
  std::int64_t value = 0;
  std::int32_t error = 0;
  wire::SocketAddress from;  // receive: who sent it
};

// --- outputs -------------------------------------------------------------------------------------
struct Transmit {  // a datagram to send; payload stays valid until the next call of the stack
  wire::SocketAddress src, dst;
  wire::ByteSpan payload;
  model::Why why = model::Why::none;
};
// The datagram just handed in found no socket: answer it with ICMP "port unreachable", quoting it
// (RFC 1122 section 4.1.3.1). `local` is where it was going, `remote` who is to be told.
struct Unreachable {
  wire::SocketAddress local, remote;
  model::Why why = model::Why::none;
};
struct Decided {  // worth a note, sends nothing: dropped, cut off, an error that is told to nobody
  wire::SocketAddress local, remote;
  model::Why why = model::Why::none;
};
struct Ready {  // a blocked receive may be tried again
  SocketId socket{};
};
using Output = std::variant<Transmit, Unreachable, Decided, Ready>;

class Stack {
 public:
  explicit Stack(Options options = {}) : options_(options) {}

  // --- calls
  // A socket bound to `local` (its port not 0; the address 0.0.0.0 or :: takes any). EADDRINUSE
  // when it is taken.
  std::variant<SocketId, std::int32_t> bind(const wire::SocketAddress& local);
  // Only datagrams from `remote` are taken from now on, and ICMP errors are reported.
  void connect(SocketId id, const wire::SocketAddress& remote);
  // Sends one datagram. A socket bound to any address sends from `source`, which the host's routing
  // chose. EMSGSIZE when it fits no IP packet; EDESTADDRREQ for port 0; a pending error of a
  // connected socket.
  Result sendto(SocketId id, wire::ByteSpan payload, const wire::SocketAddress& dst,
                const wire::IpAddress& source);
  // One datagram; what does not fit into `into` is lost. EAGAIN when there is none.
  Result receive(SocketId id, std::span<std::uint8_t> into);
  void close(SocketId id);

  // --- inputs
  // A datagram whose checksum was right. The payload is copied.
  void handle_datagram(const wire::SocketAddress& src, const wire::SocketAddress& dst,
                       wire::ByteSpan payload);
  // ICMP "port unreachable" about a datagram that `local` had sent to `remote`.
  void handle_unreachable(const wire::SocketAddress& local, const wire::SocketAddress& remote);

  // --- outputs
  // Null when there is none; valid until the next call of the stack.
  const Output* poll_output() {
    if (polled_ < outputs_.size()) return &outputs_[polled_++];
    outputs_.clear();
    polled_ = 0;
    return nullptr;
  }

  // --- getters
  bool port_in_use(const wire::SocketAddress& local) const;
  wire::SocketAddress local(SocketId id) const;
  std::size_t socket_count() const { return by_address_.size(); }

 private:
  struct Waiting {
    wire::SocketAddress from;
    std::size_t offset = 0, size = 0;  // in Socket::bytes
  };
  // Datagrams wait in one flat buffer, oldest first; both vectors restart at 0 whenever they run
  // empty.
  struct Socket {
    bool open = false;
    wire::SocketAddress local;
    std::optional<wire::SocketAddress> remote;
    std::int32_t error = 0;
    wire::Bytes bytes;
    std::vector<Waiting> waiting;
    std::size_t next = 0;    // first of `waiting` that has not been received
    std::size_t queued = 0;  // octets that wait, with Linux's overhead
  };
  std::optional<SocketId> find(const wire::SocketAddress& local) const;
  Socket& at(SocketId id) { return sockets_[static_cast<std::uint32_t>(id)]; }
  const Socket& at(SocketId id) const { return sockets_[static_cast<std::uint32_t>(id)]; }
  static std::int32_t take_error(Socket& socket);

  Options options_;
  std::vector<Socket> sockets_;  // by SocketId; closed ones are used again
  std::vector<SocketId> free_;
  std::map<wire::SocketAddress, SocketId> by_address_;
  wire::Bytes sending_;  // payloads of the Transmits not yet polled
  std::vector<Output> outputs_;
  std::size_t polled_ = 0;
};

}  // namespace synoptic::udp
