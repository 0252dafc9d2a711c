// The keys of --set KEY=VALUE: one table with the name, the help and what setting it does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sim/net/scenario.hh"

namespace synoptic::net {

namespace {

// Each takes the value; false refuses it.
using Setter = bool (*)(Scenario&, std::string_view);

struct Row {
  ScenarioKey key;
  wire::Saying allowed;  // what a value looks like, for the error
  Setter set;
};

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

// "0.1" or "10%".
std::optional<double> probability(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto n = number<double>(text);
  if (!n) return std::nullopt;
  const double value = percent ? *n / 100 : *n;
  if (!(value >= 0 && value <= 1)) return std::nullopt;  // not a number is refused, too
  return value;
}

// "10Mbit", "64kbit", "1Gbit", "9600bit"; "0" is infinitely fast.
std::optional<std::uint64_t> rate(std::string_view text) {
  if (text == "0") return 0;
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> units{
      {{"kbit", 1'000}, {"Mbit", 1'000'000}, {"Gbit", 1'000'000'000}, {"bit", 1}}};
  for (const auto& [unit, factor] : units) {
    if (!text.ends_with(unit)) continue;
    const auto n = number<std::uint64_t>(text.substr(0, text.size() - unit.size()));
    constexpr std::uint64_t fastest = 1'000'000'000'000;
    if (!n || *n == 0 || *n > fastest / factor) return std::nullopt;
    return *n * factor;
  }
  return std::nullopt;
}

template <typename Value>
bool put(Value& place, const auto& value) {
  if (value) place = *value;
  return value.has_value();
}

bool put_isn(std::optional<wire::SeqNum>& place, std::string_view text) {
  const auto n = number<std::uint32_t>(text);
  if (n) place = wire::SeqNum{*n};
  return n.has_value();
}

bool put_switch(bool& place, std::string_view text) {
  if (text != "on" && text != "off") return false;
  place = text == "on";
  return true;
}

using Text = std::string_view;
constexpr const char* chance_form = "a probability from 0 to 1, or a percentage as 5%";
constexpr const char* isn_form = "a number from 0 to 4294967295";
const std::array rows{
    Row{{"delay", "one-way delay of the link (20ms)"},
        "a time as 20ms, or 0; at most 1000000000s",
        [](Scenario& s, Text v) { return put(s.link.delay, model::parse_duration(v)); }},
    Row{{"rate", "rate of the link (0: infinitely fast)"},
        "a rate as 10Mbit, 64kbit or 9600bit, or 0",
        [](Scenario& s, Text v) { return put(s.link.rate_bps, rate(v)); }},
    Row{{"queue", "packets that may wait for the link's rate (1000)"},
        "a number of packets",
        [](Scenario& s, Text v) { return put(s.link.queue_packets, number<std::uint32_t>(v)); }},
    Row{{"loss", "probability that a packet is lost (0)"},
        chance_form,
        [](Scenario& s, Text v) { return put(s.link.loss, probability(v)); }},
    Row{{"duplicate", "probability that a packet arrives twice (0)"},
        chance_form,
        [](Scenario& s, Text v) { return put(s.link.duplicate, probability(v)); }},
    Row{{"reorder", "probability that a packet is held back and overtaken (0)"},
        chance_form,
        [](Scenario& s, Text v) { return put(s.link.reorder, probability(v)); }},
    Row{{"mtu", "largest IP packet, in bytes (1500)"},
        "a number of bytes from 128 to 65535",
        [](Scenario& s, Text v) {
          const auto n = number<std::uint32_t>(v);
          return n && *n >= 128 && *n <= 65535 && put(s.mtu, n);
        }},
    Row{{"seed", "seed of all that is left to chance (1)"},
        "a number",
        [](Scenario& s, Text v) { return put(s.seed, number<std::uint64_t>(v)); }},
    Row{{"isn-client", "the client's first initial sequence number (the profile's)"},
        isn_form,
        [](Scenario& s, Text v) { return put_isn(s.isn_client, v); }},
    Row{{"isn-server", "the server's first initial sequence number (the profile's)"},
        isn_form,
        [](Scenario& s, Text v) { return put_isn(s.isn_server, v); }},
    Row{{"profile", "how TCP behaves where it may choose (textbook)"},
        "textbook, linux or rfc",
        [](Scenario& s, Text v) { return put(s.profile, tcp::parse_profile(v)); }},
    Row{{"drain", "go on after the programs until TIME-WAIT has passed (on)"},
        "on or off",
        [](Scenario& s, Text v) { return put_switch(s.drain, v); }},
    Row{{"max-events", "end the run after this many events (10000000)"},
        "a number greater than 0",
        [](Scenario& s, Text v) {
          const auto n = number<std::uint32_t>(v);
          return n && *n > 0 && put(s.max_events, n);
        }},
    Row{{"max-time", "end the run after this much simulated time (3600s)"},
        "a time as 60s; at most 1000000000s",
        [](Scenario& s, Text v) { return put(s.max_time, model::parse_duration(v)); }},
};

}  // namespace

const std::vector<ScenarioKey>& scenario_keys() {
  static const std::vector<ScenarioKey> keys = [] {
    std::vector<ScenarioKey> all;
    for (const Row& row : rows) all.push_back(row.key);
    return all;
  }();
  return keys;
}

model::Expected<void> set(Scenario& scenario, std::string_view key, std::string_view value) {
  const auto* const row = std::ranges::find(rows, key, [](const Row& r) { return r.key.name; });
  if (row == rows.end()) {
    std::string names;
    for (const Row& known : rows)
      names += fmt::format("{}{}", names.empty() ? "" : ", ", known.key.name);
    return std::unexpected(model::Error{wire::Saying::of("there is no setting '{}'", key),
                                        wire::Saying::of("use one of {}", names)});
  }
  if (!row->set(scenario, value)) {
    return std::unexpected(model::Error{wire::Saying::of("'{}' is no value for {}", value, key),
                                        wire::Saying::of("give {}", row->allowed)});
  }
  return {};
}

}  // namespace synoptic::net
