// A role of one word takes the article; one with a number, or an address, is a name.
#include "viz/ladder/wording.hh"

#include <fmt/format.h>

#include <algorithm>

namespace synoptic::ladder {
namespace {

bool is_address(std::string_view name) {
  return name.find(':') != std::string_view::npos;
}

}  // namespace

std::string the(std::string_view name) {
  const bool numbered = std::ranges::any_of(name, [](char c) { return c >= '0' && c <= '9'; });
  return fmt::format("{}{}", numbered || is_address(name) ? "" : "the ", name);
}

std::string capital(std::string sentence) {
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return sentence;
}

std::string with_name(std::string sentence, std::string_view name) {
  const std::string right = the(name), article = "the ";
  if (name.empty() || right.starts_with(article)) return sentence;
  const std::string wrong = "he " + right;
  for (std::size_t at = 0; (at = sentence.find(wrong, at + 1)) != std::string::npos;) {
    const std::size_t end = at + wrong.size();
    const bool whole =
        end == sentence.size() ||
        std::string_view("0123456789:").find(sentence[end]) == std::string_view::npos;
    const bool begins = sentence[at - 1] == 'T', inside = sentence[at - 1] == 't';
    if (!whole || (!begins && !inside)) continue;
    sentence.replace(at - 1, wrong.size() + 1, begins ? capital(the(name)) : right);
  }
  return sentence;
}

std::string of(std::string_view name, std::string_view thing) {
  return is_address(name) ? fmt::format("the {} of {}", thing, name)
                          : fmt::format("{}'s {}", the(name), thing);
}

}  // namespace synoptic::ladder
