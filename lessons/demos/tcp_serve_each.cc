// The calls, their order and the printed lines are the tutorial's. A program ends, too, where
// nobody types any more.
#include "lessons/demos/tcp_serve_each.hh"

#include <array>
#include <utility>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

Task serve(Host& host, DemoOptions options, bool mended) {
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) co_return;
  std::array<char, 1024> buffer;
  // The tutorial's program does not survive a send that fails: then it is over with all clients.
  bool goes_on = true;
  while (goes_on) {
    CallResult accepted;
    co_await accept_client(host, options, listener, accepted);
    if (!accepted.ok()) break;
    const Socket socket = accepted.socket();
    const std::string call = call_from(options.language, accepted.peer.ip);
    co_await host.print(call);
    std::string problem;
    for (;;) {
      const CallResult received = co_await host.recv(socket, buffer);
      if (!received.ok()) {
        problem = failure(options.language, "recv", received.error);
        break;
      }
      if (mended && received.value == 0) break;
      const std::string message(buffer.data(), static_cast<std::size_t>(received.value));
      co_await host.print(message);
      std::string answer;
      const CallResult read = co_await host.read_line(">>>", answer);
      if (read.value == 0) {
        goes_on = false;
        break;
      }
      const CallResult sent = co_await host.send(socket, answer);
      if (!sent.ok()) {
        problem = failure(options.language, "send", sent.error);
        break;
      }
    }
    if (!problem.empty()) {
      co_await host.print(problem);
      goes_on = goes_on && mended;
    }
    co_await host.close(socket);
  }
  co_await host.close(listener);
}

}  // namespace

Task tcp_serve_each_server(Host& host, DemoOptions options) {
  return serve(host, std::move(options), false);
}

Task tcp_serve_each_mended_server(Host& host, DemoOptions options) {
  return serve(host, std::move(options), true);
}

Task tcp_serve_each_client(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_connection(host, options, socket);
  if (socket.fd < 0) co_return;
  std::array<char, 1024> buffer;
  for (;;) {
    std::string message;
    const CallResult read = co_await host.read_line(">>: ", message);
    if (read.value == 0) break;
    if (message.empty()) continue;
    const CallResult sent = co_await host.send(socket, message);
    if (!sent.ok()) {
      const std::string line = failure(options.language, "send", sent.error);
      co_await host.print(line);
      break;
    }
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recv", received.error);
      co_await host.print(line);
      break;
    }
    const std::string answer(buffer.data(), static_cast<std::size_t>(received.value));
    co_await host.print(answer);
  }
  co_await host.close(socket);
}

}  // namespace synoptic::demos
