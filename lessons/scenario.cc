// The roles of a demo, placed on the simulated network as a live run places them on the loopback.
#include "lessons/scenario.hh"

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

  if (demo.client_port != 0) {
    if (options.client.ip.is_unspecified() || options.client.ip.family != family)
      options.client.ip = at.client;
    if (options.client.port == 0) options.client.port = demo.client_port;
    at.client = options.client.ip;
  }

  net::Scenario scenario;
  for (const demos::Process& process : demos::processes(demo, options)) {
    const demos::Role& role = *process.role;
    net::RoleSpec spec;
    spec.name = process.name;
    spec.address = process.is_server ? at.server : at.client;
    spec.main = [&role, own = process.options](program::Host& host) {
      return role.main(host, own);
    };
    spec.is_server = process.is_server;
    spec.serves = role.serves;
    spec.lines = demos::typed_lines(demo, role, options);
    spec.typing = demos::typing(demo, options);
    spec.start_after = process.start_after;
    spec.start_after_call = process.start_after_call;
    scenario.roles.push_back(std::move(spec));
  }
  return scenario;
}

}  // namespace synoptic::lessons
