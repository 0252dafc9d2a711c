// synoptic-capture: opens one interface with cap_net_raw, gives up every right, and only then hands
// over what it captures. It is all of Synoptic that ever has a right, so it is small: libpcap and
// the C library, nothing from the environment, no file. See protocol.hh.
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/if_packet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "capture/helper/protocol.hh"
#include "capture/helper/report.hh"
#include "capture/helper/rights.hh"
#include "capture/helper/stream.hh"

namespace synoptic::helper {
namespace {

// Packets of up to so many octets have a ring of their own, of whose slots there are some 30,000 in
// one case and, for what an Ethernet carries, 8,000 in the other; of whole packets of lo there are
// some 250. Beyond them the helper's own memory holds what is not read at once.
constexpr std::uint32_t longest_of[Device::most_rings - 1] = {240, 1'900};
constexpr int ring_size = 16 << 20;
constexpr int ring_size_long = 32 << 20;
constexpr std::uint32_t vlan_tag = 4;  // libpcap may put one back that a network card took out
// On lo no packet is longer: an MTU of 65536 and the link header. A longer snap length only makes
// fewer slots.
constexpr std::uint32_t longest_loopback_packet = 65536 + 18;
constexpr std::size_t longest_filter = 60'000;

struct Wanted {
  const char* interface = "lo";
  std::uint32_t snap_length = 256;
  const char* filter = "";
  unsigned uid = 0, gid = 0;  // 0: as it is
  bool check = false;
};

bool is_interface_name(std::string_view name) {
  return !name.empty() && name.size() < IFNAMSIZ &&
         std::all_of(
             name.begin(), name.end(), [](char c) { return c > ' ' && c < 127 && c != '/'; });
}

bool number(const char* text, std::uint32_t least, std::uint32_t most, std::uint32_t& to) {
  const char* const end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, to);
  return error == std::errc{} && at == end && to >= least && to <= most;
}

bool parse(int argc, char** argv, Wanted& wanted) {
  constexpr std::uint32_t most_accounts = 0xfffffffe;
  if (argc == 2 && std::strcmp(argv[1], check_argument) == 0) return wanted.check = true;
  if (argc != 4 && argc != 6) return false;
  wanted.interface = argv[1];
  wanted.filter = argv[3];
  return is_interface_name(wanted.interface) &&
         number(argv[2], 1, longest_packet, wanted.snap_length) &&
         std::strlen(wanted.filter) <= longest_filter &&
         (argc == 4 || (number(argv[4], 1, most_accounts, wanted.uid) &&
                        number(argv[5], 1, most_accounts, wanted.gid)));
}

// Standard input and error are there (else the device would get one of their numbers), and output
// is a pipe: whoever starts this may not make it write elsewhere.
bool streams_are_good() {
  struct stat out{};
  return ::fcntl(STDIN_FILENO, F_GETFD) >= 0 && ::fcntl(STDERR_FILENO, F_GETFD) >= 0 &&
         ::fstat(STDOUT_FILENO, &out) == 0 && S_ISFIFO(out.st_mode);
}

// Started by root it makes of itself what the capability on its file makes of it for anybody else:
// an account without rights but this one.
bool become_ordinary(const Wanted& wanted) {
  empty_bounding_set();
  bool became = true;
  if (::geteuid() == 0 && wanted.uid != 0) {
    ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    became = ::setgroups(0, nullptr) == 0 && ::setresgid(wanted.gid, wanted.gid, wanted.gid) == 0 &&
             ::setresuid(wanted.uid, wanted.uid, wanted.uid) == 0;
    ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  }
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // nobody may attach to it and take its socket
  return keep_only_net_raw() && became;
}

int activation_refused(pcap_t* ring, int status) {
  const char* const text =
      *::pcap_geterr(ring) != 0 ? ::pcap_geterr(ring) : ::pcap_statustostr(status);
  switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return refuse(refusal::no_rights, text);
    case PCAP_ERROR_NO_SUCH_DEVICE: return refuse(refusal::no_interface, text);
    case PCAP_ERROR_IFACE_NOT_UP: return refuse(refusal::down, text);
    default: return refuse(refusal::device, text);
  }
}

// 0, or the exit status.
int open_ring(const Wanted& wanted, std::uint32_t snap_length, int size, Device& device) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  pcap_t* const ring = ::pcap_create(wanted.interface, text.data());
  if (ring == nullptr) return refuse(refusal::device, text.data());
  ::pcap_set_snaplen(ring, static_cast<int>(snap_length));
  ::pcap_set_buffer_size(ring, size);
  ::pcap_set_immediate_mode(ring, 1);
  ::pcap_set_promisc(ring, 0);
  ::pcap_set_tstamp_precision(ring, PCAP_TSTAMP_PRECISION_NANO);  // else microseconds
  if (const int status = ::pcap_activate(ring); status < 0) return activation_refused(ring, status);
  if (::pcap_setnonblock(ring, 1, text.data()) != 0) return refuse(refusal::device, text.data());
  device.rings[device.count++] = ring;
  return 0;
}

