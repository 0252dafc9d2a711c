// Throttle: holds up who sends, for as long as there is no room for more, so that nothing of it is
// lost. From any thread.
//
// The roles of a demo are stopped (SIGSTOP): they notice nothing. The user's own programs are not:
// to be stopped and continued ends a call such as epoll_wait(2), or a recv(2) with a time limit,
// with EINTR (signal(7)), which many a program takes for a failure. Their private loopback is made
// slow instead, by the kernel's token bucket filter (tc-tbf(8)): what is sent waits in the kernel,
// and in the end its sender in send(2), as before any slow link. Demos do without that filter, as a
// queue that several processors serve may let one packet overtake another now and then. Where a
// kernel has no such filter programs are not held up, and what there is no room for is counted.
#pragma once

#include <array>
#include <chrono>
#include <mutex>

#include "capture/live/netlink.hh"

namespace synoptic::live {

class Throttle {
 public:
  enum class Means { stop_programs, slow_network };
  enum class Pace {
    full,   // as fast as they send
    slow,   // what the capture keeps up with whatever else goes on
    crawl,  // next to nothing
  };
  // Who has too little room.
  enum class By { rings, outlet };

  // For `slow_network`: to be called once, when `interface` is not up yet. 0 or an errno.
  static int set_up(Netlink& netlink, unsigned interface);

  explicit Throttle(Means means);
  ~Throttle();  // at full pace
  Throttle(const Throttle&) = delete;
  Throttle& operator=(const Throttle&) = delete;

  void set(By by, Pace pace);  // the slower of what they want is done
  void end();                  // at full pace, and no other from here on
  bool slowed();
  bool anything_waits();  // in the kernel, to pass
  // How often, and for how long, it was slower than `full` until now.
  int times();
  std::chrono::nanoseconds total();

 private:
  using Clock = std::chrono::steady_clock;
  bool apply(Pace pace);
  void follow();  // what is wanted

  std::mutex mutex_;
  const Means means_;
  Netlink netlink_;
  const unsigned interface_;
  std::array<Pace, 2> by_{};
  Pace now_ = Pace::full;
  bool possible_ = true;
  Clock::time_point since_;
  Clock::duration total_{};
  int times_ = 0;
};

}  // namespace synoptic::live
