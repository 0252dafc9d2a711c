// Addresses: their text forms (dotted quad; RFC 4291 read, RFC 5952 written), kinds and hash.
#include "sim/wire/address.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "sim/wire/endian.hh"

namespace synoptic::wire {
namespace {

// Four decimal numbers without leading zeros, as inet_pton() takes them.
bool parse_quad(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (text.empty() || text.front() != '.') return false;
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && digits < 3; ++digits) {
      const char c = text[digits];
      if (c < '0' || c > '9') break;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (digits == 0 || value > 255 || (digits > 1 && text.front() == '0')) return false;
    out[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
  }
  return text.empty();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Groups of RFC 4291 section 2.2 that stand without "::" between them, the last perhaps a dotted
// quad. Returns how many of at most `room` 16-bit groups were written, or nothing.
std::optional<std::size_t> parse_groups(std::string_view text, std::uint8_t* out,
                                        std::size_t room) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      if (count + 2 > room || !parse_quad(group, out + 2 * count)) return std::nullopt;
      return count + 2;
    }
    if (group.empty() || group.size() > 4 || count == room) return std::nullopt;
    unsigned value = 0;
    for (const char c : group) {
      const int digit = hex_digit(c);
      if (digit < 0) return std::nullopt;
      value = value << 4 | static_cast<unsigned>(digit);
    }
    store_u16(out + 2 * count++, static_cast<std::uint16_t>(value));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a colon at the end
  }
  return count;
}

bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = parse_groups(text, out.data(), 8);
    return count == 8u;
  }
  std::array<std::uint8_t, 16> tail{};
  const std::string_view head_text = text.substr(0, gap);
  if (head_text.find('.') != std::string_view::npos) return false;  // a quad may only come last
  const auto head = parse_groups(head_text, out.data(), 7);
  if (!head) return false;
  const auto rest = parse_groups(text.substr(gap + 2), tail.data(), 7 - *head);
  if (!rest) return false;
  std::copy_n(tail.begin(), 2 * *rest, out.end() - static_cast<std::ptrdiff_t>(2 * *rest));
  return true;
}

// RFC 5952 section 4: lower case, no leading zeros, "::" for the first longest run of two or more
// zero groups; section 5: an IPv4-mapped address ends as a dotted quad.
std::string v6_text(const std::array<std::uint8_t, 16>& octets) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = load_u16(&octets[2 * i]);
  if (std::all_of(groups.begin(), groups.begin() + 5, [](auto g) { return g == 0; }) &&
      groups[5] == 0xffff) {
    return fmt::format("::ffff:{}.{}.{}.{}", octets[12], octets[13], octets[14], octets[15]);
  }
  std::size_t best = 8, best_size = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t size = 0;
    while (i + size < 8 && groups[i + size] == 0) ++size;
    if (size > best_size) best = i, best_size = size;
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      text += "::";
      i += best_size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    fmt::format_to(std::back_inserter(text), "{:x}", groups[i]);
  }
  return text;
}

}  // namespace

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {{a, b, c, d}, Family::ipv4};
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& octets) {
  return {octets, Family::ipv6};
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  if (text.find(':') == std::string_view::npos) {
    if (!parse_quad(text, address.octets.data())) return std::nullopt;
    return address;
  }
  address.family = Family::ipv6;
  if (!parse_v6(text, address.octets)) return std::nullopt;
  return address;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(octets.begin(), octets.end(), [](auto octet) { return octet == 0; });
}

bool IpAddress::is_loopback() const {
  if (!is_v6()) return octets[0] == 127;
  return octets[15] == 1 &&
         std::all_of(octets.begin(), octets.end() - 1, [](auto octet) { return octet == 0; });
}

bool IpAddress::is_multicast() const {
  return is_v6() ? octets[0] == 0xff : (octets[0] & 0xf0) == 0xe0;
}

bool IpAddress::is_broadcast() const {
  return *this == v4(255, 255, 255, 255);
}

std::string IpAddress::str() const {
  if (is_v6()) return v6_text(octets);
  return fmt::format("{}.{}.{}.{}", octets[0], octets[1], octets[2], octets[3]);
}

std::string SocketAddress::str() const {
  return fmt::format(fmt::runtime(ip.is_v6() ? "[{}]:{}" : "{}:{}"), ip.str(), port);
}

std::string MacAddress::str() const {
  return fmt::format("{:02x}", fmt::join(octets, ":"));
}

std::size_t hash_value(const SocketAddress& address) {
  // Multiply and fold, word by word: cheap, and the same on every run.
  std::uint64_t high, low;
  std::memcpy(&high, address.ip.octets.data(), 8);
  std::memcpy(&low, address.ip.octets.data() + 8, 8);
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  std::uint64_t hash = (std::uint64_t{address.port} << 1 | (address.ip.is_v6() ? 1 : 0)) * odd;
  for (const std::uint64_t word : {high, low}) {
    hash = (hash ^ word) * odd;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
}

}  // namespace synoptic::wire
