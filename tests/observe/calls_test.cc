// Calls: paired, given to their lane and conversation, whenever their address comes to be known.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/observe/packets.hh"

namespace synoptic::observe {
namespace {

using model::Call;
using model::CallName;
using model::Event;
using model::EventKind;
using model::Protocol;
using testing::Bench;
using testing::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::server;
using wire::ACK;
using wire::PSH;
using wire::SYN;

wire::ByteSpan bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// One role's calls on a bench, with its own serials.
struct Caller {
  Bench& bench;
  std::string role;
  std::uint64_t serial = 0;
  std::uint64_t after = 0;  // the latest call of the task that calls

  // Made and returned at once.
  void call(Call call, wire::SocketAddress local = {}, wire::SocketAddress remote = {},
            Protocol protocol = Protocol::tcp) {
    const CallRecord made = begin(call, local, remote, protocol);
    end(made, call, local, remote);
  }
  CallRecord begin(Call call, wire::SocketAddress local = {}, wire::SocketAddress remote = {},
                   Protocol protocol = Protocol::tcp) {
    call.result = 0;
    if (call.name != CallName::send && call.name != CallName::print) call.data = {};
    const bool finds = call.name == CallName::accept || call.name == CallName::recvfrom;
    if (finds) call.address = {};
    CallRecord record{role, ++serial, bench.now, call, local, remote, protocol, after};
    after = serial;
    bench.tracker.call(record);
    return record;
  }
  void end(CallRecord record, Call call, wire::SocketAddress local = {},
           wire::SocketAddress remote = {}) {
    bench.pass(model::microseconds(10));
    record.call = call;
    record.call.returned = true;
    record.call.returned_at = bench.now;
    record.local = local;
    record.remote = remote;
    bench.tracker.call(record);
  }
};

// "server@127.0.0.2:9999 listen() flow 0"
std::vector<std::string> calls(const model::Trace& trace) {
  std::vector<std::string> all;
  for (const model::EventId id : trace.by_time()) {
    const Event& e = trace[id];
    if (e.kind != EventKind::call) continue;
    const auto& c = std::get<Call>(e.body);
    const auto& lane = trace[e.endpoint];
    all.push_back(fmt::format(
        "{}@{} {}{}", lane.name, lane.address.str(), model::call_name(c.name),
        e.flow == model::FlowId::none ? "" : fmt::format(" flow {}", model::index(e.flow))));
    EXPECT_TRUE(c.returned);
  }
  return all;
}

TEST(Calls, OfAnEchoGoToTheirLanesAndFlows) {
  Bench b;
  Caller s{b, "server"};
  Caller c{b, "client"};
  s.call({.name = CallName::socket, .number = 1, .result = 3});
  s.call({.name = CallName::bind, .fd = 3, .address = server}, server);
  s.call({.name = CallName::listen, .fd = 3, .number = 5}, server);
  const CallRecord accept = s.begin({.name = CallName::accept, .fd = 3}, server);
  c.call({.name = CallName::print, .data = bytes("hello")});
  c.call({.name = CallName::socket, .number = 1, .result = 3});
  const CallRecord connect = c.begin({.name = CallName::connect, .fd = 3, .address = server});
  b.handshake();
  c.end(connect, {.name = CallName::connect, .fd = 3, .address = server}, client, server);
  s.end(accept, {.name = CallName::accept, .fd = 3, .address = client, .result = 4}, server);
  const CallRecord recv =
      c.begin({.name = CallName::recv, .fd = 3, .number = 1024}, client, server);
  s.call({.name = CallName::send, .fd = 4, .data = bytes("Welcome!"), .result = 8}, server, client);
  b.s({PSH | ACK, 5001, 1001, 8});
  c.end(recv,
        {.name = CallName::recv, .fd = 3, .number = 1024, .data = bytes("Welcome!"), .result = 8},
        client, server);
  c.call({.name = CallName::sleep, .number = 1'000'000});
  b.tracker.finish();
  EXPECT_THAT(
      calls(b.trace),
      ElementsAre("server@127.0.0.2:9999 socket", "server@127.0.0.2:9999 bind",
                  "server@127.0.0.2:9999 listen", "server@127.0.0.2:9999 accept flow 0",
                  "client@127.0.0.1:46978 print", "client@127.0.0.1:46978 socket flow 0",
                  "client@127.0.0.1:46978 connect flow 0", "client@127.0.0.1:46978 recv flow 0",
                  "server@127.0.0.2:9999 send flow 0", "client@127.0.0.1:46978 sleep flow 0"));
  EXPECT_EQ(b.trace.endpoints().size(), 2u);
  EXPECT_EQ(b.trace.flows().size(), 1u);
  // What was sent and received is there.
  int texts = 0;
  for (const Event& e : b.trace.events()) {
    if (e.kind != EventKind::call) continue;
    const auto& call = std::get<Call>(e.body);
    if (call.name == CallName::send || call.name == CallName::recv) {
      EXPECT_TRUE(std::ranges::equal(call.data, bytes("Welcome!")));
      ++texts;
    }
  }
  EXPECT_EQ(texts, 2);
}

TEST(Calls, ListenAndCloseOfAListenerShowItsStates) {
  Bench b;
  Caller s{b, "server"};
  s.call({.name = CallName::socket, .number = 1, .result = 3});
  s.call({.name = CallName::bind, .fd = 3, .address = server}, server);
  s.call({.name = CallName::listen, .fd = 3, .number = 5}, server);
  EXPECT_THAT(b.states(), ElementsAre("server CLOSED > LISTEN"));
  s.call({.name = CallName::close, .fd = 3}, server);
  EXPECT_THAT(b.states(), ElementsAre("server CLOSED > LISTEN", "server LISTEN > CLOSED"));
  for (const Event& e : b.trace.events()) {
    if (e.kind != EventKind::state) continue;
    EXPECT_EQ(std::get<model::StateChange>(e.body).basis, model::Basis::inferred);
    EXPECT_EQ(b.trace[e.cause].kind, EventKind::call);
  }
}

TEST(Calls, ListenThatFailedShowsNoState) {
  Bench b;
  Caller s{b, "server"};
  s.call({.name = CallName::socket, .number = 1, .result = 3});
  s.call({.name = CallName::listen, .fd = 3, .error = 98, .result = -1}, server);
  s.call({.name = CallName::close, .fd = 3}, server);
  b.tracker.finish();
  EXPECT_THAT(b.states(), IsEmpty());
}

TEST(Calls, ABlockedCallIsShownBeforeItReturns) {
  Bench b;
  Caller s{b, "server"};
  s.begin({.name = CallName::accept, .fd = 3}, server);
  ASSERT_EQ(b.trace.events().size(), 1u);
  EXPECT_FALSE(std::get<Call>(b.trace.events()[0].body).returned);
}

TEST(Calls, OfASocketBoundToAnyAddressGoToTheLaneThatPacketsShow) {
  Bench b;
  Caller s{b, "server"};
  const wire::SocketAddress any{wire::IpAddress::v4(0, 0, 0, 0), server.port};
  s.call({.name = CallName::socket, .number = 2, .result = 3}, {}, {}, Protocol::udp);
  s.call({.name = CallName::bind, .fd = 3, .address = any}, any, {}, Protocol::udp);
  EXPECT_TRUE(b.trace.events().empty());
  b.udp(client, server, "hi");
  s.call({.name = CallName::recvfrom, .fd = 3, .address = client, .data = bytes("hi"), .result = 2},
         any, {}, Protocol::udp);
  b.tracker.finish();
  EXPECT_THAT(calls(b.trace),
              ElementsAre("server@127.0.0.2:9999 socket", "server@127.0.0.2:9999 bind",
                          "server@127.0.0.2:9999 recvfrom flow 0"));
}

// Asked at one address, the kernel answers from another: each call is where its datagram is, also
// where it was told of before its datagram was seen.
TEST(Calls, OfADatagramSocketBoundToAnyAddress_AreWhereTheirDatagramsAre) {
  const wire::SocketAddress any{wire::IpAddress::v4(0, 0, 0, 0), server.port};
  const wire::SocketAddress other{wire::IpAddress::v4(127, 0, 0, 1), server.port};
  for (const bool packets_first : {true, false}) {
    SCOPED_TRACE(packets_first);
    Bench b;
    Caller s{b, "server"};
    s.call({.name = CallName::socket, .number = 2, .result = 3}, {}, {}, Protocol::udp);
    s.call({.name = CallName::bind, .fd = 3, .address = any}, any, {}, Protocol::udp);
    const Call found{.name = CallName::recvfrom, .fd = 3, .address = client, .result = 2};
    const Call answers{.name = CallName::sendto, .fd = 3, .address = client, .result = 2};
    const CallRecord first = s.begin(found, any, {}, Protocol::udp);
    if (packets_first) b.udp(client, server, "hi");
    s.end(first, found, any);
    if (!packets_first) b.udp(client, server, "hi");
    if (packets_first) b.udp(other, client, "ho");
    s.call(answers, any, {}, Protocol::udp);
    if (!packets_first) b.udp(other, client, "ho");
    b.udp(client, other, "hi");
    s.call(found, any, {}, Protocol::udp);
    s.call({.name = CallName::close, .fd = 3}, any, {}, Protocol::udp);
    b.tracker.finish();
    EXPECT_THAT(
        calls(b.trace),
        ElementsAre("server@127.0.0.2:9999 socket", "server@127.0.0.2:9999 bind",
                    "server@127.0.0.2:9999 recvfrom flow 0", "server@127.0.0.1:9999 sendto flow 1",
                    "server@127.0.0.1:9999 recvfrom flow 1", "server@127.0.0.2:9999 close"));
  }
}

TEST(Calls, OfARoleThatNeverHadAnAddressGoToALaneOfTheirOwn) {
  Bench b;
  Caller c{b, "client"};
  Caller d{b, "client 2"};
  c.call({.name = CallName::socket, .number = 1, .result = 3});
  c.call({.name = CallName::connect, .fd = 3, .address = server, .error = 111, .result = -1});
  d.call({.name = CallName::print, .data = bytes("no")});
  b.tracker.finish();
  EXPECT_THAT(calls(b.trace), ElementsAre("client@0.0.0.0:0 socket", "client@0.0.0.0:0 connect",
                                          "client 2@0.0.0.0:0 print"));
}

TEST(Calls, DescriptorsUsedAgainAreOtherSockets) {
  Bench b;
  Caller c{b, "client"};
  const wire::SocketAddress first{client.ip, 1111};
  const wire::SocketAddress second{client.ip, 2222};
  for (const auto& mine : {first, second}) {
    c.call({.name = CallName::socket, .number = 1, .result = 3});
    c.call({.name = CallName::connect, .fd = 3, .address = server}, mine, server);
    c.call({.name = CallName::close, .fd = 3}, mine, server);
  }
  b.tracker.finish();
  EXPECT_THAT(calls(b.trace),
              ElementsAre("client@127.0.0.1:1111 socket", "client@127.0.0.1:1111 connect",
                          "client@127.0.0.1:1111 close", "client@127.0.0.1:2222 socket",
                          "client@127.0.0.1:2222 connect", "client@127.0.0.1:2222 close"));
}

TEST(Calls, ConnectOnPortsUsedAgainGoesToItsOwnFlow) {
  Bench b;
  Caller c{b, "client"};
  for (int i = 0; i < 2; ++i) {
    c.call({.name = CallName::socket, .number = 1, .result = 3});
    const CallRecord connect =
        c.begin({.name = CallName::connect, .fd = 3, .address = server}, client, server);
    b.handshake();
    c.end(connect, {.name = CallName::connect, .fd = 3, .address = server}, client, server);
    b.c({wire::RST | ACK, 1001, 5001});
    c.call({.name = CallName::close, .fd = 3}, client, server);
  }
  b.tracker.finish();
  EXPECT_EQ(b.trace.flows().size(), 2u);
  std::vector<std::uint32_t> flows;
  for (const Event& e : b.trace.events()) {
    if (e.kind == EventKind::call && std::get<Call>(e.body).name == CallName::connect) {
      flows.push_back(model::index(e.flow));
    }
  }
  EXPECT_THAT(flows, ElementsAre(0u, 1u));
}

const wire::SocketAddress other{client.ip, 46979};

// A server with a thread for each client, whose calls mingle.
TEST(Calls, OfAThread_AreInTheConversationThatItServes) {
  Bench b;
  Caller s{b, "server"};
  s.call({.name = CallName::socket, .number = 1, .result = 3});
  s.call({.name = CallName::bind, .fd = 3, .address = server}, server);
  s.call({.name = CallName::listen, .fd = 3, .number = 5}, server);
  s.call({.name = CallName::print, .data = bytes("Waiting")});
  std::vector<std::uint64_t> threads;
  for (const auto& peer : {client, other}) {
    const CallRecord accept = s.begin({.name = CallName::accept, .fd = 3}, server);
    b.tcp(peer, server, {SYN, 1000, 0});
    b.tcp(server, peer, {SYN | ACK, 5000, 1001});
    b.tcp(peer, server, {ACK, 1001, 5001});
    const auto fd = static_cast<std::int64_t>(4 + threads.size());
    s.end(accept, {.name = CallName::accept, .fd = 3, .address = peer, .result = fd}, server, peer);
    threads.push_back(s.serial);
  }
  const CallRecord third = s.begin({.name = CallName::accept, .fd = 3}, server);
  for (const std::size_t turn : {0u, 1u}) {
    for (const std::size_t k : {1u, 0u}) {
      s.after = threads[k];
      if (turn == 0) {
        s.call({.name = CallName::print, .data = bytes("Accept")});
        s.call({.name = CallName::sleep, .number = 1'000'000});
      } else {
        const auto fd = static_cast<std::int32_t>(4 + k);
        s.call({.name = CallName::close, .fd = fd}, server, k == 0 ? client : other);
        s.call({.name = CallName::print, .data = bytes("Closed")});
      }
      threads[k] = s.after;
    }
  }
  s.end(third, {.name = CallName::accept, .fd = 3, .error = 4, .result = -1}, server);
  b.tracker.finish();
  const std::string lane = "server@127.0.0.2:9999 ";
  EXPECT_THAT(calls(b.trace),
              ElementsAre(lane + "socket", lane + "bind", lane + "listen", lane + "print",
                          lane + "accept flow 0", lane + "accept flow 1", lane + "accept",  //
                          lane + "print flow 1", lane + "sleep flow 1", lane + "print flow 0",
                          lane + "sleep flow 0", lane + "close flow 1", lane + "print flow 1",
                          lane + "close flow 0", lane + "print flow 0"));
}

TEST(Calls, OfADatagramServer_AreInTheConversationOfThePeerFound) {
  for (const bool packets_first : {true, false}) {
    for (const bool any : {true, false}) {
      Bench b;
      Caller s{b, "server"};
      const wire::SocketAddress at{any ? wire::IpAddress::v4(0, 0, 0, 0) : server.ip, server.port};
      const auto packets = [&] {
        for (const auto& peer : {client, other}) b.udp(peer, server, "hi");
      };
      s.call({.name = CallName::socket, .number = 2, .result = 3}, {}, {}, Protocol::udp);
      s.call({.name = CallName::bind, .fd = 3, .address = at}, at, {}, Protocol::udp);
      if (packets_first) packets();
      for (const auto& peer : {other, client, other}) {
        const Call found{.name = CallName::recvfrom, .fd = 3, .address = peer, .result = 2};
        const CallRecord made = s.begin(found, at, {}, Protocol::udp);
        s.end(made, found, at);
        s.call({.name = CallName::print, .data = bytes("Received")});
        s.call({.name = CallName::sendto, .fd = 3, .address = peer, .result = 2}, at, {},
               Protocol::udp);
      }
      if (!packets_first) packets();
      s.call({.name = CallName::close, .fd = 3}, at, {}, Protocol::udp);
      b.tracker.finish();
      const std::string lane = "server@127.0.0.2:9999 ";
      EXPECT_THAT(calls(b.trace), ElementsAre(lane + "socket", lane + "bind",  //
                                              lane + "recvfrom flow 1", lane + "print flow 1",
                                              lane + "sendto flow 1", lane + "recvfrom flow 0",
                                              lane + "print flow 0", lane + "sendto flow 0",
                                              lane + "recvfrom flow 1", lane + "print flow 1",
                                              lane + "sendto flow 1", lane + "close"));
    }
  }
}

TEST(Calls, OfADatagramClient_AreInTheConversationWithWhomItSendsTo) {
  Bench b;
  Caller c{b, "client"};
  const wire::SocketAddress mine{wire::IpAddress::v4(0, 0, 0, 0), client.port};
  c.call({.name = CallName::socket, .number = 2, .result = 3}, {}, {}, Protocol::udp);
  b.udp(client, server, "hi");
  c.call({.name = CallName::sendto, .fd = 3, .address = server, .result = 2}, mine, {},
         Protocol::udp);
  c.call({.name = CallName::recv, .fd = 3, .number = 10, .result = 2}, mine, {}, Protocol::udp);
  c.call({.name = CallName::print, .data = bytes("Hello")});
  c.call({.name = CallName::close, .fd = 3}, mine, {}, Protocol::udp);
  b.tracker.finish();
  const std::string lane = "client@127.0.0.1:46978 ";
  EXPECT_THAT(calls(b.trace),
              ElementsAre(lane + "socket flow 0", lane + "sendto flow 0", lane + "recv flow 0",
                          lane + "print flow 0", lane + "close flow 0"));
}

TEST(Calls, OfAClientThatBinds_AreInItsConversation) {
  Bench b;
  Caller c{b, "client"};
  c.call({.name = CallName::socket, .number = 1, .result = 3});
  c.call({.name = CallName::bind, .fd = 3, .address = client}, client);
  c.call({.name = CallName::print, .data = bytes("bound")});
  const CallRecord connect =
      c.begin({.name = CallName::connect, .fd = 3, .address = server}, client);
  b.handshake();
  c.end(connect, {.name = CallName::connect, .fd = 3, .address = server}, client, server);
  b.tracker.finish();
  const std::string lane = "client@127.0.0.1:46978 ";
  EXPECT_THAT(calls(b.trace), ElementsAre(lane + "socket flow 0", lane + "bind flow 0",
                                          lane + "print flow 0", lane + "connect flow 0"));
}

// One thread closes a descriptor, another gets it from accept() before the first hears that its
// close has returned.
TEST(Calls, ADescriptorGivenOutAgainDuringItsClose_IsTheNewSocket) {
  Bench b;
  Caller s{b, "server"};
  for (const auto& peer : {client, other}) {
    b.tcp(peer, server, {SYN, 1000, 0});
    b.tcp(server, peer, {SYN | ACK, 5000, 1001});
  }
  s.call({.name = CallName::socket, .number = 1, .result = 3});
  s.call({.name = CallName::bind, .fd = 3, .address = server}, server);
  s.call({.name = CallName::listen, .fd = 3, .number = 5}, server);
  s.call({.name = CallName::accept, .fd = 3, .address = client, .result = 4}, server, client);
  const CallRecord close = s.begin({.name = CallName::close, .fd = 4}, server, client);
  const Call second{.name = CallName::accept, .fd = 3, .address = other, .result = 4};
  s.end(s.begin(second, server), second, server, other);
  s.end(close, {.name = CallName::close, .fd = 4}, server, client);
  s.call({.name = CallName::shutdown, .fd = 4});  // of a peer that has gone: no address any more
  b.tracker.finish();
  EXPECT_THAT(calls(b.trace).back(), "server@127.0.0.2:9999 shutdown flow 1");
}

}  // namespace
}  // namespace synoptic::observe
