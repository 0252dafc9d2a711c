// The files that belong to the program, wherever it was built or installed.
#pragma once

#include <string>

namespace synoptic::live {

// This program's own path; "synoptic" where /proc does not tell.
std::string own_program();

// Its path; empty where it is not there. (The shim's is find_shim(), in live.hh.)
std::string find_capture_helper();

// A path as one word of a shell's line.
std::string shell_word(const std::string& path);

}  // namespace synoptic::live
