// Socket calls on the simulated network: results and errors as Linux gives them.
#include "sim/net/sim_host.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <functional>

#include "sim/tcp/profile.hh"
#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using program::CallResult;
using program::Host;
using program::ShutdownHow;
using program::Socket;
using program::SocketType;
using program::Task;
using testing::dump;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::malformations;

const wire::SocketAddress server_at{wire::IpAddress::v4(127, 0, 0, 2), 9999};
const wire::SocketAddress closed_port{wire::IpAddress::v4(127, 0, 0, 2), 9};
const wire::SocketAddress nowhere{wire::IpAddress::v4(10, 9, 8, 7), 80};
const wire::SocketAddress ipv6_address{*wire::IpAddress::parse("fd00::2"), 9999};

using Main = std::function<Task(Host&)>;

Scenario two(Main server, Main client) {
  Scenario scenario;
  scenario.roles = {
      {.name = "server", .address = server_at.ip, .main = std::move(server), .is_server = true},
      {.name = "client",
       .address = wire::IpAddress::v4(127, 0, 0, 1),
       .main = std::move(client),
       .start_after = "server"}};
  return scenario;
}

// Runs one program alone.
model::Trace alone(Main main) {
  Scenario scenario;
  scenario.roles = {
      {.name = "client", .address = wire::IpAddress::v4(127, 0, 0, 1), .main = std::move(main)}};
  return run(scenario);
}

// What the tests' servers have in common.
Task listening(Host& host, Socket& listener) {
  const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
  listener = made.socket();
  co_await host.bind(listener, server_at);
  co_await host.listen(listener, 5);
}

Task connected(Host& host, Socket& socket) {
  const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
  socket = made.socket();
  const CallResult done = co_await host.connect(socket, server_at);
  EXPECT_TRUE(done.ok()) << done.error;
}

// Accepts one client and reads until the end of its stream.
Task reading_server(Host& host) {
  Socket listener;
  co_await listening(host, listener);
  const CallResult accepted = co_await host.accept(listener);
  const Socket socket = accepted.socket();
  std::array<char, 100> buffer;
  for (;;) {
    const CallResult received = co_await host.recv(socket, buffer);
    if (received.value <= 0) break;
  }
  co_await host.close(socket);
  co_await host.close(listener);
}

TEST(SimHost, Descriptors_StartAtThree_LowestFreeFirst) {
  std::vector<std::int64_t> fds;
  const Main main = [&](Host& host) -> Task {
    for (int i = 0; i < 3; ++i) {
      const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
      fds.push_back(made.value);
    }
    co_await host.close(Socket{4});
    const CallResult again = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
    fds.push_back(again.value);
  };
  alone(main);
  EXPECT_THAT(fds, ElementsAre(3, 4, 5, 4));
}

TEST(SimHost, NoSuchDescriptor_EBADF) {
  std::vector<int> errors;
  const Main main = [&](Host& host) -> Task {
    std::array<char, 10> buffer;
    const Socket none{7};
    const CallResult a = co_await host.bind(none, server_at);
    const CallResult b = co_await host.send(none, "x");
    const CallResult c = co_await host.recv(none, buffer);
    const CallResult d = co_await host.close(none);
    const CallResult e = co_await host.close(Socket{-1});
    errors = {a.error, b.error, c.error, d.error, e.error};
  };
  const model::Trace trace = alone(main);
  EXPECT_THAT(errors, ElementsAre(EBADF, EBADF, EBADF, EBADF, EBADF));
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
}

TEST(SimHost, Bind_Errors) {
  std::vector<int> errors;
  const Main main = [&](Host& host) -> Task {
    const wire::SocketAddress own{wire::IpAddress::v4(127, 0, 0, 1), 5000};
    const wire::SocketAddress any{wire::IpAddress::v4(0, 0, 0, 0), 5000};
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    const CallResult t = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    const CallResult u = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
    const CallResult a = co_await host.bind(s.socket(), nowhere);
    const CallResult b = co_await host.bind(s.socket(), ipv6_address);
    const CallResult c = co_await host.bind(s.socket(), own);
    const CallResult d = co_await host.bind(s.socket(), own);
    const CallResult e = co_await host.bind(t.socket(), own);
    const CallResult f = co_await host.bind(t.socket(), any);
    const CallResult g = co_await host.bind(u.socket(), own);  // UDP's ports are others
    co_await host.close(s.socket());
    const CallResult h = co_await host.bind(t.socket(), any);
    errors = {a.error, b.error, c.error, d.error, e.error, f.error, g.error, h.error};
  };
  alone(main);
  EXPECT_THAT(errors,
              ElementsAre(EADDRNOTAVAIL, EAFNOSUPPORT, 0, EINVAL, EADDRINUSE, EADDRINUSE, 0, 0));
}

