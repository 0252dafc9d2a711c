// The demos: the programs of the socket tutorials, each role one coroutine against program::Host.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/event.hh"
#include "sim/program/host.hh"

namespace synoptic::demos {

enum class Language : std::uint8_t { en, zh };

// What is typed at the prompts of a role; without the role's name at those of the last, the client.
struct TypedLines {
  std::string role;
  std::vector<std::string> lines;
};

// How text becomes octets.
enum class Encoding : std::uint8_t { utf8, gb2312 };

struct DemoOptions {
  std::vector<std::string> names = {"Michael", "Tracy", "Sarah"};
  // What the server waits before it answers; where lines are typed, how long each takes.
  model::Duration pause = model::seconds(1);
  int clients = 1;
  std::vector<TypedLines> typed;  // for demos that read lines; see typed_lines()
  Language language = Language::en;
  std::uint64_t bytes = 100'000;     // what a client of bulk sends
  std::optional<Encoding> encoding;  // none: the demo's own
  wire::SocketAddress server;        // where the server binds and the client goes
  wire::SocketAddress client;        // where the client binds, if it does; see Demo::client_port
  std::string host;                  // the server as it was named; empty: its address
};

// One role of a demo. `main` is run once per process (once per client for a role with `many`).
struct Role {
  std::string_view name;                               // "server", "client"
  program::Task (*main)(program::Host&, DemoOptions);  // by value: the coroutine keeps its own
  bool many = false;                                   // as many processes as DemoOptions::clients
  model::CallName ready =
      model::CallName::socket;  // others start when this call has returned (server: listen, bind)
  bool serves = false;          // runs until it is ended: a run is over when all others ended
  std::string_view typed;       // what is typed unless other lines are given: "hello;bye"
  std::uint16_t ports = 1;  // as many processes, the first at the server's port, each at the next
};

// Which of DemoOptions a demo has a use for; it has for all that are not here.
struct Uses {
  bool names = false, pause = false, lines = false, bytes = false, encoding = false;
  bool host = false;  // its client may go to a server by its name
};

struct Demo {
  std::string_view name;   // "tcp-echo"
  std::string_view title;  // one line, English
  std::string_view title_zh;
  model::Protocol protocol;
  std::uint16_t port;           // default
  std::span<const Role> roles;  // servers first
  Uses uses;
  std::uint16_t client_port = 0;  // where the client binds; 0: any port, and it does not bind
};

// One process of a run: the `number`-th of its role, from 1.
struct Process {
  const Role* role = nullptr;
  int number = 1;
  std::string name;         // "server", "client 2"
  bool is_server = false;   // of the demo's first role
  std::string start_after;  // the name of another; empty: at once
  model::CallName start_after_call =
      model::CallName::listen;  // … when this call of it has returned
  DemoOptions options;          // its own: with the port at which it binds
};
// All of a run, in the order in which they start: servers one after another, then who goes to them.
std::vector<Process> processes(const Demo& demo, const DemoOptions& options);

std::span<const Demo> demos();
const Demo* find_demo(std::string_view name);  // null when unknown

// What is typed for `role` in a run without a terminal: the lines given, or the demo's own, which a
// role that takes several clients has once for each.
std::vector<std::string> typed_lines(const Demo& demo, const Role& role,
                                     const DemoOptions& options);
bool reads_lines(const Demo& demo, const Role& role);
// Those given, if any: what a role in a terminal takes before it asks there.
std::vector<std::string> given_lines(const Demo& demo, const Role& role,
                                     const DemoOptions& options);
// How long it takes to type one of them.
model::Duration typing(const Demo& demo, const DemoOptions& options);

}  // namespace synoptic::demos
