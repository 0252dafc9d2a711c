// The calls, their order and the printed lines are the tutorial's.
#include "lessons/demos/tcp_once.hh"

#include <array>

#include "lessons/demos/words.hh"

namespace synoptic::demos {

using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

Task tcp_once_server(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::stream);
  const Socket listener = made.socket();
  const CallResult bound = co_await host.bind(listener, options.server);
  if (!bound.ok()) {
    const std::string line = failure(options.language, "bind", options.server, bound.error);
    co_await host.print(line);
    co_await host.close(listener);
    co_return;
  }
  co_await host.listen(listener, 5);
  const CallResult accepted = co_await host.accept(listener);
  if (!accepted.ok()) {
    const std::string line = failure(options.language, "accept", accepted.error);
    co_await host.print(line);
    co_await host.close(listener);
    co_return;
  }
  const Socket socket = accepted.socket();
  const std::string call = call_from(options.language, accepted.peer.ip);
  co_await host.print(call);
  std::array<char, 1024> buffer;
  const CallResult received = co_await host.recv(socket, buffer);
  std::string problem;
  if (received.ok()) {
    const std::string line(buffer.data(), static_cast<std::size_t>(received.value));
    co_await host.print(line);
    const CallResult sent = co_await host.send(socket, "hi");
    if (!sent.ok()) problem = failure(options.language, "send", sent.error);
  } else {
    problem = failure(options.language, "recv", received.error);
  }
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
  co_await host.close(listener);
}

Task tcp_once_client(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::stream);
  const Socket socket = made.socket();
  // The tutorial calls connect_ex(), which gives the error's number as connect(2) does.
  const CallResult connected = co_await host.connect(socket, options.server);
  if (!connected.ok()) {
    const std::string line = failure(options.language, "connect", options.server, connected.error);
    co_await host.print(line);
    co_await host.close(socket);
    co_return;
  }
  std::string problem;
  const CallResult sent = co_await host.send(socket, "hello world");
  if (sent.ok()) {
    std::array<char, 1024> buffer;
    const CallResult received = co_await host.recv(socket, buffer);
    if (received.ok()) {
      const std::string line(buffer.data(), static_cast<std::size_t>(received.value));
      co_await host.print(line);
    } else {
      problem = failure(options.language, "recv", received.error);
    }
  } else {
    problem = failure(options.language, "send", sent.error);
  }
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
}

}  // namespace synoptic::demos
