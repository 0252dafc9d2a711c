// libpcap, made safe.
#include "capture/live/pcap_device.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

#include "capture/live/live.hh"

namespace synoptic::live {
namespace {

// On lo no packet is longer: an MTU of 65536 and the link header. In immediate mode every slot of
// the ring is as long as the snap length, so a longer one only makes fewer slots.
constexpr std::uint32_t longest_loopback_packet = 65536 + 18;

// On lo the kernel hands over each packet twice, leaving and arriving; libpcap throws the first
// away, but not before it took a slot of the ring or was counted as dropped. (Kernels before 4.20
// do not know this; then it stays so.)
void ignore_outgoing(pcap_t* handle) {
  const int on = 1;
  ::setsockopt(::pcap_fileno(handle), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
}

model::Expected<void> compile(pcap_t* handle, const std::string& filter, bpf_program& program) {
  if (::pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0) return {};
  return std::unexpected(
      model::Error{wire::Saying::of("'{}' is no capture filter: {}", filter, ::pcap_geterr(handle)),
                   "write it as in: tcp port 9999 and host 127.0.0.2 (man 7 pcap-filter)"});
}

}  // namespace

std::string sudo_command() {
  std::array<char, 4096> path{};
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  return fmt::format("sudo {}", n > 0 ? std::string_view(path.data()) : "synoptic");
}

model::Expected<PcapHandle> open_device(const std::string& interface, std::uint32_t snap_length,
                                        int ring_size) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  PcapHandle handle(::pcap_create(interface.c_str(), text.data()));
  if (!handle) {
    return std::unexpected(
        model::Error{wire::Saying::of("cannot capture on '{}': {}", interface, text.data()), ""});
  }
  if (interface == "lo") snap_length = std::min(snap_length, longest_loopback_packet);
  ::pcap_set_snaplen(handle.get(), static_cast<int>(std::min<std::uint32_t>(snap_length, 262144)));
  ::pcap_set_buffer_size(handle.get(), ring_size);
  ::pcap_set_immediate_mode(handle.get(), 1);
  ::pcap_set_promisc(handle.get(), 0);
  ::pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);  // else microseconds
  const int status = ::pcap_activate(handle.get());
  if (status < 0) {
    const char* const why = ::pcap_geterr(handle.get());
    return std::unexpected(model::Error{wire::Saying::of("cannot capture on '{}': {}", interface,
                                                         *why ? why : ::pcap_statustostr(status)),
                                        "see what works here with: synoptic doctor"});
  }
  if (::pcap_setnonblock(handle.get(), 1, text.data()) != 0) {
    return std::unexpected(
        model::Error{wire::Saying::of("cannot capture on '{}': {}", interface, text.data()), ""});
  }
  const int fd = ::pcap_get_selectable_fd(handle.get());
  ::fcntl(fd, F_SETFD, ::fcntl(fd, F_GETFD) | FD_CLOEXEC);  // not for a run's programs
  if (interface == "lo") ignore_outgoing(handle.get());
  return handle;
}

model::Expected<void> set_filter(pcap_t* handle, const std::string& filter) {
  if (filter.empty()) return {};
  bpf_program program{};
  if (auto compiled = compile(handle, filter, program); !compiled) return compiled;
  const int status = ::pcap_setfilter(handle, &program);
  ::pcap_freecode(&program);
  if (status == 0) return {};
  return std::unexpected(model::Error{
      wire::Saying::of("the filter '{}' cannot be used here: {}", filter, ::pcap_geterr(handle)),
      ""});
}

model::Expected<void> check_filter(const std::string& filter) {
  const PcapHandle dead(::pcap_open_dead(DLT_EN10MB, 262144));
  bpf_program program{};
  if (auto compiled = compile(dead.get(), filter, program); !compiled) return compiled;
  ::pcap_freecode(&program);
  return {};
}

observe::CapturedPacket as_packet(pcap_t* handle, const pcap_pkthdr& header,
                                  const std::uint8_t* bytes) {
  // A damaged file may hold any time: what does not fit into 64 bits of nanoseconds is cut to fit.
  constexpr std::int64_t last_second = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 5;
  const std::int64_t second = std::clamp<std::int64_t>(header.ts.tv_sec, -last_second, last_second);
  const bool nano = ::pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
  const std::int64_t part =
      std::clamp<std::int64_t>(header.ts.tv_usec, 0, 4'000'000'000) * (nano ? 1 : 1000);
  observe::CapturedPacket packet;
  packet.t.ns = second * 1'000'000'000 + std::min<std::int64_t>(part, 4'000'000'000);
  packet.bytes = {bytes, header.caplen};
  packet.original_size = header.len;
  packet.link = link_type(handle);
  return packet;
}

wire::LinkType link_type(pcap_t* handle) {
  const int type = ::pcap_datalink(handle);
  switch (type) {
    case DLT_NULL: return wire::LinkType::null;
    case DLT_EN10MB: return wire::LinkType::ethernet;
    case DLT_LOOP: return wire::LinkType::loop;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6: return wire::LinkType::raw;
    default: break;
  }
  // libpcap's own numbers are those of files but for a few below 104.
  const bool same_in_files = (type >= 0 && type <= 10) || (type >= 104 && type < 0xffff);
  return same_in_files ? static_cast<wire::LinkType>(type) : wire::LinkType::unknown;
}

std::string link_name(pcap_t* handle) {
  const int type = ::pcap_datalink(handle);
  const char* name = ::pcap_datalink_val_to_name(type);
  return name ? name : fmt::format("link type {}", type);
}

}  // namespace synoptic::live
