// Takes a source to its end, with progress for whoever waits and an ear for Ctrl-C.
#pragma once

#include <cstdint>
#include <string_view>

#include "capture/observe/trace_source.hh"
#include "viz/cli/packet_lines.hh"

namespace synoptic::cli {

// Ctrl-C (and SIGTERM, and a terminal that is closed) as a question instead of an end. Made before
// the source's threads start, so that they, too, leave the signal to us.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  // True once, when the first came; from then on the next one ends the process at once, as it is
  // used to.
  bool came();
  // From here on the first one ends the process. One that has come by now was meant for what is
  // over, and is forgotten.
  void end();

 private:
  bool handed_back_ = false;
};

enum class Driven : std::uint8_t { to_its_end, interrupted };

// Until the source has ended. The first Ctrl-C stops it: what came until then is kept; the next
// one, also while the result is drawn, ends the process. Progress
// goes to stderr if that is a terminal: `doing` says what goes on (empty: none). `lines`, where
// given, go to stdout as the packets come.
Driven drive(observe::TraceSource& source, Interrupts& interrupts, std::string_view doing,
             PacketLines* lines = nullptr);

// "31 packets captured; dropped: 0 by the kernel, 0 here" on stderr; then what ended the source
// before its time, if anything did. False in that case.
bool report_end(const observe::TraceSource& source);

}  // namespace synoptic::cli
