// What a picture shows, counted: its summary, and what the signs mean that were used.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "viz/ladder/page.hh"

namespace synoptic::ladder {

struct Seen {
  bool inferred = false, confirmed = false, contradicted = false, states = false, found_so = false;
  std::size_t packets = 0, lost = 0, damaged = 0, segments = 0, datagrams = 0, others = 0;

  void look(const model::Trace& trace, std::span<const model::EventId> events);
  std::size_t icmp() const { return packets - segments - datagrams - others; }
};

// What the signs mean that were used.
void legend(Page& page, const Seen& seen);

// What is counted, by itself and several times.
struct Noun {
  const char *one, *many;
};
std::string counted(std::size_t n, Noun noun);

// "simulated: 17 segments, 1 lost, in 3.12 s"
std::string single_summary(const model::Trace& trace, std::span<const model::EventId> events,
                           const Seen& seen);

}  // namespace synoptic::ladder
