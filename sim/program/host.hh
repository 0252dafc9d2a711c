// Host: what a program may do. Written once against it, a program runs over the simulated network
// (SimHost) and over the kernel (KernelHost) unchanged.
//
// Each call gives a CallOp to be awaited; its result is a CallResult: the value that the system
// call would return, or -1 and an errno of Linux. Buffers and texts handed in must outlive the
// await (they do, as locals of the awaiting coroutine). A host may complete a call at once
// (KernelHost blocks in it) or later.
#pragma once

#include <coroutine>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/model/event.hh"
#include "sim/program/task.hh"
#include "sim/wire/address.hh"

namespace synoptic::program {

// A socket's descriptor.
struct Socket {
  std::int32_t fd = -1;
};

enum class SocketType : std::uint8_t { stream = 1, datagram = 2 };
enum class ShutdownHow : std::uint8_t { read = 0, write = 1, both = 2 };

struct CallResult {
  std::int64_t value = -1;   // bytes, a descriptor, or 0; -1 on error
  std::int32_t error = 0;    // errno
  wire::SocketAddress peer;  // accept, recvfrom: who
  bool ok() const { return value >= 0; }
  Socket socket() const { return {static_cast<std::int32_t>(value)}; }
};

class Host;

// One call, in progress from its await until it is resumed.
class CallOp {
 public:
  CallOp(Host& host, model::CallName name) : host(&host), name(name) {}

  // The call as asked. Which of them count is said at model::Call.
  Host* host;
  model::CallName name;
  std::int32_t fd = -1;
  std::int64_t number = 0;
  wire::Family family = wire::Family::ipv4;  // socket
  wire::SocketAddress address;
  std::span<const char> out;    // send, sendto, print, save: bytes that go out
  std::span<char> in;           // recv, recvfrom: room for bytes that come in
  std::string* line = nullptr;  // read_line: where the line goes
  std::string_view words;       // setsockopt: what it sets; save: the file's name

  // The answer.
  CallResult result;
  std::coroutine_handle<> waiter;

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> h);
  CallResult await_resume() const { return result; }
};

class Host {
 public:
  virtual ~Host() = default;

  CallOp socket(wire::Family family, SocketType type);
  CallOp bind(Socket s, const wire::SocketAddress& address);
  CallOp listen(Socket s, int backlog);
  CallOp accept(Socket s);
  CallOp connect(Socket s, const wire::SocketAddress& address);
  CallOp send(Socket s,
              std::string_view bytes);  // like send(2): all of it, unless interrupted by an error
  CallOp recv(Socket s, std::span<char> buffer);  // 0: end of stream
  CallOp sendto(Socket s, std::string_view bytes, const wire::SocketAddress& address);
  CallOp recvfrom(Socket s, std::span<char> buffer);
  // setsockopt(SOL_SOCKET, SO_REUSEADDR, 1): bind() takes a port whose last connections are in
  // TIME-WAIT.
  CallOp reuse_address(Socket s);
  CallOp shutdown(Socket s, ShutdownHow how);
  CallOp close(Socket s);
  CallOp sleep(model::Duration duration);
  CallOp print(std::string_view line);  // one line, UTF-8, without its newline
  CallOp read_line(std::string_view prompt, std::string& line);  // 0 at end of input, 1 with a line
  // At the end of a file, which the first save of a program begins anew. A simulated host, and a
  // kernel one that is not asked to, writes none.
  CallOp save(std::string_view file, std::string_view bytes);

  // Runs `task` beside the caller (a thread on a kernel host, a coroutine on a simulated one). The
  // caller goes on at once.
  virtual void spawn(Task task) = 0;

 protected:
  friend class CallOp;
  // Starts `op`. False: it is complete, op.result is set, the caller goes on. True: the host will
  // set op.result and resume op.waiter later.
  virtual bool submit(CallOp& op) = 0;
};

inline bool CallOp::await_suspend(std::coroutine_handle<> h) {
  waiter = h;
  return host->submit(*this);
}

}  // namespace synoptic::program
