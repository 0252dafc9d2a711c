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

struct DemoOptions {
  std::vector<std::string> names = {"Michael", "Tracy", "Sarah"};
  model::Duration pause = model::seconds(1);  // what the server waits before it answers
  int clients = 1;
  std::vector<std::string> lines;  // typed lines, for demos that read them
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

}  // namespace synoptic::demos
