// Throttle: how fast packets may pass the private loopback. What is sent faster waits in the
// kernel, and in the end its sender waits in send(2), as on any network whose link is slower than
// its hosts; so that the capture has room for every packet. Programs notice nothing else: nobody is
// stopped, no call is interrupted. From any thread.
//
// The kernel's token bucket filter (tc-tbf(8)) does the work. Where a kernel has none packets pass
// as fast as they are sent, and what the rings have no room for is dropped and counted.
#pragma once

#include <array>
#include <chrono>
#include <mutex>

#include "capture/live/netlink.hh"

namespace synoptic::live {

class Throttle {
 public:
  enum class Pace {
    full,   // what a capture that is given its processor keeps up with
    slow,   // what it keeps up with whatever else goes on
    crawl,  // next to nothing
  };
  // Who has too little room.
  enum class By { rings, outlet };

  // To be called once, when `interface` is not up yet: to change the queue of one that is up takes
  // the kernel some milliseconds. 0 or an errno.
  static int set_up(Netlink& netlink, unsigned interface);

  Throttle();
  void set(By by, Pace pace);  // the slower of what they want is done
  bool slowed();
  bool anything_waits();  // to pass
  // How often, and for how long, it was slower than `full` until now.
  int times();
  std::chrono::nanoseconds total();

 private:
  using Clock = std::chrono::steady_clock;
  Pace wanted() const;

  std::mutex mutex_;
  Netlink netlink_;
  const unsigned interface_;
  std::array<Pace, 2> by_{};
  Pace now_ = Pace::full;
  bool possible_ = true;  // until the kernel refuses
  Clock::time_point since_;
  Clock::duration total_{};
  int times_ = 0;
};

}  // namespace synoptic::live
