// Streams what a device gives as a pcap file into standard output, until whoever reads it goes or
// standard input hangs up.
//
// A device has several rings (each a handle of libpcap): every slot of a ring is as long as its
// snap length, so short packets have rings of their own, which hold many more.
#pragma once

#include <pcap/pcap.h>

#include <cstddef>
#include <cstdint>

namespace synoptic::helper {

struct Device {
  static constexpr std::size_t most_rings = 3;
  pcap_t* rings[most_rings] = {};
  std::size_t count = 0;
};

// From here on a signal that asks for the end waits until stream() hears it.
void hold_signals();

// The file's header. False when nobody is there any more.
bool send_file_header(pcap_t* ring, std::uint32_t snap_length);

// The packets, each at once, in the order of their time. While the reader does not read they wait
// in memory, and when that is full in the kernel's rings, whose losses are reported. Gives the
// helper's exit status.
int stream(const Device& device);

}  // namespace synoptic::helper
