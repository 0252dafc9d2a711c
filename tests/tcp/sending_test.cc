// Sending: segmentation, PSH, Nagle, windows, zero-window probes, retransmission, giving up,
// congestion.
#include <cerrno>

#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::Duration;
using model::milliseconds;
using model::seconds;
using model::TcpState;
using model::TimerAction;
using model::TimerName;
using model::Why;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

wire::TcpOptions mss(std::uint16_t value) {
  wire::TcpOptions o;
  o.append_mss(value);
  return o;
}

std::vector<std::size_t> sizes(const Said& said) {
  std::vector<std::size_t> all;
  for (const auto& s : said.segments) all.push_back(s.text.size());
  return all;
}

// --- segmentation

TEST(Send, LongText_FullSizedSegmentsAndPushOnTheLast) {  // SHLD-28, MUST-61
  Script t(profile(ProfileName::rfc));
  t.establish(mss(1000));
  const Said said = t.send(std::string(2500, 'x'));
  EXPECT_EQ(sizes(said), (std::vector<std::size_t>{1000, 1000}));  // Nagle keeps the rest
  EXPECT_FALSE(said.segments[0].segment.ctl.has(PSH));
  EXPECT_FALSE(said.segments[1].segment.ctl.has(PSH));
  const Said rest = t.arrive({ACK, 301, 2101});
  EXPECT_EQ(sizes(rest), (std::vector<std::size_t>{500}));
  EXPECT_TRUE(rest.segments[0].segment.ctl.has(PSH));
  EXPECT_EQ(rest.segments[0].why, Why::ack_releases_data);
}

TEST(Send, BufferFull_TakesAPartThenWouldBlockThenTellsWritable) {
  Profile p = profile(ProfileName::textbook);
  p.send_buffer = 1000;
  Script t(p);
  t.establish();
  EXPECT_EQ(t.stack.send(t.now, *t.id, wire::Bytes(1500)).value, 1000);
  t.poll();
  EXPECT_EQ(t.stack.send(t.now, *t.id, wire::Bytes(10)).error, EAGAIN);
  EXPECT_FALSE(t.arrive({ACK, 301, 201}).has(Ready::What::writable));  // a third must be free
  EXPECT_TRUE(t.arrive({ACK, 301, 1101}).has(Ready::What::writable));
  EXPECT_EQ(t.stack.send(t.now, *t.id, wire::Bytes(10)).value, 10);
}

