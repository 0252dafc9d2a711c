// Outlet: the supervisor's end of the way to the parent, shared by its threads. Who sends does not
// wait: the ring is large. While much of it waits for the parent the programs are held up; were it
// to be full all the same, who sends waits after all.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "capture/live/frame_ring.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {

class Outlet {
 public:
  // A byte in `pipe` wakes a parent that waits; it becomes non-blocking, and stays whose it was.
  Outlet(FrameRing& ring, int pipe, Throttle& throttle);
  ~Outlet();
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Takes the frames; they go out as a whole.
  void send(FrameWriter& frames);

 private:
  void wake_reader();
  void watch();
  void begin_watching();
  bool set_pace();

  FrameRing& ring_;
  const int pipe_;
  Throttle& throttle_;
  std::mutex mutex_;
  std::condition_variable work_, room_;
  bool watching_ = false;  // much waits, or somebody for room
  bool full_ = false;      // there was no room for somebody
  bool gone_ = false;      // the parent
  bool ending_ = false;
  std::thread thread_;  // sees that there is room again; last: it uses all the rest
};

}  // namespace synoptic::live
