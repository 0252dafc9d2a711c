// Messages on standard error. It may be closed, full, or a pipe that nobody reads any more: then a
// message is not shown, and nothing else is lost.
#pragma once

#include <string_view>

namespace synoptic::cli {

// "synoptic: …", a line.
void say(std::string_view message);

// The text as it is.
void write_message(std::string_view text);

}  // namespace synoptic::cli
