// The server takes as many clients as there are, one after another, and ends.
#include "lessons/demos/handshake.hh"

#include <array>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

Task handshake_server(Host& host, DemoOptions options) {
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) co_return;
  std::array<char, 1024> buffer;
  for (int i = 0; i < options.clients; ++i) {
    CallResult accepted;
    co_await accept_client(host, options, listener, accepted);
    if (!accepted.ok()) break;
    const Socket socket = accepted.socket();
    for (;;) {
      const CallResult received = co_await host.recv(socket, buffer);
      if (!received.ok()) co_await host.print(failure(options.language, "recv", received.error));
      if (received.value <= 0) break;
    }
    co_await host.close(socket);
  }
  co_await host.close(listener);
}

Task handshake_client(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_connection(host, options, socket);
  if (socket.fd < 0) co_return;
  co_await host.close(socket);
}

}  // namespace synoptic::demos
