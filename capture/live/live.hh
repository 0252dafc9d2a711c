// Live: real runs and real captures. Everything here touches the outside world and reports what it
// refuses as model::Error, with what to type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/observe/flow_tracker.hh"
#include "capture/observe/trace_source.hh"
#include "sim/model/error.hh"

namespace synoptic::live {

// Who a process of a run is: a role of a demo, which reports its calls itself; any program, whose
// calls the shim reports, and who prints to the user; a shell, which has the user's terminal.
enum class RoleKind : std::uint8_t { demo, command, shell };

// One process of a run in the private loopback.
struct LiveRole {
  std::string name;               // "server", "client 2"
  std::vector<std::string> argv;  // run by the supervisor inside the private loopback
  std::string start_after;        // a role's name; empty: at once
  model::CallName start_after_call =
      model::CallName::listen;  // … when this call of it has returned; a command: see wait
  bool serves = false;          // the run is over when all roles that do not serve have ended
  RoleKind kind = RoleKind::demo;
  // It is there once this call of it has returned: nobody types before everybody is there.
  model::CallName ready = model::CallName::socket;
  // Its input is what is typed for it while the run goes on (see observe::RunInput); else it is
  // empty. A run does not end while such a role waits for a line.
  bool typed = false;
};

struct LiveSpec {
  std::vector<LiveRole> roles;
  // To add to lo beyond 127.0.0.0/8 and ::1. Who connects without a bind comes from 127.0.0.1; over
  // IPv6 from the first of these.
  std::vector<wire::IpAddress> addresses;
  std::string congestion = "cubic";  // reno or cubic
  model::Duration timeout = model::seconds(
      60);  // a run that has not ended by then is ended: failure() says so; 0: none is
  std::uint32_t snap_length = 262144;
  // Of commands. One starts when the one before it listens, is bound, is connected or has ended; at
  // the latest after `wait`. When the last has ended and nothing has happened for `quiet`, those
  // that still run are ended.
  model::Duration wait = model::seconds(5);
  model::Duration quiet = model::seconds(1);
  std::string shim;  // the library that reports the calls of commands; empty: none does
};

// What a program is called on its lane: "server.py" of {"python3", "-u", "server.py"}.
std::string command_name(const std::vector<std::string>& argv);
// The shim, beside this program or where it was installed; empty where it is not there.
std::string find_shim();

// Starts /proc/self/exe as a supervisor in fresh namespaces, captures its lo, runs the roles. The
// source ends when the run does (the last FINs and ACKs included). However this process ends,
// nothing of the run survives it.
model::Expected<std::unique_ptr<observe::TraceSource>> run_private(const LiveSpec& spec);

// To be called first thing in main(): runs the supervisor and never returns, when argv says so.
// Else returns.
void supervisor_entry(int argc, char** argv);
// For a role's process inside a run: where to report its calls, or nothing outside of one. The
// pipe's form is private to live: report through this.
class CallReporter;
std::unique_ptr<CallReporter> call_reporter_from_environment();
class CallReporter {
 public:
  virtual ~CallReporter() = default;
  virtual void report(
      const observe::CallRecord& record) = 0;  // role is filled in by the supervisor
  // Returns once every role of the run is there, or has ended.
  virtual void await_everybody() = 0;
};

struct CaptureOptions {
  std::string interface = "lo";
  std::string filter;  // BPF; empty: everything
  std::uint32_t snap_length = 262144;
  std::uint64_t max_packets = 0;  // 0: until stopped
  model::Duration max_time{};     // 0: until stopped
  // Once the device is open this process gives up its rights, before the first packet is decoded.
  bool give_up_rights = false;
};
// Captures on an interface of this machine: a helper program opens it (synoptic-capture, which has
// the right to, or is started by root), and hands over the packets; they are read on a thread of
// their own.
model::Expected<std::unique_ptr<observe::TraceSource>> capture(const CaptureOptions& options);

// The account that called sudo becomes this process's own; every capability is gone, and none comes
// again. For whoever is an ordinary account already little changes. To be called while there is one
// thread.
model::Expected<void> give_up_rights();

// Reads a pcap or pcapng file, "-" for standard input. A file cut off or damaged gives what could
// be read: `failure()` of the source then says where it ended. `filter` is BPF. Which packets are
// of a simulated run, and which of them never arrived, is read from the comments of a pcapng file
// of ours; where it holds a real run as well, the source has two traces.
model::Expected<std::unique_ptr<observe::TraceSource>> open_file(const std::string& path,
                                                                 const std::string& filter);

// BPF syntax only; the error carries libpcap's own words.
model::Expected<void> check_filter(const std::string& filter);

// What works on this machine.
struct Check {
  std::string name;  // "capture in a private loopback"
  bool works = false;
  std::string detail;  // what was found
  std::string remedy;  // where it does not work: the line to type
  bool needed = true;  // the demos do not run without it
};
std::vector<Check> doctor();

}  // namespace synoptic::live
