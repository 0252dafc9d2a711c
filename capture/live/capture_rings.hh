// CaptureRings: the kernel's ring buffers of one interface, read as one.
//
// In immediate mode every slot of a ring is as long as the snap length: a ring for whole packets of
// lo has a few hundred slots, and a flood of small packets fills it within a millisecond or two. So
// an interface can have several rings, each for the packets of some range of lengths, with slots
// that fit them; what they hold is handed over in the order in which it was captured.
//
// The order rests on this: of two packets of which one followed from the other, or that one
// processor handled, the earlier one is in its ring before the later one is. So whatever was taken
// from a ring is only handed over after every other ring was looked into once more.
#pragma once

#include <poll.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "capture/live/pcap_device.hh"

namespace synoptic::live {

class CaptureRings {
 public:
  using OnPacket = std::function<void(const observe::CapturedPacket&)>;

  CaptureRings(CaptureRings&&) = default;
  CaptureRings& operator=(CaptureRings&&) = delete;
  ~CaptureRings();
  // Rings for small, middling and large packets of `interface`, up to `snap_length` octets kept of
  // each.
  static model::Expected<CaptureRings> by_length(const std::string& interface,
                                                 std::uint32_t snap_length);

  // Readable when packets are there.
  std::vector<int> fds() const;
  // Packets were taken from a ring and are not handed over yet: dispatch() at once.
  bool pending() const;
  // Takes some of what is there (a flood has no end), and hands over, in order, what surely has
  // nothing before it. 0: nothing is there, and all is handed over. Below 0: failed, as
  // pcap_dispatch(3).
  int dispatch(const OnPacket& on_packet);
  // At the last dispatch() a ring gave a whole batch: it may hold as many again.
  bool more_waits() const { return more_waits_; }
  // Packets that the kernel dropped because a ring was full.
  std::uint64_t dropped();
  std::string error() const;

 private:
  struct Staged {
    observe::CapturedPacket packet;  // without its bytes
    std::size_t begin, size;         // of them, in the chunk's
  };
  // What one round took from one ring.
  struct Chunk {
    std::vector<Staged> packets;
    wire::Bytes bytes;
    std::size_t next = 0;  // the first that is not handed over
  };
  struct Ring {
    PcapHandle handle;
    int at_once;  // packets a round
    std::deque<Chunk> chunks;
  };

  CaptureRings() = default;
  void poll_rings();
  int take(Ring& ring);
  const Staged* first(Ring& ring);
  int hand_over(std::int64_t not_after, const OnPacket& on_packet);

  std::vector<Ring> rings_;
  std::vector<pollfd> polled_;
  std::vector<Chunk> spare_;  // whose memory is used again
  const Ring* failed_ = nullptr;
  bool more_waits_ = false;
};

}  // namespace synoptic::live
