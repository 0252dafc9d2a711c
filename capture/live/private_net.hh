// The private loopback: namespaces of our own, in which `lo` is up and nothing else is.
#pragma once

#include <string>
#include <vector>

#include "capture/live/live.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {

// Puts this process into network namespace of its own, and its next children into a process
// namespace; with a user namespace around them for whoever is not root. The process must have one
// thread only.
model::Expected<void> enter_private_namespaces();

// Brings `lo` up, adds the addresses, sets the congestion control and what `means` takes. Gives
// what could not be done though the run can go on without it.
model::Expected<std::vector<std::string>> prepare_loopback(
    const std::vector<wire::IpAddress>& addresses, const std::string& congestion,
    Throttle::Means means);

// No TCP socket in this namespace but those that listen or are in TIME-WAIT: nothing more will be
// sent.
bool tcp_is_quiet();

}  // namespace synoptic::live
