// One connection: its TCB as the RFC has it, and what an implementation needs beside it.
#pragma once

#include <array>
#include <limits>
#include <optional>

#include "sim/model/event.hh"
#include "sim/model/tcb.hh"
#include "sim/tcp/byte_queue.hh"
#include "sim/tcp/congestion.hh"
#include "sim/tcp/reassembly.hh"
#include "sim/tcp/retransmission_queue.hh"
#include "sim/tcp/rtt.hh"
#include "sim/tcp/stack.hh"

namespace synoptic::tcp {

inline constexpr model::Instant never{std::numeric_limits<std::int64_t>::max()};
inline constexpr std::size_t timer_count = 5;  // of model::TimerName

// Who holds the connection: a listener until accept(), a program until close(), then nobody.
enum class Owner : std::uint8_t { listener, program, nobody };

// The ACK that is owed to the peer.
enum class OwedAck : std::uint8_t { none, delayed, now };

// What Linux remembers to decide whether an ACK may wait (Profile::quick_ack).
struct QuickAck {
  bool started = false;      // the first text has arrived
  bool ping_pong = false;    // the program answers what it reads: an answer will carry the ACK
  int left = 0;              // so many ACKs go out at once
  model::Duration ato;       // how soon text follows text
  model::Instant last_text;  // when text last arrived
  std::uint32_t largest_text = 536;  // largest segment seen: what "full-sized" means here
};

// Everything that a new connection starts afresh with.
struct ConnectionState {
  model::Tcb tcb;
  wire::SocketAddress local, remote;
  std::uint32_t hash = 0;  // of the pair, in the table
  bool alive = false;    // there is a TCB; not alive, the slot only waits for the program's close()
  bool passive = false;  // came from LISTEN (MUST-11)
  Owner owner = Owner::program;
  ListenerId listener{};       // valid while owner is listener
  std::int32_t error = 0;      // told to the program by its next call, once
  bool wants_to_send = false;  // a send() found no room
  ConnectionOptions options;

  // Sizes and options, agreed on in the handshake.
  std::uint32_t own_mss = 0;   // largest text that we take
  std::uint32_t send_mss = 0;  // SendMSS, no larger than our own link allows
  bool window_scaling = false, sack = false, timestamps = false;
  std::uint8_t snd_wind_shift = 0, rcv_wind_shift = 0;
  std::uint32_t ts_recent = 0;  // RFC 7323
  model::Instant ts_recent_at;
  wire::SeqNum last_ack_sent;

  // Sending.
  wire::SeqNum send_base;        // sequence number of the first octet in send_buffer
  std::uint32_t unsent = 0;      // octets at the end of send_buffer that were never sent
  std::uint32_t max_window = 0;  // Max(SND.WND)
  wire::SeqNum small_end;        // end of the last segment smaller than SMSS (Minshall)
  bool small_sent = false;
  bool fin_queued = false, fin_sent = false;
  model::Why waiting = model::Why::none;  // why data waits, once it has been said
  std::uint32_t lost_octets = 0;          // of the segments marked lost
  RttEstimator rtt;
  Congestion congestion;
  int retransmissions = 0;  // of the first unacknowledged segment
  int probes = 0;           // zero-window probes since the window closed; sets their interval
  int unanswered_probes = 0;
  bool syn_was_lost = false;

  // Receiving.
  std::optional<wire::SeqNum> fin_at;  // the peer's FIN, while text before it is missing
  bool fin_received = false;
  std::uint32_t window_limit = 0;
  OwedAck owed_ack = OwedAck::none;
  model::Why owed_why = model::Why::none;
  std::uint32_t unacked_octets = 0;  // received since our last ACK
  QuickAck quick;
  model::Instant challenges_since;  // RFC 5961 section 7
  int challenges = 0;

  std::array<model::Instant, timer_count> timers{never, never, never, never, never};
  model::Instant deadline = never;  // the earliest of them, as the stack's heap knows it
};

struct Connection : ConnectionState {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  ByteQueue send_buffer;  // from send_base on: unacknowledged, then unsent
  RetransmissionQueue sent;
  Reassembly received;

  void start_afresh() {
    static_cast<ConnectionState&>(*this) = {};
    send_buffer.clear();
    sent.clear();
    received.start({});
  }
  model::TcpState state() const { return tcb.state; }
  // Octets sent and neither acknowledged nor given up as lost.
  std::uint32_t flight() const { return wire::offset(tcb.snd.una, tcb.snd.nxt).n - lost_octets; }
  model::Instant& timer(model::TimerName name) { return timers[static_cast<std::size_t>(name)]; }
  bool running(model::TimerName name) const {
    return timers[static_cast<std::size_t>(name)] != never;
  }
};

}  // namespace synoptic::tcp
