// KernelHost against the kernel's own loopback: results, reports, threads, and what interrupts
// them.
#include "capture/host/kernel_host.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "capture/host/sockaddr.hh"

namespace synoptic::host {
namespace {

using model::CallName;
using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

wire::SocketAddress loopback(std::uint16_t port = 0) {
  return {wire::IpAddress::v4(127, 0, 0, 1), port};
}
wire::SocketAddress loopback6() {
  std::array<std::uint8_t, 16> octets{};
  octets[15] = 1;
  return {wire::IpAddress::v6(octets), 0};
}

// A report with its own bytes, as they are valid during the report only.
struct Told {
  CallReport report;
  std::string data;
};

// Collects reports; await() blocks until one fits, however long that takes within the deadline.
class Log {
 public:
  std::function<void(const CallReport&)> collector() {
    return [this](const CallReport& report) {
      const std::lock_guard lock(mutex_);
      const auto& data = report.call.data;
      told_.push_back({report, std::string(data.begin(), data.end())});
      changed_.notify_all();
    };
  }
  Told await(CallName name, bool returned) {
    std::unique_lock lock(mutex_);
    const Told* found = nullptr;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      found = nullptr;
      for (const Told& t : told_) {
        if (!found && t.report.call.name == name && t.report.call.returned == returned) found = &t;
      }
      return found != nullptr;
    });
    EXPECT_NE(found, nullptr) << "never told: " << model::call_name(name);
    return found ? *found : Told{};
  }
  std::vector<Told> all() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Told> told_;
};

KernelHostOptions quiet(std::function<void(const CallReport&)> on_call = {}) {
  KernelHostOptions options;
  options.echo = false;
  options.on_call = std::move(on_call);
  return options;
}

struct Listening {
  Socket socket;
  CallResult result;  // of listen, or of what failed before it
};

Task listen_on(Host& host, wire::SocketAddress address, Listening& out) {
  out.result = co_await host.socket(address.ip.family, SocketType::stream);
  out.socket = out.result.socket();
  out.result = co_await host.bind(out.socket, address);
  if (!out.result.ok()) co_return;
  out.result = co_await host.listen(out.socket, 5);
}

Task echo_server(Host& host, wire::SocketAddress address) {
  Listening listening;
  co_await listen_on(host, address, listening);
  const CallResult accepted = co_await host.accept(listening.socket);
  const Socket client = accepted.socket();
  std::array<char, 1024> buffer{};
  for (;;) {
    const CallResult got = co_await host.recv(client, buffer);
    if (got.value <= 0) break;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got.value));
    const CallResult sent = co_await host.send(client, text);
    if (!sent.ok()) break;
  }
  co_await host.close(client);
  co_await host.close(listening.socket);
}

Task echo_client(Host& host, wire::SocketAddress server, std::string text, std::string& answer) {
  const CallResult made = co_await host.socket(server.ip.family, SocketType::stream);
  const Socket s = made.socket();
  co_await host.connect(s, server);
  co_await host.send(s, text);
  co_await host.shutdown(s, program::ShutdownHow::write);
  std::array<char, 1024> buffer{};
  for (;;) {
    const CallResult got = co_await host.recv(s, buffer);
    if (got.value <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(got.value));
  }
  co_await host.close(s);
}

// Runs the echo server and one client on `address`; gives what each side reported.
struct EchoRun {
  Log server, client;
  std::string answer;
};
void run_echo(const wire::SocketAddress& address, const std::string& text, EchoRun& run) {
  KernelHost server(quiet(run.server.collector()));
  std::thread thread([&] { server.run(echo_server(server, address)); });
  const wire::SocketAddress bound = run.server.await(CallName::listen, true).report.local;
  KernelHost client(quiet(run.client.collector()));
  client.run(echo_client(client, bound, text, run.answer));
  thread.join();
}

std::string all_data(const std::vector<Told>& told, CallName name) {
  std::string data;
  for (const Told& t : told) {
    if (t.report.call.name == name && t.report.call.returned) data += t.data;
  }
  return data;
}

class Echo : public testing::TestWithParam<wire::SocketAddress> {};

