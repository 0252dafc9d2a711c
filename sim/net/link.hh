// Link: one direction between two hosts. It has a rate (packets go out one behind the other), a
// queue for those that wait for it, a delay, and chances of loss, duplication and reordering. What
// arrives is in order unless reordering was asked for: by its probability, or by a fault that holds
// a packet back.
//
// It knows packets by number and size only; it never sees their bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "sim/model/time.hh"
#include "sim/model/why.hh"
#include "sim/net/fault_script.hh"
#include "sim/net/rng.hh"
#include "sim/net/scenario.hh"

namespace synoptic::net {

// A packet that a fault made the next one overtake.
struct Held {
  std::uint32_t packet = 0;
  bool corrupt = false;
};

// What becomes of a packet.
struct Passage {
  model::Why lost = model::Why::none;  // set: it never arrives; the rest says nothing
  model::Instant arrival;
  bool corrupt = false;                      // some bits change on the way
  model::Why duplicated = model::Why::none;  // set: a copy arrives, too, at `arrival`
  model::Why held_back = model::Why::none;   // set: later packets may overtake it
  bool waits = false;                        // for the next packet, or until release() at `arrival`
  std::optional<Held> overtaken;  // the packet that waited for this one: it arrives right behind it
};

class Link {
 public:
  // The longest time that a swapped packet waits for one to overtake it.
  static constexpr model::Duration longest_wait = model::milliseconds(500);

  Link(const LinkOptions& options, Rng rng) : options_(options), rng_(rng) {}

  // `size` in bytes, as it takes up the wire. Times must not go backwards from call to call.
  Passage send(model::Instant now, std::uint32_t packet, std::uint32_t size,
               const FaultDecision& fault);
  // Lets a waiting packet go on alone. Nothing when it is gone already.
  std::optional<Held> release(std::uint32_t packet);

 private:
  struct Chances {
    bool lost, duplicated, reordered;
    std::uint64_t extra_ns;
  };
  Chances draw();
  bool take_place(model::Instant now, std::uint32_t size);

  LinkOptions options_;
  Rng rng_;
  model::Instant busy_until_;  // when the last bit of the last packet has gone out
  model::Instant last_arrival_;
  std::deque<model::Instant> waiting_;  // when each packet that waited begins to go out
  std::optional<Held> held_;
};

}  // namespace synoptic::net
