// CaptureLoop: takes packets from the rings of an interface, on the thread that calls run(), until
// it is told to stop.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "capture/live/capture_rings.hh"
#include "capture/live/file_descriptor.hh"
#include "sim/model/time.hh"

namespace synoptic::live {

class CaptureLoop {
 public:
  explicit CaptureLoop(CaptureRings rings);

  // `on_packet` for each packet, `on_rest` whenever some were handed over, `on_empty` before it
  // waits for more. What was on the wire when stop() was called is still handed over. An error of
  // libpcap is returned; what came before it stands.
  std::optional<model::Error> run(
      const std::function<void(const observe::CapturedPacket&)>& on_packet,
      const std::function<void()>& on_rest, const std::function<void()>& on_empty);
  // At the last `on_rest`: the rings held more than was taken of them at once. From the thread of
  // run().
  bool more_waits() const { return rings_.more_waits(); }
  // From any thread, any number of times.
  void stop();
  // Packets that the kernel dropped because the ring was full. From the thread of run(), or after
  // it.
  std::uint64_t kernel_dropped();

 private:
  struct Batch;
  int dispatch(Batch& batch);
  bool wait(const std::function<void()>& on_empty);

  CaptureRings rings_;
  std::vector<pollfd> polled_;
  FileDescriptor stop_event_;
  std::atomic<std::int64_t> stopped_at_{0};  // CLOCK_REALTIME, ns; 0 while not
};

}  // namespace synoptic::live
