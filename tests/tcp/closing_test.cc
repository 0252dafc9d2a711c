// Closing: every order of FINs, half-close, resets by the program, TIME-WAIT, and what the calls
// return meanwhile.
#include <cerrno>

#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::seconds;
using model::TcpState;
using model::Why;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

TEST(Close, ActiveCloserFirst_GoesThroughTheFinWaits) {
  Script t;
  t.establish_passive();
  EXPECT_EQ(describe(t.close().segments.at(0).segment),
            "[FIN, ACK] seq=101 ack=301 win=65535 len=0");
  EXPECT_EQ(t.state(), TcpState::fin_wait_1);
  t.arrive({ACK, 301, 102});
  EXPECT_EQ(t.state(), TcpState::fin_wait_2);
  const Said said = t.arrive({FIN | ACK, 301, 102});
  EXPECT_EQ(t.state(), TcpState::time_wait);
  EXPECT_EQ(describe(said.segments.at(0).segment), "[ACK] seq=102 ack=302 win=65535 len=0");
}

TEST(Close, PassiveCloser_GoesThroughCloseWaitAndLastAck) {
  Script t;
  t.establish_passive();
  t.arrive({FIN | ACK, 301, 101});
  EXPECT_EQ(t.state(), TcpState::close_wait);
  EXPECT_EQ(t.receive(), (std::pair<std::string, std::int32_t>("", 0)));  // MUST-12: end of stream
  t.close();
  EXPECT_EQ(t.state(), TcpState::last_ack);
  const Said said = t.arrive({ACK, 302, 102});
  EXPECT_TRUE(said.has(Ready::What::gone));
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(Close, FinsCross_GoesThroughClosing) {
  Script t;
  t.reach(TcpState::closing);
  const Said said = t.arrive({ACK, 302, 102});
  EXPECT_EQ(t.state(), TcpState::time_wait);
  EXPECT_TRUE(said.has(Why::both_fins_acknowledged));
}

TEST(FinWait1, FinWithAckOfOurs_EntersTimeWaitAtOnce) {  // Figure 5, note 2
  Script t;
  t.reach(TcpState::fin_wait_1);
  const Said said = t.arrive({FIN | ACK, 301, 102});
  ASSERT_EQ(said.states.size(), 1u);
  EXPECT_EQ(said.states[0].from, TcpState::fin_wait_1);
  EXPECT_EQ(said.states[0].to, TcpState::time_wait);
}

TEST(FinWait2, HalfClosed_GoesOnReceiving) {
  Script t;
  t.reach(TcpState::fin_wait_2);
  t.arrive({ACK | PSH, 301, 102, "still"});
  t.arrive({ACK | PSH, 306, 102, "here"});
  EXPECT_EQ(t.receive().first, "stillhere");
  EXPECT_EQ(t.stack.send(t.now, *t.id, wire::Bytes(1)).error, EPIPE);
}

TEST(CloseWait, HalfClosed_GoesOnSending) {
  Script t;
  t.establish_passive();
  t.arrive({FIN | ACK, 301, 101});
  EXPECT_EQ(t.send("more").segments.at(0).text, "more");
}

TEST(Close, DataStillQueued_FinFollowsTheLastOctet) {
  Script t;
  t.establish_passive({}, 5);
  t.send("0123456789");
  EXPECT_TRUE(t.close().silent());
  EXPECT_EQ(t.state(), TcpState::fin_wait_1);
  const Said said = t.arrive({ACK, 301, 106, "", 100});
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].text, "56789");
  EXPECT_TRUE(said.segments[0].segment.ctl.has(FIN));
  EXPECT_TRUE(said.segments[0].segment.ctl.has(PSH));
}

TEST(Close, FinThatDoesNotFit_FollowsAlone) {
  Script t;
  t.establish_passive({}, 10);
  t.send("0123456789");
  t.close();
  const Said said = t.arrive({ACK, 301, 111, "", 10});
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].segment.ctl, FIN | ACK);
}

TEST(CloseWait, QueuedData_LastAckBeginsWithTheFin) {  // 3.10.4
  Script t;
  t.establish_passive({}, 5);
  t.arrive({FIN | ACK, 301, 101, "", 5});
  t.send("0123456789");
  t.close();
  EXPECT_EQ(t.state(), TcpState::close_wait);
  t.arrive({ACK, 302, 106, "", 100});
  EXPECT_EQ(t.state(), TcpState::last_ack);
}

