// The calls, their order and the printed lines are the tutorial's.
#include "lessons/demos/tcp_once.hh"

#include <array>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

Task tcp_once_server(Host& host, DemoOptions options) {
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) co_return;
  CallResult accepted;
  co_await accept_client(host, options, listener, accepted);
  if (!accepted.ok()) {
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
  // The tutorial calls connect_ex(), which gives the error's number as connect(2) does.
  Socket socket;
  co_await open_connection(host, options, socket);
  if (socket.fd < 0) co_return;
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