TEST(Nagle, SmallText_WaitsForTheAckAndIsCollected) {  // SHLD-7
  Script t(profile(ProfileName::rfc));
  t.establish();
  EXPECT_EQ(sizes(t.send("a")), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(t.send("b").has(Why::nagle_waits));
  EXPECT_FALSE(t.send("c").has(Why::nagle_waits));  // said once
  EXPECT_EQ(t.arrive({ACK, 301, 102}).segments.at(0).text, "bc");
}

TEST(Nagle, SwitchedOff_EachSendIsASegment) {  // MUST-17
  Script t(profile(ProfileName::rfc));
  ConnectionOptions options;
  options.no_delay = true;
  t.connect(options);
  t.arrive({SYN | ACK, 300, 101});
  EXPECT_FALSE(t.send("a").silent());
  EXPECT_FALSE(t.send("b").silent());
}

TEST(Nagle, OnLinux_SmallAfterFullSizedGoesAtOnce) {  // Minshall
  Script t(profile(ProfileName::linux_));
  t.establish(mss(1000));
  EXPECT_EQ(sizes(t.send(std::string(1100, 'x'))), (std::vector<std::size_t>{1000, 100}));
  EXPECT_TRUE(t.send("y").has(Why::nagle_waits));
}

TEST(Nagle, Close_ReleasesWhatWaits) {
  Script t(profile(ProfileName::linux_));
  t.establish();
  t.send("a");
  t.send("b");
  const Said said = t.close();
  EXPECT_EQ(said.segments.at(0).text, "b");
  EXPECT_TRUE(said.segments[0].segment.ctl.has(FIN));
}

// --- the peer's window

TEST(Window, Of65535_IsUsedUp) {  // MUST-1
  Profile p = profile(ProfileName::textbook);
  p.initial_window_segments = 100;
  Script t(p);
  t.establish({}, 65'535);
  std::size_t total = 0;
  for (const std::size_t n : sizes(t.send(std::string(65'535, 'x')))) total += n;
  EXPECT_EQ(total, 65'535u);
}

TEST(Window, Shrunk_SendsNothingNewAndDoesNotUnderflow) {  // MUST-34, SHLD-15
  Script t;
  t.establish({}, 1000);
  t.send(std::string(1000, 'x'));
  t.arrive({ACK, 301, 201, "", 100});
  const Said said = t.send("y");
  EXPECT_TRUE(said.silent());
  EXPECT_TRUE(said.has(Why::window_waits));
  const Said again = t.wait(seconds(1));  // SHLD-16
  EXPECT_FALSE(again.silent());
}

TEST(Window, UpdateFromAnOldSegment_IsIgnored) {  // WL1, WL2
  Script t;
  t.establish_passive({}, 1000);
  t.arrive({ACK, 301, 101, "abc", 2000});
  t.arrive({ACK, 302, 101, "bcd", 500});  // newer SEG.SEQ
  EXPECT_EQ(t.tcb().snd.wnd, 500u);
  t.arrive({ACK | PSH, 301, 101, "abcde", 9000});  // older SEG.SEQ, with new text
  EXPECT_EQ(t.tcb().rcv.nxt.raw, 306u);
  EXPECT_EQ(t.tcb().snd.wnd, 9000u);  // the idealized segment begins at RCV.NXT
}

TEST(SillyWindow, SmallWindow_WaitsThenTheOverrideSends) {  // MUST-38
  Script t;
  t.establish({}, 1000);
  t.send(std::string(1000, 'x'));
  t.arrive({ACK, 301, 1101, "", 100});
  const Said waits = t.send(std::string(1000, 'y'));
  EXPECT_TRUE(waits.silent());
  EXPECT_TRUE(waits.has(Why::silly_window_waits));
  const Said said = t.wait(seconds(1));
  ASSERT_EQ(sizes(said), (std::vector<std::size_t>{100}));
  EXPECT_EQ(said.segments[0].why, Why::silly_window_override);
}

TEST(SillyWindow, HalfOfTheLargestWindow_IsEnough) {
  Script t;
  t.establish({}, 1000);
  t.send(std::string(1000, 'x'));
  t.arrive({ACK, 301, 1101, "", 500});
  EXPECT_EQ(sizes(t.send(std::string(1000, 'y'))), (std::vector<std::size_t>{500}));
}

// --- zero-window probes

TEST(ZeroWindow, Probes_BeginAfterTheRtoAndBackOff) {  // MUST-36, SHLD-29, SHLD-30
  Script t;
  t.establish({}, 0);
  const Said said = t.send("hello");
  EXPECT_TRUE(said.silent());
  EXPECT_TRUE(said.has(Why::zero_window));
  std::vector<std::int64_t> at;
  const model::Instant start = t.now;
  for (int i = 0; i < 20; ++i) {
    for (const auto& s : t.wait(seconds(1)).segments) {
      EXPECT_EQ(s.text, "h");
      EXPECT_EQ(s.why, Why::zero_window_probe);
      at.push_back((t.now - start).ns / 1'000'000'000);
      EXPECT_TRUE(t.arrive({ACK, 301, 101, "", 0}).silent());  // no duplicate ACK counts here
    }
  }
  EXPECT_EQ(at, (std::vector<std::int64_t>{1, 3, 7, 15}));
}

TEST(ZeroWindow, Opens_TextGoesAtOnce) {
  Script t;
  t.establish({}, 0);
  t.send("hello");
  t.wait(seconds(1));
  const Said said = t.arrive({ACK, 301, 101, "", 100});
  EXPECT_TRUE(said.has(Why::window_opened));
  ASSERT_EQ(sizes(said), (std::vector<std::size_t>{1, 4}));  // the probe's octet, then the rest
  t.arrive({ACK, 301, 106});
  EXPECT_EQ(t.tcb().snd.una, t.tcb().snd.nxt);
}

TEST(ZeroWindow, ProbeAccepted_GoesOnBehindIt) {
  Script t;
  t.establish({}, 0);
  t.send("hello");
  t.wait(seconds(1));
  EXPECT_EQ(t.arrive({ACK, 301, 102, "", 100}).segments.at(0).text, "ello");
}

TEST(ZeroWindow, AnsweredForEver_StaysOpen) {  // MUST-37
  Script t;
  t.establish({}, 0);
  t.send("hello");
  for (int i = 0; i < 1000; ++i) {
    t.wait(seconds(60));
    t.arrive({ACK, 301, 101, "", 0});
  }
  EXPECT_EQ(t.state(), TcpState::established);
}

TEST(ZeroWindow, NeverAnswered_GivesUp) {
  Script t;
  t.establish({}, 0);
  t.send("hello");
  EXPECT_TRUE(t.wait(seconds(1000)).has(Why::gave_up));
}

TEST(ZeroWindow, OnlyTheFinIsLeft_TheFinIsTheProbe) {
  Script t;
  t.establish({}, 0);
  t.shutdown();
  EXPECT_TRUE(t.wait(seconds(1)).segments.at(0).segment.ctl.has(FIN));
}

TEST(ZeroWindow, OnLinux_ProbeIsAnOldEmptySegment) {
  Script t(profile(ProfileName::linux_));
  t.establish({}, 0);
  t.send("hello");
  const Said said = t.wait(seconds(1));
  ASSERT_FALSE(said.silent());
  EXPECT_EQ(said.segments[0].segment.seq.raw, 100u);
  EXPECT_EQ(said.segments[0].text, "");
}

TEST(ZeroWindow, ShrunkWithDataOnItsWay_Probes) {  // MUST-35
  Script t;
  t.establish({}, 1000);
  t.send("hello");
  t.arrive({ACK, 301, 101, "", 0});
  const Said said = t.wait(seconds(1));
  EXPECT_EQ(said.segments.at(0).why, Why::zero_window_probe);
  EXPECT_EQ(said.segments.at(0).text, "hello");
}

// --- retransmission

TEST(Retransmission, NoAck_SendsTheFrontAgainAndDoublesTheTimeout) {  // RFC 6298 section 5
  Script t;
  t.establish();
  t.send("hello");
  std::vector<std::int64_t> at;
  const model::Instant start = t.now;
  for (int i = 0; i < 70; ++i) {
    for (const auto& s : t.wait(seconds(1)).segments) {
      EXPECT_EQ(s.text, "hello");
      EXPECT_TRUE(s.retransmission);
      EXPECT_TRUE(s.segment.ctl.has(PSH));
      at.push_back((t.now - start).ns / 1'000'000'000);
    }
  }
  EXPECT_EQ(at, (std::vector<std::int64_t>{1, 3, 7, 15, 31, 63}));
}

TEST(Retransmission, R2_ClosesWithEtimedout) {  // MUST-20, SHLD-11
  Script t;
  t.establish();
  t.send("hello");
  EXPECT_FALSE(t.wait(seconds(100)).has(Ready::What::failed));
  const Said said = t.wait(seconds(100));
  ASSERT_TRUE(said.has(Ready::What::failed));
  EXPECT_EQ(said.ready.at(0).error, ETIMEDOUT);
  EXPECT_EQ(t.receive().second, ETIMEDOUT);
}

// Only a program that still holds the connection is told.
TEST(Retransmission, EachStateWithSomethingOnItsWay_GivesUpIntoClosed) {
  for (const TcpState state : {TcpState::established, TcpState::fin_wait_1, TcpState::close_wait,
                               TcpState::closing, TcpState::last_ack}) {
    for (const bool held : {true, false}) {
      Script t;
      t.reach(state);
      if (!held) t.close();
      const Said said = t.wait(seconds(400));
      EXPECT_EQ(said.has(Why::gave_up), held) << model::rfc_name(state);
      EXPECT_EQ(said.has(Why::gave_up_unheard), !held) << model::rfc_name(state);
      EXPECT_EQ(said.has(Ready::What::failed), held) << model::rfc_name(state);
      EXPECT_EQ(t.stack.connection_count(), 0u);
    }
  }
}

TEST(Retransmission, NewAck_RestartsTheTimer) {  // (5.3)
  Script t;
  t.establish();
  t.send("one");
  t.send("two");
  t.wait(milliseconds(900));
  EXPECT_TRUE(t.arrive({ACK, 301, 104}).has(Why::ack_restarts_timer));
  EXPECT_TRUE(t.wait(milliseconds(900)).silent());
  EXPECT_EQ(t.wait(milliseconds(200)).segments.at(0).text, "two");
}

TEST(Retransmission, PartOfASegmentAcknowledged_TheRestGoesAgain) {
  Script t;
  t.establish();
  t.send("hello");
  t.arrive({ACK, 301, 103});
  EXPECT_EQ(t.wait(seconds(1)).segments.at(0).text, "llo");
}

TEST(Retransmission, AfterATimeout_TheOthersFollowBySlowStart) {  // RFC 5681 section 3.1
  Script t(profile(ProfileName::rfc));
  t.establish(mss(1000));
  EXPECT_EQ(sizes(t.send(std::string(4000, 'x'))).size(), 4u);  // IW = 4 segments
  const Said timeout = t.wait(seconds(1));
  EXPECT_EQ(timeout.segments.size(), 1u);  // loss window: one segment
  const Said next = t.arrive({ACK, 301, 1101});
  ASSERT_EQ(next.segments.size(), 2u);
  EXPECT_EQ(next.segments[0].why, Why::retransmission_after_loss);
  EXPECT_EQ(next.segments[0].segment.seq.raw, 1101u);
}

TEST(Karn, RetransmittedSegment_GivesNoSample) {  // MUST-18
  Script t;
  t.establish();
  t.send("hello");
  t.wait(milliseconds(1500));  // one retransmission; RTO is now 2 s
  t.arrive({ACK, 301, 106});
  const Said said = t.send("again");
  ASSERT_EQ(said.timers.size(), 1u);
  EXPECT_EQ((said.timers[0].deadline - t.now).ns, seconds(2).ns);
}

TEST(Timestamps, RetransmittedSegment_GivesASample) {  // RFC 7323 section 4
  Script t(profile(ProfileName::linux_));
  wire::TcpOptions o = mss(1460);
  o.append_timestamps({1000, 0});
  t.establish(o);
  const Said first = t.send("hello");
  const Said again = t.wait(milliseconds(250));
  ASSERT_EQ(again.segments.size(), 1u);
  const std::uint32_t val = again.segments[0].segment.options.parse().timestamps->val;
  wire::TcpOptions echo;
  echo.append_timestamps({1001, val});
  t.arrive({ACK, 301, 106, "", 8192, echo});
  const Said said = t.send("again");
  const Duration rto = said.timers.at(0).deadline - t.now;
  EXPECT_LT(rto.ns, milliseconds(300).ns);  // not backed off
}

TEST(Retransmission, SynLost_ThreeSecondsWhenDataBegins) {  // RFC 6298 (5.7)
  Script t;
  t.connect();
  t.wait(seconds(1));
  t.arrive({SYN | ACK, 300, 101});
  const Said said = t.send("x");
  EXPECT_EQ((said.timers.at(0).deadline - t.now).ns, seconds(3).ns);
}

TEST(Rto, MinimumOfEachProfile) {
  for (const auto& [name, wanted] : {std::pair{ProfileName::rfc, milliseconds(1000)},
                                     {ProfileName::linux_, milliseconds(240)}}) {
    Script t(profile(name));
    t.connect();
    t.wait(milliseconds(40));
    t.arrive({SYN | ACK, 300, 101});
    const Said said = t.send("x");
    EXPECT_EQ((said.timers.at(0).deadline - t.now).ns, wanted.ns) << profile_text(name);
  }
}

TEST(FastRetransmit, ThirdDuplicateAck_SendsTheFrontAgain) {  // RFC 5681 section 3.2
  Script t(profile(ProfileName::rfc));
  t.establish(mss(1000));
  t.send(std::string(4000, 'x'));
  EXPECT_TRUE(t.arrive({ACK, 301, 101}).silent());
  EXPECT_TRUE(t.arrive({ACK, 301, 101}).silent());
  const Said said = t.arrive({ACK, 301, 101});
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].why, Why::fast_retransmit);
  EXPECT_EQ(said.segments[0].segment.seq.raw, 101u);
  t.arrive({ACK, 301, 4101});
  EXPECT_EQ(t.tcb().snd.una, t.tcb().snd.nxt);
}

TEST(FastRetransmit, WindowUpdatesAndText_AreNoDuplicateAcks) {
  Script t(profile(ProfileName::rfc));
  t.establish(mss(1000));
  t.send(std::string(4000, 'x'));
  for (std::uint16_t i = 0; i < 5; ++i) {
    t.arrive({ACK, 301, 101, "", static_cast<std::uint16_t>(9000 + i)});
  }
  for (std::uint32_t i = 0; i < 5; ++i) {
    for (const auto& s : t.arrive({ACK, 301 + i, 101, "x", 9004}).segments) {
      EXPECT_NE(s.why, Why::fast_retransmit);
    }
  }
}

TEST(Congestion, InitialWindow_LimitsTheFirstFlight) {
  for (const auto& [name, count] : {std::pair{ProfileName::rfc, 3u}, {ProfileName::linux_, 10u}}) {
    Script t(profile(name));
    t.establish(mss(1460), 60'000);
    const Said said = t.send(std::string(50'000, 'x'));
    EXPECT_EQ(said.segments.size(), count);
    EXPECT_TRUE(said.has(Why::congestion_waits));
  }
}

TEST(Congestion, AckInSlowStart_ReleasesTwo) {
  Script t(profile(ProfileName::rfc));
  t.establish(mss(1460), 60'000);
  t.send(std::string(50'000, 'x'));
  EXPECT_EQ(t.arrive({ACK, 301, 1561, "", 60'000}).segments.size(), 2u);
}

// --- Linux's acknowledgements, as tcpdump shows them on loopback

TEST(LinuxEcho, ServerThatThinks_AcknowledgesEachRequestAtOnceAndTheFinLate) {
  Script t(profile(ProfileName::linux_));
  t.establish_passive(mss(1460));
  std::uint32_t seq = 301;
  t.send("Welcome!");
  t.arrive({ACK, seq, 109});
  for (const std::string name : {"Michael", "Tracy", "Sarah"}) {
    const Said said = t.arrive({ACK | PSH, seq, t.tcb().snd.nxt.raw, name});
    ASSERT_EQ(said.segments.size(), 1u);
    EXPECT_EQ(said.segments[0].why, Why::ack_quick);
    seq += static_cast<std::uint32_t>(name.size());
    t.receive();
    t.wait(seconds(1));
    t.send("Hello, " + name + "!");
    t.acknowledge_all();
  }
  EXPECT_EQ(t.arrive({ACK | PSH, seq, t.tcb().snd.nxt.raw, "exit"}).segments.at(0).why,
            Why::ack_quick);
  const Said fin = t.arrive({FIN | ACK, seq + 4, t.tcb().snd.nxt.raw});
  EXPECT_TRUE(fin.silent());  // the kernel hopes that close() comes soon
  EXPECT_EQ(t.state(), TcpState::close_wait);
  const model::Instant before = t.now;
  const Said late = t.wait(milliseconds(40));
  EXPECT_EQ(late.segments.at(0).why, Why::ack_delay_over);
  EXPECT_EQ((t.now - before).ns, milliseconds(40).ns);
}

TEST(LinuxEcho, ClientThatAnswersAtOnce_LetsItsAnswersCarryTheAcks) {
  Script t(profile(ProfileName::linux_));
  t.establish(mss(1460));
  EXPECT_EQ(t.arrive({ACK | PSH, 301, 101, "Welcome!"}).segments.at(0).why, Why::ack_quick);
  t.receive();
  t.send("Michael");
  t.wait(seconds(1) - milliseconds(900));
  t.arrive({ACK, 309, 108});
  const Said said = t.arrive({ACK | PSH, 309, 108, "Hello, Michael!"});
  EXPECT_TRUE(said.silent());
  t.receive();
  EXPECT_TRUE(t.poll().silent());
  EXPECT_TRUE(t.send("Tracy").has(Why::ack_carried));
}

TEST(LinuxEcho, QuickAcksUsedUp_ReadingEverythingAcknowledges) {
  Script t(profile(ProfileName::linux_));
  t.establish_passive(mss(1460));
  std::uint32_t seq = 301;
  for (int i = 0; i < 16; ++i, ++seq) {
    EXPECT_EQ(t.arrive({ACK | PSH, seq, 101, "x"}).segments.at(0).why, Why::ack_quick);
    t.receive();
    t.wait(milliseconds(10));
  }
  EXPECT_TRUE(t.arrive({ACK | PSH, seq, 101, "x"}).silent());
  t.receive();
  EXPECT_EQ(t.poll().segments.at(0).why, Why::ack_after_read);
}

}  // namespace
}  // namespace synoptic::tcp
