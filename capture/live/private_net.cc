// The private loopback, made with unshare(2), a map of one user, an ioctl and rtnetlink.
#include "capture/live/private_net.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include "capture/host/sockaddr.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/netlink.hh"
#include "capture/live/pcap_device.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {
namespace {

constexpr int route_patience_ms = 5000;

std::string read_word(const std::string& path) {
  std::ifstream in(path);
  std::string word;
  in >> word;
  return word;
}

// The whole text in one write(2), as /proc asks for. 0 or an errno.
int write_file(const std::string& path, std::string_view text) {
  const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.open()) return errno;
  return ::write(fd.get(), text.data(), text.size()) < 0 ? errno : 0;
}

// Why this machine refuses namespaces to ordinary users, as far as it tells, and what to type.
model::Error refused(const std::string& step, int error, uid_t user) {
  const auto what =
      wire::Saying::of("a private loopback cannot be made: {}: {}", step, std::strerror(error));
  if (read_word("/proc/sys/kernel/unprivileged_userns_clone") == "0") {
    return model::Error{what, "run: sudo sysctl -w kernel.unprivileged_userns_clone=1"};
  }
  if (read_word("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1") {
    return model::Error{what, "run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"};
  }
  if (read_word("/proc/sys/user/max_user_namespaces") == "0") {
    return model::Error{what, "run: sudo sysctl -w user.max_user_namespaces=10000"};
  }
  if (user != 0)
    return model::Error{what, wire::Saying::of("as root it works: {}", sudo_command())};
  return model::Error{what, "in a container: start it with more rights (docker run --privileged)"};
}

// Who we are outside of the user namespace that we are in (the whole machine's is one too).
uid_t mapped_user() {
  std::ifstream in("/proc/self/uid_map");
  uid_t inside = 0, outside = 0;
  in >> inside >> outside;
  return outside;
}

// Inside, the user who started us is root; files made there are still that user's.
model::Expected<void> map_user(uid_t uid, gid_t gid) {
  // Without giving up setgroups() an ordinary user may not map its group (user_namespaces(7)). Old
  // kernels have no such file.
  if (const int error = write_file("/proc/self/setgroups", "deny"); error != 0 && error != ENOENT) {
    return std::unexpected(refused("setgroups", error, uid));
  }
  if (const int error = write_file("/proc/self/uid_map", fmt::format("0 {} 1", uid)); error != 0) {
    return std::unexpected(refused("uid_map", error, uid));
  }
  if (const int error = write_file("/proc/self/gid_map", fmt::format("0 {} 1", gid)); error != 0) {
    return std::unexpected(refused("gid_map", error, uid));
  }
  return {};
}

model::Expected<void> bring_up(const char* interface) {
  const FileDescriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  if (::ioctl(fd.get(), SIOCGIFFLAGS, &request) != 0) {
    const int error = errno;
    return std::unexpected(refused("lo", error, mapped_user()));
  }
  request.ifr_flags |= IFF_UP;
  if (::ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) {
    const int error = errno;
    return std::unexpected(refused("lo", error, mapped_user()));
  }
  return {};
}

// The kernel adds the route to a new IPv6 address a moment later, from a work queue: until then
// nobody reaches it.
bool await_route(const wire::IpAddress& address) {
  const FileDescriptor fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const host::KernelAddress to =
      host::to_kernel({address, 9});  // connect(2) of UDP looks for a route, and sends nothing
  for (int ms = 0; ms < route_patience_ms; ++ms) {
    if (::connect(fd.get(), to.get(), to.size) == 0) return true;
    ::poll(nullptr, 0, 1);
  }
  return false;
}

// From which address one reaches `to` without a bind: 127.0.0.1, or the first of the added ones of
// IPv6. Two ends with one address would be hard to tell apart elsewhere.
std::optional<wire::IpAddress> source_for(const wire::IpAddress& to,
                                          const std::vector<wire::IpAddress>& addresses) {
  if (!to.is_v6()) return wire::IpAddress::v4(127, 0, 0, 1);
  if (to.is_loopback()) return std::nullopt;
  for (const wire::IpAddress& address : addresses) {
    if (address.is_v6()) return address;
  }
  return std::nullopt;
}

// The routes to all that is on lo, with the source of who connects through them.
int set_routes(Netlink& netlink, unsigned lo, const std::vector<wire::IpAddress>& addresses,
               bool has_ipv6, const std::string& congestion) {
  const wire::IpAddress v4 = wire::IpAddress::v4(127, 0, 0, 1);
  int error = netlink.set_local_route(lo, wire::IpAddress::v4(127, 0, 0, 0), 8, v4, congestion);
  if (error == 0) error = netlink.set_local_route(lo, v4, 32, v4, congestion);
  if (error == 0 && has_ipv6 && !congestion.empty()) {
    std::array<std::uint8_t, 16> octets{};
    octets[15] = 1;
    error = netlink.set_local_route(lo, wire::IpAddress::v6(octets), 128, std::nullopt, congestion);
  }
  for (const wire::IpAddress& address : addresses) {
    if (error != 0) break;
    error = netlink.set_local_route(lo, address, static_cast<unsigned>(address.size() * 8),
                                    source_for(address, addresses), congestion);
  }
  return error;
}

// The congestion control: first as the namespace's default; where the machine does not allow that,
// on the routes, which has the same effect.
bool set_congestion(const std::string& congestion) {
  const std::string path = "/proc/sys/net/ipv4/tcp_congestion_control";
  return read_word(path) == congestion || write_file(path, congestion) == 0;
}

// The states in column "st" of /proc/net/tcp and tcp6.
bool only_listening_or_waiting(const char* path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);  // the heading
  while (std::getline(in, line)) {
    std::istringstream columns(line);
    std::string slot, local, remote, state;
    columns >> slot >> local >> remote >> state;
    const bool rests =
        state == "0A" || state == "06";  // TCP_LISTEN, TCP_TIME_WAIT of linux/tcp_states.h
    if (!rests) return false;
  }
  return true;
}

}  // namespace

