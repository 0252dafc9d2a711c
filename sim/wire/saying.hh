// A sentence with places for what varies. It is English; who shows it in another language looks its
// pattern up and fills the same places.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace synoptic::wire {

class Saying {
 public:
  Saying() = default;
  // A text without places. One that is not ours ("No such file or directory") is shown as it is.
  Saying(std::string text) : pattern_(std::move(text)) {}
  Saying(std::string_view text) : pattern_(text) {}
  Saying(const char* text) : pattern_(text) {}
  // `pattern` with each {} filled by the next of `args`: values, or sayings.
  template <typename... Args>
  static Saying of(std::string_view pattern, const Args&... args) {
    Saying saying{pattern};
    (saying.args_.push_back(part(args)), ...);
    return saying;
  }

  const std::string& pattern() const { return pattern_; }
  const std::vector<Saying>& args() const { return args_; }
  bool empty() const { return pattern_.empty(); }
  std::string str() const;  // in English
  operator std::string() const { return str(); }
  friend bool operator==(const Saying& a, std::string_view b) { return a.str() == b; }

 private:
  template <typename T>
  static Saying part(const T& value) {
    if constexpr (std::is_same_v<T, Saying>)
      return value;
    else
      return Saying(fmt::format("{}", value));
  }

  std::string pattern_;
  std::vector<Saying> args_;
};

// `pattern` with each {} (or {0}, {1}, …) filled by `args`; a pattern that asks for more than there
// are is given back as it is.
std::string fill(std::string_view pattern, const std::vector<std::string>& args);

}  // namespace synoptic::wire
