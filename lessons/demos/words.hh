// Words: what the demos have to say beyond the tutorials' own lines, in English and in Chinese.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

// "connect 127.0.0.2:9999: connection refused (ECONNREFUSED)": a call that failed, for the reader
// of the terminal.
std::string failure(Language language, std::string_view call, const wire::SocketAddress& address,
                    std::int32_t error);
std::string failure(Language language, std::string_view call, std::int32_t error);

// The line in the reader's language, both given.
std::string_view in(Language language, std::string_view en, std::string_view zh);

// What the server of tcp-once and tcp-serve-each prints of a client that has connected.
std::string call_from(Language language, const wire::IpAddress& who);

// What udp-chat prints of a message: "A message from [127.0.0.1:8081]: hi".
std::string message_from(Language language, const wire::SocketAddress& who, std::string_view text);

}  // namespace synoptic::demos
