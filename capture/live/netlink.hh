// The few things that a private loopback asks of the kernel by rtnetlink: addresses and routes.
#pragma once

#include <optional>
#include <string>

#include "capture/live/file_descriptor.hh"
#include "sim/wire/address.hh"

namespace synoptic::live {

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

 private:
  struct Request;
  int ask(Request& request);
  FileDescriptor socket_;
};

}  // namespace synoptic::live
