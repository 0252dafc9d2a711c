// KernelPoller: asks the kernel about the TCP sockets whose packets are captured, about every
// millisecond, on a thread of its own. It asks for nothing while there are none.
//
// As root it is also told of each change of their states, where the tracepoint can be read.
//
// Answers that repeat the one before are not handed on, but for now and then one that says how long
// it has been so.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "capture/live/sock_diag.hh"
#include "capture/live/transition_watch.hh"
#include "capture/observe/flow_tracker.hh"

namespace synoptic::live {

class KernelPoller {
 public:
  using Tell = std::function<void(const observe::KernelRecord&)>;
  // `tell` for each sample, `rest` after each round in which there were any; both on a thread of
  // its own, which begins now. `watch` may have been opened before, with more rights.
  KernelPoller(Tell tell, std::function<void()> rest, TransitionWatch watch = {});
  ~KernelPoller() { finish(); }

  // --- the capture's thread
  // Whose packets these are is asked for from the next call of captured() on.
  void packet(const observe::CapturedPacket& packet);
  void captured();
  // --- any one thread. Asks once more, tells what is left, and ends.
  void finish();

 private:
  struct Pair {
    wire::SocketAddress local, remote;  // remote 0.0.0.0:0: who listens there
    friend bool operator==(const Pair&, const Pair&) = default;
  };
  struct Hash {
    std::size_t operator()(const Pair& pair) const;
  };
  struct Socket {
    Pair pair;
    observe::KernelRecord record;
    model::Instant told;     // up to when it is told
    int missed = 0;          // answers without it, in a row
    bool met = false;        // it was found once
    bool forgotten = false;  // it is asked for no more
  };

  void run();
  void round();
  void ask(Socket& socket);
  void take(Socket& socket, const SocketAnswer& answer);
  void tell(Socket& socket);
  void follow(const Pair& pair);
  void tell_transitions();

  Tell tell_;
  std::function<void()> rest_;

  // The capture's thread's own.
  std::unordered_set<Pair, Hash> known_;
  Pair last_;
  std::vector<Pair> found_;

  std::mutex mutex_;  // of the two below
  std::condition_variable changed_;
  std::vector<Pair> incoming_;
  bool ending_ = false;

  // The thread's own.
  SockDiag kernel_;
  TransitionWatch watch_;
  std::vector<SocketTransition> untold_;  // of sockets that are not followed (yet)
  std::vector<Socket> sockets_;
  std::unordered_set<Pair, Hash> followed_;
  std::size_t next_ = 0;  // of sockets_: where the next round begins
  bool told_any_ = false;
  std::thread thread_;  // last: it uses all the rest
};

}  // namespace synoptic::live
