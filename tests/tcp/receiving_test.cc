// Receiving: order, windows, acknowledgements, SACK, timestamps, resets and SYNs of strangers.
#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::milliseconds;
using model::seconds;
using model::TcpState;
using model::TimerName;
using model::Why;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

wire::TcpOptions stamped(std::uint32_t val, std::uint32_t ecr = 0) {
  wire::TcpOptions o;
  o.append_timestamps({val, ecr});
  return o;
}
wire::TcpOptions sack_permitted() {
  wire::TcpOptions o;
  o.append_sack_permitted();
  return o;
}
Profile linux_without_timestamps() {
  Profile p = profile(ProfileName::linux_);
  p.timestamps_option = false;
  return p;
}
Profile small_buffer(std::uint32_t octets) {
  Profile p = profile(ProfileName::textbook);
  p.receive_buffer = octets;
  return p;
}

// --- order

TEST(Established, TextOutOfOrder_IsQueuedUntilTheGapIsFilled) {  // SHLD-31
  Script t;
  t.establish_passive();
  const Said early = t.arrive({ACK | PSH, 306, 101, "world"});
  EXPECT_TRUE(early.has(Why::queued_out_of_order));
  EXPECT_EQ(early.segments.at(0).segment.ack.raw, 301u);
  EXPECT_EQ(early.segments.at(0).why, Why::duplicate_ack);
  EXPECT_FALSE(early.has(Ready::What::readable));
  const Said filled = t.arrive({ACK | PSH, 301, 101, "hello"});
  EXPECT_EQ(filled.segments.at(0).segment.ack.raw, 311u);
  EXPECT_EQ(filled.segments.at(0).why, Why::gap_filled_ack);
  EXPECT_EQ(t.receive().first, "helloworld");
}

TEST(Established, OverlappingText_IsTakenOnce) {
  Script t;
  t.establish_passive();
  t.arrive({ACK | PSH, 301, 101, "hello"});
  t.arrive({ACK | PSH, 303, 101, "llo world"});
  t.arrive({ACK | PSH, 299, 101, "xxhello world!"});
  EXPECT_EQ(t.receive().first, "hello world!");
}

