// The probe: a socket sends a datagram to itself; or the pace of the loopback is changed.
#include "capture/live/probe.hh"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "capture/host/sockaddr.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {

int run_probe(std::string_view text) {
  if (text == probe_pace) {
    Throttle throttle(Throttle::Means::slow_network);
    throttle.set(Throttle::By::rings, Throttle::Pace::slow);
    return throttle.slowed() ? 0 : 1;
  }
  const auto ip = wire::IpAddress::parse(text);
  if (!ip) return 2;
  const FileDescriptor fd(::socket(ip->is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const host::KernelAddress any_port = host::to_kernel({*ip, 0});
  std::array<char, 64> room{};
  bool back = fd.open() && ::bind(fd.get(), any_port.get(), any_port.size) == 0;
  if (back) {
    const host::KernelAddress self = host::to_kernel(host::local_address(fd.get()));
    back =
        ::sendto(fd.get(), probe_text.data(), probe_text.size(), 0, self.get(), self.size) >= 0 &&
        ::recv(fd.get(), room.data(), room.size(), 0) == static_cast<ssize_t>(probe_text.size());
  }
  if (!back) std::fprintf(stderr, "%s\n", std::strerror(errno));
  return back ? 0 : 1;
}

}  // namespace synoptic::live
