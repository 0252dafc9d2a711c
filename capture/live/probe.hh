// What doctor() runs inside a private loopback: one datagram to itself.
#pragma once

#include <string_view>

namespace synoptic::live {

inline constexpr std::string_view probe_text = "synoptic";

// `address`: "127.0.0.1" or "::1". The status of its process: 0 when the datagram came back.
int run_probe(std::string_view address);

}  // namespace synoptic::live
