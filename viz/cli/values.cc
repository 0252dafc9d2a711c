// Reads times, numbers and addresses, and says what is wrong with those that are none.
#include "viz/cli/values.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace synoptic::cli {
namespace {

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<wire::IpAddress> known_ip(std::string_view text) {
  if (text == "localhost") return wire::IpAddress::v4(127, 0, 0, 1);
  return wire::IpAddress::parse(text);
}

// "127.0.0.1:80", "[::1]:80" as their two parts; nothing where it is no address with a colon and
// something after it.
struct HostAndPort {
  wire::IpAddress host;
  std::string_view port;
};
std::optional<HostAndPort> host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto ip = known_ip(host);
  if (!ip || ip->is_v6() != bracketed) return std::nullopt;
  return HostAndPort{*ip, text.substr(colon + 1)};
}

std::uint16_t port_of(const HostAndPort& both, std::string_view text) {
  const auto port = digits(both.port);
  if (port && *port >= 1 && *port <= 65535) return static_cast<std::uint16_t>(*port);
  throw Usage(fmt::format("{}: '{}' is no port; a port is a whole number from 1 to 65535", text,
                          both.port));
}

[[noreturn]] void no_ip(std::string_view text) {
  throw Usage(fmt::format("'{}' is no IP address; give one as 127.0.0.1 or ::1", text));
}

// As it was typed; '' where nothing was.
std::string_view shown(std::string_view text) {
  return text.empty() ? "''" : text;
}

}  // namespace

model::Duration time_of(std::string_view option, const std::string& text) {
  const auto duration = model::parse_duration(text);
  if (!duration && duration.error() == model::NoDuration::too_long) {
    throw Usage(fmt::format("{} {}: too large; the largest time is {}s", option, text,
                            model::longest_duration.ns / 1'000'000'000));
  }
  if (!duration) {
    throw Usage(
        fmt::format("{} {}: a time is a number with its unit, as 500ms or 2s; the units are ns, "
                    "us, ms, s and min",
                    option, shown(text)));
  }
  return *duration;
}

model::Duration time_above_zero(std::string_view option, const std::string& text) {
  const model::Duration duration = time_of(option, text);
  if (duration.ns == 0) {
    throw Usage(fmt::format("{} {}: no time at all; give more than 0, or leave {} out", option,
                            text, option));
  }
  return duration;
}

std::uint64_t number_of(std::string_view option, const std::string& text, std::uint64_t low,
                        std::uint64_t high) {
  const auto number = digits(text);
  if (number && *number >= low && *number <= high) return *number;
  const bool open_end = high > 1'000'000'000;
  throw Usage(fmt::format("{} {}: it is a whole number from {} {}", option, shown(text), low,
                          open_end ? std::string("on") : fmt::format("to {}", high)));
}

wire::IpAddress ip_of(const std::string& text) {
  if (const auto ip = known_ip(text)) return *ip;
  if (const auto both = host_and_port(text)) {
    throw Usage(fmt::format("--addr {}: the port is given apart; type: --addr {} --port {}", text,
                            both->host.str(), port_of(*both, text)));
  }
  no_ip(text);
}

wire::SocketAddress address_of(const std::string& text) {
  if (const auto ip = known_ip(text)) return {*ip, 0};
  const auto both = host_and_port(text);
  if (!both) no_ip(text);
  return {both->host, port_of(*both, text)};
}

demos::Encoding encoding_of(std::string_view option, const std::string& text) {
  if (text == "gb2312") return demos::Encoding::gb2312;
  if (text == "utf-8") return demos::Encoding::utf8;
  throw Usage(fmt::format("{} {}: it is gb2312 or utf-8", option, shown(text)));
}

void set_server(demos::DemoOptions& program, const std::string& text, bool named) {
  const std::size_t colon = std::min(text.rfind(':'), text.size());
  const std::string host = text.substr(0, colon);
  const bool is_name =
      host.find_first_of(":[]/") == host.npos && !known_ip(host) &&
      std::ranges::any_of(host, [](unsigned char c) { return std::isalpha(c) != 0; });
  if (!named || !is_name) {
    program.server = address_of(text);
    return;
  }
  program.host = host;
  if (colon < text.size())
    program.server.port = port_of({{}, std::string_view(text).substr(colon + 1)}, text);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::vector<std::string> names_of(const std::string& text) {
  if (text.empty()) throw Usage("--names: no name is given; give them as Ada,Bob");
  std::vector<std::string> names = split(text, ',');
  if (std::ranges::any_of(names, &std::string::empty))
    throw Usage(fmt::format("--names {}: a name is empty", text));
  return names;
}

}  // namespace synoptic::cli
