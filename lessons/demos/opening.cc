// The calls before the first message, in the order of the tutorials.
#include "lessons/demos/opening.hh"

#include "lessons/demos/words.hh"

namespace synoptic::demos {

Task open_at(Host& host, const DemoOptions& options, wire::SocketAddress own, SocketType type,
             Socket& socket) {
  const CallResult made = co_await host.socket(own.ip.family, type);
  const Socket unbound = made.socket();
  const CallResult bound = co_await host.bind(unbound, own);
  if (!bound.ok()) {
    const std::string line = failure(options.language, "bind", own, bound.error);
    co_await host.print(line);
    co_await host.close(unbound);
    co_return;
  }
  socket = unbound;
}

Task open_server(Host& host, const DemoOptions& options, SocketType type, Socket& socket) {
  return open_at(host, options, options.server, type, socket);
}

Task open_listener(Host& host, const DemoOptions& options, Socket& listener) {
  co_await open_server(host, options, SocketType::stream, listener);
  if (listener.fd < 0) co_return;
  co_await host.listen(listener, 5);
}

Task open_connection(Host& host, const DemoOptions& options, Socket& socket) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::stream);
  const Socket unconnected = made.socket();
  const CallResult connected = co_await host.connect(unconnected, options.server);
  if (!connected.ok()) {
    const std::string line = failure(options.language, "connect", options.server, connected.error);
    co_await host.print(line);
    co_await host.close(unconnected);
    co_return;
  }
  socket = unconnected;
}

Task accept_client(Host& host, const DemoOptions& options, Socket listener, CallResult& accepted) {
  const CallResult result = co_await host.accept(listener);
  accepted = result;
  if (result.ok()) co_return;
  const std::string line = failure(options.language, "accept", result.error);
  co_await host.print(line);
}

}  // namespace synoptic::demos
