// The calls, their order and the printed lines are the tutorial's: neither side looks whether the
// other has left without a bye. A side ends, too, where nobody types any more.
#include "lessons/demos/tcp_chat.hh"

#include <fmt/format.h>

#include <array>

#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

Task tcp_chat_server(Host& host, DemoOptions options) {
  Socket listener;
  co_await open_listener(host, options, listener);
  if (listener.fd < 0) co_return;
  CallResult accepted;
  co_await accept_client(host, options, listener, accepted);
  if (!accepted.ok()) {
    co_await host.close(listener);
    co_return;
  }
  const Socket socket = accepted.socket();
  std::array<char, 1024> buffer;
  for (;;) {
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recv", received.error);
      co_await host.print(line);
      break;
    }
    const std::string_view message(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string_view who = in(options.language, "The client says: ", "客户端说：");
    const std::string said = fmt::format("{}{}", who, message);
    co_await host.print(said);
    if (message == "bye") break;
    std::string answer;
    const CallResult read = co_await host.read_line(">>", answer);
    if (read.value == 0) break;
    const CallResult sent = co_await host.send(socket, answer);
    if (!sent.ok()) {
      const std::string line = failure(options.language, "send", sent.error);
      co_await host.print(line);
      break;
    }
  }
  co_await host.close(socket);
  co_await host.close(listener);
}

Task tcp_chat_client(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_connection(host, options, socket);
  if (socket.fd < 0) co_return;
  std::array<char, 1024> buffer;
  for (;;) {
    std::string message;
    const CallResult read = co_await host.read_line(">", message);
    if (read.value == 0) break;
    const CallResult sent = co_await host.send(socket, message);
    if (!sent.ok()) {
      const std::string line = failure(options.language, "send", sent.error);
      co_await host.print(line);
      break;
    }
    if (message == "bye") break;
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recv", received.error);
      co_await host.print(line);
      break;
    }
    const std::string_view answer(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string_view who = in(options.language, "The server says: ", "服务器端说：");
    const std::string said = fmt::format("{}{}", who, answer);
    co_await host.print(said);
  }
  co_await host.close(socket);
}

}  // namespace synoptic::demos
