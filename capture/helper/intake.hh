// Intake: what was taken out of one ring and waits until it is its turn: packets of several rings are
// put into the order of their time.
#pragma once

#include <pcap/pcap.h>

#include <cstddef>
#include <cstdint>

#include "capture/helper/protocol.hh"

namespace synoptic::helper {

// Memory for so many bytes, or null. It is only taken by what was once in it, and never given back.
char* reserve(std::size_t size);

class Intake {
 public:
  bool open(pcap_t* ring);

  // A batch out of the ring, when nothing waits. How many; below zero the ring's failure.
  int fetch();
  bool empty() const { return begin_ == end_; }

  // --- the first that waits
  std::int64_t time() const;  // CLOCK_REALTIME, ns
  const char* record() const { return bytes_ + begin_; }
  std::size_t record_size() const;  // its header and its bytes
  void pop();

  pcap_t* ring() const { return ring_; }

 private:
  void put(const pcap_pkthdr& header, const unsigned char* bytes);
  RecordHeader header() const;

  pcap_t* ring_ = nullptr;
  char* bytes_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;
  bool nanoseconds_ = false;
};

}  // namespace synoptic::helper
