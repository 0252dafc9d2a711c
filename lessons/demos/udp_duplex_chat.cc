// The calls, their order and the printed lines are the tutorial's. The peer at the server's port
// and the one at the client's are the same program.
#include "lessons/demos/udp_duplex_chat.hh"

#include <fmt/format.h>

#include <array>

#include "lessons/demos/encoding.hh"
#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

// For ever; octets that are no text are shown.
Task receive(Host& host, Socket socket, Language language, Encoding encoding) {
  std::array<char, 1024> buffer;
  for (;;) {
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(language, "recvfrom", received.error);
      co_await host.print(line);
      break;
    }
    const std::string_view octets(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string text = decoded(encoding, octets);
    const std::string line = fmt::format(">>{}:{}", received.peer.str(), text);
    co_await host.print(line);
  }
}

// Until nobody types any more.
Task write(Host& host, Socket socket, wire::SocketAddress to, Language language,
           Encoding encoding) {
  for (;;) {
    std::string text;
    const CallResult read = co_await host.read_line("<<:", text);
    if (read.value == 0) break;
    const std::optional<std::string> octets = encoded(encoding, text);
    if (!octets) {
      const std::string line = not_encodable(language);
      co_await host.print(line);
      continue;
    }
    const CallResult sent = co_await host.sendto(socket, *octets, to);
    if (!sent.ok()) {
      const std::string line = failure(language, "sendto", to, sent.error);
      co_await host.print(line);
    }
  }
}

Task peer(Host& host, wire::SocketAddress own, wire::SocketAddress other, DemoOptions options) {
  Socket socket;
  co_await open_at(host, options, own, SocketType::datagram, socket);
  if (socket.fd < 0) co_return;
  const Encoding encoding = options.encoding.value_or(Encoding::gb2312);
  host.spawn(receive(host, socket, options.language, encoding));
  Task writer = write(host, socket, other, options.language, encoding);
  co_await writer;
}

}  // namespace

Task udp_duplex_chat_server(Host& host, DemoOptions options) {
  return peer(host, options.server, options.client, options);
}

Task udp_duplex_chat_client(Host& host, DemoOptions options) {
  return peer(host, options.client, options.server, options);
}

}  // namespace synoptic::demos
