// Arrivals: the end of it.
#include "capture/live/arrivals.hh"

#include <fmt/format.h>

namespace synoptic::live {

void Arrivals::finish(const observe::Counters& lost) {
  runs_.finish();
  if (lost.kernel_dropped > 0) {
    runs_.warn(
        fmt::format("{} packets are missing: the kernel dropped them, its capture ring was full",
                    lost.kernel_dropped));
  }
  if (lost.queue_dropped > 0) {
    runs_.warn(fmt::format("{} packets are missing: they came faster than they could be shown",
                           lost.queue_dropped));
  }
}

}  // namespace synoptic::live
