// The calls and their order are the tutorial's. It prints what comes as text: octets that are none
// are shown, not fatal.
#include "lessons/demos/udp_send.hh"

#include <array>

#include "lessons/demos/encoding.hh"
#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

Task udp_send_server(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_server(host, options, SocketType::datagram, socket);
  if (socket.fd < 0) co_return;
  const Encoding encoding = options.encoding.value_or(Encoding::gb2312);
  std::array<char, 1024> buffer;
  const CallResult received = co_await host.recvfrom(socket, buffer);
  std::string problem;
  if (received.ok()) {
    const std::string_view octets(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string line = decoded(encoding, octets);
    co_await host.print(line);
    const std::string answer = encoded(encoding, in(options.language, "received", "收到")).value();
    const CallResult sent = co_await host.sendto(socket, answer, received.peer);
    if (!sent.ok()) problem = failure(options.language, "sendto", received.peer, sent.error);
  } else {
    problem = failure(options.language, "recvfrom", received.error);
  }
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
}

Task udp_send_client(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_at(host, options, options.client, SocketType::datagram, socket);
  if (socket.fd < 0) co_return;
  const Encoding encoding = options.encoding.value_or(Encoding::gb2312);
  std::string text;
  const std::string_view prompt =
      in(options.language, "Type the text to send: ", "请输入要发送的内容: ");
  const CallResult read = co_await host.read_line(prompt, text);
  if (read.value == 0) {  // nobody types any more
    co_await host.close(socket);
    co_return;
  }
  std::string problem;
  const std::optional<std::string> octets = encoded(encoding, text);
  if (!octets) {
    problem = not_encodable(options.language);
  } else {
    const CallResult sent = co_await host.sendto(socket, *octets, options.server);
    if (!sent.ok()) problem = failure(options.language, "sendto", options.server, sent.error);
  }
  if (problem.empty()) {
    std::array<char, 1024> buffer;
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (received.ok()) {
      const std::string_view answer(buffer.data(), static_cast<std::size_t>(received.value));
      const std::string line = decoded(encoding, answer);
      co_await host.print(line);
    } else {
      problem = failure(options.language, "recvfrom", received.error);
    }
  }
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
}

}  // namespace synoptic::demos
