// What the kernel said, held against the states that packets show: confirmed, contradicted, or
// asked too near to a change to tell.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/observe/packets.hh"

namespace synoptic::observe {
namespace {

using model::Basis;
using model::Instant;
using model::microseconds;
using model::milliseconds;
using model::TcpState;
using testing::Bench;
using testing::client;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using testing::server;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

constexpr std::uint64_t client_socket = 7, server_socket = 8;

// A connection on the loopback that is open for 100 ms, half closed for 100 ms, and over then.
class Word : public ::testing::Test {
 protected:
  Word() : bench(TrackerOptions{.captured_on_arrival = true}) {}

  void open() {
    bench.handshake();
    opened = bench.now;
    bench.c({PSH | ACK, 1001, 5001, 5});
    bench.s({ACK, 5001, 1006});
    bench.pass(milliseconds(100));
  }
  void close() {
    bench.c({FIN | ACK, 1006, 5001});
    bench.s({ACK, 5001, 1007});
    half_closed = bench.now;
    bench.pass(milliseconds(100));
    bench.s({FIN | ACK, 5001, 1007});
    bench.c({ACK, 1007, 5002});
    closed = bench.now;
    bench.pass(milliseconds(100));
  }
  // Asked at `t`, answered 10 µs later.
  void says(std::uint64_t socket, TcpState state, Instant t,
            model::Duration takes = microseconds(10)) {
    KernelRecord r{.local = socket == client_socket ? client : server,
                   .remote = socket == client_socket ? server : client,
                   .socket = socket};
    r.sample = {
        .before = t, .after = t + takes, .last_before = t, .last_after = t + takes, .state = state};
    bench.tracker.kernel(r);
  }
  // Asked every millisecond, answered the same each time.
  void keeps_saying(std::uint64_t socket, TcpState state, Instant from, Instant until) {
    KernelRecord r{.local = socket == client_socket ? client : server,
                   .remote = socket == client_socket ? server : client,
                   .socket = socket};
    r.sample = {.before = from,
                .after = from + microseconds(10),
                .last_before = until,
                .last_after = until + microseconds(10),
                .gap = microseconds(1010),
                .state = state};
    bench.tracker.kernel(r);
  }
  // "ESTABLISHED confirmed", in order of time.
  std::vector<std::string> bases(const wire::SocketAddress& end) {
    std::vector<std::string> out;
    for (const model::EventId id : bench.trace.by_time()) {
      const model::Event& e = bench.trace[id];
      const auto* change = std::get_if<model::StateChange>(&e.body);
      if (change == nullptr || bench.trace[e.endpoint].address != end) continue;
      out.push_back(fmt::format("{} {}", rfc_name(change->to), basis_name(change->basis)));
      if (change->basis == Basis::contradicted)
        out.back() += fmt::format(" by {}", rfc_name(change->kernel));
    }
    return out;
  }

