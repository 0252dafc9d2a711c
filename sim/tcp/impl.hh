// The state machine's insides. One file for each kind of event of RFC 9293 section 3.10:
//   user_calls.cc (3.10.1 to 3.10.5), segment_arrives.cc (3.10.7), timeouts.cc (3.10.8),
// and what they share: transmit.cc (what may be sent, and how it looks), acknowledge.cc (when an
// ACK goes out, which window it offers), stack.cc (finding connections, outputs).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/tcp/connection.hh"
#include "sim/tcp/connection_table.hh"
#include "sim/tcp/deadlines.hh"
#include "sim/tcp/stack.hh"

namespace synoptic::tcp {

struct Listener {
  bool open = false;
  wire::SocketAddress local;
  std::size_t backlog = 0;
  ConnectionOptions options;
  std::deque<ConnectionId> established;  // waiting for accept(), oldest first
};

// A segment on its way through the clauses; they cut it down to what is new and fits.
struct Arrival {
  const wire::SocketAddress& src;
  const wire::SocketAddress& dst;
  model::Segment seg;
  wire::ParsedOptions options;
  bool text_dropped = false;  // the receive window was zero
};

// What a clause says about going on with the next one.
enum class Then : std::uint8_t { go_on, stop };

struct Stack::Impl {
  explicit Impl(StackOptions stack_options);

  // --- stack.cc
  Connection* find(ConnectionId id);
  const Connection* find(ConnectionId id) const;
  Connection* find(const wire::SocketAddress& local, const wire::SocketAddress& remote);
  std::optional<ListenerId> find_listener(const wire::SocketAddress& local) const;
  Connection* create(const wire::SocketAddress& local, const wire::SocketAddress& remote);
  static ConnectionId id_of(const Connection& c);
  void set_state(Connection& c, model::TcpState to, model::Why why);
  // Deletes the TCB. With an error, the program hears of it; nothing holds the slot once no program
  // does.
  void delete_tcb(Connection& c, std::int32_t error = 0);
  void release(Connection& c);
  // Whether a program has the connection, or will yet get it.
  bool program_hears(const Connection& c) const;
  void decided(const Connection& c, model::Why why);
  void ready(Ready::What what, const Connection& c, std::int32_t error = 0);
  // A new output, to be filled in before the next.
  template <typename Kind>
  Kind& put_out() {
    return std::get<Kind>(outputs.emplace_back(std::in_place_type<Kind>));
  }
  void timer_changed(const Connection& c, model::TimerName name, model::TimerAction action,
                     model::Instant deadline, model::Why why);
  void start_timer(Connection& c, model::TimerName name, model::Instant deadline, model::Why why);
  void stop_timer(Connection& c, model::TimerName name, model::Why why);
  void stop_timers(Connection& c, model::Why why);
  void refresh_deadline(Connection& c);

  // --- user_calls.cc
  wire::SeqNum choose_iss(const ConnectionOptions& call, const wire::SocketAddress& local,
                          const wire::SocketAddress& remote);
  void prepare(Connection& c, const ConnectionOptions& call, wire::SeqNum iss);
  void close_send(Connection& c);
  void reset_connection(Connection& c, model::Why why);
  void await_last_fin(Connection& c);

