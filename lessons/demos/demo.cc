// The table of demos. A new demo is a file beside this one and a row here.
#include "lessons/demos/demo.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lessons/demos/bulk.hh"
#include "lessons/demos/handshake.hh"
#include "lessons/demos/http_get.hh"
#include "lessons/demos/same_port.hh"
#include "lessons/demos/tcp_chat.hh"
#include "lessons/demos/tcp_echo.hh"
#include "lessons/demos/tcp_once.hh"
#include "lessons/demos/tcp_serve_each.hh"
#include "lessons/demos/udp_chat.hh"
#include "lessons/demos/udp_duplex_chat.hh"
#include "lessons/demos/udp_echo.hh"
#include "lessons/demos/udp_once.hh"
#include "lessons/demos/udp_send.hh"

namespace synoptic::demos {

namespace {

using model::CallName;

constexpr std::array tcp_echo_roles{
    Role{.name = "server", .main = tcp_echo_server, .ready = CallName::listen, .serves = true},
    Role{.name = "client", .main = tcp_echo_client, .many = true},
};
constexpr std::array udp_echo_roles{
    Role{.name = "server", .main = udp_echo_server, .ready = CallName::bind, .serves = true},
    Role{.name = "client", .main = udp_echo_client, .many = true},
};
constexpr std::array udp_echo_tasks_roles{
    Role{.name = "server", .main = udp_echo_tasks_server, .ready = CallName::bind, .serves = true},
    Role{.name = "client", .main = udp_echo_client, .many = true},
};
constexpr std::array handshake_roles{
    Role{.name = "server", .main = handshake_server, .ready = CallName::listen},
    Role{.name = "client", .main = handshake_client, .many = true},
};
constexpr std::array tcp_once_roles{
    Role{.name = "server", .main = tcp_once_server, .ready = CallName::listen},
    Role{.name = "client", .main = tcp_once_client},
};
// The server types twice more than the client: what it sends when nobody is there any more.
constexpr std::array tcp_serve_each_roles{
    Role{.name = "server",
         .main = tcp_serve_each_server,
         .ready = CallName::listen,
         .typed = "hi;fine;are you still there?;hello?"},
    Role{.name = "client",
         .main = tcp_serve_each_client,
         .many = true,
         .typed = "hello;how are you?"},
};
constexpr std::array tcp_serve_each_mended_roles{
    Role{.name = "server",
         .main = tcp_serve_each_mended_server,
         .ready = CallName::listen,
         .serves = true,
         .typed = "hi;fine"},
    Role{.name = "client",
         .main = tcp_serve_each_client,
         .many = true,
         .typed = "hello;how are you?"},
};
constexpr std::array tcp_chat_roles{
    Role{.name = "server", .main = tcp_chat_server, .ready = CallName::listen, .typed = "hi;fine"},
    Role{.name = "client", .main = tcp_chat_client, .typed = "hello;how are you?;bye"},
};
constexpr std::array udp_once_roles{
    Role{.name = "server", .main = udp_once_server, .ready = CallName::bind},
    Role{.name = "client", .main = udp_once_client, .typed = "hi"},
};
constexpr std::array same_port_roles{
    Role{.name = "server", .main = same_port_server, .ready = CallName::listen, .serves = true},
    Role{.name = "client", .main = same_port_client, .many = true},
};
constexpr std::array http_get_roles{
    Role{.name = "server", .main = http_get_server, .ready = CallName::listen, .serves = true},
    Role{.name = "client", .main = http_get_client, .many = true},
};
constexpr std::array udp_send_roles{
    Role{.name = "server", .main = udp_send_server, .ready = CallName::bind},
    Role{.name = "client", .main = udp_send_client, .typed = "你好"},
};
// Four contacts: each has its lines for itself. They are the same, so that it does not matter which
// of several clients comes first.
constexpr std::array udp_chat_roles{
    Role{.name = "server",
         .main = udp_chat_server,
         .ready = CallName::bind,
         .serves = true,
         .typed = "好的;好的",
         .ports = 4},
    Role{.name = "client",
         .main = udp_chat_client,
         .many = true,
         .typed = "james;hello;how are you?;quit;乔治;你好"},
};
// Two equal peers: neither waits for the other's end.
constexpr std::array udp_duplex_chat_roles{
    Role{.name = "server",
         .main = udp_duplex_chat_server,
         .ready = CallName::bind,
         .serves = true,
         .typed = "hi;你好"},
    Role{.name = "client",
         .main = udp_duplex_chat_client,
         .ready = CallName::bind,
         .serves = true,
         .typed = "hello;你好吗"},
};
constexpr std::array bulk_roles{
    Role{.name = "server", .main = bulk_server, .ready = CallName::listen},
    Role{.name = "client", .main = bulk_client, .many = true},
};
constexpr std::array bulk_slow_roles{
    Role{.name = "server", .main = bulk_slow_server, .ready = CallName::listen},
    Role{.name = "client", .main = bulk_client, .many = true},
};

constexpr Uses names_and_pause{.names = true, .pause = true}, names{.names = true},
    typed{.pause = true, .lines = true},
    typed_encoded{.pause = true, .lines = true, .encoding = true}, bytes{.bytes = true},
    bytes_and_pause{.pause = true, .bytes = true}, host{.host = true}, nothing;

constexpr std::array table{
    Demo{"tcp-echo", "A server greets each client and answers each name it sends",
         "服务器向每个客户端问好，并应答它发来的每个名字", model::Protocol::tcp, 9999,
         tcp_echo_roles, names_and_pause},
    Demo{"udp-echo", "The same answers without a connection: one datagram there, one back",
         "无连接的应答：去一个数据报，回一个数据报", model::Protocol::udp, 9999, udp_echo_roles,
         names},
    Demo{"udp-echo-tasks", "udp-echo with a task of its own for each datagram",
         "udp-echo 的变体：每个数据报由一个单独的任务应答", model::Protocol::udp, 9999,
         udp_echo_tasks_roles, names},
    Demo{"handshake", "A connection opened and closed, and nothing else",
         "只建立连接并关闭，别无其他", model::Protocol::tcp, 9999, handshake_roles, nothing},
    Demo{"tcp-once", "One call, as by telephone: one message there, one back, and both hang up",
         "像打一次电话：去一条消息，回一条消息，然后双方挂断", model::Protocol::tcp, 9000,
         tcp_once_roles, nothing},
    Demo{"udp-once", "A typed line there and a greeting back, one datagram each",
         "发去输入的一行，收回一句问候，各为一个数据报", model::Protocol::udp, 9000, udp_once_roles,
         typed},
    Demo{"tcp-chat", "Client and server type in turn, until the client says bye",
         "客户端与服务器轮流输入，直到客户端说 bye", model::Protocol::tcp, 10034, tcp_chat_roles,
         typed},
    Demo{"tcp-serve-each", "One client after another; the server does not notice that one has left",
         "逐个服务客户端；服务器没有发觉客户端已经离开", model::Protocol::tcp, 8081,
         tcp_serve_each_roles, typed},
    Demo{"tcp-serve-each-mended", "tcp-serve-each with a server that heeds the end of the stream",
         "tcp-serve-each 的改正版：服务器留意到字节流的结束", model::Protocol::tcp, 8081,
         tcp_serve_each_mended_roles, typed},
    Demo{"same-port", "Both echo servers at one port number: TCP's ports are not UDP's",
         "两个回显服务器使用同一端口号：TCP 的端口不是 UDP 的端口", model::Protocol::tcp, 9999,
         same_port_roles, names_and_pause},
    Demo{"http-get", "A web page fetched over TCP: a request, a header, and the page",
         "通过 TCP 获取一个网页：请求、头部和网页", model::Protocol::tcp, 8000, http_get_roles,
         host},
    Demo{"udp-send", "A client that chooses its own port sends a typed line in GB2312",
         "客户端自己选定端口，用 GB2312 发送输入的一行", model::Protocol::udp, 8080, udp_send_roles,
         typed_encoded, 8989},
    Demo{"udp-chat",
         "Choose a contact (乔治 or george, james, 苯环 or benzene, 岳岳 or yueyue), and chat",
         "选择聊天对象（乔治、james、苯环、岳岳），然后聊天", model::Protocol::udp, 8081,
         udp_chat_roles, typed},
    Demo{"udp-duplex-chat", "Two equal peers that receive and type at the same time, in GB2312",
         "两个对等的程序，边接收边输入，用 GB2312", model::Protocol::udp, 8080,
         udp_duplex_chat_roles, typed_encoded, 8989},
    Demo{"bulk", "Many bytes in one direction: windows, loss, congestion",
         "单方向的大量数据：窗口、丢失、拥塞", model::Protocol::tcp, 9999, bulk_roles, bytes},
    Demo{"bulk-slow", "bulk with a server that reads slowly: the window closes",
         "bulk 的变体：服务器读得慢，窗口关闭", model::Protocol::tcp, 9999, bulk_slow_roles,
         bytes_and_pause},
};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

const TypedLines* given(const Demo& demo, const Role& role, const DemoOptions& options) {
  for (const TypedLines& typed : options.typed) {
    const std::string_view whose = typed.role.empty() ? demo.roles.back().name : typed.role;
    if (whose == role.name) return &typed;
  }
  return nullptr;
}

}  // namespace

std::span<const Demo> demos() {
  return table;
}

const Demo* find_demo(std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &Demo::name);
  return found == table.end() ? nullptr : found;
}