TEST(Closing, DataStillQueued_IsSentBeforeTheFin) {
  Script t;
  t.establish_passive({}, 5);
  t.send("0123456789");
  t.close();
  t.arrive({FIN | ACK, 301, 101, "", 5});
  EXPECT_EQ(t.state(), TcpState::closing);
  const Said said = t.arrive({ACK, 302, 106, "", 100});
  EXPECT_EQ(said.segments.at(0).text, "56789");
  t.arrive({ACK, 302, 112});
  EXPECT_EQ(t.state(), TcpState::time_wait);
}

TEST(Close, Twice_SendsOneFin) {
  Script t;
  t.reach(TcpState::fin_wait_1);
  EXPECT_TRUE(t.shutdown().silent());
  EXPECT_TRUE(t.close().silent());
}

TEST(Close, UnreadText_SendsReset) {  // SHLD-3
  Script t;
  t.establish_passive();
  t.arrive({ACK | PSH, 301, 101, "unread"});
  const Said said = t.close();
  EXPECT_EQ(said.segments.at(0).segment.ctl, wire::CtlSet(RST));
  EXPECT_EQ(said.segments[0].segment.seq.raw, 101u);
  EXPECT_EQ(said.segments[0].why, Why::close_unread_resets);
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(FinWait1, TextAfterClose_SendsReset) {  // SHLD-3
  for (const TcpState state : {TcpState::fin_wait_1, TcpState::fin_wait_2}) {
    Script t;
    t.reach(state);
    t.close();
    const Said said = t.arrive({ACK | PSH, 301, 102, "late"});
    ASSERT_EQ(said.segments.size(), 1u);
    EXPECT_EQ(describe(said.segments[0].segment), "[RST] seq=102 ack=0 win=0 len=0");
    EXPECT_EQ(said.segments[0].why, Why::reset_after_close);
    EXPECT_EQ(t.stack.connection_count(), 0u);
  }
}

TEST(Abort, EachState_SendsResetWhereTheRfcSays) {  // 3.10.5
  for (const TcpState state :
       {TcpState::established, TcpState::fin_wait_1, TcpState::fin_wait_2, TcpState::close_wait}) {
    Script t;
    t.reach(state);
    const std::uint32_t nxt = t.tcb().snd.nxt.raw;
    const Said said = t.abort();
    ASSERT_EQ(said.segments.size(), 1u) << model::rfc_name(state);
    EXPECT_EQ(said.segments[0].segment.ctl, wire::CtlSet(RST));
    EXPECT_EQ(said.segments[0].segment.seq.raw, nxt);
    EXPECT_EQ(said.states.at(0).to, TcpState::closed);
    EXPECT_FALSE(t.stack.next_deadline());
  }
  for (const TcpState state :
       {TcpState::syn_sent, TcpState::closing, TcpState::last_ack, TcpState::time_wait}) {
    Script t;
    t.reach(state);
    EXPECT_TRUE(t.abort().silent()) << model::rfc_name(state);
    EXPECT_EQ(t.stack.connection_count(), 0u);
  }
}

TEST(Abort, OnLinux_ResetAcknowledges) {
  Script t(profile(ProfileName::linux_));
  t.reach(TcpState::established);
  EXPECT_EQ(t.abort().segments.at(0).segment.ctl, RST | ACK);
}

TEST(Established, ResetWhileTextWaits_TextFirstThenTheError) {
  Script t;
  t.establish_passive();
  t.arrive({ACK | PSH, 301, 101, "last words"});
  t.arrive({RST, 311});
  EXPECT_EQ(t.receive().first, "last words");
  EXPECT_EQ(t.receive().second, ECONNRESET);
  EXPECT_EQ(t.receive(), (std::pair<std::string, std::int32_t>("", 0)));
}

TEST(CloseWait, FirstSendAfterPeerClosed_SucceedsAndTheNextGivesEpipe) {
  Script t;
  t.establish_passive();
  t.arrive({FIN | ACK, 301, 101});
  t.send("are you there?");
  t.arrive({RST, 302});
  EXPECT_EQ(t.stack.send(t.now, *t.id, wire::Bytes(1)).error, EPIPE);
}

TEST(FinWait1, ResetExact_TellsTheProgram) {
  Script t;
  t.reach(TcpState::fin_wait_1);
  const Said said = t.arrive({RST, 301});
  ASSERT_TRUE(said.has(Ready::What::failed));
  EXPECT_EQ(said.ready[0].error, ECONNRESET);
}

// --- TIME-WAIT

TEST(TimeWait, LastsTwiceTheMsl) {  // MUST-13
  Script t;
  t.reach(TcpState::time_wait);
  t.close();
  EXPECT_TRUE(t.wait(seconds(239)).states.empty());
  const Said said = t.wait(seconds(1));
  EXPECT_EQ(said.states.at(0).to, TcpState::closed);
  EXPECT_EQ(said.states[0].why, Why::time_wait_over);
  EXPECT_TRUE(said.has(Ready::What::gone));
  EXPECT_FALSE(t.stack.next_deadline());
}

TEST(TimeWait, OnLinux_LastsSixtySeconds) {
  Script t(profile(ProfileName::linux_));
  t.reach(TcpState::time_wait);
  EXPECT_TRUE(t.wait(seconds(59)).states.empty());
  EXPECT_FALSE(t.wait(seconds(1)).states.empty());
}

TEST(TimeWait, FinAgain_IsAcknowledgedAndTheWaitStartsAnew) {
  Script t;
  t.reach(TcpState::time_wait);
  t.wait(seconds(100));
  const Said said = t.arrive({FIN | ACK, 301, 102});
  EXPECT_EQ(said.segments.at(0).why, Why::time_wait_fin_again);
  EXPECT_TRUE(t.wait(seconds(239)).states.empty());
  EXPECT_FALSE(t.wait(seconds(1)).states.empty());
}

TEST(TimeWait, SynBeyondTheOldNumbers_OpensANewConnection) {  // MAY-2
  Script t;
  t.reach(TcpState::time_wait);
  t.close();
  t.id.reset();
  const Said said = t.arrive({SYN, 400});
  EXPECT_TRUE(said.has(Why::time_wait_reopened));
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].segment.ctl, SYN | ACK);
  EXPECT_GT(said.segments[0].segment.seq.raw, 102u);
  t.arrive({ACK, 401, said.segments[0].segment.seq.raw + 1});
  EXPECT_EQ(t.state(), TcpState::established);
}

