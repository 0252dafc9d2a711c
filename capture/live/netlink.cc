// rtnetlink, as far as a private loopback needs it (rtnetlink(7)).
#include "capture/live/netlink.hh"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace synoptic::live {

// A request as it goes out: header, the family's own header, attributes.
struct Netlink::Request {
  alignas(NLMSG_ALIGNTO) std::array<char, 512> bytes{};

  Request(std::uint16_t type, std::uint16_t flags) {
    header().nlmsg_type = type;
    header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    header().nlmsg_len = NLMSG_HDRLEN;
  }
  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(bytes.data()); }
  template <typename T>
  void add_body(const T& body) {
    std::memcpy(bytes.data() + NLMSG_HDRLEN, &body, sizeof body);
    header().nlmsg_len = NLMSG_ALIGN(NLMSG_HDRLEN + sizeof body);
  }
  void add(std::uint16_t type, const void* data, std::size_t size) {
    rtattr attribute{};
    attribute.rta_type = type;
    attribute.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
    char* at = bytes.data() + header().nlmsg_len;
    std::memcpy(at, &attribute, sizeof attribute);
    std::memcpy(at + RTA_LENGTH(0), data, size);
    header().nlmsg_len += RTA_ALIGN(attribute.rta_len);
  }
};

Netlink::Netlink() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {}

int Netlink::ask(Request& request) {
  if (::send(socket_.get(), request.bytes.data(), request.header().nlmsg_len, 0) < 0) return errno;
  alignas(NLMSG_ALIGNTO) std::array<char, 4096> answer{};
  const ssize_t n = ::recv(socket_.get(), answer.data(), answer.size(), 0);
  if (n < 0) return errno;
  const auto& header = *reinterpret_cast<const nlmsghdr*>(answer.data());
  if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))) ||
      header.nlmsg_type != NLMSG_ERROR) {
    return EPROTO;
  }
  return -reinterpret_cast<const nlmsgerr*>(NLMSG_DATA(&header))->error;
}

int Netlink::add_address(unsigned interface, const wire::IpAddress& address) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  ifaddrmsg body{};
  body.ifa_family = address.is_v6() ? AF_INET6 : AF_INET;
  body.ifa_prefixlen = static_cast<std::uint8_t>(address.size() * 8);
  body.ifa_scope = RT_SCOPE_HOST;
  body.ifa_index = interface;
  request.add_body(body);
  request.add(IFA_LOCAL, address.octets.data(), address.size());
  request.add(IFA_ADDRESS, address.octets.data(), address.size());
  // No route to the prefix: it would hide for how long the route to the address itself is missing.
  const std::uint32_t flags = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;
  if (address.is_v6()) request.add(IFA_FLAGS, &flags, sizeof flags);
  return ask(request);
}

int Netlink::set_local_route(unsigned interface, const wire::IpAddress& address,
                             unsigned prefix_length, const std::optional<wire::IpAddress>& source,
                             const std::string& congestion) {
  rtmsg route{};
  route.rtm_family = address.is_v6() ? AF_INET6 : AF_INET;
  route.rtm_dst_len = static_cast<std::uint8_t>(prefix_length);
  route.rtm_table = RT_TABLE_LOCAL;
  route.rtm_protocol = RTPROT_KERNEL;
  route.rtm_scope = address.is_v6() ? RT_SCOPE_UNIVERSE : RT_SCOPE_HOST;
  route.rtm_type = RTN_LOCAL;
  if (address.is_v6()) {
    // Replacing would add a second route behind the kernel's own: that one goes first.
    Request remove(RTM_DELROUTE, 0);
    remove.add_body(route);
    remove.add(RTA_DST, address.octets.data(), address.size());
    remove.add(RTA_OIF, &interface, sizeof interface);
    if (const int error = ask(remove); error != 0 && error != ESRCH) return error;
  }
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  request.add_body(route);
  request.add(RTA_DST, address.octets.data(), address.size());
  request.add(RTA_OIF, &interface, sizeof interface);
  if (source) request.add(RTA_PREFSRC, source->octets.data(), source->size());
  std::array<char, 64> metrics{};
  rtattr name{};
  name.rta_type = RTAX_CC_ALGO;
  name.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(congestion.size() + 1));
  if (name.rta_len > metrics.size()) return EINVAL;
  std::memcpy(metrics.data(), &name, sizeof name);
  std::memcpy(metrics.data() + RTA_LENGTH(0), congestion.c_str(), congestion.size() + 1);
  if (!congestion.empty()) request.add(RTA_METRICS, metrics.data(), RTA_ALIGN(name.rta_len));
  const int error = ask(request);
  if (error != 0 &&
      address.is_v6()) {  // back to what was there: without it the address could not be reached
    Request restore(RTM_NEWROUTE, NLM_F_CREATE);
    restore.add_body(route);
    restore.add(RTA_DST, address.octets.data(), address.size());
    restore.add(RTA_OIF, &interface, sizeof interface);
    ask(restore);
  }
  return error;
}

}  // namespace synoptic::live
