// Names of formats.
#include "viz/cli/formats.hh"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

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

}  // namespace synoptic::cli