std::vector<Process> processes(const Demo& demo, const DemoOptions& options) {
  std::vector<Process> all;
  std::string last_server;
  for (const Role& role : demo.roles) {
    const bool is_server = &role == &demo.roles.front();
    const int count = is_server ? role.ports : role.many ? options.clients : 1;
    for (int i = 1; i <= count; ++i) {
      Process process{.role = &role, .number = i, .is_server = is_server, .options = options};
      process.name = i == 1 ? std::string(role.name) : fmt::format("{} {}", role.name, i);
      process.start_after = last_server;
      process.start_after_call = demo.roles.front().ready;
      if (is_server) {
        process.options.server.port += static_cast<std::uint16_t>(i - 1);
        last_server = process.name;
      }
      all.push_back(std::move(process));
    }
  }
  return all;
}

std::vector<std::string> typed_lines(const Demo& demo, const Role& role,
                                     const DemoOptions& options) {
  if (const TypedLines* typed = given(demo, role, options)) return typed->lines;
  const std::vector<std::string> own = split(role.typed);
  std::vector<std::string> all;
  for (int i = 0; i < (role.many ? 1 : options.clients); ++i)
    all.insert(all.end(), own.begin(), own.end());
  return all;
}

bool reads_lines(const Demo& demo, const Role& role) {
  return demo.uses.lines && !role.typed.empty();
}

std::vector<std::string> given_lines(const Demo& demo, const Role& role,
                                     const DemoOptions& options) {
  const TypedLines* typed = given(demo, role, options);
  return typed == nullptr ? std::vector<std::string>{} : typed->lines;
}

model::Duration typing(const Demo& demo, const DemoOptions& options) {
  return demo.uses.lines ? options.pause : model::Duration{};
}

}  // namespace synoptic::demos
