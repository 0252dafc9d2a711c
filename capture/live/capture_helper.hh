// CaptureHelper: synoptic-capture as a child. It alone opens a device of the host; here are only
// pipes. It ends when this does, or when this process does, however that happens.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/live/file_descriptor.hh"
#include "capture/live/pcap_stream.hh"
#include "sim/model/error.hh"

namespace synoptic::live {

class CaptureHelper {
 public:
  // Captures on `interface` from when this returns. Where the helper is missing or refused, with
  // the line that mends it.
  static model::Expected<CaptureHelper> start(const std::string& interface,
                                              std::uint32_t snap_length, const std::string& filter);
  // Opens lo and ends: whether it may. Gives whether time stamps are in nanoseconds.
  static model::Expected<bool> check();

  CaptureHelper(CaptureHelper&& other) noexcept = default;
  CaptureHelper& operator=(CaptureHelper&&) = delete;
  ~CaptureHelper() { reap(); }

  std::uint32_t link() const { return packets_.link(); }
  // Waits until it has something to say, `also` is readable, or so many milliseconds have passed
  // (-1: for ever). False in the last case.
  bool wait(int also, int timeout_ms);
  // What came, without waiting. False when nothing more comes.
  bool read();
  bool reading() const { return output_.open(); }
  std::optional<observe::CapturedPacket> next() { return packets_.next(); }
  std::uint64_t kernel_dropped() const { return kernel_dropped_; }
  // What was on the wire by now is still handed over, then read() is false.
  void ask_to_end() { life_.reset(); }
  // It does not answer any more: nothing more is read.
  void kill();
  // After the end: why it came, when it was not asked for.
  std::optional<model::Error> failure();

 private:
  CaptureHelper(std::string interface, std::string filter)
      : interface_(std::move(interface)), filter_(std::move(filter)) {}
  static model::Expected<CaptureHelper> start(const std::vector<std::string>& arguments,
                                              const std::string& interface,
                                              const std::string& filter);
  bool read_report();
  void take_line(std::string_view line);
  model::Error end_reason();  // after an end that was none of a capture
  int reap();                 // its status, as of waitpid(2)
  model::Error explain(std::string_view refusal, const std::string& text) const;

  // A process that is waited for once.
  struct Child {
    pid_t pid = -1;
    Child() = default;
    Child(Child&& other) noexcept : pid(std::exchange(other.pid, -1)) {}
  };

  std::string path_, interface_, filter_;
  Child child_;
  FileDescriptor life_, output_, report_;
  bool output_ready_ = false, report_ready_ = false;  // as wait() found them
  PcapStream packets_;
  std::string line_;  // of its report, up to where it has come
  std::uint64_t kernel_dropped_ = 0;
  std::optional<model::Error> refused_;
  bool complete_ = false;
};

}  // namespace synoptic::live