model::Expected<void> enter_private_namespaces() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  const int inner = CLONE_NEWNET | CLONE_NEWPID;
  if (uid == 0 && ::unshare(inner) == 0) return {};
  // Also root in a container may lack the right to do this without a user namespace.
  if (::unshare(CLONE_NEWUSER | inner) != 0) return std::unexpected(refused("unshare", errno, uid));
  return map_user(uid, gid);
}

model::Expected<std::vector<std::string>> prepare_loopback(
    const std::vector<wire::IpAddress>& addresses, const std::string& congestion,
    Throttle::Means means) {
  std::vector<std::string> warnings;
  write_file("/proc/sys/net/ipv6/conf/lo/disable_ipv6",
             "0");  // inherited from the machine, where it may be off
  const unsigned lo = ::if_nametoindex("lo");
  Netlink netlink;
  // A kernel without it has no means to make senders wait: what cannot be kept is then counted.
  if (means == Throttle::Means::slow_network) Throttle::set_up(netlink, lo);
  if (auto up = bring_up("lo"); !up) return std::unexpected(up.error());
  for (const wire::IpAddress& address : addresses) {
    const int error = netlink.add_address(lo, address);
    if (error != 0 && error != EEXIST) {
      return std::unexpected(model::Error{
          wire::Saying::of("the address {} cannot be added to the private loopback: {}",
                           address.str(), std::strerror(error)),
          address.is_v6() ? "use IPv4; this kernel has no IPv6" : ""});
    }
  }
  for (const wire::IpAddress& address : addresses) {
    if (address.is_v6() && !await_route(address)) {
      return std::unexpected(
          model::Error{wire::Saying::of("the address {} cannot be reached in the private loopback",
                                        address.str()),
                       ""});
    }
  }
  const bool has_ipv6 = ::access("/proc/net/if_inet6", R_OK) == 0;
  const bool by_default = congestion.empty() || set_congestion(congestion);
  const int error = set_routes(netlink, lo, addresses, has_ipv6, by_default ? "" : congestion);
  if (error != 0 && !by_default) {
    set_routes(netlink, lo, addresses, has_ipv6, "");
    warnings.push_back(
        fmt::format("congestion control '{}' is not to be had here: the kernel's own is used ({})",
                    congestion, read_word("/proc/sys/net/ipv4/tcp_congestion_control")));
  }
  return warnings;
}

bool tcp_is_quiet() {
  return only_listening_or_waiting("/proc/net/tcp") && only_listening_or_waiting("/proc/net/tcp6");
}

}  // namespace synoptic::live
