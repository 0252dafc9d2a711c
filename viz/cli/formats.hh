// The formats that a picture or a trace can be written in, by their names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "viz/cli/options.hh"

namespace synoptic::cli {

inline constexpr std::string_view formats_there = "there are txt, svg, png, json and pcapng";

// "png" or "PNG"; nothing for a word that is none.
std::optional<Format> format_named(std::string word);

// The ending of a file's name, without its dot.
std::string ending_of(const std::string& path);

// `said` is what the word was given for: it throws Usage where there is no such format.
Format format_of(const std::string& word, std::string_view said);

}  // namespace synoptic::cli
