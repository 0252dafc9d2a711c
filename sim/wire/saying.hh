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
  // `pattern` with each {} filled by the next of `args`: values, or sayings. A value is the same in
  // every language, whatever it reads like: a file called "none", a number.
  template <typename... Args>
  static Saying of(std::string_view pattern, const Args&... args) {
    Saying saying{pattern};
    saying.args_.reserve(sizeof...(args));
    (saying.args_.push_back(part(args)), ...);
    return saying;
  }
  template <typename T>
  static Saying value(const T& value) {
    Saying saying{fmt::format("{}", value)};
    saying.is_value_ = true;
    return saying;
  }
  // One that came from elsewhere, in its parts.
  static Saying from_parts(std::string text, bool is_value, std::vector<Saying> args) {
    Saying saying{std::move(text)};
    saying.is_value_ = is_value;
    saying.args_ = std::move(args);
    return saying;
  }

  const std::string& pattern() const { return pattern_; }
  const std::vector<Saying>& args() const { return args_; }
  bool is_value() const { return is_value_; }  // else words, which may be looked up
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
      return Saying::value(value);
  }

  std::string pattern_;
  std::vector<Saying> args_;
  bool is_value_ = false;
};

// `pattern` with each {} (or {0}, {1}, …) filled by `args`; a pattern that asks for more than there
// are is given back as it is.
std::string fill(std::string_view pattern, const std::vector<std::string>& args);

}  // namespace synoptic::wire
