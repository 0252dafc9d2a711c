// What a pcapng file of Synoptic's own says of a packet besides its bytes, which libpcap passes
// over: each packet of a simulated run has a comment; that begins with its fate where it did not
// arrive, and says so where the network made the packet. Read along as the file's bytes go by, so
// that it need not be a file on disk.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "sim/model/event.hh"
#include "sim/wire/bytes.hh"

namespace synoptic::live {

class OwnNotes {
 public:
  struct Note {
    bool simulated = false;
    model::Fate fate = model::Fate::delivered;
    model::Why copied = model::Why::none;  // how the network came to make it
  };

  // The next bytes of the file, from its first on. Of what is not ours nothing is kept; else one
  // block, and the notes that before() was not asked for yet.
  void feed(wire::ByteSpan bytes);
  // Of the packet whose block ends at this place of the file; to be asked in ascending order.
  // Nothing where the file is not ours.
  std::optional<Note> before(off_t end);

 private:
  void head();
  void whole();

  bool ours_ = true;  // as far as is known
  off_t at_ = 0;      // bytes that went by
  wire::Bytes block_;
  std::uint32_t size_ = 0;                    // of the block, once its first 8 bytes are there
  std::uint32_t skip_ = 0;                    // bytes that are not looked at
  std::deque<std::pair<off_t, Note>> notes_;  // by where their packet's block ends
};

}  // namespace synoptic::live
