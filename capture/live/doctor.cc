// doctor(): tries each thing that Synoptic needs of a machine, really, and says what to type where
// one is refused.
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "capture/host/sockaddr.hh"
#include "capture/live/capture_helper.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/live.hh"
#include "capture/live/own_files.hh"
#include "capture/live/pcap_device.hh"
#include "capture/live/probe.hh"
#include "capture/live/sock_diag.hh"
#include "capture/live/supervisor.hh"

namespace synoptic::live {
namespace {

constexpr model::Duration patience = model::seconds(20);

struct ProbeResult {
  bool calls = false;                 // some of its calls were recorded
  bool began = false;                 // the run came to be
  std::optional<model::Error> error;  // it did not, or did not end well
  std::size_t packets = 0;            // that held the probe's datagram
  std::string warning;
};

// One datagram inside a private loopback, captured; or its pace changed.
ProbeResult probe(const std::string& what, RoleKind kind = RoleKind::demo,
                  const std::string& shim = "") {
  LiveSpec spec;
  spec.roles.push_back({"probe", {"/proc/self/exe", probe_argument, what}, "", {}, false});
  spec.roles[0].kind = kind;
  spec.shim = shim;
  spec.timeout = patience;
  auto source = run_private(spec);
  if (!source) return {.error = source.error()};
  while (!(*source)->ended()) {
    (*source)->wait(patience);
    (*source)->poll();
  }
  ProbeResult result;
  result.began = true;
  result.error = (*source)->failure();
  const model::Trace& trace = (*source)->trace();
  for (const model::Event& event : trace.events()) {
    result.calls |= event.kind == model::EventKind::call;
    const auto* packet = std::get_if<model::Packet>(&event.body);
    if (packet == nullptr || event.kind != model::EventKind::datagram) continue;
    const std::string_view bytes(reinterpret_cast<const char*>(packet->bytes.data()),
                                 packet->bytes.size());
    if (bytes.ends_with(probe_text)) ++result.packets;
  }
  if (!trace.warnings.empty()) result.warning = trace.warnings.front();
  return result;
}

Check check_loopback(const ProbeResult& result) {
  Check check{"private loopback", false, "", ""};
  if (result.error) {
    check.detail = result.error->what;
    check.remedy = result.error->remedy;
  } else {
    check.works = true;
    check.detail = ::geteuid() == 0 ? "network and process namespaces, as root"
                                    : "user, network and process namespaces, without root";
  }
  return check;
}

Check check_capture(const std::string& name, const ProbeResult& result, const std::string& remedy) {
  Check check{name, !result.error && result.packets == 1, "", ""};
  if (check.works) {
    check.detail = "a datagram was sent and captured";
    return check;
  }
  check.detail = result.error ? result.error->what.str()
                 : !result.warning.empty()
                     ? result.warning
                     : fmt::format("{} of 1 datagrams captured", result.packets);
  check.remedy = result.error ? result.error->remedy.str() : remedy;
  return check;
}

Check check_pace() {
  Check check{"pace of it (token bucket filter, tc-tbf)", false, "", ""};
  const ProbeResult result = probe(std::string(probe_pace), RoleKind::command);
  if (!result.began) {
    check.detail = result.error->what;
    check.remedy = result.error->remedy;
    return check;
  }
  check.works = !result.error && result.warning.empty();
  check.detail = check.works ? "programs that send more than can be captured wait"
                             : "this kernel has none: packets of a flood may be lost, and counted";
  if (!check.works) check.remedy = "sudo modprobe sch_tbf";
  return check;
}

Check check_calls() {
  Check check{"socket calls of any program", false, "", "", false};
  const std::string shim = find_shim();
  if (shim.empty()) {
    check.detail = "libsynoptic-shim.so is not beside the program";
    check.remedy = "install all of it: cmake --install build/release";
    return check;
  }
  const ProbeResult result = probe("127.0.0.1", RoleKind::command, shim);
  check.works = result.calls;
  check.detail = check.works               ? "recorded by " + shim
                 : result.error            ? result.error->what.str()
                 : !result.warning.empty() ? result.warning
                                           : "not one was recorded by " + shim;
  if (!check.works) check.remedy = "live and shell show packets only";
  return check;
}

// The helper opens it, as it would for a capture.
Check check_host_capture() {
  Check check{"capture on this machine's interfaces", false, "", ""};
  if (const auto nanoseconds = CaptureHelper::check(); !nanoseconds) {
    check.detail = nanoseconds.error().what;
    check.remedy = nanoseconds.error().remedy;
  } else {
    check.works = true;
    check.detail = fmt::format("{} opened lo, time stamps in {}", find_capture_helper(),
                               *nanoseconds ? "nanoseconds" : "microseconds");
  }
  return check;
}

// Whether it tells of a socket of our own that listens.
Check check_kernel_word() {
  Check check{"the kernel's own word on states (sock_diag)", false, "", ""};
  const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
  SockDiag kernel;
  if (::bind(listener.get(), any.get(), any.size) == 0 && ::listen(listener.get(), 1) == 0) {
    const auto answer = kernel.ask(host::local_address(listener.get()), {});
    check.works = answer && answer->found;
  }
  check.detail = check.works ? "it tells of sockets" : "it does not tell: states stay inferred";
  if (!check.works) check.remedy = "sudo modprobe tcp_diag";
  return check;
}

Check check_congestion(const std::string& name) {
  std::ifstream in("/proc/sys/net/ipv4/tcp_available_congestion_control");
  std::string all, word;
  std::getline(in, all);
  std::istringstream words(all);
  Check check{fmt::format("congestion control {}", name), false, "", ""};
  while (words >> word) check.works |= word == name;
  check.detail = fmt::format("the kernel has: {}", all);
  if (!check.works) check.remedy = fmt::format("sudo modprobe tcp_{}", name);
  return check;
}

Check check_program(const std::string& name, const std::string& use) {
  Check check{fmt::format("{} ({})", name, use), false, "not found", ""};
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/" + name;
    if (::access(candidate.c_str(), X_OK) != 0) continue;
    check.works = true;
    check.detail = candidate;
    return check;
  }
  check.remedy = fmt::format("sudo apt-get install {}", name);
  return check;
}

// Without it the demos still run and are captured.
Check optional(Check check) {
  check.needed = false;
  return check;
}

}  // namespace

std::vector<Check> doctor() {
  const ProbeResult v4 = probe("127.0.0.1");
  const ProbeResult v6 = probe("::1");
  return {
      {"libpcap", true, ::pcap_lib_version(), ""},
      check_loopback(v4),
      check_capture("capture in it", v4, sudo_command()),
      optional(check_capture("IPv6 in it", v6, "use IPv4: this kernel has IPv6 switched off")),
      optional(check_pace()),
      check_calls(),
      optional(check_host_capture()),
      optional(check_kernel_word()),
      optional(check_congestion("cubic")),
      optional(check_congestion("reno")),
      optional(check_program("tshark", "for the tests only")),
  };
}

}  // namespace synoptic::live
