// The calls, their order and the printed lines are the tutorial's.
#include "lessons/demos/udp_once.hh"

#include <fmt/format.h>

#include <array>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

// "hi 127.0.0.1:49152": a message and where it came from.
std::string both(std::string_view message, const wire::SocketAddress& from) {
  return fmt::format("{} {}", message, from.str());
}

}  // namespace

Task udp_once_server(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_server(host, options, SocketType::datagram, socket);
  if (socket.fd < 0) co_return;
  std::array<char, 1024> buffer;
  const CallResult received = co_await host.recvfrom(socket, buffer);
  std::string problem;
  if (received.ok()) {
    const std::string_view message(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string line = both(message, received.peer);
    co_await host.print(line);
    const CallResult sent = co_await host.sendto(socket, "hello", received.peer);
    if (!sent.ok()) problem = failure(options.language, "sendto", received.peer, sent.error);
  } else {
    problem = failure(options.language, "recvfrom", received.error);
  }
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
}

Task udp_once_client(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::datagram);
  const Socket socket = made.socket();
  std::string message;
  const CallResult read = co_await host.read_line(">>: ", message);
  if (read.value == 0) {  // nobody types any more
    co_await host.close(socket);
    co_return;
  }
  const CallResult sent = co_await host.sendto(socket, message, options.server);
  std::string problem;
  if (sent.ok()) {
    std::array<char, 1024> buffer;
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (received.ok()) {
      const std::string_view answer(buffer.data(), static_cast<std::size_t>(received.value));
      const std::string line = both(answer, received.peer);
      co_await host.print(line);
    } else {
      problem = failure(options.language, "recvfrom", received.error);
    }
  } else {
    problem = failure(options.language, "sendto", options.server, sent.error);
  }
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
}

}  // namespace synoptic::demos
