// Without a command: the window.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lessons/lesson.hh"
#include "sim/model/error.hh"
#include "viz/cli/options.hh"
#include "viz/cli/session.hh"

namespace synoptic::cli {

// Opens the window on the first lesson, run at once on both networks; or with a capture file
// alone. Until the user closes it. An error where no window can be had.
model::Expected<void> run_window(const std::string& file, const WindowOptions& options);

// What the window begins with: the first lesson, and over it the file, if there is one.
void begin(Session& session, std::vector<lessons::CourseEntry>& course, const std::string& file);

// The window's picture as a PNG, with the real run at its end: for the README.
int run_picture(const Options& options);

}  // namespace synoptic::cli
