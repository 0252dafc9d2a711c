// rtnetlink, as far as a private loopback needs it (rtnetlink(7)).
#include "capture/live/netlink.hh"

#include <linux/netlink.h>
#include <linux/pkt_sched.h>
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

// One message, or nothing and errno.
std::span<const char> Netlink::answer_to(Request& request) {
  if (::send(socket_.get(), request.bytes.data(), request.header().nlmsg_len, 0) < 0) return {};
  return next_answer();
}

std::span<const char> Netlink::next_answer() {
  const ssize_t n = ::recv(socket_.get(), answer_.data(), answer_.size(), 0);
  if (n < 0) return {};
  errno = EPROTO;
  if (n < static_cast<ssize_t>(NLMSG_HDRLEN)) return {};
  return std::span(answer_).first(static_cast<std::size_t>(n));
}

int Netlink::ask(Request& request) {
  const auto answer = answer_to(request);
  if (answer.empty()) return errno;
  const auto& header = *reinterpret_cast<const nlmsghdr*>(answer.data());
  if (answer.size() < NLMSG_LENGTH(sizeof(nlmsgerr)) || header.nlmsg_type != NLMSG_ERROR)
    return EPROTO;
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

namespace {
tcmsg queue_of(unsigned interface) {
  tcmsg body{};
  body.tcm_family = AF_UNSPEC;
  body.tcm_ifindex = static_cast<int>(interface);
  body.tcm_parent = TC_H_ROOT;
  return body;
}
}  // namespace

int Netlink::set_token_bucket(unsigned interface, const TokenBucket& bucket, Bucket which) {
  Request request(RTM_NEWQDISC, which == Bucket::is_new ? NLM_F_CREATE | NLM_F_EXCL : 0);
  request.add_body(queue_of(interface));
  constexpr char kind[] = "tbf";
  request.add(TCA_KIND, kind, sizeof kind);
  tc_tbf_qopt options{};
  options.rate.linklayer = TC_LINKLAYER_ETHERNET;  // no table of times is needed
  options.rate.overhead = bucket.packet_cost;
  options.rate.rate = bucket.octets_a_second;
  options.limit = bucket.waiting;
  struct {
    rtattr head;
    tc_tbf_qopt options;
    rtattr burst_head;
    std::uint32_t burst;
  } const nested{{RTA_LENGTH(sizeof options), TCA_TBF_PARMS},
                 options,
                 {RTA_LENGTH(sizeof bucket.burst), TCA_TBF_BURST},
                 bucket.burst};
  static_assert(sizeof nested == 2 * sizeof(rtattr) + sizeof options + sizeof bucket.burst);
  request.add(TCA_OPTIONS, &nested, sizeof nested);
  return ask(request);
}

std::optional<std::uint32_t> Netlink::waiting(unsigned interface) {
  Request request(RTM_GETQDISC, 0);
  request.header().nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.add_body(queue_of(interface));
  std::optional<std::uint32_t> found;
  for (auto answer = answer_to(request); !answer.empty(); answer = next_answer()) {
    auto rest = static_cast<unsigned>(answer.size());
    for (auto* h = reinterpret_cast<const nlmsghdr*>(answer.data()); NLMSG_OK(h, rest);
         h = NLMSG_NEXT(h, rest)) {
      if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) return found;
      const auto& queue = *static_cast<const tcmsg*>(NLMSG_DATA(h));
      const bool is_it = h->nlmsg_len >= NLMSG_LENGTH(sizeof queue) &&
                         queue.tcm_ifindex == static_cast<int>(interface) &&
                         queue.tcm_parent == TC_H_ROOT;
      auto size = static_cast<int>(h->nlmsg_len - NLMSG_LENGTH(sizeof queue));
      const char* at = reinterpret_cast<const char*>(h) + NLMSG_LENGTH(sizeof queue);
      for (auto* a = reinterpret_cast<const rtattr*>(at); is_it && RTA_OK(a, size);
           a = RTA_NEXT(a, size)) {
        tc_stats stats{};
        if (a->rta_type != TCA_STATS || RTA_PAYLOAD(a) < sizeof stats) continue;
        std::memcpy(&stats, RTA_DATA(a), sizeof stats);
        found = stats.qlen;
      }
    }
  }
  return found;
}

}  // namespace synoptic::live
