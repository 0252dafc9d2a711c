// CommandWatch: when the next command of a run is to be started, and when the run is over. What
// demos report by their calls is seen here from outside: sockets, processes, and that nothing
// happens.
#pragma once

#include <chrono>
#include <deque>
#include <set>

#include "capture/live/output_relay.hh"
#include "capture/live/role_process.hh"
#include "capture/live/socket_table.hh"

namespace synoptic::live {

class CommandWatch {
 public:
  using Clock = std::chrono::steady_clock;

  CommandWatch(const LiveSpec& spec, std::deque<RoleProcess>& roles);

  // True if any command was started or given up.
  bool start_ready();
  // `activity` is anything that grows when something happens.
  bool over(std::uint64_t activity);
  // All have ended, and left nothing running.
  bool all_gone() const;
  // Ends whatever still runs; the kernel's processes of this namespace are all of this run.
  void end_all();
  void say(const std::string& line) { relay_.say(line); }
  // Everything that was printed has come to the user; says which of it was no text.
  void tell_output();

 private:
  bool try_start(std::size_t index);
  void start(std::size_t index);

  const LiveSpec& spec_;
  std::deque<RoleProcess>& roles_;
  OutputRelay relay_;
  ProcessNames names_;
  FileDescriptor shim_file_;
  std::string shim_;              // its path, as LD_PRELOAD may hold it
  SocketTable before_;            // the latest command was started
  Clock::time_point started_at_;  // the latest
  std::uint64_t activity_seen_ = 0;
  Clock::time_point active_at_;
  bool last_has_ended_ = false;
  std::set<const RoleProcess*> told_binary_;
  bool asked_to_end_ = false;  // because nothing happened any more
};

}  // namespace synoptic::live
