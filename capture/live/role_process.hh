// RoleProcess: one role of a run as a process, from the supervisor's side: its start, its calls,
// its end.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/live/call_ring.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"
#include "capture/live/output_relay.hh"

namespace synoptic::live {

class RoleProcess {
 public:
  enum class Phase { waiting, running, ended };
  // What there is for commands.
  struct Stage {
    OutputRelay* relay = nullptr;
    bool reads = false;  // it gets what is typed; else its input is empty
    ProcessNames* names = nullptr;
    std::string shim;  // empty: nothing reports its calls
  };

  explicit RoleProcess(LiveRole spec) : spec_(std::move(spec)) {}

  const LiveRole& spec() const { return spec_; }
  Phase phase() const { return phase_; }
  bool is_demo() const { return spec_.kind == RoleKind::demo; }
  // Becomes running, or ended when it cannot be started.
  void start(const Stage& stage);
  // Will never be started: `why` is told to the user.
  void give_up(std::string why);

  // To be polled while running; -1 where there is none (any more).
  int exit_fd() const { return pidfd_.get(); }
  int report_fd() const { return reports_.get(); }
  int error_fd() const { return errors_.get(); }
  int input_fd() const { return unread_.empty() ? -1 : input_.get(); }  // when it takes more

  // What is typed for it. Never waits: what it does not read yet is kept here, so much that it
  // will never read it all is lost, and counted.
  void type(std::string_view line);
  void end_input();
  void write_input();
  bool awaits_line() const;  // which may still be typed
  std::size_t lost_lines() const { return lost_lines_; }

  // Each takes what is there and never waits. `at_end`: nobody reports any more.
  void read_reports(const std::function<void(observe::CallRecord)>& on_call, bool at_end = false);
  void read_errors();
  void reap();  // once exit_fd() is readable

  pid_t pid() const { return pid_; }
  pid_t pid_in_proc() const { return outer_pid_; }  // as the machine's /proc knows it
  bool failed_to_start() const { return phase_ == Phase::ended && pid_ < 0; }
  void signal(int number);  // a command: with all that it started
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
  std::string complaint() const;
  // Which calls of it are not shown, and why; empty: all are, as far as we know.
  std::vector<std::string> unseen_calls() const;
  // What it printed was no text; to be asked once it has ended.
  bool was_binary() const {
    return stage_.relay != nullptr &&
           (stage_.relay->was_binary(printed_.out) || stage_.relay->was_binary(printed_.error));
  }

 private:
  struct Streams;
  void start_demo();
  void start_program();
  bool spawn(const Streams& streams, std::vector<std::string> variables);
  void stand_back();
  void note(const observe::CallRecord& record);

  LiveRole spec_;
  Stage stage_;
  struct Printed {
    std::size_t out = 0, error = 0;
  };
  Printed printed_;  // the numbers at the relay of what it prints to
  Phase phase_ = Phase::waiting;
  pid_t pid_ = -1;
  pid_t outer_pid_ = -1;
  FileDescriptor pidfd_, reports_, errors_;
  FileDescriptor input_;
  std::string unread_;  // what is to be written to it
  bool input_ended_ = false;
  std::size_t lost_lines_ = 0;
  FileDescriptor everybody_;  // the end that we close
  FrameBuffer incoming_;
  std::unique_ptr<CallRing> ring_;  // of a command
  std::string blind_spot_;          // what its file shows of it
  std::map<std::pair<std::int32_t, std::uint64_t>, model::CallName>
      in_progress_;                           // by process and serial
  std::map<model::CallName, bool> returned_;  // whether one ever succeeded
  std::string last_error_line_, error_line_;
  std::string complaint_;
};

}  // namespace synoptic::live
