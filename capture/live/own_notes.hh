// What a pcapng file of Synoptic's own says of a packet besides its bytes, which libpcap passes
// over: each packet of a simulated run has a comment, and that begins with its fate where it did
// not arrive.
#pragma once

#include <sys/types.h>

#include <optional>

#include "sim/model/event.hh"

namespace synoptic::live {

class OwnNotes {
 public:
  // A descriptor that can be read at any place, and stays open. Its own place is left alone.
  explicit OwnNotes(int fd);

  struct Note {
    bool simulated = false;
    model::Fate fate = model::Fate::delivered;
  };
  // Of the packet whose block ends at this place of the file. Nothing where the file is not ours.
  std::optional<Note> before(off_t end) const;

 private:
  int fd_;
  bool ours_ = false;
};

}  // namespace synoptic::live