// The end that closes first is the server's: its port stays in TIME-WAIT.
TEST(SimHost, ReuseAddress_BindTakesAPortInTimeWait) {
  std::vector<std::int32_t> errors;
  const Main server = [&](Host& host) -> Task {
    for (const bool reuse : {true, false, true}) {
      const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
      const Socket listener = made.socket();
      if (reuse) co_await host.reuse_address(listener);
      const CallResult bound = co_await host.bind(listener, server_at);
      errors.push_back(bound.error);
      if (bound.ok() && errors.size() == 1) {
        co_await host.listen(listener, 5);
        const CallResult accepted = co_await host.accept(listener);
        co_await host.close(accepted.socket());
        co_await host.sleep(model::seconds(1));
      }
      co_await host.close(listener);
    }
  };
  run(two(server, [](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    std::array<char, 10> buffer;
    co_await host.recv(socket, buffer);
    co_await host.close(socket);
  }));
  EXPECT_THAT(errors, ElementsAre(0, EADDRINUSE, 0));
}

TEST(SimHost, CallsInTheWrongState_FailAsOnLinux) {
  std::vector<int> errors;
  const Main main = [&](Host& host) -> Task {
    std::array<char, 10> buffer;
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    const CallResult u = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
    const CallResult a = co_await host.recv(s.socket(), buffer);
    const CallResult b = co_await host.send(s.socket(), "x");
    const CallResult c = co_await host.accept(s.socket());
    const CallResult d = co_await host.shutdown(s.socket(), ShutdownHow::write);
    const CallResult e = co_await host.listen(u.socket(), 5);
    const CallResult f = co_await host.accept(u.socket());
    const CallResult g = co_await host.send(u.socket(), "x");
    const CallResult h = co_await host.connect(s.socket(), ipv6_address);
    const CallResult i = co_await host.sleep(model::Duration{-1});
    errors = {a.error, b.error, c.error, d.error, e.error, f.error, g.error, h.error, i.error};
  };
  alone(main);
  EXPECT_THAT(errors, ElementsAre(ENOTCONN, EPIPE, EINVAL, ENOTCONN, EOPNOTSUPP, EOPNOTSUPP,
                                  EDESTADDRREQ, EAFNOSUPPORT, EINVAL));
}

TEST(SimHost, ConnectToClosedPort_ECONNREFUSED_ByAReset) {
  CallResult result;
  const Main idle = [](Host& host) -> Task { co_await host.print("here"); };
  const Main main = [&](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    result = co_await host.connect(s.socket(), closed_port);
    co_await host.close(s.socket());
  };
  Scenario scenario = two(idle, main);
  scenario.roles[1].start_after.clear();
  const model::Trace trace = run(scenario);
  EXPECT_EQ(result.error, ECONNREFUSED);
  EXPECT_THAT(testing::packets(trace), ElementsAre("client > server [SYN] seq=0 ack=0 len=0",
                                                   "server > client [RST, ACK] seq=0 ack=1 len=0"));
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
}

TEST(SimHost, ConnectToNoMachine_ENETUNREACH) {
  CallResult result;
  const Main main = [&](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    result = co_await host.connect(s.socket(), nowhere);
  };
  alone(main);
  EXPECT_EQ(result.error, ENETUNREACH);
}

TEST(SimHost, ConnectUnanswered_ETIMEDOUT) {
  CallResult result;
  const Main main = [&](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    result = co_await host.connect(s.socket(), server_at);
  };
  Scenario scenario = two(reading_server, main);
  scenario.roles[0].serves = true;
  scenario.faults = {parse_fault("drop any client>server").value()};
  const model::Trace trace = run(scenario);
  EXPECT_EQ(result.error, ETIMEDOUT);
  EXPECT_THAT(malformations(trace), IsEmpty());
}

