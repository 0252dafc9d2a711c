// Opening: active, passive, simultaneous, with oneself; what is refused, and what the SYNs agree
// on.
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

wire::TcpOptions mss(std::uint16_t value) {
  wire::TcpOptions o;
  o.append_mss(value);
  return o;
}

wire::TcpOptions all_options() {
  wire::TcpOptions o;
  o.append_mss(1460);
  o.append_sack_permitted();
  o.append_timestamps({1000, 0});
  o.append_nop();
  o.append_window_scale(4);
  return o;
}

TEST(Closed, ActiveOpen_SendsSynAndEntersSynSent) {
  Script t;
  const Said said = t.connect();
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(describe(said.segments[0].segment), "[SYN] seq=100 ack=0 win=65535 len=0");
  EXPECT_EQ(t.state(), TcpState::syn_sent);
  EXPECT_EQ(t.tcb().snd.una.raw, 100u);
  EXPECT_EQ(t.tcb().snd.nxt.raw, 101u);
}

TEST(SynSent, SynAck_EstablishesAndAcknowledges) {
  Script t;
  t.connect();
  const Said said = t.arrive({SYN | ACK, 300, 101});
  EXPECT_EQ(t.state(), TcpState::established);
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(describe(said.segments[0].segment), "[ACK] seq=101 ack=301 win=65535 len=0");
  EXPECT_EQ(said.segments[0].why, Why::handshake_ack);
  EXPECT_TRUE(said.has(Ready::What::connected));
  EXPECT_EQ(t.tcb().snd.wnd, 8192u);
  EXPECT_EQ(t.tcb().rcv.irs.raw, 300u);
}

TEST(SynSent, SynAckWithText_TakesTheText) {
  Script t;
  t.connect();
  const Said said = t.arrive({SYN | ACK, 300, 101, "hello"});
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].segment.ack.raw, 306u);
  EXPECT_EQ(t.receive().first, "hello");
}

TEST(SynSent, SynAckWithFin_GoesOnToCloseWait) {
  Script t;
  t.connect();
  t.arrive({SYN | FIN | ACK, 300, 101});
  EXPECT_EQ(t.state(), TcpState::close_wait);
}

TEST(SynSent, RstWithWrongAck_IsDropped) {
  Script t;
  t.connect();
  const Said said = t.arrive({RST | ACK, 0, 102});
  EXPECT_TRUE(said.has(Why::syn_sent_drops_reset));
  EXPECT_EQ(t.state(), TcpState::syn_sent);
}

TEST(SynSent, RstWithOurAck_TellsConnectionRefused) {
  Script t;
  t.connect();
  const Said said = t.arrive({RST | ACK, 0, 101});
  ASSERT_TRUE(said.has(Ready::What::failed));
  EXPECT_EQ(said.ready[0].error, ECONNREFUSED);
  EXPECT_FALSE(t.alive());
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(SynSent, Close_DeletesTheTcbWithoutAWord) {
  Script t;
  t.connect();
  const Said said = t.close();
  EXPECT_TRUE(said.silent());
  EXPECT_TRUE(said.has(Why::close_without_connection));
  EXPECT_FALSE(t.stack.next_deadline());
}

TEST(SynSent, DataFromTheProgram_WaitsForTheHandshake) {
  Script t;
  t.connect();
  EXPECT_TRUE(t.send("early").silent());
  const Said said = t.arrive({SYN | ACK, 300, 101});
  ASSERT_EQ(said.segments.size(), 1u);  // the text carries the ACK of the SYN
  EXPECT_EQ(said.segments[0].text, "early");
  EXPECT_EQ(said.segments[0].segment.ack.raw, 301u);
}

TEST(SynSent, Unanswered_GivesUpAfterThreeMinutes) {  // MUST-22, MUST-23
  Script t(profile(ProfileName::rfc));
  t.connect();
  const Said early = t.wait(seconds(180));
  EXPECT_FALSE(early.has(Ready::What::failed));
  EXPECT_EQ(early.segments.size(), 7u);
  const Said late = t.wait(seconds(10));
  ASSERT_TRUE(late.has(Ready::What::failed));
  EXPECT_EQ(late.ready[0].error, ETIMEDOUT);
  EXPECT_TRUE(late.has(Why::gave_up));
}

TEST(SynSent, LinuxRepeatsTheSynEachSecondAtFirst_ThenBacksOff) {
  Script t(profile(ProfileName::linux_));
  const model::Instant start = t.now;
  t.connect();
  std::vector<std::int64_t> at;
  for (int i = 0; i < 131; ++i) {
    for (const auto& s : t.wait(seconds(1)).segments) {
      EXPECT_EQ(s.segment.ctl, wire::CtlSet(SYN));
      at.push_back((t.now - start).ns / 1'000'000'000);
    }
  }
  EXPECT_EQ(at, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 7, 11, 19, 35, 67}));
  EXPECT_FALSE(t.alive());
}

