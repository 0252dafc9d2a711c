// The kernel's answers about sockets of this very process, on the machine's loopback.
#include "capture/live/sock_diag.hh"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "capture/host/sockaddr.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/transition_watch.hh"

namespace synoptic::live {
namespace {

using model::TcpState;

// A connection of this process to itself.
struct Connected {
  FileDescriptor listener, client, server;
  wire::SocketAddress at, from;

  explicit Connected(const wire::IpAddress& address, int family) {
    listener = FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const host::KernelAddress any = host::to_kernel({address, 0});
    EXPECT_EQ(::bind(listener.get(), any.get(), any.size), 0);
    EXPECT_EQ(::listen(listener.get(), 1), 0);
    at = host::local_address(listener.get());
    client = FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const host::KernelAddress to = host::to_kernel(at);
    EXPECT_EQ(::connect(client.get(), to.get(), to.size), 0);
    server = FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    from = host::local_address(client.get());
  }
};

wire::IpAddress v6_loopback() {
  std::array<std::uint8_t, 16> octets{};
  octets[15] = 1;
  return wire::IpAddress::v6(octets);
}

TEST(SockDiag, TellsTheStateOfEveryEnd) {
  SockDiag kernel;
  ASSERT_TRUE(kernel.open());
  for (const auto& [address, family] :
       {std::pair{wire::IpAddress::v4(127, 0, 0, 1), AF_INET}, {v6_loopback(), AF_INET6}}) {
    const Connected c(address, family);
    const auto client = kernel.ask(c.from, c.at);
    ASSERT_TRUE(client && client->found);
    EXPECT_EQ(client->state, TcpState::established);
    EXPECT_EQ(client->local, c.from);
    EXPECT_EQ(client->remote, c.at);
    EXPECT_LE(client->before, client->after);
    ASSERT_TRUE(client->info);
    EXPECT_GT(client->info->cwnd, 0u);
    EXPECT_EQ(client->info->unacked, 0u);
    const auto server = kernel.ask(c.at, c.from);
    ASSERT_TRUE(server && server->found);
    EXPECT_NE(server->socket, client->socket);
    const auto listener = kernel.ask(c.at, {});
    ASSERT_TRUE(listener && listener->found);
    EXPECT_EQ(listener->state, TcpState::listen);
    EXPECT_FALSE(listener->info);
  }
}

TEST(SockDiag, TellsOfTimeWait_UnderTheSameNumber) {
  SockDiag kernel;
  Connected c(wire::IpAddress::v4(127, 0, 0, 1), AF_INET);
  const auto open = kernel.ask(c.from, c.at);
  c.client.reset();
  c.server.reset();
  // A busy machine takes a while to deliver the last segments.
  auto over = kernel.ask(c.from, c.at);
  for (int ms = 0; ms < 10'000 && over && over->state != TcpState::time_wait; ++ms) {
    ::poll(nullptr, 0, 1);
    over = kernel.ask(c.from, c.at);
  }
  ASSERT_TRUE(open && over && over->found);
  EXPECT_EQ(over->state, TcpState::time_wait);
  EXPECT_EQ(over->socket, open->socket);
  EXPECT_FALSE(over->info);
  // The other end has gone: whoever listens there is found instead.
  const auto gone = kernel.ask(c.at, c.from);
  ASSERT_TRUE(gone);
  EXPECT_TRUE(!gone->found || gone->remote.port == 0);
}

TEST(SockDiag, WhatIsNotThere_IsNotFound) {
  SockDiag kernel;
  const auto answer =
      kernel.ask({wire::IpAddress::v4(127, 0, 0, 77), 1}, {wire::IpAddress::v4(127, 0, 0, 78), 2});
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->found);
}

// Only root is told; anybody else has the answers to questions alone.
TEST(TransitionWatch, TellsRootOfEachTransition) {
  TransitionWatch watch;
  if (::geteuid() != 0) {
    EXPECT_FALSE(watch.open());
    return;
  }
  if (!watch.open()) GTEST_SKIP() << "the tracepoint sock:inet_sock_set_state cannot be read here";
  const Connected c(wire::IpAddress::v4(127, 0, 0, 1), AF_INET);
  bool client = false, server = false;
  watch.drain([&](const SocketTransition& t) {
    if (t.to != TcpState::established) return;
    client |= t.local == c.from && t.remote == c.at && t.from == TcpState::syn_sent;
    server |= t.local == c.at && t.remote == c.from && t.from == TcpState::syn_received;
  });
  EXPECT_TRUE(client && server);
}

}  // namespace
}  // namespace synoptic::live
