// What the command line's own reading refuses, in one line that says what to type.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "viz/cli/options.hh"

namespace synoptic::cli {

// Nothing if `word` is one of `commands`, or an option.
std::string unknown_command(std::string_view word, std::span<const std::string> commands);

// Of a word that is none of the commands: what to say of it if it is meant as a file, as its dots
// and slashes tell, or is one; nothing if it is not.
std::optional<Exit> no_file(const std::string& word);

// CLI11's own words on one line; plainer ones for what happens most.
std::string mistake(const CLI::ParseError& error, const CLI::App& app);

}  // namespace synoptic::cli
