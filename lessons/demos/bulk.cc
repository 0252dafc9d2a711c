// The server takes as many clients as there are, all at once, and ends. Neither side keeps what it
// has sent or read: memory does not grow with the number of octets.
#include "lessons/demos/bulk.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

constexpr std::size_t piece = 16384;  // of one send() and one recv()

// One client, read to its end.
Task take(Host& host, Socket socket, Language language, model::Duration pause) {
  std::vector<char> buffer(piece);
  std::int64_t total = 0;
  std::string line;
  for (;;) {
    if (pause.ns > 0) co_await host.sleep(pause);
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) line = failure(language, "recv", received.error);
    if (received.value <= 0) break;
    total += received.value;
  }
  if (line.empty())
    line = fmt::format(fmt::runtime(in(language, "Received {} bytes.", "收到 {} 字节。")), total);
  co_await host.print(line);
  co_await host.close(socket);
}

Task serve(Host& host, DemoOptions options, bool slowly) {
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) co_return;
  for (int i = 0; i < options.clients; ++i) {
    CallResult accepted;
    co_await accept_client(host, options, listener, accepted);
    if (!accepted.ok()) break;
    const model::Duration pause = slowly ? options.pause : model::Duration{};
    host.spawn(take(host, accepted.socket(), options.language, pause));
  }
  co_await host.close(listener);
}

// "0123456789" again and again: a piece that begins at any octet of it.
std::string digits() {
  std::string text;
  for (std::size_t i = 0; i < piece + 10; ++i) text += static_cast<char>('0' + i % 10);
  return text;
}

}  // namespace

Task bulk_server(Host& host, DemoOptions options) {
  return serve(host, std::move(options), false);
}

Task bulk_slow_server(Host& host, DemoOptions options) {
  return serve(host, std::move(options), true);
}

Task bulk_client(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::stream);
  const Socket socket = made.socket();
  const CallResult connected = co_await host.connect(socket, options.server);
  std::string line;
  if (!connected.ok()) line = failure(options.language, "connect", options.server, connected.error);
  const std::string text = digits();
  std::uint64_t total = 0;
  while (line.empty() && total < options.bytes) {
    const std::uint64_t size = std::min<std::uint64_t>(piece, options.bytes - total);
    const std::string_view octets = std::string_view(text).substr(total % 10, size);
    const CallResult sent = co_await host.send(socket, octets);
    if (sent.ok())
      total += static_cast<std::uint64_t>(sent.value);
    else
      line = failure(options.language, "send", sent.error);
  }
  if (line.empty())
    line =
        fmt::format(fmt::runtime(in(options.language, "Sent {} bytes.", "发送 {} 字节。")), total);
  co_await host.print(line);
  co_await host.close(socket);
}

}  // namespace synoptic::demos
