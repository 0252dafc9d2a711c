// Files written whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "sim/model/error.hh"

namespace synoptic::cli {

// Whether `path` can be written, found out before the work that fills it: its folder is there, and
// lets us.
model::Expected<void> check_writable(const std::string& path);

// Writes `bytes` to a temporary file beside `path`, then renames it: nobody ever sees half a file
// under its name, and on failure what stood there before still stands there. What is no plain file
// (a pipe, a terminal) is written to directly.
model::Expected<void> write_whole(const std::string& path, std::string_view bytes);

// All of `bytes` to standard output.
model::Expected<void> write_stdout(std::string_view bytes);

}  // namespace synoptic::cli
