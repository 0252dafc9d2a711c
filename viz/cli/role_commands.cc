// demo and __role: one role of a demo over the kernel's sockets, in this terminal or inside a live
// run.
#include <fmt/format.h>
#include <netdb.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "capture/host/kernel_host.hh"
#include "capture/host/sockaddr.hh"
#include "lessons/demos/words.hh"
#include "viz/cli/commands.hh"

namespace synoptic::cli {
namespace {

wire::SocketAddress terminal_server(const DemoChoice& demo) {
  wire::SocketAddress server = demo.program.server;
  const bool v6 = demo.family == wire::Family::ipv6;
  if (server.ip.is_unspecified()) server.ip = *wire::IpAddress::parse(v6 ? "::1" : "127.0.0.1");
  return server;
}

// Where the client binds, if it does: at any address where the server is on another machine.
wire::SocketAddress terminal_client(const DemoChoice& demo) {
  wire::SocketAddress client = demo.program.client;
  const wire::IpAddress server = terminal_server(demo).ip;
  if (client.ip.is_unspecified()) {
    client.ip = {.family = server.family};
    if (server.is_loopback())
      client.ip = *wire::IpAddress::parse(server.is_v6() ? "::1" : "127.0.0.1");
  }
  if (client.port == 0) client.port = demo.demo->client_port;
  return client;
}

// The line to type for the server that this client looks for.
std::string server_command(const DemoChoice& demo) {
  const wire::SocketAddress server = terminal_server(demo);
  std::string line = fmt::format("synoptic demo {} server", demo.demo->name);
  if (server.ip != wire::IpAddress::v4(127, 0, 0, 1)) line += " " + server.ip.str();
  if (server.port != demo.demo->port) line += fmt::format(" --port {}", server.port);
  return line;
}

// What to do about a socket call that failed.
std::string remedy_of(const model::Call& call, const DemoChoice& demo) {
  const std::uint16_t port = demo.program.server.port;
  switch (call.error) {
    case EADDRINUSE:
      return fmt::format(
          "another program has port {}: end it (ss -lntup shows who), or choose another with "
          "--port",
          port);
    case ECONNREFUSED:
      return fmt::format("nobody listens there; start the server first: {}", server_command(demo));
    case EADDRNOTAVAIL: return "give an address of this machine, as 127.0.0.1";
    case EACCES: return "choose a port above 1023 with --port";
    default: return "";
  }
}

std::string line_of(const model::Call& call, const DemoChoice& demo) {
  const bool addressed = call.address != wire::SocketAddress{};
  const auto language = demo.program.language;
  const std::string_view name = call_name(call.name);
  const std::string what = addressed ? demos::failure(language, name, call.address, call.error)
                                     : demos::failure(language, name, call.error);
  return model::Error{what, remedy_of(call, demo)}.str();
}

// The first call that failed, and whether the demo itself has told of it.
class FirstFailure {
 public:
  void look(const model::Call& call) {
    if (!call_ && call.returned && call.result < 0 && call.error != 0) {
      call_ = call;
      call_->data = {};  // valid during the report only
    }
    if (!call_ || call.name != model::CallName::print) return;
    const std::string_view line(reinterpret_cast<const char*>(call.data.data()), call.data.size());
    told_ |= line.find(model::error_name(call_->error)) != std::string_view::npos;
  }
  bool any() const { return call_.has_value(); }
  // What is left to say; may be empty.
  std::string line(const DemoChoice& demo) const {
    return told_ ? remedy_of(*call_, demo) : line_of(*call_, demo);
  }

 private:
  std::optional<model::Call> call_;
  bool told_ = false;
};

// The address of a server that was given by name.
model::Expected<wire::IpAddress> address_named(const std::string& host, wire::Family family) {
  addrinfo hints{};
  hints.ai_family = family == wire::Family::ipv6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status != 0)
    return std::unexpected(model::Error{
        wire::Saying::of("{} has no address: {}", host, std::string(::gai_strerror(status))),
        family == wire::Family::ipv6 ? "look whether the name is right, or leave out -6"
                                     : "look whether the name is right, or try -6"});
  host::KernelAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return host::from_kernel(address).ip;
}

}  // namespace

int run_demo(const Options& options) {
  FirstFailure failure;
  host::KernelHostOptions host_options;
  host_options.lines =
      demos::given_lines(*options.demo.demo, *options.demo.role, options.demo.program);
  host_options.typing = demos::typing(*options.demo.demo, options.demo.program);
  host_options.saves = true;
  std::string saved;
  host_options.on_call = [&](const host::CallReport& report) {
    failure.look(report.call);
    if (report.call.name == model::CallName::save && report.call.returned &&
        report.call.result >= 0)
      saved.assign(report.call.data.begin(), report.call.data.end());
  };
  demos::DemoOptions program = options.demo.program;
  program.server = terminal_server(options.demo);
  if (!program.host.empty()) {
    const auto ip = address_named(program.host, options.demo.family);
    if (!ip) {
      say(ip.error().str());
      return refused;
    }
    program.server.ip = *ip;
  }
  program.client = terminal_client(options.demo);
  host::KernelHost host(std::move(host_options));
  host.run(options.demo.role->main(host, program));
  if (std::ferror(stdout) != 0) {
    say("cannot write to standard output: what the demo printed is not all there");
    return refused;
  }
  if (!saved.empty()) say(fmt::format("saved in {}", saved));
  if (!failure.any()) return done;
  if (const std::string line = failure.line(options.demo); !line.empty()) say(line);
  return refused;
}

int run_role(const Options& options) {
  const auto reporter = live::call_reporter_from_environment();
  host::KernelHostOptions host_options;
  host_options.echo = false;
  const DemoChoice& demo = options.demo;
  host_options.lines = demo.by_hand ? demos::given_lines(*demo.demo, *demo.role, demo.program)
                                    : demos::typed_lines(*demo.demo, *demo.role, demo.program);
  host_options.reads_stdin = demo.by_hand;
  host_options.typing = demos::typing(*demo.demo, demo.program);
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
    record.prompt = report.prompt;
    reporter->report(record);
  };
  if (reporter) host_options.before_lines = [&] { reporter->await_everybody(); };
  host::KernelHost host(std::move(host_options));
  host.run(options.demo.role->main(host, options.demo.program));
  return done;
}

}  // namespace synoptic::cli
