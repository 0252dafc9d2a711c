// A chosen demo as a scenario, and as processes.
#include "viz/cli/demo_runs.hh"

#include <fmt/format.h>

#include <algorithm>

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

// Where its client is, if it binds: at the address from which the kernel sends for who does not.
wire::SocketAddress live_client(const DemoChoice& demo) {
  wire::SocketAddress client = demo.program.client;
  const bool v6 = demo.family == wire::Family::ipv6;
  if (client.ip.is_unspecified())
    client.ip = v6 ? *wire::IpAddress::parse("fd00::1") : wire::IpAddress::v4(127, 0, 0, 1);
  if (client.port == 0) client.port = demo.demo->client_port;
  return client;
}

std::vector<std::string> role_arguments(const DemoChoice& demo, const demos::Process& process) {
  const demos::DemoOptions& program = process.options;
  const demos::Role& role = *process.role;
  std::vector<std::string> arguments{
      "/proc/self/exe",
      "__role",
      std::string(demo.demo->name),
      std::string(role.name),
      program.server.str(),
      "--names=" + joined(program.names, ','),
      fmt::format("--pause={}ns", program.pause.ns),
      fmt::format("--clients={}", program.clients),
      program.language == demos::Language::zh ? "--lang=zh" : "--lang=en"};
  if (demo.demo->uses.bytes) arguments.push_back(fmt::format("--bytes={}", program.bytes));
  if (program.encoding)
    arguments.push_back(*program.encoding == demos::Encoding::utf8 ? "--encoding=utf-8"
                                                                   : "--encoding=gb2312");
  if (demo.demo->client_port != 0) arguments.push_back("--peer=" + program.client.str());
  if (demo.demo->uses.lines) {
    const auto lines = demo.by_hand ? given_lines(*demo.demo, role, program)
                                    : typed_lines(*demo.demo, role, program);
    if (demo.by_hand) arguments.emplace_back("--by-hand");
    if (!demo.by_hand || !lines.empty())
      arguments.push_back(fmt::format("--lines={}:{}", role.name, joined(lines, ';')));
  }
  return arguments;
}

// The server's host, on which nothing runs. Its lane has no more than an address, as in a capture.
void empty(net::RoleSpec& server, std::uint16_t port) {
  server.name = wire::SocketAddress{server.address, port}.str();
  server.main = [](program::Host&) -> program::Task { co_return; };
  server.lines.clear();
}

}  // namespace

net::Scenario make_scenario(const Options& options) {
  net::Scenario scenario =
      lessons::make_scenario(*options.demo.demo, options.demo.program, options.demo.family);
  if (options.demo.no_server) {
    for (net::RoleSpec& role : scenario.roles) {
      role.start_after.clear();
      if (role.is_server) empty(role, options.demo.program.server.port);
    }
  }
  for (const auto& [key, value] : options.simulation.settings) {
    // parse() has set each of them once already: none is refused here
    static_cast<void>(net::set(scenario, key, value));
  }
  scenario.faults = options.simulation.faults;
  return scenario;
}

live::LiveSpec make_live_spec(const DemoChoice& demo, std::optional<model::Duration> timeout) {
  const wire::SocketAddress server = live_server(demo), client = live_client(demo);
  live::LiveSpec spec;
  if (demo.family == wire::Family::ipv6)
    spec.addresses = {*wire::IpAddress::parse("fd00::1"), *wire::IpAddress::parse("fd00::2")};
  if (!server.ip.is_loopback() &&
      std::ranges::find(spec.addresses, server.ip) == spec.addresses.end())
    spec.addresses.push_back(server.ip);
  if (demo.demo->client_port != 0 && !client.ip.is_loopback() &&
      std::ranges::find(spec.addresses, client.ip) == spec.addresses.end())
    spec.addresses.push_back(client.ip);
  demos::DemoOptions program = demo.program;
  program.server = server;
  program.client = client;
  for (const demos::Process& one : demos::processes(*demo.demo, program)) {
    if (demo.no_server && one.is_server) continue;
    spec.roles.push_back({.name = one.name,
                          .argv = role_arguments(demo, one),
                          .start_after = demo.no_server ? "" : one.start_after,
                          .start_after_call = one.start_after_call,
                          .serves = one.role->serves,
                          .ready = one.role->ready,
                          .typed = demo.by_hand && demos::reads_lines(*demo.demo, *one.role)});
  }
  auto pauses = static_cast<std::int64_t>(demo.program.names.size()) + 2;
  for (const demos::Role& role : demo.demo->roles) {
    const std::size_t lines = typed_lines(*demo.demo, role, demo.program).size() + 1;
    const int count = role.many ? demo.program.clients : 1;
    if (demo.demo->uses.lines) pauses += static_cast<std::int64_t>(lines) * count;
  }
  if (demo.by_hand && demo.demo->uses.lines) {  // people take their time
    spec.timeout = timeout.value_or(model::Duration{});
    return spec;
  }
  // Whoever waits for a server that is not there need not wait for long.
  const model::Duration patience = model::seconds(demo.no_server ? 3 : 60);
  spec.timeout = timeout.value_or(patience + demo.program.pause * pauses);
  return spec;
}

}  // namespace synoptic::cli
