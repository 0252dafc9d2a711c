// Packets of no conversation (ARP, fragments, other protocols over IP or beside it): named as far
// as they are understood, and shown as bytes.
#pragma once

#include <string>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

// "ARP", "IPv4 fragment", "IP protocol 99", "damaged packet".
std::string other_name(const model::Event& other);
// "192.0.2.1 → 192.0.2.2 IPv4 fragment, 1480 bytes: 08 00 f7 ff …": which IP addresses, if any,
// what, and of the bytes that stand above what was understood how many there are and the first.
std::string other_line(const model::Event& other);
// "3 packets are not shown: 2 IPv4 fragments, 1 ARP", for pictures of conversations only. Empty
// when there are none.
std::string others_not_shown(const model::Trace& trace);

}  // namespace synoptic::ladder
