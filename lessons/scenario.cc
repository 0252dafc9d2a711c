// The roles of a demo, placed on the simulated network as a live run places them on the loopback.
#include "lessons/scenario.hh"

#include <fmt/format.h>

#include <utility>

namespace synoptic::lessons {

namespace {

struct Addresses {
  wire::IpAddress server, client;
};

Addresses addresses(wire::Family family) {
  if (family == wire::Family::ipv4) {
    return {wire::IpAddress::v4(127, 0, 0, 2), wire::IpAddress::v4(127, 0, 0, 1)};
  }
  return {wire::IpAddress::v6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}),
          wire::IpAddress::v6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})};
}

}  // namespace

net::Scenario make_scenario(const demos::Demo& demo, demos::DemoOptions options,
                            wire::Family family) {
  Addresses at = addresses(family);
  if (options.server.ip.is_unspecified() || options.server.ip.family != family)
    options.server.ip = at.server;
  at.server = options.server.ip;
  if (options.server.port == 0) options.server.port = demo.port;

  net::Scenario scenario;
  const demos::Role& server = demo.roles.front();
  for (const demos::Role& role : demo.roles) {
    const bool is_server = &role == &server;
    const int count = role.many ? options.clients : 1;
    for (int i = 1; i <= count; ++i) {
      net::RoleSpec spec;
      spec.name = i == 1 ? std::string(role.name) : fmt::format("{} {}", role.name, i);
      spec.address = is_server ? at.server : at.client;
      spec.main = [&role, options](program::Host& host) { return role.main(host, options); };
      spec.is_server = is_server;
      spec.serves = role.serves;
      spec.lines = demos::typed_lines(demo, role, options);
      spec.typing = demos::typing(demo, options);
      if (!is_server) {
        spec.start_after = server.name;
        spec.start_after_call = server.ready;
      }
      scenario.roles.push_back(std::move(spec));
    }
  }
  return scenario;
}

}  // namespace synoptic::lessons
