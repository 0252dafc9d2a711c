// The server takes as many clients as there are, one after another, and ends.
#include "lessons/demos/handshake.hh"

#include <array>

#include "lessons/demos/words.hh"

namespace synoptic::demos {

using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

Task handshake_server(Host& host, DemoOptions options) {
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
  std::array<char, 1024> buffer;
  for (int i = 0; i < options.clients; ++i) {
    const CallResult accepted = co_await host.accept(listener);
    if (!accepted.ok()) {
      const std::string line = failure(options.language, "accept", accepted.error);
      co_await host.print(line);
      break;
    }
    const Socket socket = accepted.socket();
    for (;;) {
      const CallResult received = co_await host.recv(socket, buffer);
      if (received.value <= 0) break;
    }
    co_await host.close(socket);
  }
  co_await host.close(listener);
}

Task handshake_client(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::stream);
  const Socket socket = made.socket();
  const CallResult connected = co_await host.connect(socket, options.server);
  if (!connected.ok()) {
    const std::string line = failure(options.language, "connect", options.server, connected.error);
    co_await host.print(line);
  }
  co_await host.close(socket);
}

}  // namespace synoptic::demos
