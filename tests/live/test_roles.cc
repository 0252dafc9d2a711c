// Roles for the tests: the demos through KernelHost, and programs that fail, hang and flood.
#include "tests/live/test_roles.hh"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "capture/host/kernel_host.hh"
#include "capture/host/sockaddr.hh"
#include "capture/live/live.hh"
#include "lessons/demos/demo.hh"

namespace synoptic::live {
namespace {

using program::CallResult;
using program::Host;
using program::SocketType;
using program::Task;

using Arguments = std::vector<std::string>;

// Runs `main` as a role, its calls told to the supervisor.
template <typename F>
int run_told(F main, std::vector<std::string> lines = {}, model::Duration typing = {},
             bool by_hand = false) {
  const auto reporter = call_reporter_from_environment();
  host::KernelHostOptions options;
  options.echo = false;
  options.lines = std::move(lines);
  options.typing = typing;
  options.reads_stdin = by_hand;
  if (reporter) {
    options.on_call = [&](const host::CallReport& report) {
      reporter->report({"", report.serial, report.t, report.call, report.local, report.remote,
                        report.protocol, report.after, 0, std::string(report.prompt)});
    };
  }
  if (reporter) options.before_lines = [&] { reporter->await_everybody(); };
  host::KernelHost host(std::move(options));
  host.run(main(host));
  return 0;
}

wire::SocketAddress address(const std::string& ip, const std::string& port) {
  return {wire::IpAddress::parse(ip).value(), static_cast<std::uint16_t>(std::stoi(port))};
}

// demo NAME ROLE IP PORT PAUSE_MS [CLIENTS], or by-hand instead of demo: lines come from stdin
int demo(const Arguments& a) {
  const bool by_hand = a.at(0) == "by-hand";
  const demos::Demo* demo = demos::find_demo(a.at(1));
  demos::DemoOptions options;
  options.server = address(a.at(3), a.at(4));
  options.pause = model::milliseconds(std::stoll(a.at(5)));
  if (a.size() > 6) options.clients = std::stoi(a[6]);
  const bool v6 = options.server.ip.is_v6();
  options.client = {*wire::IpAddress::parse(v6 ? "fd00::1" : "127.0.0.1"), demo->client_port};
  for (const demos::Role& role : demo->roles) {
    if (role.name == a.at(2)) {
      return run_told(
          [&](Host& host) { return role.main(host, options); },
          by_hand ? std::vector<std::string>() : demos::typed_lines(*demo, role, options),
          demos::typing(*demo, options), by_hand);
    }
  }
  return 2;
}

// hang: a server that accepts and does nothing.
Task wait_for_ever(Host& host, wire::SocketAddress at) {
  const CallResult made = co_await host.socket(at.ip.family, SocketType::stream);
  co_await host.bind(made.socket(), at);
  co_await host.listen(made.socket(), 1);
  for (;;) {
    const CallResult accepted = co_await host.accept(made.socket());
    if (!accepted.ok()) break;
  }
}

// keep: connects, and keeps the connection for ever.
Task connect_and_keep(Host& host, wire::SocketAddress to) {
  const CallResult made = co_await host.socket(to.ip.family, SocketType::stream);
  co_await host.connect(made.socket(), to);
  std::array<char, 16> buffer;
  co_await host.recv(made.socket(), buffer);
}

// bind: one that ends with a status when it cannot bind, and says why.
int bind_only(const Arguments& a) {
  CallResult bound;
  run_told([&](Host& host) -> Task {
    return [](Host& host, wire::SocketAddress at, CallResult& bound) -> Task {
      const CallResult made = co_await host.socket(at.ip.family, SocketType::stream);
      bound = co_await host.bind(made.socket(), at);
      co_await host.close(made.socket());
    }(host, address(a.at(1), a.at(2)), bound);
  });
  if (bound.ok()) return 0;
  std::fprintf(stderr, "bind failed\n%s: port %s is in use\n", a.at(1).c_str(), a.at(2).c_str());
  return 1;
}

// congestion: connects to itself and prints what both ends use.
int congestion(const Arguments& a) {
  std::string used;
  return run_told([&](Host& host) -> Task {
    return [](Host& host, wire::SocketAddress at, std::string& used) -> Task {
      const CallResult server = co_await host.socket(at.ip.family, SocketType::stream);
      co_await host.bind(server.socket(), at);
      co_await host.listen(server.socket(), 1);
      const CallResult client = co_await host.socket(at.ip.family, SocketType::stream);
      co_await host.connect(client.socket(), at);
      const CallResult accepted = co_await host.accept(server.socket());
      for (const CallResult& end : {client, accepted}) {
        std::array<char, 32> name{};
        socklen_t size = name.size();
        getsockopt(end.socket().fd, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size);
        used += std::string(name.data()) + " ";
      }
      co_await host.print(used);
      co_await host.close(client.socket());
      co_await host.close(accepted.socket());
      co_await host.close(server.socket());
    }(host, address(a.at(1), a.at(2)), used);
  });
}

int parent(const std::string& binary) {
  LiveSpec spec;
  for (const char* name : {"one", "two"}) {
    const std::string ip = name == std::string("one") ? "127.0.0.1" : "127.0.0.2";
    spec.roles.push_back({name, {binary, "__role", "hang", ip, "9999"}, "", {}, false});
  }
  auto source = run_private(spec);
  if (!source) {
    std::printf("refused: %s\n", source.error().str().c_str());
    return 1;
  }
  while (!(*source)->ended()) {
    (*source)->wait(model::seconds(10));
    (*source)->poll();
  }
  const auto failure = (*source)->failure();
  std::printf("ended: %s\n", failure ? failure->str().c_str() : "by itself");
  return 0;
}

}  // namespace

std::optional<int> run_test_role(int argc, char** argv) {
  const Arguments all(argv, argv + argc);
  if (all.size() < 3 || all[1] != "__role") return std::nullopt;
  const Arguments a(all.begin() + 2, all.end());
  if (a[0] == "demo" || a[0] == "by-hand") return demo(a);
  if (a[0] == "bind") return bind_only(a);
  if (a[0] == "congestion") return congestion(a);
  if (const auto status = run_ring_role(a)) return *status;
  if (a[0] == "parent") return parent(all[0]);
  if (a[0] == "killed") return kill(getpid(), SIGKILL);
  if (a[0] == "hang") {
    return run_told([&](Host& host) { return wait_for_ever(host, address(a.at(1), a.at(2))); });
  }
  if (a[0] == "keep") {
    return run_told([&](Host& host) { return connect_and_keep(host, address(a.at(1), a.at(2))); });
  }
  return 2;
}

}  // namespace synoptic::live