TEST_P(Echo, AnswersEveryByte_AndReportsThem) {
  EchoRun run;
  run_echo(GetParam(), "Hello, Michael", run);
  EXPECT_EQ(run.answer, "Hello, Michael");
  EXPECT_EQ(all_data(run.client.all(), CallName::send), "Hello, Michael");
  EXPECT_EQ(all_data(run.server.all(), CallName::recv), "Hello, Michael");
  EXPECT_EQ(all_data(run.server.all(), CallName::send), "Hello, Michael");
  EXPECT_EQ(all_data(run.client.all(), CallName::recv), "Hello, Michael");
}

TEST_P(Echo, AddressesOfBothEndsAgree) {
  EchoRun run;
  run_echo(GetParam(), "x", run);
  const Told connected = run.client.await(CallName::connect, true);
  const Told accepted = run.server.await(CallName::accept, true);
  EXPECT_EQ(accepted.report.local, connected.report.remote);
  EXPECT_EQ(accepted.report.remote, connected.report.local);
  EXPECT_EQ(accepted.report.call.address, connected.report.local);
  EXPECT_EQ(connected.report.call.address, connected.report.remote);
  EXPECT_NE(connected.report.local.port, 0);
  EXPECT_EQ(connected.report.local.ip.family, GetParam().ip.family);
  const Told closed = run.client.await(CallName::close, true);
  EXPECT_EQ(closed.report.local, connected.report.local);
}

