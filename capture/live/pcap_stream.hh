// PcapStream: the packets of a pcap file that comes in pieces, as the capture helper writes it.
#pragma once

#include <cstdint>
#include <optional>

#include "capture/observe/flow_tracker.hh"

namespace synoptic::live {

class PcapStream {
 public:
  // Reads once. As read(2): what came, 0 at the end, -1 with errno. Ends the life of packets given
  // before.
  ssize_t read_from(int fd);

  // The header is in: packets may follow.
  bool begun() const { return begun_; }
  bool nanoseconds() const { return nanoseconds_; }
  std::uint32_t link() const { return link_; }  // LINKTYPE_…
  // No more than this comes: the rest is not such a file.
  bool damaged() const { return damaged_; }

  std::optional<observe::CapturedPacket> next();

 private:
  void read_header();

  wire::Bytes buffer_;
  std::size_t used_ = 0;  // of buffer_, by packets given out
  std::size_t filled_ = 0;
  std::uint32_t link_ = 0;
  bool begun_ = false, nanoseconds_ = false, damaged_ = false;
};

}  // namespace synoptic::live
