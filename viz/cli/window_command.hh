// Without a command: the window.
#pragma once

#include <string>

#include "sim/model/error.hh"

namespace synoptic::cli {

// Opens the window on tcp-echo, run at once on both networks; or with a capture file beside it.
// Until the user closes it. An error where no window can be had.
model::Expected<void> run_window(const std::string& file = {});

}  // namespace synoptic::cli
