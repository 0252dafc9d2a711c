// CaptureThread: captures the private loopback on a thread of its own for as long as it lives, and
// sends the packets to the parent.
#pragma once

#include <atomic>
#include <thread>

#include "capture/live/capture_loop.hh"
#include "capture/live/frames.hh"
#include "capture/live/kernel_poller.hh"
#include "capture/live/outlet.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {

class CaptureThread {
 public:
  CaptureThread(CaptureRings rings, Outlet& outlet, KernelPoller& kernel, Throttle& throttle);
  ~CaptureThread() { finish(); }
  void finish();  // what was on the wire by now is sent before this returns
  std::uint64_t count() const { return count_; }

 private:
  void run();
  void rest();
  void tell_dropped();

  CaptureLoop loop_;
  Outlet& outlet_;
  KernelPoller& kernel_;
  Throttle& throttle_;
  FrameWriter frames_;
  model::Instant last_;  // packet's time
  std::uint64_t told_dropped_ = 0;
  std::atomic<std::uint64_t> count_{0};
  std::thread thread_;  // last: it uses all the rest
};

}  // namespace synoptic::live