TEST(SynReceived, ConnectionPassive_GivesUpSilently) {
  Script t;
  t.reach(TcpState::syn_received);
  const Said said = t.wait(seconds(400));
  EXPECT_TRUE(said.has(Why::gave_up_unheard));
  EXPECT_EQ(said.states.back().to, TcpState::closed);
  EXPECT_EQ(t.stack.connection_count(), 0u);
}

TEST(SynReceived, SynAck_IsRepeatedWhenItsAckDoesNotCome) {
  Script t;
  t.reach(TcpState::syn_received);
  const Said said = t.wait(seconds(1));
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].segment.ctl, SYN | ACK);
  EXPECT_TRUE(said.segments[0].retransmission);
}

TEST(SynReceived, OnLinuxSynAgain_RepeatsTheSynAck) {
  Script t(profile(ProfileName::linux_));
  t.reach(TcpState::syn_received);
  const Said said = t.arrive({SYN, 300});
  EXPECT_EQ(said.segments.at(0).segment.ctl, SYN | ACK);
  EXPECT_EQ(said.segments[0].segment.seq.raw, 100u);
  EXPECT_EQ(said.segments[0].why, Why::syn_again);
}

TEST(Listen, SynWithText_IsDeliveredOnceEstablished) {
  Script t;
  t.listen();
  const Said syn_ack = t.arrive({SYN, 300, 0, "hello"});
  EXPECT_EQ(syn_ack.segments.at(0).segment.ack.raw, 301u);
  const Said said = t.arrive({ACK, 301, 101});
  EXPECT_EQ(said.segments.at(0).segment.ack.raw, 306u);
  EXPECT_EQ(t.receive().first, "hello");
}

TEST(SynReceived, TextOfTheSynAgain_IsTakenOnce) {
  Script t;
  t.listen();
  t.arrive({SYN, 300, 0, "hello"});
  t.arrive({ACK | PSH, 301, 101, "hello world"});
  EXPECT_EQ(t.receive().first, "hello world");
}

TEST(Listen, SynWithFin_EndsInCloseWait) {
  Script t;
  t.listen();
  t.arrive({SYN | FIN, 300, 0, "hello"});
  t.arrive({ACK, 301, 101});
  EXPECT_EQ(t.state(), TcpState::close_wait);
  EXPECT_EQ(t.receive().first, "hello");
}

TEST(Listen, FullBacklog_DropsTheSynSilently) {
  Script t;
  t.listen(0);  // one connection may wait, as on Linux
  const auto handshake = [&](std::uint16_t port) {
    t.remote.port = port;
    const Said said = poll(t.stack, "stack", t.now);
    model::Segment syn;
    syn.ctl = SYN;
    syn.seq = wire::SeqNum{300};
    t.stack.handle_segment(t.now, t.remote, t.local, syn);
    Said answer = t.poll();
    if (answer.silent()) return answer;
    model::Segment ack;
    ack.ctl = ACK;
    ack.seq = wire::SeqNum{301};
    ack.ack = answer.segments[0].segment.seq + wire::SeqSize{1};
    t.stack.handle_segment(t.now, t.remote, t.local, ack);
    return t.poll();
  };
  EXPECT_TRUE(handshake(1).has(Ready::What::acceptable));
  const Said second = handshake(2);
  EXPECT_TRUE(second.silent());
  EXPECT_TRUE(second.has(Why::backlog_full));
  ASSERT_TRUE(t.stack.accept(*t.listener));
  EXPECT_TRUE(handshake(3).has(Ready::What::acceptable));
}

