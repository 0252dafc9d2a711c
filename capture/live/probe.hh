// What doctor() runs inside a private loopback, to see whether it works.
#pragma once

#include <string_view>

namespace synoptic::live {

inline constexpr std::string_view probe_text = "synoptic";

inline constexpr std::string_view probe_pace = "pace";

// `what`: an address, "127.0.0.1" or "::1", to send a datagram to and from; or `probe_pace`, to
// slow the private loopback. The status of its process: 0 when the datagram came back, or the
// loopback is slowed.
int run_probe(std::string_view what);

}  // namespace synoptic::live
