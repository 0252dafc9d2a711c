// ProgramsHeld: stops the roles of a demo for as long as there is no room for more of what they
// send, so that none of it is lost. From any thread.
//
// Not the user's own programs: to be stopped and continued ends a call such as epoll_wait(2), or a
// recv(2) with a time limit, with EINTR (signal(7)), which our roles' calls do not know, and which
// many a program takes for a failure.
#pragma once

#include <array>
#include <chrono>
#include <mutex>

namespace synoptic::live {

class ProgramsHeld {
 public:
  // Who has no room.
  enum class By { rings, outlet };

  explicit ProgramsHeld(bool possible);
  ~ProgramsHeld() { end(); }

  void hold(By by);
  void release(By by);  // they go on when nobody holds them any more
  void end();           // they go on, and are held no more
  bool now() {
    const std::lock_guard lock(mutex_);
    return held();
  }
  // --- after end()
  int times() const { return times_; }
  std::chrono::nanoseconds total() const { return total_; }

 private:
  bool held() const { return by_[0] || by_[1]; }
  void let_go();

  std::mutex mutex_;
  bool possible_;
  std::array<bool, 2> by_{};
  std::chrono::steady_clock::time_point since_;
  std::chrono::nanoseconds total_{};
  int times_ = 0;
};

}  // namespace synoptic::live
