// The sentences of warnings that tell how a run ended, and how their values are told.
#include "viz/ladder/warning.hh"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <vector>

#include "viz/ladder/role_name.hh"
#include "viz/ladder/wording.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::N_;

// The longer ones first, where two begin alike.
constexpr std::array patterns{
    N_("after {} events; --set max-events=N allows more"),
    N_("after {} of simulated time; --set max-time=TIME allows more"),
    N_("while a connection was still open: nobody did anything any more"),
    N_("before it was done: {}"),
    N_("{} never began: {} did not get past {}()"),
    N_("{} waits for ever in {}: nothing is left that could end it"),
    N_("'{}' was ended by signal {} ({}): {}"),
    N_("'{}' was ended by signal {} ({})"),
    N_("'{}' ended with status {}: {}"),
    N_("'{}' ended with status {}"),
    N_("'{}' could not be started: {}"),
    N_("'{}' was not started: '{}' could not be started"),
    N_("'{}' was not started: '{}' had failed"),
    N_("the socket calls of '{}' are not shown: it is linked statically"),
    N_("the socket calls of '{}' are not shown: it is a Go program, which makes its calls without "
       "the C library"),
    N_("the socket calls of '{}' are not shown: it runs with rights of its own (set-uid)"),
    N_("the socket calls of '{}' are not shown: it is a 32-bit program"),
    N_("the socket calls of '{}' are not shown: the library that records them was not loaded"),
    N_("the calls of '{}' through a stdio stream (fdopen) are not shown"),
    N_("no socket calls of {} were seen: its program is linked statically, is a Go program, or has "
       "rights of its own"),
    N_("{} socket calls of '{}' are missing: they came faster than they could be taken"),
    N_("{} lines that were typed for '{}' are lost: it did not read them"),
    N_("after {}: {}"),
    N_("the fault '{}' never struck: {} packet matched it"),
    N_("the fault '{}' never struck: {} packets matched it"),
    N_("{} packets are missing: the kernel dropped them, its capture ring was full"),
    N_("{} packets are missing: they came faster than they could be shown"),
    N_("who sent was held up for {} ms in all: more was sent than could be shown"),
    N_("congestion control '{}' is not to be had here: the kernel's own is used ({})"),
};

// How one begins that tells why a run ended: the rest is one of those above.
struct Beginning {
  std::string_view text;
  const char* pattern;
};
constexpr std::array beginnings{
    Beginning{"the run was ended ", N_("the run was ended {}")},
    Beginning{"stopped ", N_("stopped {}")},
};

// What the programs did just then, in a list.
constexpr std::array doings{
    N_("'{}' was not started yet"),
    N_("'{}' had ended"),
    N_("'{}' was in no call"),
    N_("'{}' was waiting in {}()"),
};

// The values of `text` where it has the form of `pattern`.
std::optional<std::vector<std::string>> values_of(std::string_view text, std::string_view pattern) {
  std::vector<std::string> values;
  while (true) {
    const std::size_t place = pattern.find("{}");
    if (!text.starts_with(pattern.substr(0, place))) return std::nullopt;
    if (place == std::string_view::npos)
      return text == pattern ? std::optional(values) : std::nullopt;
    text.remove_prefix(place);
    pattern.remove_prefix(place + 2);
    const std::string_view next = pattern.substr(0, pattern.find("{}"));
    const std::size_t end = next.empty() ? text.size() : text.find(next);
    if (end == std::string_view::npos) return std::nullopt;
    values.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

template <std::size_t N>
std::optional<std::string> said_by(std::string_view text, const std::array<const char*, N>& known,
                                   std::string (*value)(std::string_view)) {
  for (const char* pattern : known) {
    const auto values = values_of(text, pattern);
    if (!values) continue;
    fmt::dynamic_format_arg_store<fmt::format_context> args;
    for (const std::string& v : *values) args.push_back(value(v));
    return fmt::vformat(words::tr(pattern), args);
  }
  return std::nullopt;
}

// A role, or what several of them did.
std::string value_text(std::string_view value) {
  std::string text;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(", '"), value.size());
    const auto doing = said_by(value.substr(0, end), doings, role_name);
    if (!doing && text.empty()) return role_name(value);
    text +=
        (text.empty() ? "" : words::tr(", ")) + doing.value_or(std::string(value.substr(0, end)));
    value.remove_prefix(std::min(end + 2, value.size()));
  }
  return text;
}

}  // namespace

std::string warning_text(std::string_view warning) {
  for (const auto& [begins, pattern] : beginnings)
    if (warning.starts_with(begins))
      return words::say(pattern, warning_text(warning.substr(begins.size())));
  return spaced(said_by(warning, patterns, value_text).value_or(std::string(warning)));
}

}  // namespace synoptic::ladder