TEST(SynReceived, AckWhileBacklogIsFull_IsDroppedAndComesAgain) {
  Script t;
  t.listen(0);
  const auto arrive = [&](std::uint16_t port, wire::CtlSet ctl, std::uint32_t seq,
                          std::uint32_t ack) {
    model::Segment s;
    s.ctl = ctl;
    s.seq = wire::SeqNum{seq};
    s.ack = wire::SeqNum{ack};
    t.stack.handle_segment(t.now, address(2, port), t.local, s);
    return t.poll();
  };
  arrive(1, SYN, 300, 0);
  arrive(2, SYN, 300, 0);
  EXPECT_TRUE(arrive(1, ACK, 301, 101).has(Ready::What::acceptable));
  const Said late = arrive(2, ACK, 301, 101);
  EXPECT_TRUE(late.has(Why::backlog_full));
  EXPECT_TRUE(late.states.empty());
  ASSERT_TRUE(t.stack.accept(*t.listener));
  EXPECT_TRUE(arrive(2, ACK, 301, 101).has(Ready::What::acceptable));
}

TEST(Listen, SynFromMulticastOrBroadcast_IsDropped) {  // MUST-57, MUST-63
  for (const wire::IpAddress bad :
       {wire::IpAddress::v4(224, 0, 0, 1), wire::IpAddress::v4(255, 255, 255, 255),
        wire::IpAddress::v4(0, 0, 0, 0)}) {
    Script t;
    t.listen();
    t.remote.ip = bad;
    const Said said = t.arrive({SYN, 300});
    EXPECT_TRUE(said.silent());
    EXPECT_TRUE(said.has(Why::address_invalid));
  }
}

TEST(Listen, AnyAddress_TakesConnectionsToEachAddress) {
  Stack stack({profile(ProfileName::textbook), 1500, {}});
  wire::SocketAddress any = address(0, 80);
  any.ip.octets = {};
  ASSERT_TRUE(std::holds_alternative<ListenerId>(stack.listen({}, any, 5)));
  EXPECT_TRUE(stack.port_in_use(address(7, 80)));
  EXPECT_FALSE(stack.port_in_use(address(7, 81)));
  model::Segment syn;
  syn.ctl = SYN;
  stack.handle_segment({}, address(2, 2000), address(7, 80), syn);
  const Said said = poll(stack, "stack", {});
  ASSERT_FALSE(said.segments.empty());
  EXPECT_EQ(said.segments[0].src, address(7, 80));  // MUST-45
}

TEST(Listen, SecondListenerOnTheSameAddress_IsRefused) {
  Script t;
  t.listen();
  EXPECT_EQ(std::get<std::int32_t>(t.stack.listen(t.now, t.local, 1)), EADDRINUSE);
}

TEST(Listen, CloseListener_ResetsWhatNobodyAccepted) {
  Script t;
  t.listen();
  const wire::SocketAddress second = address(2, 2001);
  model::Segment syn;
  syn.ctl = SYN;
  syn.seq = wire::SeqNum{300};
  t.stack.handle_segment(t.now, t.remote, t.local, syn);
  t.stack.handle_segment(t.now, second, t.local, syn);
  model::Segment ack;
  ack.ctl = ACK;
  ack.seq = wire::SeqNum{301};
  ack.ack = wire::SeqNum{101};
  t.stack.handle_segment(t.now, t.remote, t.local, ack);
  t.poll();
  t.stack.close_listener(t.now, *t.listener);
  const Said said = t.poll();
  EXPECT_EQ(said.segments.size(), 2u);
  EXPECT_EQ(said.segments[0].why, Why::listener_closed_resets);
  EXPECT_TRUE(said.has(Why::listener_closed));
  EXPECT_EQ(t.stack.connection_count(), 0u);
  EXPECT_TRUE(t.arrive({SYN, 400}).has(Why::closed_resets));
}