TEST(TimeWait, SynWithoutListener_GetsAChallenge) {
  Script t;
  t.establish();
  t.shutdown();
  t.arrive({FIN | ACK, 301, 102});
  ASSERT_EQ(t.state(), TcpState::time_wait);
  EXPECT_TRUE(t.arrive({SYN, 400}).has(Why::challenge_syn));
}

TEST(TimeWait, TenThousandAtOnce_EndInOrder) {
  Profile p = profile(ProfileName::linux_);
  Stack client({p, 1500, keyed_isn(1)}), server({p, 1500, keyed_isn(2)});
  const auto at = address(2, 80);
  const auto listener = std::get<ListenerId>(server.listen({}, at, 5));
  model::Instant now;
  const auto exchange = [&] {
    for (bool busy = true; busy;) {
      busy = false;
      for (auto* pair : {&client, &server}) {
        Stack& other = pair == &client ? server : client;
        while (const Output* const o = pair->poll_output()) {
          if (const auto* t = std::get_if<Transmit>(o)) {
            other.handle_segment(now, t->src, t->dst, t->segment);
            busy = true;
          }
        }
      }
    }
  };
  constexpr int count = 10'000;
  for (int i = 0; i < count; ++i) {
    now = now + model::microseconds(100);
    const auto id = std::get<ConnectionId>(
        client.connect(now, address(1 + i / 60'000, static_cast<std::uint16_t>(1024 + i)), at));
    exchange();
    const auto accepted = server.accept(listener);
    ASSERT_TRUE(accepted);
    client.close(now, id);
    exchange();
    server.close(now, *accepted);
    exchange();
  }
  EXPECT_EQ(client.connection_count(), static_cast<std::size_t>(count));
  EXPECT_EQ(server.connection_count(), 0u);
  std::size_t left = count;
  while (const auto deadline = client.next_deadline()) {
    now = *deadline;
    client.handle_deadline(now);
    poll(client, "client", now);
    ASSERT_EQ(client.connection_count(), left - 1);  // one at each instant
    left = client.connection_count();
  }
  EXPECT_EQ(left, 0u);
}

// --- FIN-WAIT-2 without an end

TEST(FinWait2, OnLinuxNobodyHoldsIt_EndsAfterSixtySeconds) {
  Script t(profile(ProfileName::linux_));
  t.reach(TcpState::fin_wait_2);
  t.close();
  const Said said = t.wait(seconds(60));
  EXPECT_TRUE(said.has(Why::fin_wait_2_over));
  EXPECT_EQ(t.stack.connection_count(), 0u);
  // It is no USER TIMEOUT (RFC 9293 3.9.1): that one is about data without an acknowledgement.
  EXPECT_EQ(model::timer_name(model::TimerName::fin_wait_2), "fin-wait-2");
}

TEST(FinWait2, ByTheRfc_LastsUntilTheFinComes) {
  Script t;
  t.reach(TcpState::fin_wait_2);
  t.close();
  t.wait(seconds(100'000));
  EXPECT_EQ(t.state(), TcpState::fin_wait_2);
}

}  // namespace
}  // namespace synoptic::tcp
