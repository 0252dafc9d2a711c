// A chosen demo as a scenario, and as processes.
#include "viz/cli/demo_runs.hh"

#include <fmt/format.h>

#include "lessons/scenario.hh"

namespace synoptic::cli {
namespace {

// Where the roles of a live run are: the server's address is not the client's, so that files read
// well elsewhere.
wire::SocketAddress live_server(const DemoChoice& demo) {
  wire::SocketAddress server = demo.program.server;
  const bool v6 = demo.family == wire::Family::ipv6;
  if (server.ip.is_unspecified())
    server.ip = v6 ? *wire::IpAddress::parse("fd00::2") : wire::IpAddress::v4(127, 0, 0, 2);
  return server;
}

std::string joined(const std::vector<std::string>& parts, char separator) {
  return fmt::format("{}", fmt::join(parts, std::string_view(&separator, 1)));
}

std::vector<std::string> role_arguments(const DemoChoice& demo, const demos::Role& role,
                                        const wire::SocketAddress& server) {
  const demos::DemoOptions& program = demo.program;
  std::vector<std::string> arguments{
      "/proc/self/exe",
      "__role",
      std::string(demo.demo->name),
      std::string(role.name),
      server.str(),
      "--names=" + joined(program.names, ','),
      fmt::format("--pause={}ns", program.pause.ns),
      fmt::format("--clients={}", program.clients),
      program.language == demos::Language::zh ? "--lang=zh" : "--lang=en"};
  if (demo.demo->uses.lines) {
    arguments.push_back(fmt::format("--lines={}:{}", role.name,
                                    joined(typed_lines(*demo.demo, role, program), ';')));
  }
  return arguments;
}

}  // namespace

net::Scenario make_scenario(const Options& options) {
  net::Scenario scenario =
      lessons::make_scenario(*options.demo.demo, options.demo.program, options.demo.family);
  for (const auto& [key, value] : options.simulation.settings) {
    // parse() has set each of them once already: none is refused here
    static_cast<void>(net::set(scenario, key, value));
  }
  scenario.faults = options.simulation.faults;
  return scenario;
}

live::LiveSpec make_live_spec(const DemoChoice& demo, std::optional<model::Duration> timeout) {
  const wire::SocketAddress server = live_server(demo);
  live::LiveSpec spec;
  if (demo.family == wire::Family::ipv6)
    spec.addresses = {*wire::IpAddress::parse("fd00::1"), *wire::IpAddress::parse("fd00::2")};
  if (!server.ip.is_loopback() &&
      std::ranges::find(spec.addresses, server.ip) == spec.addresses.end())
    spec.addresses.push_back(server.ip);
  const demos::Role& first = demo.demo->roles.front();
  for (const demos::Role& role : demo.demo->roles) {
    const int count = role.many ? demo.program.clients : 1;
    for (int i = 1; i <= count; ++i) {
      live::LiveRole process;
      process.name = i == 1 ? std::string(role.name) : fmt::format("{} {}", role.name, i);
      process.argv = role_arguments(demo, role, server);
      process.serves = role.serves;
      if (&role != &first) {
        process.start_after = first.name;
        process.start_after_call = first.ready;
      }
      spec.roles.push_back(std::move(process));
    }
  }
  auto pauses = static_cast<std::int64_t>(demo.program.names.size()) + 2;
  for (const demos::Role& role : demo.demo->roles) {
    const std::size_t lines = typed_lines(*demo.demo, role, demo.program).size() + 1;
    const int count = role.many ? demo.program.clients : 1;
    if (demo.demo->uses.lines) pauses += static_cast<std::int64_t>(lines) * count;
  }
  spec.timeout = timeout.value_or(model::seconds(60) + demo.program.pause * pauses);
  return spec;
}

}  // namespace synoptic::cli
