// The names of roles that the demos and the observer give, alone or with a number.
#include "viz/ladder/role_name.hh"

#include <algorithm>
#include <array>
#include <utility>

#include "viz/words/words.hh"

namespace synoptic::ladder {

namespace {

using words::N_;

struct Role {
  const char *alone, *numbered;
};
constexpr std::array<Role, 4> roles{{{N_("client"), N_("client {}")},
                                     {N_("server"), N_("server {}")},
                                     {N_("one end"), nullptr},
                                     {N_("the other end"), nullptr}}};

// The role that it names, and its number; null: none.
std::pair<const Role*, std::string_view> role_of(std::string_view name) {
  for (const Role& role : roles) {
    const std::string_view word = role.alone;
    if (name == word) return {&role, ""};
    if (role.numbered == nullptr || !name.starts_with(word)) continue;
    std::string_view number = name.substr(word.size());
    if (number.size() < 2 || number.front() != ' ') continue;
    number.remove_prefix(1);
    if (std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
      return {&role, number};
  }
  return {nullptr, ""};
}

}  // namespace

bool is_role(std::string_view name) {
  return role_of(name).first != nullptr;
}

std::string role_name(std::string_view name) {
  const auto [role, number] = role_of(name);
  if (role == nullptr) return std::string(name);
  return number.empty() ? words::tr(role->alone) : words::say(role->numbered, number);
}

}  // namespace synoptic::ladder
