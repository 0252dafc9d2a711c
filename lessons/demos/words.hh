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

}  // namespace synoptic::demos
