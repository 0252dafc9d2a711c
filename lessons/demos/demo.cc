// The table of demos. A new demo is a file beside this one and a row here.
#include "lessons/demos/demo.hh"

#include <algorithm>
#include <array>

#include "lessons/demos/handshake.hh"
#include "lessons/demos/tcp_echo.hh"
#include "lessons/demos/udp_echo.hh"

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

constexpr Uses names_and_pause{.names = true, .pause = true}, names{.names = true}, nothing;

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
};

}  // namespace

std::span<const Demo> demos() {
  return table;
}

const Demo* find_demo(std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &Demo::name);
  return found == table.end() ? nullptr : found;
}

}  // namespace synoptic::demos
