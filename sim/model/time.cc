// Durations as text.
#include "sim/model/time.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace synoptic::model {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
constexpr std::array<Unit, 6> units{{{"ns", 1},
                                     {"us", 1'000},
                                     {"µs", 1'000},
                                     {"ms", 1'000'000},
                                     {"s", 1'000'000'000},
                                     {"min", 60'000'000'000}}};

using Parsed = std::expected<Duration, NoDuration>;
constexpr auto unreadable = std::unexpected(NoDuration::unreadable);
constexpr auto too_long = std::unexpected(NoDuration::too_long);

// Digits with at most one point, as so many of `unit`; exact, without floating point.
Parsed scaled(std::string_view digits, std::int64_t unit) {
  const auto point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view{} : digits.substr(point + 1);
  if ((whole.empty() && part.empty()) || part.find('.') != std::string_view::npos)
    return unreadable;
  std::int64_t value = 0;
  if (!whole.empty()) {
    const auto error = std::from_chars(whole.data(), whole.data() + whole.size(), value).ec;
    if (error != std::errc{} || value > longest_duration.ns / unit) return too_long;
  }
  std::int64_t ns = value * unit;
  for (std::int64_t step = unit; const char c : part) {
    step /= 10;
    ns += step * (c - '0');
  }
  if (ns > longest_duration.ns) return too_long;
  return Duration{ns};
}

}  // namespace

Parsed parse_duration(std::string_view text) {
  if (text == "0") return Duration{};
  const auto end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos || end == 0) return unreadable;
  const std::string_view digits = text.substr(0, end);
  std::string_view name = text.substr(end);
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  const auto* const unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return unreadable;
  return scaled(digits, unit->ns);
}

std::string format_duration(Duration d) {
  if (d.ns < 0) return "-" + format_duration({-d.ns});
  const auto in = [&](std::int64_t unit, std::string_view name) {
    std::string digits =
        fmt::format("{:.4g}", static_cast<double>(d.ns) / static_cast<double>(unit));
    if (digits.find('e') != std::string::npos) digits = fmt::format("{}", d.ns / unit);
    return fmt::format("{} {}", digits, name);
  };
  if (d.ns < 1'000) return fmt::format("{} ns", d.ns);
  if (d.ns < 1'000'000) return in(1'000, "µs");
  if (d.ns < 1'000'000'000) return in(1'000'000, "ms");
  return in(1'000'000'000, "s");
}

}  // namespace synoptic::model
