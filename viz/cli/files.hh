// Files written whole or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/model/error.hh"

namespace synoptic::cli {

// To be called first: a standard stream that was closed when we were started is taken by one that
// fails, so that no file of ours is opened in its place and written to by mistake.
void occupy_standard_streams();
// To be called first, too: a file that grows beyond what we may write is an error of write(2), and
// not our end with a temporary file left behind.
void take_refused_writes();

// However often the kernel takes a part only; the errno where it takes no more.
std::optional<int> write_all(int fd, std::string_view bytes);

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
