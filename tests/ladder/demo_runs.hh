// Runs of the demos for the tests: as the simulator has them, and as a capture of a kernel would.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

struct DemoRun {
  std::string demo = "tcp-echo";
  std::vector<std::string> names = {"Michael", "Tracy", "Sarah"};
  int clients = 1;
  int pause_ms = 1000;
  bool ipv6 = false;
  std::vector<std::string> faults;
  std::vector<std::pair<std::string, std::string>> set;
};

std::string name(const DemoRun& r);
model::Trace run(const DemoRun& r);
// The packets and the calls of a run, without anything that only the simulator can know.
model::Trace as_captured(const model::Trace& truth);
// What the Linux profile does over a loopback's short way, told as a capture tells it.
model::Trace kernel_like(DemoRun r, int seed = 1);

inline const std::vector<std::string> demos_tested{
    "tcp-echo", "handshake", "udp-echo",       "udp-echo-tasks",        "tcp-once",
    "udp-once", "tcp-chat",  "tcp-serve-each", "tcp-serve-each-mended", "same-port",
    "http-get", "udp-send",  "udp-chat",       "udp-duplex-chat"};

}  // namespace synoptic::ladder
