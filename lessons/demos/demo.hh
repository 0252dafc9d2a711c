// The demos: the programs of the socket tutorials, each role one coroutine against program::Host.
#pragma once

#include <cstdint>
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

struct DemoOptions {
  std::vector<std::string> names = {"Michael", "Tracy", "Sarah"};
  // What the server waits before it answers; where lines are typed, how long each takes.
  model::Duration pause = model::seconds(1);
  int clients = 1;
  std::vector<TypedLines> typed;  // for demos that read lines; see typed_lines()
  Language language = Language::en;
  wire::SocketAddress server;  // where the server binds and the client goes
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
};

// Which of DemoOptions a demo has a use for; it has for all that are not here.
struct Uses {
  bool names = false, pause = false, lines = false;
};

struct Demo {
  std::string_view name;   // "tcp-echo"
  std::string_view title;  // one line, English
  std::string_view title_zh;
  model::Protocol protocol;
  std::uint16_t port;           // default
  std::span<const Role> roles;  // servers first
  Uses uses;
};

std::span<const Demo> demos();
const Demo* find_demo(std::string_view name);  // null when unknown

// What is typed for `role` in a run without a terminal: the lines given, or the demo's own, which a
// role that takes several clients has once for each.
std::vector<std::string> typed_lines(const Demo& demo, const Role& role,
                                     const DemoOptions& options);
// Those given, if any: what a role in a terminal takes before it asks there.
std::vector<std::string> given_lines(const Demo& demo, const Role& role,
                                     const DemoOptions& options);
// How long it takes to type one of them.
model::Duration typing(const Demo& demo, const DemoOptions& options);

}  // namespace synoptic::demos
