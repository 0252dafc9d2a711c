// Time: integer nanoseconds. An Instant is a point, a Duration a distance. There is no now() here:
// whoever knows the time passes it in.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>

namespace synoptic::model {

struct Duration {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t k) { return {a.ns * k}; }
  friend constexpr Duration operator/(Duration a, std::int64_t k) { return {a.ns / k}; }
};
constexpr Duration nanoseconds(std::int64_t n) {
  return {n};
}
constexpr Duration microseconds(std::int64_t n) {
  return {n * 1'000};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000'000};
}

// Simulated: nanoseconds since the run began. Captured: nanoseconds since the Unix epoch.
struct Instant {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.ns - b.ns}; }
};

// The longest time that can be given: about 31 years. Some of them can be added up.
inline constexpr Duration longest_duration{1'000'000'000'000'000'000};
enum class NoDuration : std::uint8_t { unreadable, too_long };
// "20ms", "1s", "1.5 s", "250us", "3ns", "0"; any other bare number is refused, so is a negative
// one.
std::expected<Duration, NoDuration> parse_duration(std::string_view text);
// "20 ms", "1.5 s", "250 µs": at most four significant digits.
std::string format_duration(Duration d);

}  // namespace synoptic::model
