// TraceSource: where a growing trace comes from (a live run, a capture, a file), for whoever shows
// it.
#pragma once

#include <cstdint>
#include <optional>

#include "capture/observe/run_input.hh"
#include "sim/model/error.hh"
#include "sim/model/trace.hh"

namespace synoptic::observe {

struct Counters {
  std::uint64_t captured = 0;        // packets that reached the trace
  std::uint64_t kernel_dropped = 0;  // the capture ring was full
  std::uint64_t queue_dropped = 0;   // our own queue was full
};

class TraceSource {
 public:
  virtual ~TraceSource() = default;
  // Moves what has arrived since the last call into the trace. Never blocks. True if anything
  // changed.
  virtual bool poll() = 0;
  // Makes room for what arrives, for whoever must not poll() for a while: the trace stays as it is.
  virtual void hold() {}
  // Waits until poll() has something to do, the source has ended, or `timeout` has passed.
  virtual void wait(model::Duration timeout) = 0;
  // To be asked for anew after poll().
  virtual const model::Trace& trace() const = 0;
  // Where a comparison is read: its simulated half; trace() is then the real one. Null: there is
  // one trace.
  virtual const model::Trace* simulated() const { return nullptr; }
  virtual Counters counters() const = 0;
  virtual bool ended() const = 0;
  virtual std::optional<model::Error> failure() const = 0;  // what ended it before its time
  virtual void stop() = 0;  // asks it to end; what was received is kept
  // Where lines can be typed into what runs. Null: nobody reads any.
  virtual RunInput* input() { return nullptr; }
};

}  // namespace synoptic::observe
