// UDP: sockets by address, a queue, and what happens where nobody listens.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

#include "sim/udp/udp.hh"

namespace synoptic::udp {
namespace {

using model::Why;
using wire::SocketAddress;

SocketAddress at(int last, std::uint16_t port) {
  return {wire::IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(last)), port};
}
SocketAddress any(std::uint16_t port) {
  return {wire::IpAddress::v4(0, 0, 0, 0), port};
}
wire::ByteSpan bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::set<Why>& reached() {
  static std::set<Why> whys;
  return whys;
}

template <typename T>
std::vector<T> poll(Stack& stack) {
  std::vector<T> all;
  while (const Output* const o = stack.poll_output()) {
    if (const auto* wanted = std::get_if<T>(o)) all.push_back(*wanted);
    std::visit(
        [](const auto& output) {
          if constexpr (requires { output.why; }) {
            EXPECT_NE(output.why, Why::none);
            reached().insert(output.why);
          }
        },
        *o);
  }
  return all;
}

std::string receive(Stack& stack, SocketId id, SocketAddress* from = nullptr) {
  std::array<std::uint8_t, 2048> buffer;
  const Result r = stack.receive(id, buffer);
  EXPECT_EQ(r.error, 0);
  if (from != nullptr) *from = r.from;
  return {buffer.begin(), buffer.begin() + r.value};
}

TEST(Bind, AddressTaken_GivesEaddrinuse) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 9999)));
  EXPECT_EQ(std::get<std::int32_t>(stack.bind(at(1, 9999))), EADDRINUSE);
  EXPECT_EQ(std::get<std::int32_t>(stack.bind(any(9999))), EADDRINUSE);
  EXPECT_TRUE(std::holds_alternative<SocketId>(stack.bind(at(2, 9999))));
  EXPECT_TRUE(stack.port_in_use(at(1, 9999)));
  stack.close(id);
  EXPECT_FALSE(stack.port_in_use(at(1, 9999)));
  EXPECT_TRUE(std::holds_alternative<SocketId>(stack.bind(at(1, 9999))));
  EXPECT_EQ(stack.socket_count(), 2u);
}

TEST(Sendto, Datagram_LeavesWithTheSocketsAddress) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 4000)));
  EXPECT_EQ(stack.sendto(id, bytes("Michael"), at(2, 9999), at(9, 0).ip).value, 7);
  const auto sent = poll<Transmit>(stack);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].src, at(1, 4000));
  EXPECT_EQ(sent[0].dst, at(2, 9999));
  EXPECT_EQ(sent[0].payload.size(), 7u);
}

TEST(Sendto, SocketOfAnyAddress_TakesTheSourceOfTheRoute) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(any(4000)));
  stack.sendto(id, bytes("x"), at(2, 9999), at(9, 0).ip);
  EXPECT_EQ(poll<Transmit>(stack).at(0).src, at(9, 4000));
}

TEST(Sendto, TooLongOrToPortZero_IsRefused) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 4000)));
  EXPECT_EQ(stack.sendto(id, wire::Bytes(65'508), at(2, 1), {}).error, EMSGSIZE);
  EXPECT_EQ(stack.sendto(id, wire::Bytes(65'507), at(2, 1), {}).value, 65'507);
  EXPECT_EQ(stack.sendto(id, bytes("x"), at(2, 0), {}).error, EDESTADDRREQ);
}

TEST(Receive, Datagrams_KeepTheirBoundariesAndOrder) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(any(9999)));
  EXPECT_EQ(stack.local(id), any(9999));
  std::array<std::uint8_t, 8> buffer;
  EXPECT_EQ(stack.receive(id, buffer).error, EAGAIN);
  stack.handle_datagram(at(2, 4000), at(1, 9999), bytes("one"));
  stack.handle_datagram(at(3, 4000), at(1, 9999), bytes(""));
  stack.handle_datagram(at(2, 4001), at(1, 9999), bytes("two"));
  EXPECT_EQ(poll<Ready>(stack).size(), 3u);
  SocketAddress from;
  EXPECT_EQ(receive(stack, id, &from), "one");
  EXPECT_EQ(from, at(2, 4000));
  EXPECT_EQ(receive(stack, id), "");
  EXPECT_EQ(receive(stack, id, &from), "two");
  EXPECT_EQ(from, at(2, 4001));
}

TEST(Receive, SmallBuffer_LosesTheRest) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 9999)));
  stack.handle_datagram(at(2, 4000), at(1, 9999), bytes("long datagram"));
  stack.handle_datagram(at(2, 4000), at(1, 9999), bytes("next"));
  std::array<std::uint8_t, 4> buffer;
  EXPECT_EQ(stack.receive(id, buffer).value, 4);
  EXPECT_EQ(poll<Decided>(stack).at(0).why, Why::udp_truncated);
  EXPECT_EQ(receive(stack, id), "next");
}

