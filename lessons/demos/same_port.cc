// The calls and the printed lines are those of tcp-echo and udp-echo.
#include "lessons/demos/same_port.hh"

#include <fmt/format.h>

#include <array>

#include "lessons/demos/opening.hh"
#include "lessons/demos/tcp_echo.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

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
  Socket datagrams;
  co_await open_server(host, options, SocketType::datagram, datagrams);
  if (datagrams.fd < 0) co_return;
  const std::string ready = fmt::format("Bind UDP on {}...", options.server.port);
  co_await host.print(ready);
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) {
    co_await host.close(datagrams);
    co_return;
  }
  co_await host.print("Waiting for connection...");
  host.spawn(answer_datagrams(host, datagrams, options.language));
  for (;;) {
    CallResult accepted;
    co_await accept_client(host, options, listener, accepted);
    if (!accepted.ok()) break;
    host.spawn(tcp_echo_serve(host, accepted.socket(), accepted.peer, options));
  }
  co_await host.close(listener);
}

Task same_port_client(Host& host, DemoOptions options) {
  Socket stream;
  co_await open_connection(host, options, stream);
  if (stream.fd < 0) co_return;
  const CallResult made_datagrams =
      co_await host.socket(options.server.ip.family, SocketType::datagram);
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
