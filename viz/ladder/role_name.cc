// The names of roles that the demos and the observer give, alone or with a number.
#include "viz/ladder/role_name.hh"

#include <algorithm>
#include <array>
#include <utility>

#include "viz/words/words.hh"

namespace synoptic::ladder {

std::string role_name(std::string_view name) {
  using words::N_;
  struct Role {
    const char *alone, *numbered;
  };
  constexpr std::array<Role, 4> roles{{{N_("client"), N_("client {}")},
                                       {N_("server"), N_("server {}")},
                                       {N_("one end"), nullptr},
                                       {N_("the other end"), nullptr}}};
  for (const auto& [alone, numbered] : roles) {
    const std::string_view word = alone;
    if (name == word) return words::tr(alone);
    if (numbered == nullptr || !name.starts_with(word)) continue;
    std::string_view number = name.substr(word.size());
    if (number.size() < 2 || number.front() != ' ') continue;
    number.remove_prefix(1);
    if (std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
      return words::say(numbered, number);
  }
  return std::string(name);
}

}  // namespace synoptic::ladder
