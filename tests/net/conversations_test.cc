// Which conversation each call of a simulated run is shown in.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using model::Call;
using model::CallName;
using model::Event;
using model::FlowId;
using model::Trace;
using program::CallResult;
using program::Host;
using program::SocketType;
using program::Task;
using testing::dump;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::run_demo;
using ::testing::SizeIs;

const wire::SocketAddress server_at{wire::IpAddress::v4(127, 0, 0, 2), 9999};

std::string text(wire::ByteSpan bytes) {
  return {bytes.begin(), bytes.end()};
}

// "recvfrom of client 2": who is at the other end of each of the server's calls.
std::vector<std::string> served(const Trace& trace, std::string_view client) {
  std::vector<std::string> calls;
  for (const Event& e : trace.events()) {
    if (e.kind != model::EventKind::call || trace[e.endpoint].name != "server") continue;
    const std::string_view peer =
        e.flow == FlowId::none ? "nobody" : std::string_view(trace[trace[e.flow].a].name);
    if (peer == client) calls.emplace_back(call_name(std::get<Call>(e.body).name));
  }
  return calls;
}

TEST(Conversations, UdpEcho_EachCallOfTheServerIsWithItsClient) {
  for (const std::string_view demo : {"udp-echo", "udp-echo-tasks"}) {
    const Trace trace = run_demo({.demo = demo, .clients = 3});
    for (const std::string_view client : {"client", "client 2", "client 3"}) {
      EXPECT_THAT(served(trace, client), SizeIs(9)) << dump(trace);
    }
    EXPECT_THAT(served(trace, "nobody"), ElementsAre("socket", "bind", "print", "recvfrom"));
  }
}

TEST(Conversations, TcpEcho_EachCallOfTheServerIsWithItsClient) {
  const Trace trace = run_demo({.clients = 3});
  for (const std::string_view client : {"client", "client 2", "client 3"}) {
    EXPECT_THAT(served(trace, client),
                ElementsAre("accept", "print", "send", "recv", "sleep", "send", "recv", "sleep",
                            "send", "recv", "sleep", "send", "recv", "sleep", "close", "print"))
        << dump(trace);
  }
  EXPECT_THAT(served(trace, "nobody"), ElementsAre("socket", "bind", "listen", "print", "accept"));
}

TEST(Conversations, WhatAServerPrintsOfAClient_IsWithThatClient) {
  for (const std::string_view demo : {"tcp-echo", "udp-echo"}) {
    const Trace trace = run_demo({.demo = demo, .clients = 3});
    int lines = 0;
    for (const Event& e : trace.events()) {
      const auto* call = std::get_if<Call>(&e.body);
      if (call == nullptr || call->name != CallName::print || e.flow == FlowId::none) continue;
      if (trace[e.endpoint].name != "server") continue;
      ++lines;
      EXPECT_THAT(text(call->data), ::testing::HasSubstr(trace[trace[e.flow].a].address.str()));
    }
    EXPECT_EQ(lines, demo == "tcp-echo" ? 6 : 9);
  }
}

// The client's conversation is known with its first packet only: what led to it belongs there, too.
std::vector<bool> in_a_flow(std::function<Task(Host&)> client) {
  Scenario scenario;
  scenario.roles = {
      {.name = "server",
       .address = server_at.ip,
       .main = [](Host& host) -> Task { co_await host.sleep(model::seconds(1)); },
       .is_server = true},
      {.name = "client", .address = wire::IpAddress::v4(127, 0, 0, 1), .main = std::move(client)}};
  const Trace trace = run(scenario);
  std::vector<bool> flows;
  for (const Event& e : trace.events()) {
    if (e.kind == model::EventKind::call && trace[e.endpoint].name == "client")
      flows.push_back(e.flow != FlowId::none);
  }
  EXPECT_THAT(flows, ::testing::Not(IsEmpty()));
  EXPECT_EQ(trace.endpoints().size(), 3u) << "a lane too many\n" << dump(trace);
  return flows;
}

TEST(Conversations, AConnectedDatagramSocket_HasItsCallsInOne) {
  EXPECT_THAT(in_a_flow([](Host& host) -> Task {
                const CallResult made =
                    co_await host.socket(wire::Family::ipv4, SocketType::datagram);
                co_await host.connect(made.socket(), server_at);
                co_await host.print("connected");
                co_await host.send(made.socket(), "hello");
                co_await host.close(made.socket());
              }),
              Each(true));
}

TEST(Conversations, AClientThatBinds_HasItsCallsInOne) {
  EXPECT_THAT(in_a_flow([](Host& host) -> Task {
                const CallResult made =
                    co_await host.socket(wire::Family::ipv4, SocketType::stream);
                const wire::SocketAddress mine{wire::IpAddress::v4(127, 0, 0, 1), 5555};
                co_await host.bind(made.socket(), mine);
                co_await host.print("bound");
                co_await host.connect(made.socket(), server_at);
                co_await host.close(made.socket());
              }),
              Each(true));
}

}  // namespace
}  // namespace synoptic::net