// 0, or the exit status. (What else libpcap knows by a name, as "dbus-system" and files, has no
// index.)
int open_device(const Wanted& wanted, Device& device) {
  if (::if_nametoindex(wanted.interface) == 0) return refuse(refusal::no_interface, "");
  const bool loopback = std::strcmp(wanted.interface, "lo") == 0;
  const std::uint32_t snap_length =
      loopback ? std::min(wanted.snap_length, longest_loopback_packet) : wanted.snap_length;
  for (const std::uint32_t longest : longest_of) {
    if (snap_length <= longest) break;
    if (const int status = open_ring(wanted, longest + vlan_tag, ring_size, device)) return status;
  }
  const int size = device.count > 0 ? ring_size_long : ring_size;
  if (const int status = open_ring(wanted, snap_length, size, device)) return status;
  if (loopback) {  // each packet is there twice, leaving and arriving
    const int on = 1;
    for (std::size_t i = 0; i < device.count; ++i)
      ::setsockopt(::pcap_fileno(device.rings[i]), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
                   sizeof on);
  }
  return 0;
}

int set_filter(pcap_t* ring, const char* filter) {
  bpf_program program{};
  if (::pcap_compile(ring, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
    return refuse(refusal::filter, ::pcap_geterr(ring));
  const int status = ::pcap_setfilter(ring, &program);
  ::pcap_freecode(&program);
  return status == 0 ? 0 : refuse(refusal::filter_unusable, ::pcap_geterr(ring));
}

// Which packets each ring takes: those that the user wants, and of them those that fit. Compiling
// what a user wrote, names of hosts and all, takes no right: none is there any more.
int set_filters(const Device& device, const char* filter) {
  static std::array<char, longest_filter + 96> text;
  // By itself first: what is no filter might become one between our words.
  if (*filter != 0 || device.count == 1) {
    if (const int status = set_filter(device.rings[0], filter)) return status;
  }
  if (device.count == 1) return 0;
  const char* const open = *filter == 0 ? "" : " and (";
  const char* const close = *filter == 0 ? "" : ")";
  for (std::size_t i = 0; i < device.count; ++i) {
    std::array<char, 48> fits{};
    const bool first = i == 0, last = i + 1 == device.count;
    const std::uint32_t above = first ? 0 : longest_of[i - 1] + 1;
    if (first) {
      std::snprintf(fits.data(), fits.size(), "less %u", longest_of[i]);
    } else if (last) {
      std::snprintf(fits.data(), fits.size(), "greater %u", above);
    } else {
      std::snprintf(fits.data(), fits.size(), "greater %u and less %u", above, longest_of[i]);
    }
    std::snprintf(text.data(), text.size(), "%s%s%s%s", fits.data(), open, filter, close);
    if (const int status = set_filter(device.rings[i], text.data())) return status;
  }
  return 0;
}

int run(int argc, char** argv) {
  Wanted wanted;
  if (!streams_are_good() || !parse(argc, argv, wanted)) {
    std::fputs("this is how synoptic captures; type: synoptic capture\n", stderr);
    return 2;
  }
  hold_signals();
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::clearenv();
  const bool reduced = become_ordinary(wanted);
  Device device;
  const int refused = reduced ? open_device(wanted, device) : 0;
  if (!drop_all_capabilities()) return refuse(refusal::rights_left, "");
  if (refused != 0) return refused;
  if (!reduced) return refuse(refusal::rights_left, "");
  // Who started it may be killed while this is stopped: woken, it sees that its pipes are closed.
  ::prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
  if (const int status = set_filters(device, wanted.filter); status != 0) return status;
  if (!send_file_header(device.rings[0], wanted.snap_length)) return 1;
  if (!wanted.check) return stream(device);
  report_end();
  return 0;
}

}  // namespace
}  // namespace synoptic::helper

int main(int argc, char** argv) {
  return synoptic::helper::run(argc, argv);
}