TEST(Accept, ConnectionResetWhileItWaited_IsHandedOverAndTells) {
  Stack stack({profile(ProfileName::textbook), 1500, round_isn(wire::SeqNum{100})});
  const auto local = address(1, 80), remote = address(2, 2000);
  const auto listener = std::get<ListenerId>(stack.listen({}, local, 5));
  for (auto [ctl, seq, ack] : {std::tuple{wire::CtlSet(SYN), 300u, 0u},
                               {wire::CtlSet(ACK), 301u, 101u},
                               {wire::CtlSet(RST), 301u, 0u}}) {
    model::Segment s;
    s.ctl = ctl;
    s.seq = wire::SeqNum{seq};
    s.ack = wire::SeqNum{ack};
    stack.handle_segment({}, remote, local, s);
    poll(stack, "stack", {});
  }
  const auto id = stack.accept(listener);
  ASSERT_TRUE(id);
  EXPECT_EQ(stack.tcb(*id), nullptr);
  std::array<std::uint8_t, 8> buffer;
  EXPECT_EQ(stack.receive({}, *id, buffer).error, ECONNRESET);
  EXPECT_EQ(stack.receive({}, *id, buffer).error, 0);
  EXPECT_EQ(stack.send({}, *id, buffer).error, EPIPE);
  stack.close({}, *id);
  EXPECT_EQ(stack.receive({}, *id, buffer).error, EBADF);
}

TEST(PortInUse, ConnectionsAndListeners_UntilTheyAreGone) {
  Script t;
  EXPECT_FALSE(t.stack.port_in_use(t.local));
  t.connect();
  EXPECT_TRUE(t.stack.port_in_use(t.local));
  EXPECT_TRUE(t.stack.port_in_use({wire::IpAddress::v4(0, 0, 0, 0), t.local.port}));
  EXPECT_FALSE(t.stack.port_in_use(address(3, t.local.port)));
  EXPECT_FALSE(t.stack.port_in_use(address6(1, t.local.port)));
  t.close();
  EXPECT_FALSE(t.stack.port_in_use(t.local));
}

TEST(Connect, PairInUseOrNoUnicastAddress_IsRefused) {  // MUST-46
  Script t;
  t.connect();
  EXPECT_EQ(std::get<std::int32_t>(t.stack.connect(t.now, t.local, t.remote)), EADDRINUSE);
  auto multicast = t.remote;
  multicast.ip = wire::IpAddress::v4(224, 0, 0, 5);
  EXPECT_EQ(std::get<std::int32_t>(t.stack.connect(t.now, t.local, multicast)), ENETUNREACH);
}

// --- simultaneous open (RFC 9293 Figure 8)

TEST(SimultaneousOpen, SynCrossesSyn_EstablishesBothWithoutFurtherAcks) {  // MUST-10
  Pair net(profile(ProfileName::textbook), profile(ProfileName::textbook), 1);
  net.a.id = std::get<ConnectionId>(net.a.stack->connect({}, net.a.at, net.b.at));
  net.b.id = std::get<ConnectionId>(net.b.stack->connect({}, net.b.at, net.a.at));
  net.a.closes_when_sent = net.b.closes_when_sent = false;
  net.run(seconds(1));
  EXPECT_EQ(net.a.stack->tcb(*net.a.id)->state, TcpState::established);
  EXPECT_EQ(net.b.stack->tcb(*net.b.id)->state, TcpState::established);
  EXPECT_EQ(net.segments, 4u);  // two SYNs, two SYN,ACKs
}

TEST(SimultaneousOpen, LossAndData_StillDeliver) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Pair net(profile(ProfileName::linux_), profile(ProfileName::linux_), seed);
    net.link.loss = 0.2;
    net.a.to_send = "from a";
    net.b.to_send = "from b";
    net.a.id = std::get<ConnectionId>(net.a.stack->connect({}, net.a.at, net.b.at));
    net.b.id = std::get<ConnectionId>(net.b.stack->connect({}, net.b.at, net.a.at));
    net.run(seconds(3600));
    EXPECT_EQ(net.a.received, "from b");
    EXPECT_EQ(net.b.received, "from a");
    if (HasFailure()) return;
  }
}

TEST(SynReceived, ActiveAndReset_TellsConnectionRefused) {  // MUST-11
  Script t;
  t.connect();
  t.arrive({SYN, 300});
  EXPECT_EQ(t.state(), TcpState::syn_received);
  const Said said = t.arrive({RST, 301});
  EXPECT_TRUE(said.has(Why::refused_in_handshake));
  EXPECT_EQ(said.ready.at(0).error, ECONNREFUSED);
}

TEST(SynReceived, ActiveAndNewSyn_SendsChallengeAck) {
  Script t;
  t.connect();
  t.arrive({SYN, 300});
  const Said said = t.arrive({SYN, 400});
  EXPECT_TRUE(said.has(Why::challenge_syn));
  EXPECT_EQ(t.state(), TcpState::syn_received);
}

