// The calls, their order and the printed lines are the tutorial's. A program ends, too, where
// nobody types any more.
#include "lessons/demos/udp_chat.hh"

#include <algorithm>
#include <array>
#include <optional>

#include "lessons/demos/encoding.hh"
#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

// The first is at the server's port, each of the others at the next. Either name means it.
struct Contact {
  std::string_view name, in_letters;
};
constexpr std::array contacts{Contact{"乔治", "george"}, Contact{"james", "james"},
                              Contact{"苯环", "benzene"}, Contact{"岳岳", "yueyue"}};

std::optional<wire::SocketAddress> address_of(std::string_view name, wire::SocketAddress first) {
  const auto* const found = std::ranges::find_if(
      contacts, [&](const Contact& c) { return c.name == name || c.in_letters == name; });
  if (found == contacts.end()) return std::nullopt;
  first.port += static_cast<std::uint16_t>(found - contacts.begin());
  return first;
}

}  // namespace

Task udp_chat_server(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_server(host, options, SocketType::datagram, socket);
  if (socket.fd < 0) co_return;
  const std::string_view prompt = in(options.language, "Reply: ", "回复消息: ");
  std::array<char, 1024> buffer;
  for (;;) {
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recvfrom", received.error);
      co_await host.print(line);
      break;
    }
    const std::string_view octets(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string text = decoded(Encoding::utf8, octets);
    const std::string line = message_from(options.language, received.peer, text);
    co_await host.print(line);
    std::string answer;
    const CallResult read = co_await host.read_line(prompt, answer);
    if (read.value == 0) break;
    const CallResult sent = co_await host.sendto(socket, answer, received.peer);
    if (!sent.ok()) {
      const std::string problem = failure(options.language, "sendto", received.peer, sent.error);
      co_await host.print(problem);
      break;
    }
  }
  co_await host.close(socket);
}

Task udp_chat_client(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::datagram);
  const Socket socket = made.socket();
  const std::string_view choose =
      in(options.language, "Choose whom to chat with: ", "请选择聊天对象: ");
  const std::string_view write =
      in(options.language, "Type a message, Enter sends it: ", "请输入消息,回车发送: ");
  std::optional<wire::SocketAddress> contact;
  std::array<char, 1024> buffer;
  for (;;) {
    std::string text;
    const CallResult read = co_await host.read_line(contact ? write : choose, text);
    if (read.value == 0) break;
    if (!contact) {
      contact = address_of(text, options.server);
      continue;
    }
    if (text.empty()) continue;
    if (text == "quit") {
      contact.reset();
      continue;
    }
    const CallResult sent = co_await host.sendto(socket, text, *contact);
    if (!sent.ok()) {
      const std::string line = failure(options.language, "sendto", *contact, sent.error);
      co_await host.print(line);
      break;
    }
    const CallResult received = co_await host.recvfrom(socket, buffer);
    if (!received.ok()) {
      const std::string line = failure(options.language, "recvfrom", received.error);
      co_await host.print(line);
      break;
    }
    const std::string_view octets(buffer.data(), static_cast<std::size_t>(received.value));
    const std::string answer = decoded(Encoding::utf8, octets);
    const std::string line = message_from(options.language, received.peer, answer);
    co_await host.print(line);
  }
  co_await host.close(socket);
}

}  // namespace synoptic::demos
