// KernelHost: program::Host over the kernel's sockets. The very calls of the tutorial, blocking,
// one thread per spawned task; no O_NONBLOCK, no epoll: what is shown is what the student's program
// would do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/event.hh"
#include "sim/program/host.hh"

namespace synoptic::host {

// What a call looked like, told when it is made (returned false) and again when it has returned.
// Times are CLOCK_REALTIME, as libpcap's. Views inside are valid during the report only. Called
// from the thread that calls; one at a time.
struct CallReport {
  std::uint64_t serial = 0;
  model::Instant t;
  model::Call call;
  wire::SocketAddress local, remote;  // getsockname, getpeername; port 0 where there is none
  model::Protocol protocol = model::Protocol::tcp;
  // The serial of the call before it in its task; of a task's first, of the last call before the
  // spawn. 0: none.
  std::uint64_t after = 0;
  std::string_view prompt;  // of read_line
};

struct KernelHostOptions {
  std::function<void(const CallReport&)> on_call;  // may be empty
  bool echo = true;  // print() writes to stdout, read_line() prompts on it and reads stdin
  // read_line() takes these first, then stdin when it echoes or is told to, else end of input.
  std::vector<std::string> lines;
  bool reads_stdin = false;
  std::function<void()> before_lines;  // waits until they may be typed; may be empty
  // How long each of `lines` takes to type, and an end of input that is not from stdin.
  model::Duration typing;
  bool saves = false;  // save() writes files
  bool reuse_address =
      false;  // SO_REUSEADDR before bind (not in the tutorials; off unless asked for)
};

class KernelHost : public program::Host {
 public:
  explicit KernelHost(KernelHostOptions options);
  ~KernelHost() override;
  // Runs `main` and every task it spawned, to their end. Rethrows what a task threw.
  void run(program::Task main);
  void spawn(program::Task task) override;

 protected:
  bool submit(program::CallOp& op) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace synoptic::host