TEST(Receive, QueueFull_DropsAndSaysSo) {
  Stack stack(Options{10'000});
  const auto id = std::get<SocketId>(stack.bind(at(1, 9999)));
  for (int i = 0; i < 20; ++i) stack.handle_datagram(at(2, 4000), at(1, 9999), wire::Bytes(1000));
  EXPECT_EQ(poll<Decided>(stack).at(0).why, Why::udp_queue_full);
  std::array<std::uint8_t, 1000> buffer;
  int received = 0;
  while (stack.receive(id, buffer).error == 0) ++received;
  EXPECT_EQ(received, 5);  // 1,000 octets and Linux's overhead, five times
}

TEST(Receive, LongStream_KeepsItsMemory) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 9999)));
  std::string text(900, 'x');
  stack.handle_datagram(at(2, 4000), at(1, 9999), bytes(text));
  for (int i = 0; i < 10'000; ++i) {  // never empty
    text[0] = static_cast<char>('a' + i % 26);
    stack.handle_datagram(at(2, 4000), at(1, 9999), bytes(text));
    const std::string got = receive(stack, id);
    ASSERT_EQ(got[0], i == 0 ? 'x' : static_cast<char>('a' + (i - 1) % 26));
    poll<Ready>(stack);
  }
}

TEST(Datagram, ToClosedPort_AsksForPortUnreachable) {
  Stack stack;
  stack.handle_datagram(at(2, 4000), at(1, 9999), bytes("x"));
  const auto refused = poll<Unreachable>(stack);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].local, at(1, 9999));
  EXPECT_EQ(refused[0].remote, at(2, 4000));
}

TEST(Unreachable, UnconnectedSocket_IsNotTold) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 4000)));
  stack.handle_unreachable(at(1, 4000), at(2, 9999));
  EXPECT_EQ(poll<Decided>(stack).at(0).why, Why::udp_error_unreported);
  std::array<std::uint8_t, 8> buffer;
  EXPECT_EQ(stack.receive(id, buffer).error, EAGAIN);
  stack.handle_unreachable(at(1, 4001), at(2, 9999));  // of a socket closed since
  EXPECT_EQ(stack.poll_output(), nullptr);
}

TEST(Unreachable, ConnectedSocket_GetsEconnrefusedOnce) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 4000)));
  stack.connect(id, at(2, 9999));
  std::array<std::uint8_t, 8> buffer;
  stack.handle_unreachable(at(1, 4000), at(2, 9999));
  EXPECT_EQ(poll<Ready>(stack).size(), 1u);
  EXPECT_EQ(stack.receive(id, buffer).error, ECONNREFUSED);
  EXPECT_EQ(stack.receive(id, buffer).error, EAGAIN);
  stack.handle_unreachable(at(1, 4000), at(2, 9999));
  EXPECT_EQ(stack.sendto(id, bytes("x"), at(2, 9999), {}).error, ECONNREFUSED);
}

TEST(Connected, DatagramOfAnother_IsDropped) {
  Stack stack;
  const auto id = std::get<SocketId>(stack.bind(at(1, 4000)));
  stack.connect(id, at(2, 9999));
  stack.handle_datagram(at(3, 9999), at(1, 4000), bytes("stranger"));
  EXPECT_EQ(poll<Decided>(stack).at(0).why, Why::udp_other_peer);
  stack.handle_datagram(at(2, 9999), at(1, 4000), bytes("peer"));
  EXPECT_EQ(receive(stack, id), "peer");
}

// After all tests (only when all ran): every reason of sim/udp was given.
class EverythingReached : public testing::Environment {
 public:
  void TearDown() override {
    if (testing::GTEST_FLAG(filter) != "*") return;
    for (const Why why :
         {Why::udp_send, Why::udp_port_unreachable, Why::udp_queue_full, Why::udp_other_peer,
          Why::udp_truncated, Why::udp_error_reported, Why::udp_error_unreported}) {
      EXPECT_TRUE(reached().contains(why)) << model::info(why).name;
    }
  }
};
const testing::Environment* const environment =
    testing::AddGlobalTestEnvironment(new EverythingReached);

TEST(Reasons, EnvironmentIsInstalled) {
  EXPECT_NE(environment, nullptr);
}

}  // namespace
}  // namespace synoptic::udp
