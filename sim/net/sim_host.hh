// SimHost: program::Host over the simulated network. Calls take no time of their own; those that
// block are kept as operations and completed when the stack says that they may go on. Errors are
// those of Linux.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/model/trace.hh"
#include "sim/net/machine.hh"
#include "sim/net/scenario.hh"
#include "sim/program/host.hh"

namespace synoptic::net {

class Simulation;

class SimHost final : public program::Host {
 public:
  SimHost(Simulation& simulation, std::uint32_t index, const RoleSpec& role, Machine& machine);

  const RoleSpec& role() const { return role_; }
  bool started() const { return started_; }
  bool ended() const { return started_ && running_ == 0; }
  // "recv(5)": the calls that wait for something, for the warning that nothing will come.
  std::vector<std::string> waiting_calls() const;
  // Somebody may still type what it waits for.
  bool awaits_line() const;
  // Places the events of sockets that never had an address.
  void finish();

  void start(model::EventId cause);
  void spawn(program::Task task) override;

  // --- from the machine and the agenda
  void tell(std::int32_t fd, tcp::Ready::What what, std::int32_t error, model::EventId cause);
  void wake(std::uint32_t operation);
  void resume(std::uint32_t operation);

 protected:
  bool submit(program::CallOp& op) override;

 private:
  enum class Kind : std::uint8_t { closed, stream, datagram };
  enum class Phase : std::uint8_t { fresh, listening, connecting, connected };
  struct Socket {
    Kind kind = Kind::closed;
    Phase phase = Phase::fresh;
    wire::Family family = wire::Family::ipv4;
    bool bound = false;       // by bind()
    bool holds_port = false;  // in the machine's table
    bool reuse_address = false;
    bool read_shut = false, write_shut = false;
    wire::SocketAddress local, remote;
    std::optional<tcp::ConnectionId> connection;
    std::optional<tcp::ListenerId> listener;
    std::optional<udp::SocketId> datagrams;
    model::EndpointId lane = model::EndpointId::none;
    model::FlowId flow = model::FlowId::none;
    std::uint32_t generation = 0;                 // a descriptor used again is another socket
    std::vector<model::EventId> before;           // events made before there was a lane, or a flow
    std::vector<std::uint32_t> readers, writers;  // operations that wait, oldest first
  };
  // A thread of the program: its coroutine, what it did last, and where its calls without a socket
  // are shown.
  struct Thread {
    program::Task task;
    model::EventId last = model::EventId::none;
    std::int32_t fd = -1;  // of its last socket, of this generation
    std::uint32_t generation = 0;
    model::EndpointId lane = model::EndpointId::none;
    model::FlowId flow = model::FlowId::none;
  };
  // A call that has not returned, or has returned and not been resumed yet; also the first step of
  // a thread.
  struct Operation {
    program::CallOp* op = nullptr;  // none: the thread begins
    model::EventId event = model::EventId::none;
    std::uint32_t thread = 0;
    std::size_t done = 0;  // octets of a send that the stack has taken
    bool complete = false;
  };
  // What a call came to: a value, an errno, or that it has to wait.
  struct Answer {
    std::int64_t value = 0;
    std::int32_t error = 0;
    bool blocks = false;
    wire::SocketAddress peer{};
  };
  static Answer fails(std::int32_t error) { return {.value = -1, .error = error}; }
  static Answer blocks() { return {.blocks = true}; }

  // --- calls (sim_calls.cc); each may be tried again until it no longer blocks
  Answer attempt(Operation& operation);
  Answer do_socket(const program::CallOp& op, std::uint32_t thread);
  Answer do_bind(Socket& s, const program::CallOp& op);
  Answer do_listen(Socket& s, const program::CallOp& op);
  Answer do_accept(Socket& s);
  Answer do_connect(Socket& s, const program::CallOp& op);
  Answer do_send(Socket& s, Operation& operation);
  Answer do_recv(Socket& s, const program::CallOp& op);
  Answer receive_datagram(Socket& s, const program::CallOp& op);
  Answer do_sendto(Socket& s, const program::CallOp& op);
  Answer do_shutdown(Socket& s, const program::CallOp& op);
  void do_close(Socket& s, model::EventId cause);
  Answer do_read_line(const program::CallOp& op);
  std::optional<model::Instant> line_comes_at() const;
  std::int32_t bind_to(Socket& s, wire::SocketAddress local);
  std::int32_t bind_ephemeral(Socket& s);
  Machine::Owner owner(const program::CallOp& op) const { return {index_, op.fd}; }

  // --- bookkeeping (sim_host.cc)
  Socket* socket(std::int32_t fd);
  std::int32_t lowest_free_fd();
  std::uint32_t new_operation();
  model::EventId record(const program::CallOp& op, Thread& thread);
  void place(Socket& s);  // it has an address: its lane, for all its events
  void join_flow(const program::CallOp& op, model::EventId call);
  void wait_in_line(std::uint32_t operation);
  void returned(Operation& operation, const Answer& answer);
  void complete(std::uint32_t operation, const Answer& answer, model::EventId cause);
  void retry(Socket& s, std::vector<std::uint32_t>& waiting, model::EventId cause);
  void end_waiting(std::vector<std::uint32_t>& waiting, std::int32_t error, model::EventId cause);
  void step(std::uint32_t thread, std::coroutine_handle<> at);
  void exit_process(model::EventId cause);

  Simulation& simulation_;
  std::uint32_t index_;
  const RoleSpec& role_;
  Machine& machine_;
  bool started_ = false;
  std::uint32_t current_ = 0;  // the thread that is running
  std::uint32_t running_ = 0;  // threads that have not ended
  std::size_t lines_read_ = 0;
  std::optional<model::Protocol> first_protocol_;     // of its first socket
  model::EndpointId lane_ = model::EndpointId::none;  // the last that a socket of this program got
  std::vector<Thread> threads_;
  std::vector<std::uint32_t> free_threads_;
  std::vector<Operation> operations_;
  std::vector<std::uint32_t> free_operations_;
  std::vector<std::unique_ptr<Socket>> sockets_;  // from descriptor 3 on
  std::vector<model::EventId>
      before_;  // calls of threads that had no socket yet, or one without an address
};

}  // namespace synoptic::net
