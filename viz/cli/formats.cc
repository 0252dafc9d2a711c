// Names of formats.
#include "viz/cli/formats.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "viz/cli/values.hh"

namespace synoptic::cli {

std::optional<Format> format_named(std::string word) {
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  constexpr std::array<std::pair<std::string_view, Format>, 6> there{{{"txt", Format::text},
                                                                      {"text", Format::text},
                                                                      {"svg", Format::svg},
                                                                      {"png", Format::png},
                                                                      {"json", Format::json},
                                                                      {"pcapng", Format::pcapng}}};
  const auto* found = std::find_if(there.begin(), there.end(),
                                   [&](const auto& entry) { return entry.first == word; });
  return found != there.end() ? std::optional(found->second) : std::nullopt;
}

std::string ending_of(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  return ending.empty() ? "" : ending.substr(1);
}

Format format_of(const std::string& word, std::string_view said) {
  if (const auto format = format_named(word)) return *format;
  const bool planned = word == "html" || word == "mmd";
  throw Usage(planned ? fmt::format("{}: the format {} is not part of this version; {}", said, word,
                                    formats_there)
                      : fmt::format("{}: unknown format '{}'; {}", said, word, formats_there));
}

}  // namespace synoptic::cli
