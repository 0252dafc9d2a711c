// CallRing: the socket calls of a command and of all that it starts, as the shim in them writes
// them down, read by the supervisor.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "capture/live/file_descriptor.hh"
#include "capture/observe/flow_tracker.hh"
#include "capture/shim/record.hh"

namespace synoptic::live {

// What the processes of a run are called: "client.py", and the second of them that makes a call
// "client.py 2".
class ProcessNames {
 public:
  // Who is started as `wanted` and shall be called `name`, which is nobody else's.
  void take(const std::string& name) { taken_.insert(name); }
  void started(pid_t process, const std::string& wanted, const std::string& name);
  void loaded(pid_t process, const std::string& wanted);  // it runs this now
  // It has the name of its parent, or of its command where the parent is not known.
  void forked(pid_t process, pid_t parent, pid_t command, const std::string& wanted);
  const std::string& of(pid_t process);

 private:
  struct Name {
    std::string wanted, name;  // the latter empty while nobody has asked for it
  };
  std::map<pid_t, Name> names_;
  std::map<pid_t, Name> started_;  // a wrapper may come first, and become what was wanted
  std::set<std::string> taken_;
  std::map<std::string, int> numbers_;  // the highest that was given to a name
};

class CallRing {
 public:
  CallRing();
  ~CallRing();
  CallRing(const CallRing&) = delete;
  CallRing& operator=(const CallRing&) = delete;

  bool open() const { return ring_ != nullptr; }
  shim::Head& head() { return *ring_; }
  std::string path() const;  // for programs: any process of ours may open it
  // What is there. `at_end`: whoever has not finished writing will not.
  void drain(ProcessNames& names, const std::function<void(observe::CallRecord)>& on_call,
             bool at_end);
  void set_command(pid_t process) { command_ = process; }  // whose ring it is
  std::uint64_t dropped() const;
  bool was_loaded() const { return loaded_; }
  std::uint64_t calls() const { return calls_; }
  // Who makes calls on stdio streams, which are not told.
  const std::set<std::string>& streaming() const { return streaming_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool next(shim::Record& record, bool at_end);
  void take(const shim::Record& record, ProcessNames& names,
            const std::function<void(observe::CallRecord)>& on_call);

  FileDescriptor memory_;
  shim::Head* ring_ = nullptr;
  std::uint64_t read_ = 0;  // records
  Clock::time_point waits_since_;
  bool waits_ = false;
  pid_t command_ = -1;
  bool loaded_ = false;
  std::uint64_t calls_ = 0;
  std::set<std::string> streaming_;
};

}  // namespace synoptic::live
