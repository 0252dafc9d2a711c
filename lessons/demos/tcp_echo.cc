// The calls, their order and the printed lines are the tutorial's. Results of calls go into a local
// first, and no aggregate temporary stands inside an awaited call: gcc 12 miscompiles those.
#include "lessons/demos/tcp_echo.hh"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

// The tutorial's thread: one accepted client, from the welcome to the close.
Task serve_client(Host& host, Socket socket, wire::SocketAddress peer, DemoOptions options) {
  const std::string who = peer.str();
  const std::string accepted = fmt::format("Accept new connection from {}...", who);
  co_await host.print(accepted);
  co_await host.send(socket, "Welcome!");
  std::array<char, 1024> buffer;
  for (;;) {
    const CallResult received = co_await host.recv(socket, buffer);
    co_await host.sleep(options.pause);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recv", received.error);
      co_await host.print(line);
      break;
    }
    const std::string_view name(buffer.data(), static_cast<std::size_t>(received.value));
    if (name.empty() || name == "exit") break;
    const std::string answer = fmt::format("Hello, {}!", name);
    const CallResult sent = co_await host.send(socket, answer);
    if (!sent.ok()) {
      const std::string line = failure(options.language, "send", sent.error);
      co_await host.print(line);
      break;
    }
  }
  co_await host.close(socket);
  const std::string closed = fmt::format("Connection from {} closed.", who);
  co_await host.print(closed);
}

}  // namespace

Task tcp_echo_server(Host& host, DemoOptions options) {
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) co_return;
  co_await host.print("Waiting for connection...");
  for (;;) {
    CallResult accepted;
    co_await accept_client(host, options, listener, accepted);
    if (!accepted.ok()) break;
    host.spawn(serve_client(host, accepted.socket(), accepted.peer, options));
  }
  co_await host.close(listener);
}

Task tcp_echo_client(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_connection(host, options, socket);
  if (socket.fd < 0) co_return;
  std::string problem;
  std::array<char, 1024> buffer;
  // The welcome, then one line for each name.
  for (std::size_t i = 0; i <= options.names.size(); ++i) {
    if (i > 0) {
      const CallResult sent = co_await host.send(socket, options.names[i - 1]);
      if (!sent.ok()) {
        problem = failure(options.language, "send", sent.error);
        break;
      }
    }
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) {
      problem = failure(options.language, "recv", received.error);
      break;
    }
    const std::string line(buffer.data(), static_cast<std::size_t>(received.value));
    co_await host.print(line);
  }
  if (problem.empty()) {
    co_await host.send(socket, "exit");
  } else {
    co_await host.print(problem);
  }
  co_await host.close(socket);
}

Task tcp_echo_serve(Host& host, Socket socket, wire::SocketAddress peer, DemoOptions options) {
  return serve_client(host, socket, peer, std::move(options));
}

}  // namespace synoptic::demos
