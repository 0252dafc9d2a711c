// Streams what a device gives as a pcap file into standard output, until whoever reads it goes or
// standard input hangs up.
#pragma once

#include <pcap/pcap.h>

#include <cstdint>

namespace synoptic::helper {

// From here on a signal that asks for the end waits until stream() hears it.
void hold_signals();

// The file's header. False when nobody is there any more.
bool send_file_header(pcap_t* handle, std::uint32_t snap_length);

// The packets: each at once. While the reader does not read they wait in memory, and when that is
// full in the kernel's ring, whose losses are reported. Gives the helper's exit status.
int stream(pcap_t* handle);

}  // namespace synoptic::helper