TEST(SynReceived, CloseWithoutData_SendsFinAtOnce) {  // 3.10.4
  Script t;
  t.connect();
  t.arrive({SYN, 300});
  const Said said = t.shutdown();
  EXPECT_EQ(t.state(), TcpState::fin_wait_1);
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].segment.ctl, FIN | ACK);
  EXPECT_EQ(said.segments[0].segment.seq.raw, 101u);
  t.arrive({SYN | ACK, 300, 102});
  EXPECT_EQ(t.state(), TcpState::fin_wait_2);
}

TEST(SynReceived, CloseWithData_WaitsForEstablished) {  // 3.10.4
  Script t;
  t.connect();
  t.send("early");
  t.arrive({SYN, 300});
  EXPECT_TRUE(t.shutdown().silent());
  EXPECT_EQ(t.state(), TcpState::syn_received);
  const Said said = t.arrive({SYN | ACK, 300, 101});
  EXPECT_EQ(t.state(), TcpState::fin_wait_1);
  ASSERT_EQ(said.segments.size(), 1u);
  EXPECT_EQ(said.segments[0].text, "early");
  EXPECT_TRUE(said.segments[0].segment.ctl.has(FIN));
}

TEST(SelfConnect, SynMeetsItself_EstablishesAndEchoes) {
  Stack stack({profile(ProfileName::textbook), 1500, round_isn(wire::SeqNum{100})});
  const auto self = address(1, 1000);
  const auto id = std::get<ConnectionId>(stack.connect({}, self, self));
  const auto deliver = [&] {
    for (int i = 0; i < 20; ++i) {
      const Said said = poll(stack, "self", {});
      if (said.silent()) return;
      for (const auto& sent : said.segments) {
        model::Segment s = sent.segment;
        s.text = {reinterpret_cast<const std::uint8_t*>(sent.text.data()), sent.text.size()};
        stack.handle_segment({}, sent.src, sent.dst, s);
      }
    }
    ADD_FAILURE() << "the stack answers itself for ever";
  };
  deliver();
  ASSERT_EQ(stack.tcb(id)->state, TcpState::established);
  const std::string text = "echo";
  stack.send({}, id, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  deliver();
  std::array<std::uint8_t, 16> buffer;
  EXPECT_EQ(stack.receive({}, id, buffer).value, 4);
  stack.close({}, id);
  deliver();
  EXPECT_EQ(stack.tcb(id)->state, TcpState::time_wait);  // its own FIN crossed itself
}

// --- what the SYNs agree on

TEST(Options, LinuxSyn_HasLinuxOrder) {
  Script t(profile(ProfileName::linux_));
  const Said said = t.connect();
  const auto raw = said.segments.at(0).segment.options.raw();
  ASSERT_EQ(raw.size(), 20u);
  const std::vector<int> kinds = {raw[0], raw[4], raw[6], raw[16], raw[17]};
  EXPECT_EQ(kinds, (std::vector<int>{2, 4, 8, 1, 3}));            // MSS, SACK, TS, NOP, WS
  EXPECT_EQ(said.segments[0].segment.options.parse().mss, 1460);  // MUST-67
}

TEST(Options, LinuxWindows_AreThoseOfTheKernel) {
  for (const auto& [mtu, syn, syn_ack] :
       {std::tuple{1500u, 64'240, 65'160}, {65'536u, 65'495, 65'483}}) {
    Script active(profile(ProfileName::linux_), mtu);
    EXPECT_EQ(active.connect().segments.at(0).segment.wnd, syn);
    Script passive(profile(ProfileName::linux_), mtu);
    passive.listen();
    EXPECT_EQ(passive.arrive({SYN, 300, 0, "", 65'495, all_options()}).segments.at(0).segment.wnd,
              syn_ack);
  }
}

TEST(Options, TextbookSyn_HasNone) {
  Script t;
  EXPECT_TRUE(t.connect().segments.at(0).segment.options.empty());
}

TEST(Options, SynAckAnswersOnlyWhatWasOffered) {
  Script t(profile(ProfileName::linux_));
  t.listen();
  const Said said = t.arrive({SYN, 300, 0, "", 8192, mss(1000)});
  const auto o = said.segments.at(0).segment.options.parse();
  EXPECT_EQ(o.mss, 1460);
  EXPECT_FALSE(o.window_scale);
  EXPECT_FALSE(o.timestamps);
  EXPECT_FALSE(o.sack_permitted);
}

TEST(Options, AllAgreed_ScaleWindowsAndStampEverySegment) {
  Script t(profile(ProfileName::linux_));
  t.listen();
  const Said said = t.arrive({SYN, 300, 0, "", 1000, all_options()});
  const auto o = said.segments.at(0).segment.options.parse();
  EXPECT_EQ(o.window_scale, 7);
  EXPECT_EQ(o.timestamps->ecr, 1000u);
  wire::TcpOptions ts;
  ts.append_timestamps({1001, 1});
  t.arrive({ACK, 301, 101, "", 100, ts});
  EXPECT_EQ(t.tcb().snd.wnd, 1600u);  // 100 << 4
  const Said sent = t.send("x");
  EXPECT_TRUE(sent.segments.at(0).segment.options.parse().timestamps);
  EXPECT_EQ(sent.segments.at(0).segment.options.parse().timestamps->ecr, 1001u);
  EXPECT_FALSE(sent.segments.at(0).segment.options.parse().mss);  // MUST-65
}

TEST(Options, PlainOrder_HoldsAllOptions) {
  Profile p = profile(ProfileName::rfc);
  p.window_scale_option = p.sack_option = p.timestamps_option = true;
  p.window_scale = 2;
  Script t(p);
  const auto options = t.connect().segments.at(0).segment.options;
  EXPECT_EQ(options.size(), 4u + 4 + 4 + 12);
  EXPECT_TRUE(options.parse().timestamps && options.parse().sack_permitted);
  EXPECT_EQ(options.parse().window_scale, 2);
}

TEST(Options, LinuxOrderWithoutTimestampsOrSack_KeepsTheAlignment) {
  Profile p = profile(ProfileName::linux_);
  p.timestamps_option = false;
  Script no_times(p);
  EXPECT_EQ(no_times.connect().segments.at(0).segment.options.size(), 12u);
  p.timestamps_option = true;
  p.sack_option = false;
  Script no_sack(p);
  EXPECT_EQ(no_sack.connect().segments.at(0).segment.options.size(), 20u);
}

TEST(Mss, OptionOfThePeer_IsObeyed) {  // MUST-14
  Script t(profile(ProfileName::rfc));
  t.establish(mss(1000));
  EXPECT_EQ(t.send(std::string(1500, 'x')).segments.at(0).text.size(), 1000u);
}

TEST(Mss, OptionAbsent_MeansTheDefault) {  // MUST-15
  Script t(profile(ProfileName::rfc));
  t.establish();
  EXPECT_EQ(t.send(std::string(1500, 'x')).segments.at(0).text.size(), 536u);
  Script textbook;  // the blackboard takes what the link takes
  textbook.establish();
  EXPECT_EQ(textbook.send(std::string(2000, 'x')).segments.at(0).text.size(), 1460u);
}

TEST(Mss, OptionAbsentOnIpv6_Means1220) {
  Script t(profile(ProfileName::rfc));
  t.local = address6(1, 1000);
  t.remote = address6(2, 2000);
  t.establish();
  EXPECT_EQ(t.send(std::string(1500, 'x')).segments.at(0).text.size(), 1220u);
}

TEST(Mss, TimestampsTakeRoom) {  // MUST-16
  Script t(profile(ProfileName::linux_));
  t.establish(all_options());
  EXPECT_EQ(t.send(std::string(2000, 'x')).segments.at(0).text.size(), 1448u);
}

TEST(Mss, OfZero_StillSends) {
  Script t(profile(ProfileName::rfc));
  t.establish(mss(0));
  EXPECT_EQ(t.send(std::string(100, 'x')).segments.at(0).text.size(), 48u);
}

TEST(Mss, OptionOfTheCall_IsOfferedAndKept) {
  Script t(profile(ProfileName::rfc));
  ConnectionOptions options;
  options.mss = 500;
  EXPECT_EQ(t.connect(options).segments.at(0).segment.options.parse().mss, 500);
  t.arrive({SYN | ACK, 300, 101, "", 8192, mss(1460)});
  EXPECT_EQ(t.send(std::string(1000, 'x')).segments.at(0).text.size(), 500u);
}

}  // namespace
}  // namespace synoptic::tcp
