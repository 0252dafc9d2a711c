// match(): which packets of one conversation stand against which of the other. An alignment of
// least cost by dynamic programming, as diff tools make it, over what the packets contribute: equal
// ones stand side by side, runs that carry the same octets cut differently form one group, what is
// left stands alone. Both orders are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "viz/ladder/facts.hh"

namespace synoptic::ladder {

// Packets [sim_begin, sim_end) against [live_begin, live_end); one of the two may be empty.
struct Group {
  std::uint32_t sim_begin = 0, sim_end = 0, live_begin = 0, live_end = 0;
  friend bool operator==(const Group&, const Group&) = default;
};

struct MatchLimits {
  std::size_t cells =
      8'000'000;         // of the table; a larger problem is solved within a band along the stream
  std::size_t run = 64;  // longest run of packets in one group, on either side
};

// Every packet of both is in exactly one group; groups ascend on both sides.
std::vector<Group> match(std::span<const Fact> sim, std::span<const Fact> live,
                         MatchLimits limits = {});

// Direction, flags, relative seq and ack, and payload.
bool same(const Fact& a, const Fact& b);
// The payloads, as far as both were captured.
bool same_text(const Fact& a, const Fact& b);

}  // namespace synoptic::ladder
