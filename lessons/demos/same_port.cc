// The calls and the printed lines are those of tcp-echo and udp-echo.
#include "lessons/demos/same_port.hh"

#include <fmt/format.h>

#include <array>

#include "lessons/demos/tcp_echo.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

namespace {

Task answer_datagrams(Host& host, Socket socket, Language language) {
  std::array<char, 1024> buffer;
  for (;;) {
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(language, "recvfrom", received.error);
      co_await host.print(line);
      break;
    }
    const std::string line = fmt::format("Received from {}.", received.peer.str());
    co_await host.print(line);
    const std::string_view name(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string answer = fmt::format("Hello, {}!", name);
    co_await host.sendto(socket, answer, received.peer);
  }
  co_await host.close(socket);
}

}  // namespace

Task same_port_server(Host& host, DemoOptions options) {
  const wire::Family family = options.server.ip.family;
  const CallResult made_datagrams = co_await host.socket(family, SocketType::datagram);
  const Socket datagrams = made_datagrams.socket();
  const CallResult bound_datagrams = co_await host.bind(datagrams, options.server);
  if (!bound_datagrams.ok()) {
    const std::string line =
        failure(options.language, "bind", options.server, bound_datagrams.error);
    co_await host.print(line);
    co_await host.close(datagrams);
    co_return;
  }
  const std::string ready = fmt::format("Bind UDP on {}...", options.server.port);
  co_await host.print(ready);
  const CallResult made = co_await host.socket(family, SocketType::stream);
  const Socket listener = made.socket();
  const CallResult bound = co_await host.bind(listener, options.server);
  if (!bound.ok()) {
    const std::string line = failure(options.language, "bind", options.server, bound.error);
    co_await host.print(line);
    co_await host.close(listener);
    co_await host.close(datagrams);
    co_return;
  }
  co_await host.listen(listener, 5);
  co_await host.print("Waiting for connection...");
  host.spawn(answer_datagrams(host, datagrams, options.language));
  for (;;) {
    const CallResult accepted = co_await host.accept(listener);
    if (!accepted.ok()) {
      const std::string line = failure(options.language, "accept", accepted.error);
      co_await host.print(line);
      break;
    }
    host.spawn(tcp_echo_serve(host, accepted.socket(), accepted.peer, options));
  }
  co_await host.close(listener);
}

Task same_port_client(Host& host, DemoOptions options) {
  const wire::Family family = options.server.ip.family;
  const CallResult made = co_await host.socket(family, SocketType::stream);
  const Socket stream = made.socket();
  const CallResult connected = co_await host.connect(stream, options.server);
  if (!connected.ok()) {
    const std::string line = failure(options.language, "connect", options.server, connected.error);
    co_await host.print(line);
    co_await host.close(stream);
    co_return;
  }
  const CallResult made_datagrams = co_await host.socket(family, SocketType::datagram);
  const Socket datagrams = made_datagrams.socket();
  std::string problem;
  std::array<char, 1024> buffer;
  // The welcome, then for each name two lines: one over TCP, one over UDP.
  for (std::size_t i = 0; i <= options.names.size(); ++i) {
    if (i > 0) {
      const CallResult sent = co_await host.send(stream, options.names[i - 1]);
      if (!sent.ok()) {
        problem = failure(options.language, "send", sent.error);
        break;
      }
    }
    const CallResult received = co_await host.recv(stream, buffer);
    if (!received.ok()) {
      problem = failure(options.language, "recv", received.error);
      break;
    }
    const std::string line(buffer.data(), static_cast<std::size_t>(received.value));
    co_await host.print(line);
    if (i == 0) continue;
    const CallResult sent = co_await host.sendto(datagrams, options.names[i - 1], options.server);
    if (!sent.ok()) {
      problem = failure(options.language, "sendto", options.server, sent.error);
      break;
    }
    const CallResult answer = co_await host.recv(datagrams, buffer);
    if (!answer.ok()) {
      problem = failure(options.language, "recv", answer.error);
      break;
    }
    const std::string answered(buffer.data(), static_cast<std::size_t>(answer.value));
    co_await host.print(answered);
  }
  if (problem.empty()) {
    co_await host.send(stream, "exit");
  } else {
    co_await host.print(problem);
  }
  co_await host.close(stream);
  co_await host.close(datagrams);
}

}  // namespace synoptic::demos
