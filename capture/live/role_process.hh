// RoleProcess: one role of a run as a process, from the supervisor's side: its start, its calls,
// its end.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"

namespace synoptic::live {

class RoleProcess {
 public:
  enum class Phase { waiting, running, ended };

  explicit RoleProcess(LiveRole spec) : spec_(std::move(spec)) {}

  const LiveRole& spec() const { return spec_; }
  Phase phase() const { return phase_; }
  // Becomes running, or ended when it cannot be started.
  void start();
  // Will never be started: `why` is told to the user.
  void give_up(std::string why);

  // To be polled while running; -1 where there is none (any more).
  int exit_fd() const { return pidfd_.get(); }
  int report_fd() const { return reports_.get(); }
  int error_fd() const { return errors_.get(); }

  // Each takes what is there and never waits.
  void read_reports(const std::function<void(observe::CallRecord)>& on_call);
  void read_errors();
  void reap();  // once exit_fd() is readable

  void signal(int number);
  // `name` has returned without an error (true) or with one (false) since the start; nothing when
  // not yet.
  std::optional<bool> has_returned(model::CallName name) const;
  // Every thread of it waits for the others' doing: what it had to do is done.
  bool at_rest() const;
  bool sleeps() const;  // in a call of sleep(), or types: it will go on by itself
  // It has ended, or its call for which others wait has returned.
  bool is_there() const;
  void everybody_is_there() { everybody_.reset(); }
  // What it was doing, for whoever wonders why the run did not end: "was waiting in recv()".
  std::string activity() const;
  // What went wrong, once ended; empty when all went well.
  const std::string& complaint() const { return complaint_; }

 private:
  bool spawn(int report, int error, int everybody);

  LiveRole spec_;
  Phase phase_ = Phase::waiting;
  pid_t pid_ = -1;
  pid_t outer_pid_ = -1;  // as the machine's /proc knows it
  FileDescriptor pidfd_, reports_, errors_;
  FileDescriptor everybody_;  // the end that we close
  FrameBuffer incoming_;
  std::map<std::uint64_t, model::CallName> in_progress_;  // by serial
  std::map<model::CallName, bool> returned_;              // whether one ever succeeded
  std::string last_error_line_, error_line_;
  std::string complaint_;
};

}  // namespace synoptic::live