  // --- segment_arrives.cc, in the order of RFC 9293 section 3.10.7
  void segment_arrives(const wire::SocketAddress& src, const wire::SocketAddress& dst,
                       const model::Segment& segment);
  void closed_state(const Arrival& a);
  void listen_state(ListenerId listener, const Arrival& a,
                    std::optional<wire::SeqNum> iss_floor = std::nullopt);
  void passive_open(ListenerId listener, const Arrival& a, std::optional<wire::SeqNum> iss_floor);
  void syn_sent_state(Connection& c, Arrival& a);
  Then syn_sent_check_ack(Connection& c, const Arrival& a);
  void syn_sent_check_syn(Connection& c, Arrival& a);
  void other_states(Connection& c, Arrival& a);
  Then reopen_time_wait(Connection& c, const Arrival& a);
  Then check_timestamps(Connection& c, const Arrival& a);
  Then check_sequence_number(Connection& c, Arrival& a);
  void refuse_unacceptable(Connection& c, const Arrival& a);
  void cut_to_window(Connection& c, Arrival& a);
  Then check_rst(Connection& c, const Arrival& a);
  Then check_syn(Connection& c, const Arrival& a);
  Then check_ack(Connection& c, const Arrival& a);
  Then check_ack_in_syn_received(Connection& c, const Arrival& a);
  Then check_ack_of_fin(Connection& c, const Arrival& a);
  void check_urg(Connection& c, const Arrival& a);
  Then process_text(Connection& c, const Arrival& a);
  void check_fin(Connection& c, const Arrival& a);
  void process_fin(Connection& c);
  void from_sixth_clause(Connection& c, const Arrival& a);
  void enter_established(Connection& c, model::Why why);
  void enter_time_wait(Connection& c, model::Why why);
  void send_reset_for(const Arrival& a, model::Why why);

  // --- peer_ack.cc: what the peer's ACK field and window mean for what we sent
  void acknowledged(Connection& c, const Arrival& a);
  void duplicate_ack(Connection& c, const Arrival& a);
  void update_send_window(Connection& c, const Arrival& a);
  void drop_acknowledged(Connection& c, const Arrival& a);
  void negotiate(Connection& c, const Arrival& a);

  // --- acknowledge.cc
  void owe_ack(Connection& c, model::Why why);  // goes out with this input's output
  void owe_ack_for_text(Connection& c, std::uint32_t octets);
  void owe_delayed_ack(Connection& c, model::Why why);
  void note_text_arrived(Connection& c, std::uint32_t octets);
  void note_text_sent(Connection& c);
  void ack_was_sent(Connection& c);
  void send_ack(Connection& c, model::Why why);   // at once, alone
  void challenge(Connection& c, model::Why why);  // the same, throttled
  void offer_first_window(Connection& c);
  void advance_window(Connection& c);
  std::uint32_t window_candidate(const Connection& c) const;
  void after_read(Connection& c);

  // --- transmit.cc
  void output(Connection& c);
  void send_lost(Connection& c);
  void send_new(Connection& c);
  model::Why must_wait(const Connection& c) const;
  bool nagle_holds(const Connection& c) const;
  void send_one(Connection& c, std::uint32_t size, model::Why why);
  void wait(Connection& c, model::Why why);
  void manage_timers(Connection& c);
  void retransmit(Connection& c, SentSegment& segment, model::Why why);
  void send_syn(Connection& c, model::Why why);
  void transmit(Connection& c, wire::SeqNum seq, wire::CtlSet ctl, wire::ByteSpan text,
                model::Why why, bool retransmission = false);
  std::uint16_t window_field(Connection& c, bool syn);
  wire::TcpOptions syn_options(const Connection& c, bool answers_syn) const;
  wire::TcpOptions segment_options(const Connection& c, std::size_t text_size) const;
  std::uint32_t timestamp() const;
  std::uint32_t smss(const Connection& c) const;

  // --- timeouts.cc
  void timeouts(Connection& c);
  void expired(Connection& c, model::TimerName name, model::Why why);
  void delayed_ack_timeout(Connection& c);
  void retransmission_timeout(Connection& c);
  void persist_timeout(Connection& c);
  void give_up(Connection& c);
  void mark_all_lost(Connection& c);

  StackOptions options;
  model::Instant now;
  model::Why cause = model::Why::send_data;  // why data goes out that output() finds ready
  std::vector<std::unique_ptr<Connection>> connections;  // by slot
  std::vector<std::uint32_t> free_slots;
  ConnectionTable table;
  std::uint32_t last_found = ConnectionTable::none;
  std::unordered_map<std::uint16_t, std::uint32_t> connections_at_port;  // by local port
  Deadlines deadlines;
  std::vector<Listener> listeners;
  std::map<wire::SocketAddress, ListenerId> listening;
  std::vector<Output> outputs;
  std::size_t polled = 0;
};

}  // namespace synoptic::tcp