TEST(SimHost, ConnectTwice_EISCONN) {
  CallResult again;
  const Main main = [&](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    again = co_await host.connect(socket, server_at);
    co_await host.close(socket);
  };
  run(two(reading_server, main));
  EXPECT_EQ(again.error, EISCONN);
}

TEST(SimHost, SendAfterShutdown_EPIPE_AndTheOtherSideReadsTheEnd) {
  std::vector<std::int64_t> results;
  const Main main = [&](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    const CallResult a = co_await host.shutdown(socket, ShutdownHow::write);
    const CallResult b = co_await host.send(socket, "late");
    std::array<char, 10> buffer;
    const CallResult c = co_await host.recv(socket, buffer);
    results = {a.value, b.value, b.error, c.value};
    co_await host.close(socket);
  };
  const model::Trace trace = run(two(reading_server, main));
  EXPECT_THAT(results, ElementsAre(0, -1, EPIPE, 0));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(SimHost, PeerResets_ECONNRESET_ThenEPIPE) {
  std::vector<std::int64_t> errors;
  // closes with text unread: that resets the connection (RFC 9293 3.6.1)
  const Main rude = [](Host& host) -> Task {
    Socket listener;
    co_await listening(host, listener);
    const CallResult accepted = co_await host.accept(listener);
    co_await host.sleep(model::seconds(1));
    co_await host.close(accepted.socket());
    co_await host.close(listener);
  };
  const Main main = [&](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    co_await host.send(socket, "nobody reads this");
    std::array<char, 10> buffer;
    const CallResult a = co_await host.recv(socket, buffer);
    const CallResult b = co_await host.send(socket, "more");
    errors = {a.error, b.error};
    co_await host.close(socket);
  };
  const model::Trace trace = run(two(rude, main));
  EXPECT_THAT(errors, ElementsAre(ECONNRESET, EPIPE)) << dump(trace);
  EXPECT_THAT(malformations(trace), IsEmpty());
}

TEST(SimHost, Stream_IsBytesNotMessages) {
  std::vector<std::string> pieces;
  const Main server = [&](Host& host) -> Task {
    Socket listener;
    co_await listening(host, listener);
    const CallResult accepted = co_await host.accept(listener);
    const Socket socket = accepted.socket();
    co_await host.sleep(model::seconds(1));
    std::array<char, 5> buffer;
    for (;;) {
      const CallResult received = co_await host.recv(socket, buffer);
      if (received.value <= 0) break;
      pieces.emplace_back(buffer.data(), static_cast<std::size_t>(received.value));
    }
    co_await host.close(socket);
  };
  const Main main = [](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    co_await host.send(socket, "one");
    co_await host.send(socket, "two");
    co_await host.send(socket, "three");
    co_await host.close(socket);
  };
  run(two(server, main));
  EXPECT_THAT(pieces, ElementsAre("onetw", "othre", "e"));
}

TEST(SimHost, Send_TakesAll_WaitingWhileTheBuffersAreFull) {
  std::size_t arrived = 0;
  CallResult sent;
  model::Duration took{};
  const Main server = [&](Host& host) -> Task {
    Socket listener;
    co_await listening(host, listener);
    const CallResult accepted = co_await host.accept(listener);
    const Socket socket = accepted.socket();
    std::array<char, 8192> buffer;
    for (;;) {
      co_await host.sleep(model::milliseconds(10));
      const CallResult received = co_await host.recv(socket, buffer);
      if (received.value <= 0) break;
      arrived += static_cast<std::size_t>(received.value);
    }
    co_await host.close(socket);
  };
  std::string text;
  const Main main = [&](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    sent = co_await host.send(socket, text);
    co_await host.close(socket);
  };
  for (const auto profile :
       {tcp::ProfileName::textbook, tcp::ProfileName::linux_, tcp::ProfileName::rfc}) {
    arrived = 0;
    const tcp::Profile& buffers = tcp::profile(profile);
    const std::size_t size = buffers.send_buffer + buffers.receive_buffer + 200'000;
    text.assign(size, 'x');
    Scenario scenario = two(server, main);
    scenario.profile = profile;
    const model::Trace trace = run(scenario);
    EXPECT_EQ(sent.value, static_cast<std::int64_t>(size));
    EXPECT_EQ(arrived, size);
    for (const model::Event& event : trace.events()) {
      const auto* call = std::get_if<model::Call>(&event.body);
      if (call != nullptr && call->name == model::CallName::send)
        took = call->returned_at - event.t;
    }
    EXPECT_GT(took, model::milliseconds(100)) << "it must have waited";
    EXPECT_THAT(malformations(trace), IsEmpty());
    EXPECT_THAT(trace.warnings, IsEmpty());
  }
}

TEST(SimHost, ProcessEnds_ItsSocketsAreClosed) {
  const Main main = [](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
  };
  const model::Trace trace = run(two(reading_server, main));
  EXPECT_THAT(testing::states(trace, "client"), ::testing::Contains("FIN-WAIT-2 > TIME-WAIT"));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(SimHost, ThreadsWaitingOnAClosedSocket_EBADF) {
  CallResult result{.value = 0};
  const Main main = [&](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    const auto reader = [&](Host& h) -> Task {
      std::array<char, 10> buffer;
      result = co_await h.recv(socket, buffer);
    };
    host.spawn(reader(host));
    co_await host.sleep(model::seconds(1));
    co_await host.close(socket);
    co_await host.sleep(model::seconds(1));  // `reader` must outlive its coroutine
  };
  run(two(reading_server, main));
  EXPECT_EQ(result.error, EBADF);
}

TEST(SimHost, DatagramToClosedPort_IcmpComesBack) {
  std::vector<int> errors;
  const Main idle = [](Host& host) -> Task { co_await host.sleep(model::seconds(9)); };
  const Main main = [&](Host& host) -> Task {
    std::array<char, 10> buffer;
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
    co_await host.connect(s.socket(), closed_port);
    const CallResult a = co_await host.send(s.socket(), "anybody?");
    const CallResult b = co_await host.recv(s.socket(), buffer);
    errors = {a.error, b.error};
    co_await host.close(s.socket());
  };
  Scenario scenario = two(idle, main);
  scenario.roles[1].start_after.clear();
  const model::Trace trace = run(scenario);
  EXPECT_THAT(errors, ElementsAre(0, ECONNREFUSED)) << dump(trace);
  EXPECT_THAT(testing::packets(trace),
              ElementsAre("client > server len=8", "server > client icmp 3/3 len=36"));
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
}

// As on the kernel's loopback: up to the largest IP packet it goes out in one piece.
TEST(SimHost, DatagramBeyondTheMtu_GoesWhole_AndIsNoted) {
  for (const auto& [size, notes] : {std::pair{1472, 0}, {1473, 1}, {65507, 1}}) {
    const std::string text(static_cast<std::size_t>(size), 'x');
    std::int64_t received = 0;
    const Main server = [&](Host& host) -> Task {
      std::vector<char> buffer(70'000);
      const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
      co_await host.bind(s.socket(), server_at);
      const CallResult got = co_await host.recvfrom(s.socket(), buffer);
      received = got.value;
    };
    const Main main = [&](Host& host) -> Task {
      const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
      co_await host.sendto(s.socket(), text, server_at);
    };
    Scenario scenario = two(server, main);
    scenario.roles[1].start_after_call = model::CallName::bind;
    const model::Trace trace = run(scenario);
    EXPECT_EQ(received, size);
    EXPECT_EQ(std::ranges::count(trace.events(), model::Why::udp_beyond_mtu, &model::Event::why),
              notes);
    EXPECT_THAT(malformations(trace), IsEmpty()) << size;
  }
}

TEST(SimHost, DatagramTooLongForIp_EMSGSIZE) {
  std::vector<int> errors;
  const std::string fits(1472, 'x');
  const std::string too_long(65'508, 'x');
  const Main server = [](Host& host) -> Task {
    std::array<char, 2000> buffer;
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
    co_await host.bind(s.socket(), server_at);
    const CallResult received = co_await host.recvfrom(s.socket(), buffer);
    EXPECT_EQ(received.value, 1472);
  };
  const Main main = [&](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::datagram);
    const CallResult a = co_await host.sendto(s.socket(), too_long, server_at);
    const CallResult b = co_await host.sendto(s.socket(), fits, server_at);
    const CallResult c = co_await host.sendto(s.socket(), "x", nowhere);
    const CallResult d = co_await host.sendto(s.socket(), "x", ipv6_address);
    errors = {a.error, b.error, c.error, d.error};
  };
  Scenario scenario = two(server, main);
  scenario.roles[1].start_after_call = model::CallName::bind;
  run(scenario);
  EXPECT_THAT(errors, ElementsAre(EMSGSIZE, 0, ENETUNREACH, EAFNOSUPPORT));
}

// Reads what is typed, to the end.
Main reading(std::vector<std::string>& lines) {
  return [&lines](Host& host) -> Task {
    for (;;) {
      std::string line;
      const CallResult read = co_await host.read_line(">>> ", line);
      if (read.value == 0) break;
      lines.push_back(line);
    }
  };
}

TEST(SimHost, ReadLine_GivesTheRolesLines_ThenTheEnd) {
  std::vector<std::string> lines;
  Scenario scenario;
  scenario.roles = {{.name = "client",
                     .address = server_at.ip,
                     .main = reading(lines),
                     .lines = {"hello", "bye"}}};
  run(scenario);
  EXPECT_THAT(lines, ElementsAre("hello", "bye"));
}

TEST(SimHost, ReadLine_TakesAsLongAsTyping_AndSoDoesTheEnd) {
  std::vector<std::string> lines;
  Scenario scenario;
  scenario.roles = {{.name = "client",
                     .address = server_at.ip,
                     .main = reading(lines),
                     .lines = {"hello", "bye"},
                     .typing = model::seconds(2)}};
  const model::Trace trace = run(scenario);
  EXPECT_THAT(lines, ElementsAre("hello", "bye"));
  std::vector<std::int64_t> ends;
  for (const model::Event& event : trace.events())
    ends.push_back((std::get<model::Call>(event.body).returned_at - trace.start()).ns);
  EXPECT_THAT(ends, ElementsAre(2'000'000'000, 4'000'000'000, 6'000'000'000));
}

TEST(SimHost, WildcardServer_IsShownAtItsMachinesAddress) {
  const Main server = [](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    const wire::SocketAddress any{wire::IpAddress::v4(0, 0, 0, 0), 9999};
    co_await host.bind(s.socket(), any);
    co_await host.listen(s.socket(), 5);
    const CallResult accepted = co_await host.accept(s.socket());
    co_await host.close(accepted.socket());
  };
  const Main main = [](Host& host) -> Task {
    Socket socket;
    co_await connected(host, socket);
    co_await host.close(socket);
  };
  const model::Trace trace = run(two(server, main));
  ASSERT_EQ(trace.endpoints().size(), 2u) << dump(trace);
  EXPECT_EQ(trace.endpoints()[0].address, server_at);
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
}

TEST(SimHost, PortsUsedAgain_AreAFlowOfTheirOwn) {
  const wire::SocketAddress from{wire::IpAddress::v4(127, 0, 0, 1), 5555};
  const Main server = [](Host& host) -> Task {
    Socket listener;
    co_await listening(host, listener);
    for (int i = 0; i < 2; ++i) {
      const CallResult accepted = co_await host.accept(listener);
      co_await host.close(
          accepted.socket());  // the server closes first: the client's port is free at once
    }
    co_await host.close(listener);
  };
  const Main main = [&](Host& host) -> Task {
    for (int i = 0; i < 2; ++i) {
      const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
      const CallResult bound = co_await host.bind(s.socket(), from);
      EXPECT_TRUE(bound.ok()) << bound.error;
      const CallResult done = co_await host.connect(s.socket(), server_at);
      EXPECT_TRUE(done.ok()) << done.error;
      std::array<char, 10> buffer;
      co_await host.recv(s.socket(), buffer);
      co_await host.close(s.socket());
      co_await host.sleep(model::seconds(600));
    }
  };
  const model::Trace trace = run(two(server, main));
  EXPECT_EQ(trace.endpoints().size(), 2u);
  ASSERT_EQ(trace.flows().size(), 2u) << dump(trace);
  EXPECT_EQ(trace.flows()[0].a, trace.flows()[1].a);
  EXPECT_NE(trace.flows()[0].base_a, trace.flows()[1].base_a);
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
}

TEST(SimHost, AProgramThatThrows_IsABugThatShows) {
  const Main main = [](Host& host) -> Task {
    co_await host.print("about to throw");
    throw std::runtime_error("bug");
  };
  EXPECT_THROW(alone(main), std::runtime_error);
}

}  // namespace
}  // namespace synoptic::net
