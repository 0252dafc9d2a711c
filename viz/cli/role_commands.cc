// demo and __role: one role of a demo over the kernel's sockets, in this terminal or inside a live
// run.
#include <fmt/format.h>

#include <cerrno>
#include <optional>

#include "capture/host/kernel_host.hh"
#include "viz/cli/commands.hh"

namespace synoptic::cli {
namespace {

// The first socket call that failed, in one line with the remedy.
std::string remedy_of(const model::Call& call, const DemoChoice& demo) {
  const std::uint16_t port = demo.program.server.port;
  switch (call.error) {
    case EADDRINUSE:
      return fmt::format(
          "another program has port {}: end it (ss -lntup shows who), or choose another with "
          "--port",
          port);
    case ECONNREFUSED:
      return fmt::format("nobody listens there; start the server first: synoptic demo {} server",
                         demo.demo->name);
    case EADDRNOTAVAIL: return "give an address of this machine, as 127.0.0.1";
    case EACCES: return "choose a port above 1023 with --port";
    default: return "";
  }
}

std::string line_of(const model::Call& call, const DemoChoice& demo) {
  const bool addressed = call.address != wire::SocketAddress{};
  const std::string where = addressed ? fmt::format(" {}", call.address.str()) : "";
  const std::string what =
      fmt::format("{}{}: {} ({})", call_name(call.name), where,
                  std::generic_category().message(call.error), model::error_name(call.error));
  return model::Error{what, remedy_of(call, demo)}.str();
}

wire::SocketAddress terminal_server(const DemoChoice& demo) {
  wire::SocketAddress server = demo.program.server;
  const bool v6 = demo.family == wire::Family::ipv6;
  if (server.ip.is_unspecified()) server.ip = *wire::IpAddress::parse(v6 ? "::1" : "127.0.0.1");
  return server;
}

}  // namespace

int run_demo(const Options& options) {
  std::optional<std::string> failure;
  host::KernelHostOptions host_options;
  host_options.lines = options.demo.program.lines;
  host_options.on_call = [&](const host::CallReport& report) {
    const bool failed = report.call.returned && report.call.result < 0 && report.call.error != 0;
    if (failed && !failure) failure = line_of(report.call, options.demo);
  };
  demos::DemoOptions program = options.demo.program;
  program.server = terminal_server(options.demo);
  host::KernelHost host(std::move(host_options));
  host.run(options.demo.role->main(host, program));
  if (!failure) return done;
  say(*failure);
  return refused;
}

int run_role(const Options& options) {
  const auto reporter = live::call_reporter_from_environment();
  host::KernelHostOptions host_options;
  host_options.echo = false;
  host_options.lines = options.demo.program.lines;
  host_options.on_call = [&](const host::CallReport& report) {
    if (!reporter) return;
    observe::CallRecord record;
    record.serial = report.serial;
    record.t = report.t;
    record.call = report.call;
    record.local = report.local;
    record.remote = report.remote;
    record.protocol = report.protocol;
    record.after = report.after;
    reporter->report(record);
  };
  host::KernelHost host(std::move(host_options));
  host.run(options.demo.role->main(host, options.demo.program));
  return done;
}

}  // namespace synoptic::cli
