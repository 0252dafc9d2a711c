// HTTP/1.1 (RFC 9112) as far as one page needs it: the connection's end is the page's end. What a
// side keeps is bounded: a header has its limit, and the page goes to its file as it comes.
#include "lessons/demos/http_get.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "lessons/demos/encoding.hh"
#include "lessons/demos/opening.hh"
#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

constexpr std::size_t longest_header = 65536;
constexpr std::string_view empty_line = "\r\n\r\n";

std::string page(Language language) {
  std::string text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta "
      "charset=\"utf-8\"><title>{}</title></head>\n"
      "<body>\n<h1>{}</h1>\n",
      in(language, "en", "zh"), "http-get",
      in(language, "This page came over TCP", "这个网页是通过 TCP 来的"));
  const std::string_view lines[] = {
      in(language, "An address leads to a machine, a port to a program on it.",
         "地址通向一台机器，端口通向机器上的一个程序。"),
      in(language, "IP carries packets, and promises neither that they arrive nor in what order.",
         "IP 运送分组，既不保证送达，也不保证顺序。"),
      in(language, "TCP makes of them a stream: it numbers, acknowledges and sends again.",
         "TCP 把它们变成字节流：编号、确认、重传。"),
      in(language, "HTTP is a text in that stream: a request there, a header and a page back.",
         "HTTP 是字节流里的文本：去一个请求，回一个头部和一个网页。"),
      in(language, "The header ends at the first empty line.", "头部在第一个空行处结束。"),
      in(language, "The stream ends where the server closes: here, behind the page.",
         "服务器关闭之处就是字节流的终点：在这里，就是网页之后。")};
  for (const std::string_view line : lines) text += fmt::format("<p>{}</p>\n", line);
  text += "<table>\n";  // so that one recv(1024) does not hold it all
  for (int i = 1; i <= 12; ++i) {
    text += "<tr>";
    for (int k = 1; k <= 6; ++k) text += fmt::format("<td>{}</td>", i * k);
    text += "</tr>\n";
  }
  return text + "</table>\n</body>\n</html>\n";
}

std::string response(Language language, bool good) {
  const std::string body = good ? page(language) : "Bad Request\n";
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}; charset=utf-8\r\nContent-Length: {}\r\n"
      "Connection: close\r\n\r\n{}",
      good ? "200 OK" : "400 Bad Request", good ? "text/html" : "text/plain", body.size(), body);
}

// The first line; in a request "GET / HTTP/1.1".
std::string_view first_line(std::string_view text) {
  return text.substr(0, std::min(text.find("\r\n"), text.size()));
}

// One request, one page.
Task answer(Host& host, Socket socket, wire::SocketAddress peer, Language language) {
  std::string request;
  std::array<char, 1024> buffer;
  std::string problem;
  while (request.find(empty_line) == std::string::npos && request.size() < longest_header) {
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) problem = failure(language, "recv", received.error);
    if (received.value <= 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(received.value));
  }
  if (problem.empty() && request.empty())
    problem = in(language, "it has left without a request", "没有发来请求就离开了");
  const std::string_view asked = first_line(request);
  const std::string shown = decoded(Encoding::utf8, asked.substr(0, 200));
  const std::string line = fmt::format("{}: {}", peer.str(), problem.empty() ? shown : problem);
  co_await host.print(line);
  if (problem.empty()) {
    const bool whole = request.find(empty_line) != std::string::npos;
    const bool good = whole && asked.starts_with("GET ") && asked.find(" HTTP/") != asked.npos;
    const std::string text = response(language, good);
    const CallResult sent = co_await host.send(socket, text);
    if (!sent.ok()) {
      const std::string failed = failure(language, "send", sent.error);
      co_await host.print(failed);
    }
  }
  co_await host.close(socket);
}

std::string request_to(const DemoOptions& options) {
  std::string host = options.host;
  if (host.empty()) {
    host = options.server.str();
    if (options.server.port == 80) host.resize(host.rfind(':'));
  } else if (options.server.port != 80) {
    host += fmt::format(":{}", options.server.port);
  }
  return fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host);
}

}  // namespace

Task http_get_server(Host& host, DemoOptions options) {
  const CallResult made = co_await host.socket(options.server.ip.family, SocketType::stream);
  const Socket listener = made.socket();
  // It closes first, so its end is the one that waits in TIME-WAIT, and the next server wants the
  // port.
  co_await host.reuse_address(listener);
  const CallResult bound = co_await host.bind(listener, options.server);
  if (!bound.ok()) {
    const std::string line = failure(options.language, "bind", options.server, bound.error);
    co_await host.print(line);
    co_await host.close(listener);
    co_return;
  }
  co_await host.listen(listener, 5);
  for (;;) {
    CallResult accepted;
    co_await accept_client(host, options, listener, accepted);
    if (!accepted.ok()) break;
    host.spawn(answer(host, accepted.socket(), accepted.peer, options.language));
  }
  co_await host.close(listener);
}

Task http_get_client(Host& host, DemoOptions options) {
  Socket socket;
  co_await open_connection(host, options, socket);
  if (socket.fd < 0) co_return;
  std::string problem;
  const std::string request = request_to(options);
  const CallResult sent = co_await host.send(socket, request);
  if (!sent.ok()) problem = failure(options.language, "send", sent.error);
  std::string header;
  bool in_page = false;
  std::array<char, 1024> buffer;
  while (problem.empty()) {
    const CallResult received = co_await host.recv(socket, buffer);
    if (!received.ok()) problem = failure(options.language, "recv", received.error);
    if (received.value <= 0) break;
    std::string_view piece(buffer.data(), static_cast<std::size_t>(received.value));
    if (!in_page) {
      const std::size_t before = header.size();
      header += piece;
      const std::size_t end = header.find(empty_line, before < 3 ? 0 : before - 3);
      if (end == std::string::npos) {
        if (header.size() < longest_header) continue;
        break;
      }
      in_page = true;
      piece.remove_prefix(end + empty_line.size() - before);
      header.resize(end);
      for (std::size_t at = 0; at < header.size();) {
        const std::string_view line = first_line(std::string_view(header).substr(at));
        const std::string shown = decoded(Encoding::utf8, line);
        co_await host.print(shown);
        at += line.size() + 2;
      }
    }
    const CallResult saved = co_await host.save(http_get_file, piece);
    if (!saved.ok())
      problem = fmt::format("save {}: {}", http_get_file, model::error_name(saved.error));
  }
  if (problem.empty() && !in_page)
    problem = in(options.language, "the answer has no empty line, so no header",
                 "应答里没有空行，所以没有头部");
  if (!problem.empty()) co_await host.print(problem);
  co_await host.close(socket);
}

}  // namespace synoptic::demos
