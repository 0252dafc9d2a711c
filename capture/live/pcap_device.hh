// libpcap, made safe: handles that close themselves, errors in words that say what to do.
#pragma once

#include <pcap/pcap.h>

#include <cstdint>
#include <memory>
#include <string>

#include "capture/observe/flow_tracker.hh"
#include "sim/model/error.hh"

namespace synoptic::live {

struct PcapClose {
  void operator()(pcap_t* p) const { ::pcap_close(p); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapClose>;

// A live capture on `interface` of a private loopback (the host's are opened by the helper, see
// capture_helper.hh): immediate, not blocking, time stamps in nanoseconds where the machine has
// them, a ring of `ring_size` octets.
model::Expected<PcapHandle> open_device(const std::string& interface, std::uint32_t snap_length,
                                        int ring_size);

// `filter` in BPF; empty leaves everything through.
model::Expected<void> set_filter(pcap_t* handle, const std::string& filter);

// What the handle gives, as a value of ours. The bytes live until the handle is asked again.
observe::CapturedPacket as_packet(pcap_t* handle, const pcap_pkthdr& header,
                                  const std::uint8_t* bytes);

wire::LinkType link_type(pcap_t* handle);
std::string link_name(pcap_t* handle);  // "LINUX_SLL2"

// How the user calls this program again with more rights: "sudo /usr/bin/synoptic".
std::string sudo_command();

}  // namespace synoptic::live