TEST_P(Echo, EveryCallIsToldTwice_UnderOneSerial_InOrderOfTime) {
  EchoRun run;
  run_echo(GetParam(), "x", run);
  for (Log* log : {&run.client, &run.server}) {
    std::map<std::uint64_t, std::vector<Told>> calls;
    for (const Told& t : log->all()) calls[t.report.serial].push_back(t);
    EXPECT_GE(calls.size(), 5u);
    model::Instant before{};
    for (const auto& [serial, both] : calls) {
      ASSERT_EQ(both.size(), 2u) << serial;
      EXPECT_FALSE(both[0].report.call.returned);
      EXPECT_TRUE(both[1].report.call.returned);
      EXPECT_EQ(both[0].report.call.name, both[1].report.call.name);
      EXPECT_EQ(both[0].report.t, both[1].report.t);
      EXPECT_LE(both[0].report.t, both[1].report.call.returned_at);
      EXPECT_LE(before, both[0].report.t);  // one task: one call after the other
      before = both[1].report.call.returned_at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Echo, testing::Values(loopback(), loopback6()),
                         [](const auto& info) { return info.index == 0 ? "IPv4" : "IPv6"; });

Task connect_once(Host& host, wire::SocketAddress to, CallResult& out) {
  const CallResult made = co_await host.socket(to.ip.family, SocketType::stream);
  out = co_await host.connect(made.socket(), to);
  co_await host.close(made.socket());
}

TEST(KernelHost, ConnectToClosedPort_IsRefused) {
  Log log;
  KernelHost host(quiet(log.collector()));
  Listening listening;
  CallResult result;
  host.run([](Host& host, Log& log, Listening& listening, CallResult& result) -> Task {
    co_await listen_on(host, loopback(), listening);
    co_await host.close(listening.socket);
    const wire::SocketAddress gone = log.await(CallName::listen, true).report.local;
    co_await connect_once(host, gone, result);
  }(host, log, listening, result));
  EXPECT_EQ(result.value, -1);
  EXPECT_EQ(result.error, ECONNREFUSED);
  const Told told = log.await(CallName::connect, true);
  EXPECT_EQ(told.report.call.result, -1);
  EXPECT_EQ(told.report.call.error, ECONNREFUSED);
}

TEST(KernelHost, PortInUse_IsReported) {
  Log log;
  KernelHost host(quiet(log.collector()));
  Listening first, second;
  host.run([](Host& host, Log& log, Listening& first, Listening& second) -> Task {
    co_await listen_on(host, loopback(), first);
    const wire::SocketAddress taken = log.await(CallName::listen, true).report.local;
    co_await listen_on(host, taken, second);
    co_await host.close(second.socket);
    co_await host.close(first.socket);
  }(host, log, first, second));
  EXPECT_TRUE(first.result.ok());
  EXPECT_EQ(second.result.error, EADDRINUSE);
  const auto told = log.all();
  EXPECT_TRUE(std::any_of(told.begin(), told.end(), [](const Told& t) {
    return t.report.call.name == CallName::bind && t.report.call.error == EADDRINUSE;
  }));
}

TEST(KernelHost, SendToPeerThatIsGone_GivesEpipe_NotASignal) {
  Log log;
  KernelHost host(quiet(log.collector()));
  std::vector<CallResult> sends;
  host.run([](Host& host, Log& log, std::vector<CallResult>& sends) -> Task {
    Listening listening;
    co_await listen_on(host, loopback(), listening);
    const wire::SocketAddress server = log.await(CallName::listen, true).report.local;
    const CallResult made = co_await host.socket(server.ip.family, SocketType::stream);
    const Socket client = made.socket();
    co_await host.connect(client, server);
    const CallResult accepted = co_await host.accept(listening.socket);
    co_await host.close(accepted.socket());
    for (int i = 0; i < 2; ++i) {  // the first brings a RST back, the second meets it
      const CallResult sent = co_await host.send(client, "hello");
      sends.push_back(sent);
    }
    co_await host.close(client);
    co_await host.close(listening.socket);
  }(host, log, sends));
  ASSERT_EQ(sends.size(), 2u);
  EXPECT_EQ(sends[0].value, 5);
  EXPECT_EQ(sends[1].value, -1);
  EXPECT_EQ(sends[1].error, EPIPE);
}

Task read_all(Host& host, Socket s, std::size_t& total) {
  std::vector<char> buffer(4096);
  for (;;) {
    const CallResult got = co_await host.recv(s, buffer);
    if (got.value <= 0) break;
    total += static_cast<std::size_t>(got.value);
  }
  co_await host.close(s);
}

TEST(KernelHost, SendSendsAll_WhileASpawnedTaskReads) {
  Log log;
  KernelHost host(quiet(log.collector()));
  const std::string text(8 << 20, 'x');  // far more than both socket buffers hold
  std::size_t received = 0;
  CallResult sent;
  host.run([](Host& host, Log& log, const std::string& text, std::size_t& received,
              CallResult& sent) -> Task {
    Listening listening;
    co_await listen_on(host, loopback(), listening);
    const wire::SocketAddress server = log.await(CallName::listen, true).report.local;
    const CallResult made = co_await host.socket(server.ip.family, SocketType::stream);
    const Socket client = made.socket();
    co_await host.connect(client, server);
    const CallResult accepted = co_await host.accept(listening.socket);
    host.spawn(read_all(host, accepted.socket(), received));
    sent = co_await host.send(client, text);
    co_await host.close(client);
    co_await host.close(listening.socket);
  }(host, log, text, received, sent));
  EXPECT_EQ(sent.value, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(received, text.size());  // run() waited for the spawned task
}

Task udp_answerer(Host& host, wire::SocketAddress address) {
  const CallResult made = co_await host.socket(address.ip.family, SocketType::datagram);
  const Socket s = made.socket();
  co_await host.bind(s, address);
  std::array<char, 4>
      room{};  // smaller than the datagram: the rest is cut off, as recvfrom(2) says
  const CallResult got = co_await host.recvfrom(s, room);
  const std::string_view text(room.data(), static_cast<std::size_t>(got.value));
  co_await host.sendto(s, text, got.peer);
  co_await host.close(s);
}

TEST(KernelHost, Datagrams_CarryThePeersAddress) {
  Log server_log, client_log;
  KernelHost server(quiet(server_log.collector()));
  std::thread thread([&] { server.run(udp_answerer(server, loopback())); });
  const wire::SocketAddress bound = server_log.await(CallName::bind, true).report.local;
  KernelHost client(quiet(client_log.collector()));
  std::array<char, 100> room{};
  CallResult answer;
  client.run(
      [](Host& host, wire::SocketAddress server, std::span<char> room, CallResult& answer) -> Task {
        const CallResult made = co_await host.socket(server.ip.family, SocketType::datagram);
        const std::string_view text = "abcdefgh";
        co_await host.sendto(made.socket(), text, server);
        answer = co_await host.recvfrom(made.socket(), room);
        co_await host.close(made.socket());
      }(client, bound, room, answer));
  thread.join();
  EXPECT_EQ(answer.value, 4);
  EXPECT_EQ(answer.peer, bound);
  EXPECT_EQ(std::string_view(room.data(), 4), "abcd");
  const Told got = server_log.await(CallName::recvfrom, true);
  EXPECT_EQ(got.report.protocol, model::Protocol::udp);
  EXPECT_EQ(got.data, "abcd");
  EXPECT_EQ(got.report.call.address.port,
            client_log.await(CallName::recvfrom, true).report.local.port);
}

void interrupted(int) {}

TEST(KernelHost, Signals_DoNotEndABlockedCall) {
  struct sigaction action{};
  action.sa_handler = interrupted;  // without SA_RESTART: the kernel returns EINTR
  struct sigaction before{};
  sigaction(SIGUSR1, &action, &before);
  Log log;
  KernelHost server(quiet(log.collector()));
  std::thread thread([&] { server.run(echo_server(server, loopback())); });
  const wire::SocketAddress bound = log.await(CallName::listen, true).report.local;
  log.await(CallName::accept, false);
  for (int i = 0; i < 200; ++i) {
    pthread_kill(thread.native_handle(), SIGUSR1);
    std::this_thread::yield();
  }
  KernelHost client(quiet());
  std::string answer;
  client.run(echo_client(client, bound, "still here", answer));
  thread.join();
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(answer, "still here");
}

TEST(KernelHost, Sleep_LastsAtLeastAsLongAsAsked_AndIsReported) {
  Log log;
  KernelHost host(quiet(log.collector()));
  host.run([](Host& host) -> Task { co_await host.sleep(model::milliseconds(5)); }(host));
  const Told slept = log.await(CallName::sleep, true);
  EXPECT_EQ(slept.report.call.number, 5'000'000);
  EXPECT_EQ(slept.report.call.fd, -1);
  EXPECT_GE((slept.report.call.returned_at - slept.report.t).ns, 5'000'000);
}

TEST(KernelHost, TypedLines_TakeAsLongAsTyping_AndSoDoesTheEnd) {
  Log log;
  KernelHostOptions options = quiet(log.collector());
  options.lines = {"first"};
  options.typing = model::milliseconds(5);
  KernelHost host(options);
  host.run([](Host& host) -> Task {
    std::string line;
    co_await host.read_line(">>> ", line);
    co_await host.read_line(">>> ", line);
  }(host));
  int returned = 0;
  for (const Told& told : log.all()) {
    if (!told.report.call.returned) continue;
    ++returned;
    EXPECT_GE((told.report.call.returned_at - told.report.t).ns, 5'000'000);
  }
  EXPECT_EQ(returned, 2);
}

TEST(KernelHost, TypedLinesComeInOrder_ThenTheEnd) {
  Log log;
  KernelHostOptions options = quiet(log.collector());
  options.lines = {"first", "第二"};
  KernelHost host(options);
  std::vector<std::string> lines;
  CallResult end;
  host.run([](Host& host, std::vector<std::string>& lines, CallResult& end) -> Task {
    std::string line;
    for (;;) {
      end = co_await host.read_line(">>> ", line);
      if (end.value == 0) break;
      lines.push_back(line);
    }
  }(host, lines, end));
  EXPECT_THAT(lines, testing::ElementsAre("first", "第二"));
  EXPECT_EQ(all_data(log.all(), CallName::read_line), "first第二");
}

TEST(KernelHost, PrintWritesWholeLines_WhoeverPrints) {
  testing::internal::CaptureStdout();
  KernelHost host({});
  host.run([](Host& host) -> Task {
    for (int i = 0; i < 8; ++i) {
      host.spawn([](Host& host, char letter) -> Task {
        const std::string line(50, letter);
        for (int k = 0; k < 20; ++k) co_await host.print(line);
      }(host, static_cast<char>('a' + i)));
    }
    co_await host.print("done");
  }(host));
  std::istringstream out(testing::internal::GetCapturedStdout());
  std::map<std::string, int> lines;
  for (std::string line; std::getline(out, line);) ++lines[line];
  EXPECT_EQ(lines["done"], 1);
  for (char c = 'a'; c < 'i'; ++c) EXPECT_EQ(lines[std::string(50, c)], 20) << c;
  EXPECT_EQ(lines.size(), 9u);
}

TEST(KernelHost, Reports_NameTheCallBeforeThemInTheirTask) {
  Log log;
  KernelHost host(quiet(log.collector()));
  host.run([](Host& host) -> Task {
    co_await host.print("one");
    host.spawn([](Host& host) -> Task {
      co_await host.print("spawned");
      co_await host.print("spawned again");
    }(host));
    co_await host.print("two");
  }(host));
  std::map<std::uint64_t, std::string> said{{0, "none"}};
  std::map<std::string, std::uint64_t> after;
  for (const Told& told : log.all()) {
    said[told.report.serial] = told.data;
    after[told.data] = told.report.after;
  }
  EXPECT_EQ(said[after["one"]], "none");
  EXPECT_EQ(said[after["two"]], "one");
  EXPECT_EQ(said[after["spawned"]], "one");
  EXPECT_EQ(said[after["spawned again"]], "spawned");
}

TEST(KernelHost, WhatATaskThrows_RunThrows) {
  KernelHost host(quiet());
  EXPECT_THROW(host.run([](Host& host) -> Task {
    host.spawn([](Host& host) -> Task {
      co_await host.sleep(model::milliseconds(1));
      throw std::runtime_error("a bug");
    }(host));
    co_await host.print("x");
  }(host)),
               std::runtime_error);
}

TEST(KernelHost, ReuseAddress_BindTakesAPortInTimeWait) {
  std::vector<std::int32_t> errors;
  KernelHost host(quiet());
  host.run([](Host& host, std::vector<std::int32_t>& errors) -> Task {
    wire::SocketAddress address = loopback();
    for (const bool reuse : {true, false, true}) {
      const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
      const Socket listener = made.socket();
      if (reuse) co_await host.reuse_address(listener);
      const CallResult bound = co_await host.bind(listener, address);
      errors.push_back(bound.error);
      if (bound.ok()) {
        co_await host.listen(listener, 5);
        address = local_address(listener.fd);
        const CallResult client = co_await host.socket(wire::Family::ipv4, SocketType::stream);
        co_await host.connect(client.socket(), address);
        const CallResult accepted = co_await host.accept(listener);
        co_await host.close(accepted.socket());  // first: its port stays in TIME-WAIT
        co_await host.close(client.socket());
      }
      co_await host.close(listener);
    }
  }(host, errors));
  EXPECT_THAT(errors, testing::ElementsAre(0, EADDRINUSE, 0));
}

TEST(KernelHost, Save_WritesAtTheEndOfAFileBegunAnew_OnlyWhereAsked) {
  const std::string file = testing::TempDir() + "synoptic-save-" + std::to_string(::getpid());
  for (const bool saves : {false, true, true}) {
    KernelHostOptions options = quiet();
    options.saves = saves;
    KernelHost host(std::move(options));
    std::int64_t saved = 0;
    host.run([](Host& host, const std::string& file, std::int64_t& saved) -> Task {
      const CallResult first = co_await host.save(file, "abc");
      const CallResult second = co_await host.save(file, "de");
      const CallResult nowhere = co_await host.save("/no/such/folder", "x");
      saved = first.value + second.value + nowhere.value;
    }(host, file, saved));
    EXPECT_EQ(saved, saves ? 4 : 6);
    std::ifstream in(file);
    EXPECT_EQ(in.good(), saves);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), saves ? "abcde" : "");
  }
  std::remove(file.c_str());
}

TEST(KernelHost, LinesAreTypedOnceTheyMayBe) {
  KernelHostOptions options = quiet();
  options.lines = {"one"};
  int asked = 0;
  options.before_lines = [&] { ++asked; };
  KernelHost host(std::move(options));
  host.run([](Host& host, int& asked) -> Task {
    EXPECT_EQ(asked, 0);
    std::string line;
    co_await host.read_line(">", line);
    EXPECT_EQ(line, "one");
    EXPECT_EQ(asked, 1);
  }(host, asked));
}

TEST(KernelHost, CallOnAClosedSocket_GivesEbadf) {
  KernelHost host(quiet());
  CallResult result;
  host.run([](Host& host, CallResult& result) -> Task {
    const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    co_await host.close(made.socket());
    result = co_await host.listen(made.socket(), 1);
  }(host, result));
  EXPECT_EQ(result.error, EBADF);
}

}  // namespace
}  // namespace synoptic::host
