// Where the window's settings are kept: $XDG_CONFIG_HOME/synoptic/settings.json, else under
// ~/.config (XDG Base Directory Specification).
#pragma once

#include <optional>
#include <string>

#include "sim/model/error.hh"
#include "viz/gui/settings.hh"

namespace synoptic::cli {

// Nothing where neither variable is set to an absolute path.
std::optional<std::string> settings_path();

// The defaults where there is no file yet, or one that makes no sense.
gui::Settings load_settings();
// Whole or not at all. An error where it cannot be written, with what to do.
model::Expected<void> save_settings(const gui::Settings& settings);

}  // namespace synoptic::cli
