// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace synoptic::cli {

// The known word that is near, or nothing.
std::string nearest(std::string_view typed, std::span<const std::string> known);

// "; did you mean 'compare'?", or nothing when no word is near.
std::string suggest(std::string_view typed, std::span<const std::string> known);

}  // namespace synoptic::cli
