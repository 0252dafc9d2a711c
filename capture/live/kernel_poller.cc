// Which sockets there are comes from the packets; what they are like from the kernel.
#include "capture/live/kernel_poller.hh"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capture/observe/flow_table.hh"
#include "sim/wire/packet.hh"

namespace synoptic::live {
namespace {

constexpr auto pause = std::chrono::milliseconds(1);
constexpr std::size_t asked_a_round = 64;    // some 0.3 ms of work
constexpr std::size_t most_followed = 4096;  // at once
constexpr std::ptrdiff_t most_untold = 256;  // transitions of others
constexpr std::size_t most_known = 65'536;   // then it is told of them anew
constexpr int misses = 20;                   // until a socket is believed not to be here, or gone
constexpr model::Duration still_so = model::milliseconds(50);  // an unchanged one is told of again

}  // namespace

std::size_t KernelPoller::Hash::operator()(const Pair& pair) const {
  return observe::PairHash{}({pair.local, pair.remote, model::Protocol::tcp});
}

KernelPoller::KernelPoller(Tell tell, std::function<void()> rest, TransitionWatch watch)
    : tell_(std::move(tell)),
      rest_(std::move(rest)),
      watch_(std::move(watch)),
      thread_([this] { run(); }) {}

// --- the capture's thread

void KernelPoller::packet(const observe::CapturedPacket& packet) {
  const wire::PacketView v = wire::view(packet.bytes, packet.link, packet.original_size);
  if (v.transport != wire::Transport::tcp || v.malformed) return;
  const Pair pair{{v.src, v.src_port}, {v.dst, v.dst_port}};
  const bool opens = v.tcp.ctl.has(wire::SYN);
  if (!opens) {
    if (pair == last_ || known_.contains(pair)) return;
  }
  if (known_.size() >= most_known) known_.clear();
  const Pair back{pair.remote, pair.local};
  known_.insert(pair);
  known_.insert(back);
  last_ = pair;
  if (opens && !v.tcp.ctl.has(wire::ACK)) found_.push_back({pair.remote, {}});
  found_.push_back(pair);
  found_.push_back(back);
}

void KernelPoller::captured() {
  if (found_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    incoming_.insert(incoming_.end(), found_.begin(), found_.end());
  }
  found_.clear();
  changed_.notify_one();
}

void KernelPoller::finish() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// --- its own

void KernelPoller::run() {
  std::vector<Pair> incoming;
  for (bool ending = !kernel_.open(); !ending;) {
    {
      std::unique_lock lock(mutex_);
      const auto asked = [this] { return ending_ || !incoming_.empty(); };
      if (sockets_.empty()) {
        changed_.wait(lock, asked);
      } else {
        changed_.wait_for(lock, pause, asked);
      }
      ending = ending_;
      incoming = std::exchange(incoming_, {});
    }
    for (const Pair& pair : incoming) follow(pair);
    tell_transitions();
    round();
    if (ending) {
      for (Socket& socket : sockets_) {
        if (socket.met && socket.record.sample.last_after != socket.told) tell(socket);
      }
    }
    if (std::exchange(told_any_, false)) rest_();
  }
}

void KernelPoller::follow(const Pair& pair) {
  if (sockets_.size() >= most_followed || !followed_.insert(pair).second) return;
  sockets_.push_back({.pair = pair});
}

// Other namespaces' sockets are told of, too, and a socket's first change comes before its packet:
// those of nobody that is followed are kept for a while.
void KernelPoller::tell_transitions() {
  if (!watch_.open()) return;
  watch_.drain([this](const SocketTransition& t) { untold_.push_back(t); });
  std::erase_if(untold_, [this](const SocketTransition& t) {
    if (!followed_.contains({t.local, t.remote})) return false;
    observe::KernelRecord record{.local = t.local, .remote = t.remote};
    record.sample = {.before = t.t,
                     .after = t.t,
                     .last_before = t.t,
                     .last_after = t.t,
                     .state = t.to,
                     .came_from = t.from};
    tell_(record);
    told_any_ = true;
    return true;
  });
  if (std::ssize(untold_) > most_untold)
    untold_.erase(untold_.begin(), untold_.end() - most_untold);
}

void KernelPoller::round() {
  const std::size_t count = std::min(sockets_.size(), asked_a_round);
  for (std::size_t i = 0; i < count; ++i) {
    if (next_ >= sockets_.size()) next_ = 0;
    ask(sockets_[next_++]);
  }
  std::erase_if(sockets_, [this](const Socket& socket) {
    if (socket.forgotten) followed_.erase(socket.pair);
    return socket.forgotten;
  });
}

void KernelPoller::ask(Socket& socket) {
  auto answer = kernel_.ask(socket.pair.local, socket.pair.remote);
  if (!answer) return;
  // Whoever listens there is another socket.
  if (answer->found && answer->remote.port != socket.pair.remote.port) answer->found = false;
  if (answer->found) {
    socket.missed = 0;
    take(socket, *answer);
    return;
  }
  ++socket.missed;
  if (socket.met) {
    answer->state = model::TcpState::closed;
    answer->socket = socket.record.socket;
    take(socket, *answer);
  }
  if (socket.missed < misses) return;
  socket.forgotten = true;
  if (socket.met) tell(socket);
}

void KernelPoller::take(Socket& socket, const SocketAnswer& answer) {
  model::KernelSample& old = socket.record.sample;
  if (socket.met && socket.record.socket == answer.socket && old.state == answer.state &&
      old.info == answer.info) {
    old.gap = std::max(old.gap, answer.after - old.last_before);
    old.last_before = answer.before;
    old.last_after = answer.after;
    if (old.last_after - socket.told >= still_so) tell(socket);
    return;
  }
  if (socket.met && old.last_after != socket.told) tell(socket);
  socket.met = true;
  socket.record = {.local = socket.pair.local,
                   .remote = socket.pair.remote,
                   .socket = answer.socket,
                   .sample = {.before = answer.before,
                              .after = answer.after,
                              .last_before = answer.before,
                              .last_after = answer.after,
                              .state = answer.state,
                              .info = answer.info}};
  tell(socket);
}

void KernelPoller::tell(Socket& socket) {
  socket.told = socket.record.sample.last_after;
  tell_(socket.record);
  told_any_ = true;
}

}  // namespace synoptic::live
