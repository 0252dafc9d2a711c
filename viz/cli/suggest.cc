// The nearest word by edit distance (Damerau-Levenshtein: a change, an omission, an addition, two
// letters swapped).
#include "viz/cli/suggest.hh"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace synoptic::cli {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, std::span<const std::string> known) {
  if (typed.size() > 40) return {};
  const std::string* found = nullptr;
  std::size_t best = 1 + typed.size() / 3;
  for (const std::string& word : known) {
    const bool begins = typed.size() >= 3 && word.starts_with(typed);
    const std::size_t far = begins ? 0 : distance(typed, word);
    if (far <= best && (found == nullptr || far < best)) {
      found = &word;
      best = far;
    }
  }
  return found == nullptr ? std::string() : *found;
}

std::string suggest(std::string_view typed, std::span<const std::string> known) {
  const std::string near = nearest(typed, known);
  return near.empty() ? near : fmt::format("; did you mean '{}'?", near);
}

}  // namespace synoptic::cli
