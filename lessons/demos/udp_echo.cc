// The calls, their order and the printed lines are the tutorial's.
#include "lessons/demos/udp_echo.hh"

#include <fmt/format.h>

#include <array>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

Task answer(Host& host, Socket socket, wire::SocketAddress peer, std::string name) {
  const std::string received = fmt::format("Received from {}.", peer.str());
  co_await host.print(received);
  const std::string reply = fmt::format("Hello, {}!", name);
  co_await host.sendto(socket, reply, peer);
}

Task serve(Host& host, DemoOptions options, bool task_each) {
  Socket socket;
  co_await open_server(host, options, SocketType::datagram, socket);
  if (socket.fd < 0) co_return;
  const std::string ready = fmt::format("Bind UDP on {}...", options.server.port);
  co_await host.print(ready);
  std::array<char, 1024> buffer;
  for (;;) {
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recvfrom", received.error);
      co_await host.print(line);
      break;
    }
    std::string name(buffer.data(), static_cast<std::size_t>(received.value));
    Task reply = answer(host, socket, received.peer, std::move(name));
    if (task_each) {
      host.spawn(std::move(reply));
    } else {
      co_await reply;
    }
  }
  co_await host.close(socket);
}

}  // namespace

Task udp_echo_server(Host& host, DemoOptions options) {
  return serve(host, std::move(options), false);
}

Task udp_echo_tasks_server(Host& host, DemoOptions options) {
  return serve(host, std::move(options), true);
}

Task udp_echo_client(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::datagram);
  const Socket socket = made.socket();
  std::array<char, 1024> buffer;
  for (const std::string& name : options.names) {
    const CallResult sent = co_await host.sendto(socket, name, options.server);
    if (!sent.ok()) {
      const std::string line = failure(options.language, "sendto", options.server, sent.error);
      co_await host.print(line);
      break;
    }
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recv", received.error);
      co_await host.print(line);
      break;
    }
    const std::string line(buffer.data(), static_cast<std::size_t>(received.value));
    co_await host.print(line);
  }
  co_await host.close(socket);
}

}  // namespace synoptic::demos
