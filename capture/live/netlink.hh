// The few things that a private loopback asks of the kernel by rtnetlink: addresses, routes, pace.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "capture/live/file_descriptor.hh"
#include "sim/wire/address.hh"

namespace synoptic::live {

// A token bucket filter (tc-tbf(8)): how many octets may pass a second, how many at once after a
// rest, how many wait at most, and what each packet counts beside its own octets.
struct TokenBucket {
  std::uint32_t octets_a_second, burst, waiting;
  std::uint16_t packet_cost;
};

// Each request waits for the kernel's answer: 0 or an errno.
class Netlink {
 public:
  Netlink();
  bool open() const { return socket_.open(); }

  // Adds `address` with the whole length as its prefix, without duplicate address detection.
  int add_address(unsigned interface, const wire::IpAddress& address);
  // Replaces the local route to `address`/`prefix_length`. Who connects through it without a bind
  // gets `source` as its own address (else: the very address that it connects to), and `congestion`
  // ("cubic"; empty: the namespace's default). A route says so to every program; the namespace's
  // default (a sysctl) refuses what the machine's does not allow.
  int set_local_route(unsigned interface, const wire::IpAddress& address, unsigned prefix_length,
                      const std::optional<wire::IpAddress>& source, const std::string& congestion);
  // Whether it is the interface's first one, or changes it.
  enum class Bucket { is_new, is_there };
  int set_token_bucket(unsigned interface, const TokenBucket& bucket, Bucket which);
  // How many packets wait in the interface's queue; nothing when the kernel does not tell.
  std::optional<std::uint32_t> waiting(unsigned interface);

 private:
  struct Request;
  std::span<const char> answer_to(Request& request);
  std::span<const char> next_answer();
  int ask(Request& request);
  FileDescriptor socket_;
  alignas(4) std::array<char, 8192> answer_{};
};

}  // namespace synoptic::live
