// Outlet: the supervisor's end of the pipe to the parent, shared by its threads. Who sends does not
// wait: what the pipe does not take at once waits in memory. While much waits the programs are
// held up; were it to fill the memory set apart all the same, who sends waits after all.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "capture/live/frames.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {

class Outlet {
 public:
  // `pipe` becomes non-blocking; it stays whose it was.
  Outlet(int pipe, Throttle& throttle);
  ~Outlet();  // when all is written, or the parent has gone
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Takes the frames; they go out as a whole.
  void send(FrameWriter& frames);

 private:
  void run();

  const int pipe_;
  Throttle& throttle_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<wire::Bytes> waiting_;
  std::size_t size_ = 0;  // of what waits, the one that is being written included
  bool writing_ = false;  // the thread has one of them
  bool gone_ = false;     // the parent
  bool ending_ = false;
  std::thread thread_;  // writes what waits; last: it uses all the rest
};

}  // namespace synoptic::live