  Bench bench;
  Instant opened, half_closed, closed;
};

TEST_F(Word, StateThatThePollSaw_IsConfirmed) {
  open();
  says(client_socket, TcpState::established, opened + milliseconds(50));
  close();
  says(client_socket, TcpState::fin_wait_2, half_closed + milliseconds(50));
  says(client_socket, TcpState::time_wait, closed + milliseconds(50));
  says(server_socket, TcpState::close_wait, half_closed + milliseconds(50));
  bench.tracker.finish();
  EXPECT_THAT(bases(client),
              ElementsAre("SYN-SENT inferred", "ESTABLISHED confirmed", "FIN-WAIT-1 inferred",
                          "FIN-WAIT-2 confirmed", "TIME-WAIT confirmed"));
  EXPECT_THAT(bases(server),
              ElementsAre("SYN-RECEIVED inferred", "ESTABLISHED inferred", "CLOSE-WAIT confirmed",
                          "LAST-ACK inferred", "CLOSED inferred"));
}

TEST_F(Word, StateIsMarkedAsSoonAsThePollComes) {
  open();
  EXPECT_THAT(bases(client), Contains("ESTABLISHED inferred"));
  says(client_socket, TcpState::established, opened + milliseconds(50));
  EXPECT_THAT(bases(client), Contains("ESTABLISHED confirmed"));
}

TEST_F(Word, OtherStateWithinItsTime_Contradicts) {
  open();
  close();
  says(client_socket, TcpState::established, half_closed + milliseconds(50));
  bench.tracker.finish();
  EXPECT_THAT(bases(client), Contains("FIN-WAIT-2 contradicted by ESTABLISHED"));
  EXPECT_THAT(bases(client), Contains("TIME-WAIT inferred"));
}

TEST_F(Word, PollThatDisagrees_WeighsMoreThanOneThatAgrees) {
  open();
  close();
  says(client_socket, TcpState::established, half_closed + milliseconds(20));
  says(client_socket, TcpState::fin_wait_2, half_closed + milliseconds(50));
  bench.tracker.finish();
  EXPECT_THAT(bases(client), Contains("FIN-WAIT-2 contradicted by ESTABLISHED"));
}

TEST_F(Word, PollAcrossAChange_TellsNothing) {
  open();
  close();
  const Instant fin = half_closed - milliseconds(2);
  says(client_socket, TcpState::established, fin - milliseconds(20), milliseconds(40));
  says(client_socket, TcpState::fin_wait_2, closed - milliseconds(20), milliseconds(40));
  bench.tracker.finish();
  EXPECT_THAT(bases(client),
              ElementsAre("SYN-SENT inferred", "ESTABLISHED inferred", "FIN-WAIT-1 inferred",
                          "FIN-WAIT-2 inferred", "TIME-WAIT inferred"));
}

// What changes a state is stamped some microseconds before or after it.
TEST_F(Word, PollWithinATouchOfTheChange_TellsNothing) {
  open();
  close();
  const Instant fin_wait_2 = half_closed - milliseconds(1);
  says(client_socket, TcpState::fin_wait_2, fin_wait_2 + microseconds(99));
  EXPECT_THAT(bases(client), Contains("FIN-WAIT-2 inferred"));
  says(client_socket, TcpState::fin_wait_2, fin_wait_2 + microseconds(100));
  EXPECT_THAT(bases(client), Contains("FIN-WAIT-2 confirmed"));
}

// A machine that has much to do takes longer.
TEST_F(Word, PollSoonAfterTheChange_DoesNotContradict) {
  open();
  close();
  const Instant fin_wait_2 = half_closed - milliseconds(1);
  says(client_socket, TcpState::fin_wait_1, fin_wait_2 + microseconds(4999));
  EXPECT_THAT(bases(client), Contains("FIN-WAIT-2 inferred"));
  says(client_socket, TcpState::fin_wait_1, fin_wait_2 + microseconds(5001));
  EXPECT_THAT(bases(client), Contains("FIN-WAIT-2 contradicted by FIN-WAIT-1"));
}

// Answers alike are one sample: one of them lay within for certain, if they came often enough.
TEST_F(Word, ShortStateInTheMidstOfOtherAnswers_IsContradicted) {
  open();
  close();
  keeps_saying(client_socket, TcpState::established, opened + milliseconds(1),
               closed + milliseconds(50));
  bench.tracker.finish();
  EXPECT_THAT(bases(client),
              ElementsAre("SYN-SENT inferred", "ESTABLISHED confirmed", "FIN-WAIT-1 inferred",
                          "FIN-WAIT-2 contradicted by ESTABLISHED",
                          "TIME-WAIT contradicted by ESTABLISHED"));
}

TEST_F(Word, SamplesOfASocketAsKnownSoFar_GrowInTheTrace) {
  open();
  keeps_saying(client_socket, TcpState::established, opened + milliseconds(1),
               opened + milliseconds(2));
  keeps_saying(client_socket, TcpState::established, opened + milliseconds(1),
               opened + milliseconds(60));
  ASSERT_EQ(bench.trace.kernel.size(), 1u);
  EXPECT_EQ(bench.trace.kernel[0].last_before, opened + milliseconds(60));
  EXPECT_EQ(bench.trace[bench.trace.kernel[0].endpoint].address, client);
}

TEST_F(Word, SampleBeforeItsFirstPacket_WaitsForIt) {
  says(client_socket, TcpState::syn_sent, bench.now + microseconds(200));
  EXPECT_TRUE(bench.trace.kernel.empty());
  open();
  EXPECT_EQ(bench.trace.kernel.size(), 1u);
  EXPECT_THAT(bases(client), Contains("SYN-SENT confirmed"));
}

TEST_F(Word, SampleOfALaterConnection_WaitsForItsPackets) {
  open();
  says(client_socket, TcpState::established, opened + milliseconds(50));
  close();
  constexpr std::uint64_t next_socket = 9;
  KernelRecord next{.local = client, .remote = server, .socket = next_socket};
  const Instant t = bench.now;
  next.sample = {.before = t,
                 .after = t + microseconds(10),
                 .last_before = t,
                 .last_after = t + microseconds(10),
                 .state = TcpState::syn_sent};
  bench.tracker.kernel(next);
  EXPECT_EQ(bench.trace.kernel.size(), 1u);
  bench.c({SYN, 9000});
  bench.s({SYN | ACK, 8000, 9001});
  bench.tracker.finish();
  ASSERT_EQ(bench.trace.kernel.size(), 2u);
  EXPECT_EQ(model::index(bench.trace.kernel[1].flow), 1u);
  EXPECT_THAT(bases(client), Not(Contains(::testing::HasSubstr("contradicted"))));
}

TEST_F(Word, StateThatIsOver_IsFoundByTheSocketThatHasGone) {
  open();
  close();
  says(server_socket, TcpState::last_ack, closed - milliseconds(1) + microseconds(500));
  says(server_socket, TcpState::closed, closed + milliseconds(50));
  bench.tracker.finish();
  EXPECT_THAT(bases(server), Contains("CLOSED confirmed"));
}

// A program has closed, but its FIN waits behind its text: no packet shows that.
TEST_F(Word, FinThatWaitsBehindText_ContradictsNothing) {
  open();
  says(client_socket, TcpState::fin_wait_1, opened + milliseconds(50));
  close();
  bench.tracker.finish();
  EXPECT_THAT(bases(client), Contains("ESTABLISHED inferred"));
}

// The last state known: the end may have gone on since, unseen, but never back.
TEST_F(Word, LastState_IsContradictedByAnEarlierOneOnly) {
  open();
  says(server_socket, TcpState::close_wait, opened + milliseconds(50));
  EXPECT_THAT(bases(server), Contains("ESTABLISHED inferred"));
  says(client_socket, TcpState::syn_sent, opened + milliseconds(50));
  EXPECT_THAT(bases(client), Contains("ESTABLISHED contradicted by SYN-SENT"));
}

// As root the kernel tells of each transition: states may be as short as they like.
TEST_F(Word, TransitionThatTheKernelTellsOf_ConfirmsTheStatesOnEitherSideOfIt) {
  open();
  close();
  const auto tells = [&](const wire::SocketAddress& local, const wire::SocketAddress& remote,
                         TcpState from, TcpState to, Instant t) {
    KernelRecord r{.local = local, .remote = remote};
    r.sample = {
        .before = t, .after = t, .last_before = t, .last_after = t, .state = to, .came_from = from};
    bench.tracker.kernel(r);
  };
  tells(client, server, TcpState::syn_sent, TcpState::established, opened - milliseconds(1));
  tells(server, client, TcpState::last_ack, TcpState::closed, closed);
  tells(server, client, TcpState::established, TcpState::close_wait,
        half_closed + milliseconds(50));
  bench.tracker.finish();
  EXPECT_THAT(bases(client),
              ElementsAre("SYN-SENT confirmed", "ESTABLISHED confirmed", "FIN-WAIT-1 inferred",
                          "FIN-WAIT-2 inferred", "TIME-WAIT inferred"));
  EXPECT_THAT(bases(server),
              ElementsAre("SYN-RECEIVED inferred", "ESTABLISHED inferred", "CLOSE-WAIT inferred",
                          "LAST-ACK confirmed", "CLOSED confirmed"));
}

TEST_F(Word, ChangesTheBasisOnly) {
  open();
  close();
  const std::vector<std::string> before = bench.states();
  const std::size_t events = bench.trace.events().size();
  keeps_saying(client_socket, TcpState::established, opened + milliseconds(1),
               closed + milliseconds(80));
  EXPECT_EQ(bench.states(), before);
  EXPECT_EQ(bench.trace.events().size(), events);
}

}  // namespace
}  // namespace synoptic::observe