TEST(Established, EveryOrderOfFiveSegments_GivesTheSameStream) {
  std::vector<int> order = {0, 1, 2, 3, 4};
  const std::string text = "abcdefghij";
  do {
    Script t;
    t.establish_passive();
    for (const int i : order) {
      t.arrive({i == 4 ? FIN | ACK | PSH : ACK | PSH, 301 + 2u * static_cast<std::uint32_t>(i), 101,
                text.substr(2 * static_cast<std::size_t>(i), 2)});
    }
    EXPECT_EQ(t.receive().first, text);
    EXPECT_EQ(t.state(), TcpState::close_wait);
    if (HasFailure()) return;
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Established, FinBeforeTheText_WaitsForIt) {
  Script t;
  t.establish_passive();
  EXPECT_TRUE(t.arrive({FIN | ACK, 306, 101}).has(Why::queued_out_of_order));
  EXPECT_EQ(t.state(), TcpState::established);
  t.arrive({ACK | PSH, 301, 101, "hello"});
  EXPECT_EQ(t.state(), TcpState::close_wait);
  EXPECT_EQ(t.tcb().rcv.nxt.raw, 307u);
}

TEST(Established, ManyPiecesOutOfOrder_AreBoundedAndStillComplete) {
  Script t;
  t.establish_passive();
  std::string text(600, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  for (std::size_t i = 1; i < text.size(); i += 2) {
    t.arrive({ACK, 301 + static_cast<std::uint32_t>(i), 101, text.substr(i, 1)});
  }
  for (std::size_t i = 0; i < text.size(); ++i) {  // the peer sends everything again
    t.arrive({ACK, 301 + static_cast<std::uint32_t>(i), 101, text.substr(i, 1)});
  }
  EXPECT_EQ(t.receive().first, text);
}

// --- SACK (RFC 2018)

TEST(Sack, GapBlocks_NewestFirst) {
  Script t(linux_without_timestamps());
  t.establish_passive(sack_permitted());
  t.arrive({ACK, 311, 101, "xx"});
  const Said said = t.arrive({ACK, 321, 101, "yy"});
  const auto o = said.segments.at(0).segment.options.parse();
  ASSERT_EQ(o.sack_count, 2);
  EXPECT_EQ(o.sack_blocks[0], (wire::SackBlock{wire::SeqNum{321}, wire::SeqNum{323}}));
  EXPECT_EQ(o.sack_blocks[1], (wire::SackBlock{wire::SeqNum{311}, wire::SeqNum{313}}));
}

TEST(Sack, ManyGaps_FourBlocksOrThreeWithTimestamps) {
  for (const bool timestamps : {false, true}) {
    Profile p = profile(ProfileName::linux_);
    p.timestamps_option = timestamps;
    Script t(p);
    wire::TcpOptions o = sack_permitted();
    o.append_timestamps({1, 0});
    t.establish_passive(o);
    Said said;
    for (std::uint32_t i = 1; i <= 6; ++i) {
      said = t.arrive({ACK, 301 + 10 * i, 101, "x", 8192, stamped(2)});
    }
    EXPECT_EQ(said.segments.at(0).segment.options.parse().sack_count, timestamps ? 3 : 4);
    EXPECT_LE(said.segments.at(0).segment.options.size(), 40u);
  }
}

TEST(Sack, NotPermitted_NoBlocks) {
  Script t(linux_without_timestamps());
  t.establish_passive();
  EXPECT_EQ(t.arrive({ACK, 311, 101, "xx"}).segments.at(0).segment.options.parse().sack_count, 0);
}

TEST(Sack, FullSizedText_LeavesNoRoomForBlocks) {
  Script t(linux_without_timestamps());
  wire::TcpOptions o = sack_permitted();
  o.append_mss(1460);
  t.establish_passive(o);
  t.arrive({ACK, 311, 101, "xx"});
  const Said said = t.send(std::string(1460, 'x'));
  EXPECT_EQ(said.segments.at(0).text.size(), 1460u);
  EXPECT_EQ(said.segments.at(0).segment.options.parse().sack_count, 0);
}

// --- windows

TEST(Window, UnreadText_NarrowsIt) {
  Script t(small_buffer(1000));
  t.establish_passive();
  const Said said = t.arrive({ACK, 301, 101, std::string(300, 'x')});
  EXPECT_EQ(said.segments.at(0).segment.wnd, 700);
}

TEST(Window, TextBeyondIt_IsCutOff) {
  Script t(small_buffer(10));
  t.establish_passive();
  const Said said = t.arrive({FIN | ACK, 301, 101, "0123456789abc"});
  EXPECT_TRUE(said.has(Why::text_beyond_window));
  EXPECT_EQ(t.receive().first, "0123456789");
  EXPECT_EQ(t.state(), TcpState::established);
}

TEST(Window, Closed_TextIsDroppedButItsAckCounts) {
  Script t(small_buffer(10));
  t.establish_passive();
  t.send("data");
  t.arrive({ACK, 301, 101, "0123456789"});
  EXPECT_EQ(t.tcb().rcv.wnd, 0u);
  const Said said = t.arrive({ACK, 311, 105, "x"});  // a probe that acknowledges
  EXPECT_EQ(said.segments.at(0).why, Why::window_closed_acked);
  EXPECT_EQ(said.segments.at(0).segment.wnd, 0);
  EXPECT_EQ(t.tcb().snd.una.raw, 105u);
  EXPECT_EQ(t.tcb().rcv.nxt.raw, 311u);
}

TEST(Window, ClosedAndResetExact_StillResets) {  // MUST-66
  Script t(small_buffer(10));
  t.establish_passive();
  t.arrive({ACK, 301, 101, "0123456789"});
  t.arrive({RST, 311});
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(Window, ReadAfterItClosed_SendsAnUpdate) {  // 3.8.6.2.2
  Script t(small_buffer(1000));
  t.establish_passive();
  t.arrive({ACK, 301, 101, std::string(1000, 'x')});
  t.receive(100);
  EXPECT_TRUE(t.poll().silent());  // 100 octets of room are a silly window
  t.receive(400);
  const Said said = t.poll();
  EXPECT_EQ(said.segments.at(0).why, Why::window_update);
  EXPECT_EQ(said.segments.at(0).segment.wnd, 500);
}

TEST(Window, RightEdge_NeverMovesBack) {  // SHLD-14
  for (const ProfileName name : {ProfileName::textbook, ProfileName::linux_, ProfileName::rfc}) {
    Script t(profile(name));
    wire::TcpOptions o;
    o.append_window_scale(7);
    t.establish_passive(o);
    std::uint32_t edge = 0;
    for (std::uint32_t i = 0; i < 200; ++i) {
      t.arrive({ACK, 301 + i * 777, 101, std::string(777, 'x')});
      if (i % 3 != 0) t.receive(i % 5 == 0 ? 100 : 5000);
      t.wait(milliseconds(300));
      const std::uint32_t now = t.tcb().rcv.nxt.raw + t.tcb().rcv.wnd;
      EXPECT_GE(now, edge);
      edge = now;
    }
  }
}

TEST(Window, OnLinux_StaysWhileTheProgramReads) {
  Script t(profile(ProfileName::linux_), 65'536);
  wire::TcpOptions o;
  o.append_mss(65'495);
  o.append_window_scale(10);
  t.establish_passive(o);
  for (std::uint32_t i = 0; i < 20; ++i) {
    const Said said = t.arrive({ACK | PSH, 301 + i * 8, 101, "Welcome!"});
    for (const auto& s : said.segments) EXPECT_EQ(s.segment.wnd, 512);  // 65,536 octets
    t.receive();
    t.poll();
  }
}

// --- acknowledging

TEST(DelayedAck, OneSegment_WaitsAndThenGoesAlone) {  // SHLD-18, MUST-40
  Script t(profile(ProfileName::rfc));
  t.establish_passive();
  const Said said = t.arrive({ACK | PSH, 301, 101, "x"});
  EXPECT_TRUE(said.silent());
  EXPECT_TRUE(said.has(Why::ack_delayed));
  const Said later = t.wait(milliseconds(499));
  ASSERT_EQ(later.segments.size(), 1u);
  EXPECT_EQ(later.segments[0].why, Why::ack_delay_over);
}

TEST(DelayedAck, SecondFullSizedSegment_IsAcknowledgedAtOnce) {  // SHLD-19
  Script t(profile(ProfileName::rfc));
  t.establish_passive();
  EXPECT_TRUE(t.arrive({ACK, 301, 101, std::string(536, 'x')}).silent());
  const Said said = t.arrive({ACK, 837, 101, std::string(536, 'x')});
  EXPECT_EQ(said.segments.at(0).why, Why::ack_second_segment);
}

TEST(DelayedAck, AnswerOfTheProgram_CarriesIt) {
  Script t(profile(ProfileName::rfc));
  t.establish_passive();
  t.arrive({ACK | PSH, 301, 101, "question"});
  const Said said = t.send("answer");
  EXPECT_EQ(said.segments.at(0).segment.ack.raw, 309u);
  EXPECT_TRUE(said.has(Why::ack_carried));
  EXPECT_TRUE(t.wait(milliseconds(500)).silent());
}

TEST(Textbook, EverySegment_IsAcknowledgedAtOnce) {
  Script t;
  t.establish_passive();
  EXPECT_EQ(t.arrive({ACK | PSH, 301, 101, "x"}).segments.at(0).why, Why::ack_at_once);
}

// --- urgent data

TEST(Established, UrgentPointer_AdvancesOnce) {  // MUST-30 to MUST-32
  Script t;
  t.establish_passive();
  const wire::CtlSet urgent = wire::URG | ACK;
  EXPECT_TRUE(t.arrive({urgent, 301, 101, "abc", 8192, {}, 3}).has(Why::urgent_data));
  EXPECT_EQ(t.tcb().rcv.up.raw, 304u);
  EXPECT_FALSE(t.arrive({urgent, 304, 101, "d", 8192, {}, 0}).has(Why::urgent_data));
  EXPECT_EQ(t.receive().first, "abcd");
}

// --- timestamps (RFC 7323)

wire::TcpOptions linux_syn(std::uint32_t tsval) {
  wire::TcpOptions o;
  o.append_mss(1460);
  o.append_timestamps({tsval, 0});
  return o;
}

TEST(Paws, OlderTimestamp_IsAcknowledgedAndDropped) {
  Script t(profile(ProfileName::linux_));
  t.establish_passive(linux_syn(1000));
  const Said said = t.arrive({ACK | PSH, 301, 101, "old", 8192, stamped(900)});
  EXPECT_EQ(said.segments.at(0).why, Why::old_timestamp);
  EXPECT_EQ(t.receive().first, "");
}

TEST(Paws, ResetWithOldTimestamp_StillCounts) {
  Script t(profile(ProfileName::linux_));
  t.establish_passive(linux_syn(1000));
  t.arrive({RST, 301, 0, "", 0, stamped(900)});
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(Paws, After24DaysOfSilence_AnyTimestampIsTaken) {
  Script t(profile(ProfileName::linux_));
  t.establish_passive(linux_syn(1000));
  t.wait(seconds(25 * 24 * 3600));
  t.arrive({ACK | PSH, 301, 101, "new", 8192, stamped(900)});
  EXPECT_EQ(t.receive().first, "new");
}

TEST(Timestamps, Missing_SegmentIsDropped) {
  Script t(profile(ProfileName::linux_));
  t.establish_passive(linux_syn(1000));
  const Said said = t.arrive({ACK | PSH, 301, 101, "bare"});
  EXPECT_TRUE(said.has(Why::timestamp_missing));
  EXPECT_TRUE(said.silent());
}

TEST(Timestamps, EchoIsThatOfTheSegmentAtTheLeftEdge) {  // RFC 7323 section 4.3
  Script t(profile(ProfileName::linux_));
  t.establish_passive(linux_syn(1000));
  t.arrive({ACK, 311, 101, "later", 8192, stamped(1200)});  // out of order: not echoed
  const Said said = t.arrive({ACK, 301, 101, "0123456789", 8192, stamped(1100)});
  EXPECT_EQ(said.segments.at(0).segment.options.parse().timestamps->ecr, 1100u);
}

// --- RFC 5961

TEST(Established, ChallengeAcks_AreThrottled) {
  Script t;
  t.establish_passive();
  int answered = 0;
  for (int i = 0; i < 30; ++i) answered += t.arrive({SYN, 400}).silent() ? 0 : 1;
  EXPECT_EQ(answered, 10);
  EXPECT_TRUE(t.arrive({SYN, 400}).has(Why::challenge_throttled));
  t.wait(seconds(5));
  EXPECT_FALSE(t.arrive({SYN, 400}).silent());
}

TEST(Established, ResetInWindow_ChallengedThenResetWithTheRightNumber) {
  Script t;
  t.establish_passive();
  const Said said = t.arrive({RST, 310});
  EXPECT_EQ(said.segments.at(0).why, Why::challenge_reset);
  t.arrive({RST, said.segments[0].segment.ack.raw});
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(Established, ResetWithText_IsAReset) {  // SHLD-2
  Script t;
  t.establish_passive();
  t.arrive({RST, 301, 0, "why"});
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(Established, PeerRestarted_ChallengeAckIsAnsweredWithReset) {  // RFC 9293 3.5.1, half-open
  Script t;
  t.establish_passive();
  const Said said = t.arrive({SYN, 900});
  EXPECT_EQ(said.segments.at(0).segment.ack.raw, 301u);
  t.arrive({RST, 301});  // the peer, in SYN-SENT, answers <SEQ=SEG.ACK>
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

}  // namespace
}  // namespace synoptic::tcp
