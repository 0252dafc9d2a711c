// Addresses: IPv4 or IPv6, and address with port, as values that compare, hash and print.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace synoptic::wire {

enum class Family : std::uint8_t { ipv4, ipv6 };

// An IPv4 or IPv6 address. IPv4 uses the first four bytes; the rest are zero.
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};  // first, so that they are copied and compared as one word
  Family family = Family::ipv4;

  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  static IpAddress v6(const std::array<std::uint8_t, 16>& octets);
  // Dotted quad or RFC 4291 text (no zone, no brackets); nothing if `text` is neither.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v6() const { return family == Family::ipv6; }
  std::size_t size() const { return is_v6() ? 16 : 4; }  // in bytes on the wire
  bool is_unspecified() const;
  bool is_loopback() const;
  bool is_multicast() const;
  bool is_broadcast() const;  // 255.255.255.255
  std::string str() const;    // dotted quad, or RFC 5952 text
  // IPv4 before IPv6.
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    if (const auto order = a.family <=> b.family; order != 0) return order;
    return a.octets <=> b.octets;
  }
  // In words: addresses are compared several times for each packet.
  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    using Words = std::array<std::uint64_t, 2>;
    return a.family == b.family && std::bit_cast<Words>(a.octets) == std::bit_cast<Words>(b.octets);
  }
};

// An address with a port: what a socket is bound to, and what a lane is keyed by.
struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;

  std::string str() const;  // "127.0.0.1:9999", "[::1]:9999"
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
  friend bool operator==(const SocketAddress& a, const SocketAddress& b) {
    return a.port == b.port && a.ip == b.ip;
  }
};

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};
  std::string str() const;  // "02:00:00:00:00:01"
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

std::size_t hash_value(const SocketAddress& address);

}  // namespace synoptic::wire

template <>
struct std::hash<synoptic::wire::SocketAddress> {
  std::size_t operator()(const synoptic::wire::SocketAddress& a) const {
    return synoptic::wire::hash_value(a);
  }
};
