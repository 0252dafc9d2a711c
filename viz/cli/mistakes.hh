// What the command line's own reading refuses, in one line that says what to type.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

namespace synoptic::cli {

// Nothing if `word` is one of `commands`, or an option.
std::string unknown_command(std::string_view word, std::span<const std::string> commands);

// CLI11's own words on one line; plainer ones for what happens most.
std::string mistake(const CLI::ParseError& error, const CLI::App& app);

}  // namespace synoptic::cli
