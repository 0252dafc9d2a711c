// Threads, operations, and where each call is shown. The calls themselves are in sim_calls.cc.
#include "sim/net/sim_host.hh"

#include <algorithm>
#include <cerrno>

#include "sim/net/simulation.hh"

namespace synoptic::net {

using model::CallName;
using model::EndpointId;
using model::EventId;
using model::FlowId;
using program::CallOp;

namespace {

constexpr std::int32_t first_fd = 3;  // 0, 1 and 2 are the standard streams

wire::ByteSpan as_bytes(const char* data, std::size_t size) {
  return {reinterpret_cast<const std::uint8_t*>(data), size};
}

bool goes_out(CallName name) {
  return name == CallName::send || name == CallName::sendto || name == CallName::print;
}

}  // namespace

SimHost::SimHost(Simulation& simulation, std::uint32_t index, const RoleSpec& role,
                 Machine& machine)
    : simulation_(simulation), index_(index), role_(role), machine_(machine) {}

// --- threads

void SimHost::start(EventId cause) {
  started_ = true;
  spawn(role_.main(*this));
  threads_.front().last = cause;
}

void SimHost::spawn(program::Task task) {
  std::uint32_t thread = static_cast<std::uint32_t>(threads_.size());
  if (free_threads_.empty()) {
    threads_.emplace_back();
  } else {
    thread = free_threads_.back();
    free_threads_.pop_back();
  }
  if (running_ > 0) {  // it goes on where its parent stands
    const Thread& parent = threads_[current_];
    threads_[thread] = {program::Task(),   parent.last, parent.fd,
                        parent.generation, parent.lane, parent.flow};
  }
  threads_[thread].task = std::move(task);
  ++running_;
  const std::uint32_t operation = new_operation();
  operations_[operation].thread = thread;
  simulation_.add_runnable(index_, operation);
}

void SimHost::resume(std::uint32_t operation) {
  const Operation o = operations_[operation];
  operations_[operation] = {};
  free_operations_.push_back(operation);
  step(o.thread, o.op != nullptr ? o.op->waiter : threads_[o.thread].task.handle());
}

void SimHost::step(std::uint32_t thread, std::coroutine_handle<> at) {
  current_ = thread;
  at.resume();
  Thread& stepped = threads_[thread];  // found again: the program may have spawned others
  if (!stepped.task.done()) return;
  stepped.task.rethrow();
  const EventId last = stepped.last;
  stepped = {};
  free_threads_.push_back(thread);
  if (--running_ == 0) exit_process(last);
}

// A process that ends lets go of its sockets; the kernel closes them.
void SimHost::exit_process(EventId cause) {
  for (const auto& s : sockets_) {
    if (s->kind != Kind::closed) do_close(*s, cause);
  }
  machine_.settle(cause);
}

std::uint32_t SimHost::new_operation() {
  if (free_operations_.empty()) {
    operations_.emplace_back();
    return static_cast<std::uint32_t>(operations_.size() - 1);
  }
  const std::uint32_t operation = free_operations_.back();
  free_operations_.pop_back();
  return operation;
}

// --- a call from its beginning to its end

bool SimHost::submit(CallOp& op) {
  if (!simulation_.has_room()) return true;  // the run is over: nobody resumes it
  Operation operation{.op = &op, .event = record(op, threads_[current_]), .thread = current_};
  const Answer answer = attempt(operation);
  if (answer.blocks) {
    const std::uint32_t waiting = new_operation();
    operations_[waiting] = operation;
    wait_in_line(waiting);
  } else {
    returned(operation, answer);
    threads_[current_].last = operation.event;
  }
  machine_.settle(operation.event);
  join_flow(op, operation.event);
  return answer.blocks;
}

void SimHost::wait_in_line(std::uint32_t operation) {
  const Operation& o = operations_[operation];
  if (o.op->name == CallName::sleep) {
    simulation_.add_wake(index_, operation, simulation_.now() + model::nanoseconds(o.op->number));
    return;
  }
  if (o.op->name == CallName::read_line) {
    if (const auto typed = line_comes_at()) simulation_.add_wake(index_, operation, *typed);
    return;
  }
  Socket& s = *socket(o.op->fd);
  const bool writes = goes_out(o.op->name) || o.op->name == CallName::connect;
  (writes ? s.writers : s.readers).push_back(operation);
}

// What was typed before it is asked for is there at once. Nothing: nobody has typed it yet.
std::optional<model::Instant> SimHost::line_comes_at() const {
  const model::Instant now = simulation_.now();
  if (!role_.by_hand) return now + role_.typing;
  const ByHand& hand = *role_.by_hand;
  const auto typed = lines_read_ < role_.lines.size()
                         ? std::optional<model::Duration>(hand.at[lines_read_])
                         : hand.ended;
  if (!typed) return std::nullopt;
  return std::max(now, model::Instant{typed->ns});
}

bool SimHost::awaits_line() const {
  return role_.by_hand && std::ranges::any_of(operations_, [](const Operation& o) {
           return o.op != nullptr && !o.complete && o.op->name == CallName::read_line;
         });
}

void SimHost::returned(Operation& operation, const Answer& answer) {
  CallOp& op = *operation.op;
  op.result.value = answer.value;
  op.result.error = answer.error;
  op.result.peer = answer.peer;
  model::Trace& trace = simulation_.recorder().trace();
  model::Event& event = trace.edit(operation.event);
  auto& call = std::get<model::Call>(event.body);
  call.returned = true;
  call.returned_at = simulation_.now();
  call.result = answer.value;
  call.error = answer.error;
  Thread& thread = threads_[operation.thread];
  if (Socket* s = socket(op.fd)) {
    thread.lane = s->lane;
    thread.flow = event.flow;
  }
  if (answer.value < 0) return;
  if (op.name == CallName::recv || op.name == CallName::recvfrom) {
    call.data = trace.arena().store(as_bytes(op.in.data(), static_cast<std::size_t>(answer.value)));
    if (op.name == CallName::recvfrom) call.address = answer.peer;
    const bool datagram = answer.peer.port != 0 && socket(op.fd)->kind == Kind::datagram;
    if (datagram) {
      const View view = simulation_.recorder().view(machine_.concrete(socket(op.fd)->local),
                                                    answer.peer, model::Protocol::udp);
      event.flow = thread.flow = view.conversation->flow;
    }
  } else if (op.name == CallName::read_line) {
    call.data = trace.arena().store(as_bytes(op.line->data(), op.line->size()));
  } else if (op.name == CallName::accept) {
    call.address = answer.peer;
    const auto fd = static_cast<std::int32_t>(answer.value);
    thread.fd = fd;
    thread.generation = socket(fd)->generation;
    event.flow = thread.flow = socket(fd)->flow;
  }
  simulation_.call_returned(index_, op.name, operation.event);
}

void SimHost::complete(std::uint32_t operation, const Answer& answer, EventId cause) {
  Operation& o = operations_[operation];
  returned(o, answer);
  o.complete = true;
  threads_[o.thread].last = cause == EventId::none ? o.event : cause;
  simulation_.add_runnable(index_, operation);
}

void SimHost::wake(std::uint32_t operation) {
  const CallOp& op = *operations_[operation].op;
  const Answer answer = op.name == CallName::read_line ? do_read_line(op) : Answer{};
  complete(operation, answer, EventId::none);
}

// --- what the machine says

void SimHost::tell(std::int32_t fd, tcp::Ready::What what, std::int32_t error, EventId cause) {
  Socket& s = *socket(fd);
  using What = tcp::Ready::What;
  if (s.phase == Phase::connecting) {
    if (what == What::failed) {
      machine_.disown(*s.connection);
      machine_.tcp().close(simulation_.now(), *s.connection);
      s.connection.reset();
      s.phase = Phase::fresh;
      end_waiting(s.writers, error, cause);
      end_waiting(s.readers, ENOTCONN, cause);
      return;
    }
    if (what != What::connected) return;
    s.phase = Phase::connected;
  }
  if (what != What::readable && what != What::acceptable) retry(s, s.writers, cause);
  if (what != What::writable) retry(s, s.readers, cause);
}

// Each waiting call is tried again, the oldest first, until one must still wait.
void SimHost::retry(Socket& s, std::vector<std::uint32_t>& waiting, EventId cause) {
  while (!waiting.empty() && s.kind != Kind::closed) {
    const std::uint32_t operation = waiting.front();
    const bool connected = operations_[operation].op->name == CallName::connect;
    const Answer answer = connected ? Answer{} : attempt(operations_[operation]);
    machine_.poll(operations_[operation].event);
    if (answer.blocks) return;
    waiting.erase(waiting.begin());
    complete(operation, answer, cause);
  }
}

void SimHost::end_waiting(std::vector<std::uint32_t>& waiting, std::int32_t error, EventId cause) {
  for (const std::uint32_t operation : waiting) complete(operation, fails(error), cause);
  waiting.clear();
}

// --- where calls are shown

SimHost::Socket* SimHost::socket(std::int32_t fd) {
  const auto place = static_cast<std::size_t>(fd - first_fd);
  if (fd < first_fd || place >= sockets_.size() || sockets_[place]->kind == Kind::closed)
    return nullptr;
  return sockets_[place].get();
}

std::int32_t SimHost::lowest_free_fd() {
  const auto free =
      std::ranges::find_if(sockets_, [](const auto& s) { return s->kind == Kind::closed; });
  const auto place = static_cast<std::size_t>(free - sockets_.begin());
  if (place == sockets_.size()) sockets_.push_back(std::make_unique<Socket>());
  return first_fd + static_cast<std::int32_t>(place);
}

EventId SimHost::record(const CallOp& op, Thread& thread) {
  Socket* s = socket(op.fd);
  if (s != nullptr) {
    thread.fd = op.fd;
    thread.generation = s->generation;
    thread.lane = s->lane;
    thread.flow = s->flow;
  } else if (op.name == CallName::socket) {
    thread.lane = EndpointId::none;
    thread.fd = -1;
  } else {  // a call of the thread alone: beside its last socket
    s = socket(thread.fd);
    if (s != nullptr && s->generation != thread.generation) s = nullptr;
    if (s != nullptr && thread.lane == EndpointId::none) {
      thread.lane = s->lane;
      thread.flow = s->flow;
    }
  }
  model::Trace& trace = simulation_.recorder().trace();
  auto& call = trace.append<model::Call>(
      {.t = simulation_.now(), .endpoint = thread.lane, .flow = thread.flow, .cause = thread.last});
  call.name = op.name;
  call.fd = op.fd;
  call.number = op.number;
  call.address = op.address;
  if (goes_out(op.name)) call.data = trace.arena().store(as_bytes(op.out.data(), op.out.size()));
  if (!op.words.empty())
    call.data = trace.arena().store(as_bytes(op.words.data(), op.words.size()));
  const EventId event = trace.last();
  // A socket that will have one peer, and has not sent to it yet.
  const bool opening = s != nullptr && s->flow == FlowId::none &&
                       (s->kind == Kind::stream ? s->phase == Phase::fresh : s->remote.port != 0);
  if (thread.lane == EndpointId::none) {
    (s != nullptr ? s->before : before_).push_back(event);
  } else if (opening && thread.flow == FlowId::none) {
    s->before.push_back(event);
  }
  return event;
}

void SimHost::place(Socket& s) {
  Recorder& recorder = simulation_.recorder();
  const auto protocol = s.kind == Kind::stream ? model::Protocol::tcp : model::Protocol::udp;
  s.lane = recorder.claim(machine_.concrete(s.local), protocol, role_.name, role_.is_server);
  lane_ = s.lane;
  for (const EventId event : s.before) recorder.trace().edit(event).endpoint = s.lane;
}

// A connection or a datagram has a flow as soon as it was sent: so have the calls that led to it.
void SimHost::join_flow(const CallOp& op, EventId call) {
  const bool sends = op.name == CallName::sendto || op.name == CallName::send;
  if (op.name != CallName::connect && !sends) return;
  Socket* s = socket(op.fd);
  if (s == nullptr || s->lane == EndpointId::none) return;
  const bool stream = s->kind == Kind::stream;
  if (stream && op.name != CallName::connect) return;
  const wire::SocketAddress remote = machine_.concrete(
      op.name == CallName::sendto && op.address.port != 0 ? op.address : s->remote);
  if (remote.port == 0) return;
  Recorder& recorder = simulation_.recorder();
  const View view = recorder.view(machine_.concrete(s->local), remote,
                                  stream ? model::Protocol::tcp : model::Protocol::udp);
  const FlowId flow = view.conversation->flow;
  if (flow == FlowId::none) {  // a datagram socket that was connected: nothing was sent yet
    s->before.push_back(call);
    return;
  }
  model::Trace& trace = recorder.trace();
  trace.edit(call).flow = flow;
  threads_[current_].flow = flow;
  if (s->bound && !stream && s->remote.port == 0) return;  // a server's socket serves many flows
  s->flow = flow;
  for (const EventId event : s->before) trace.edit(event).flow = flow;
  s->before.clear();
}

std::vector<std::string> SimHost::waiting_calls() const {
  std::vector<std::string> calls;
  for (const Operation& o : operations_) {
    if (o.op == nullptr || o.complete) continue;
    calls.push_back(
        model::format_call(std::get<model::Call>(simulation_.recorder().trace()[o.event].body)));
  }
  return calls;
}

void SimHost::finish() {
  for (const auto& s : sockets_) {
    if (s->lane == EndpointId::none)
      before_.insert(before_.end(), s->before.begin(), s->before.end());
  }
  if (before_.empty()) return;
  Recorder& recorder = simulation_.recorder();
  if (lane_ == EndpointId::none) {
    lane_ = recorder.nameless(role_.name, role_.is_server,
                              first_protocol_.value_or(model::Protocol::tcp));
  }
  for (const EventId event : before_) recorder.trace().edit(event).endpoint = lane_;
}

}  // namespace synoptic::net
