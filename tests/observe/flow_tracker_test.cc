// FlowTracker on packets made by hand: lanes, flows, numbers, windows, and what it says of states
// and what not.
#include "capture/observe/flow_tracker.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/observe/packets.hh"

namespace synoptic::observe {
namespace {

using model::EndpointId;
using model::EventKind;
using model::Protocol;
using model::Why;
using testing::Bench;
using testing::client;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::server;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

// --- lanes and flows

TEST(Flows, LanesAreKeyedByAddressAndPort) {
  Bench b;
  const wire::SocketAddress near{client.ip, 1}, far{client.ip, 2};  // one address, as on loopback
  b.tcp(near, far, {SYN, 1});
  b.tcp(far, near, {SYN | ACK, 9, 2});
  b.udp(near, far, "hi");
  ASSERT_EQ(b.trace.endpoints().size(), 4u);
  ASSERT_EQ(b.trace.flows().size(), 2u);
  EXPECT_EQ(b.trace.endpoints()[0].name, "127.0.0.1:1");
  EXPECT_NE(b.packet_event(0).endpoint, b.packet_event(1).endpoint);
  EXPECT_EQ(b.packet_event(0).to, b.packet_event(1).endpoint);
  EXPECT_EQ(b.trace.flows()[1].protocol, Protocol::udp);
}

TEST(Flows, ClientIsWhoSentTheSyn) {
  Bench b;
  b.s({SYN | ACK, 5000, 1001});  // its SYN was not captured
  const model::Flow& flow = b.trace.flows().at(0);
  EXPECT_EQ(b.trace[flow.a].address, client);
  EXPECT_TRUE(flow.began_mid_stream);
}

TEST(Flows, PortsUsedAgainAreAnotherFlow) {
  Bench b;
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  b.c({SYN, 1000});  // the very same number: yet the old connection is over
  b.s({SYN | ACK, 5000, 1001});
  ASSERT_EQ(b.trace.flows().size(), 2u);
  EXPECT_EQ(b.trace.endpoints().size(), 2u);
  EXPECT_EQ(b.packet_event(6).flow, b.trace.flows()[1].id);
  EXPECT_THAT(b.states_of("client"),
              Contains("TIME-WAIT > CLOSED"));  // it could not have reused the port otherwise
  EXPECT_THAT(b.states_of("server"), Contains("LAST-ACK > CLOSED"));
}

TEST(Flows, SynWithAnotherNumberIsAnotherFlow) {
  Bench b;
  b.handshake();
  b.c({SYN, 77'000});  // the client was restarted
  EXPECT_EQ(b.trace.flows().size(), 2u);
}

TEST(Flows, SynSentAgainIsTheSameFlow) {
  Bench b;
  b.c({SYN, 1000});
  b.pass(model::seconds(1));
  b.c({SYN, 1000});
  EXPECT_EQ(b.trace.flows().size(), 1u);
  EXPECT_FALSE(b.packet(0).retransmission);
  EXPECT_TRUE(b.packet(1).retransmission);
  EXPECT_THAT(b.states(), ElementsAre("client CLOSED > SYN-SENT"));
}

TEST(Flows, IcmpErrorBelongsToTheFlowThatItQuotes) {
  Bench b;
  b.udp(client, server, "hello");
  const wire::Bytes datagram = b.last;
  wire::Bytes error;
  const auto router = wire::IpAddress::v4(10, 0, 0, 1);
  wire::append_icmp(
      error, {}, {router, client.ip}, 3, 3,
      wire::unreachable_body(wire::ByteSpan(datagram).subspan(14), wire::Family::ipv4));
  b.raw(error);
  const model::Event& e = b.packet_event(1);
  EXPECT_EQ(e.kind, EventKind::icmp);
  EXPECT_EQ(e.flow, b.trace.flows().at(0).id);
  EXPECT_EQ(b.trace[e.endpoint].address, server);  // the lane of the quoted packet's destination
  EXPECT_EQ(b.trace[e.to].address, client);
  EXPECT_EQ(b.packet(1).icmp_type, 3);
  EXPECT_EQ(b.packet(1).icmp_code, 3);
  EXPECT_EQ(b.trace.endpoints().size(), 2u);
}

TEST(Flows, OtherIcmpHasLanesOfItsOwn) {
  Bench b;
  wire::Bytes echo;
  wire::append_icmp(echo, {}, {client.ip, server.ip}, 8, 0, wire::Bytes{0, 1, 0, 1});
  b.raw(echo);
  EXPECT_EQ(b.packet_event(0).kind, EventKind::icmp);
  EXPECT_EQ(b.trace[b.packet_event(0).endpoint].address, (wire::SocketAddress{client.ip, 0}));
}

TEST(Flows, BytesAreKeptAsCaptured) {
  Bench b;
  b.c({SYN, 1000});
  const model::Packet& p = b.packet(0);
  EXPECT_TRUE(std::ranges::equal(p.bytes, b.last));
  EXPECT_EQ(p.original_size, b.last.size());
  EXPECT_EQ(p.fate, model::Fate::delivered);
  EXPECT_EQ(p.arrived, b.packet_event(0).t);
}

// --- numbers and windows

TEST(Numbers, AreRelativeToTheSyns) {
  Bench b;
  b.c({SYN, 0xffff'fff0});
  b.s({SYN | ACK, 5000, 0xffff'fff1});
  b.c({ACK, 0xffff'fff1, 5001});
  b.c({PSH | ACK, 0xffff'fff1, 5001, 100});  // around the end of the circle
  b.s({ACK, 5001, 0x55});
  b.c({FIN | ACK, 0x55, 5001});
  b.s({FIN | ACK, 5001, 0x56});
  b.c({ACK, 0x56, 5002});
  EXPECT_EQ(b.trace.relative_seq(b.packet_event(3)), 1u);
  EXPECT_EQ(b.trace.relative_ack(b.packet_event(4)), 101u);
  EXPECT_EQ(b.trace.relative_seq(b.packet_event(5)), 101u);
  EXPECT_THAT(b.states_of("server"),
              ElementsAre("LISTEN > SYN-RECEIVED", "SYN-RECEIVED > ESTABLISHED",
                          "ESTABLISHED > CLOSE-WAIT", "CLOSE-WAIT > LAST-ACK"));
}

TEST(Numbers, WithoutSynsCountFromTheFirstSeen) {
  Bench b;
  b.c({PSH | ACK, 7000, 9000, 10});
  b.s({ACK, 9000, 7010});
  EXPECT_EQ(b.trace.relative_seq(b.packet_event(0)), 1u);
  EXPECT_EQ(b.trace.relative_ack(b.packet_event(0)), 1u);
  EXPECT_EQ(b.trace.relative_seq(b.packet_event(1)), 1u);
  EXPECT_EQ(b.trace.relative_ack(b.packet_event(1)), 11u);
  EXPECT_TRUE(b.trace.flows().at(0).began_mid_stream);
  EXPECT_THAT(b.states(), IsEmpty());
}

TEST(Numbers, WindowIsScaledWhenBothSynsOfferedIt) {
  Bench b;
  b.c({.ctl = SYN, .seq = 1000, .window = 100, .window_scale = 7});
  b.s({.ctl = SYN | ACK, .seq = 5000, .ack = 1001, .window = 100, .window_scale = 3});
  b.c({.ctl = ACK, .seq = 1001, .ack = 5001, .window = 100});
  b.s({.ctl = ACK, .seq = 5001, .ack = 1001, .window = 100});
  EXPECT_EQ(b.packet(0).wnd, 100u);
  EXPECT_EQ(b.packet(1).wnd, 100u);
  EXPECT_EQ(b.packet(2).wnd, 100u << 7);
  EXPECT_EQ(b.packet(3).wnd, 100u << 3);
}

TEST(Numbers, WindowStaysAsItIsWhenOneSynDidNotOfferScaling) {
  Bench b;
  b.c({.ctl = SYN, .seq = 1000, .window_scale = 7});
  b.s({.ctl = SYN | ACK, .seq = 5000, .ack = 1001});
  b.c({.ctl = ACK, .seq = 1001, .ack = 5001, .window = 100});
  EXPECT_EQ(b.packet(2).wnd, 100u);
}

TEST(Numbers, ShiftBeyondFourteenCountsAsFourteen) {
  Bench b;
  b.c({.ctl = SYN, .seq = 1000, .window_scale = 200});
  b.s({.ctl = SYN | ACK, .seq = 5000, .ack = 1001, .window_scale = 0});
  b.c({.ctl = ACK, .seq = 1001, .ack = 5001, .window = 3});
  EXPECT_EQ(b.packet(2).wnd, 3u << 14);
}

TEST(Numbers, OctetsSeenBeforeAreARetransmission) {
  Bench b;
  b.handshake();
  b.c({ACK, 1001, 5001, 10});
  b.c({ACK, 1011, 5001, 10});
  b.c({ACK, 1001, 5001, 20});  // both in one
  b.c({ACK, 1011, 5001, 20});  // half of it is new
  b.c({ACK, 1031, 5001});      // empty
  EXPECT_FALSE(b.packet(3).retransmission);
  EXPECT_FALSE(b.packet(4).retransmission);
  EXPECT_TRUE(b.packet(5).retransmission);
  EXPECT_FALSE(b.packet(6).retransmission);
  EXPECT_FALSE(b.packet(7).retransmission);
}

TEST(Numbers, ACaptureOutOfOrderIsNoRetransmission) {
  Bench b;
  b.handshake();
  b.c({ACK, 1011, 5001, 10});
  b.c({ACK, 1001, 5001, 10});  // captured late
  b.c({ACK, 1001, 5001, 10});  // this one is sent again
  EXPECT_FALSE(b.packet(3).retransmission);
  EXPECT_FALSE(b.packet(4).retransmission);
  EXPECT_TRUE(b.packet(5).retransmission);
}

TEST(Numbers, KeepAliveAndProbeChangeNoState) {
  Bench b;
  b.handshake();
  b.c({ACK, 1001, 5001, 10});
  b.s({ACK, 5001, 1011});
  const auto before = b.states();
  for (int i = 0; i < 3; ++i) {
    b.pass(model::seconds(60));
    b.c({ACK, 1010, 5001});  // keep-alive: an octet before SND.NXT, empty
    b.s({ACK, 5001, 1011});
    b.c({ACK, 1010, 5001, 1});  // the same with an octet
    b.s({ACK, 5001, 1011});
  }
  EXPECT_EQ(b.states(), before);
}

TEST(Numbers, LengthOfASnappedPacketIsThatOfTheWire) {
  Bench b;
  Bench whole;
  whole.handshake();
  whole.c({PSH | ACK, 1001, 5001, 1000});
  for (std::size_t i = 0; i < 4; ++i) {
    const model::Packet& p = whole.packet(i);
    b.tracker.packet({whole.packet_event(i).t, p.bytes.first(54), p.original_size, p.link});
  }
  EXPECT_EQ(b.packet(3).len, 1000u);
  EXPECT_EQ(b.packet(3).bytes.size(), 54u);
  EXPECT_EQ(b.packet(3).original_size, 1054u);
  EXPECT_EQ(b.states(), whole.states());
}

// --- states

TEST(States, OfAHandshakeShowOneByOne) {
  Bench b;
  b.c({SYN, 1000});
  EXPECT_THAT(b.states(), ElementsAre("client CLOSED > SYN-SENT"));
  b.s({SYN | ACK, 5000, 1001});
  EXPECT_THAT(b.states_of("server"), ElementsAre("LISTEN > SYN-RECEIVED"));
  EXPECT_THAT(b.states_of("client"), ElementsAre("CLOSED > SYN-SENT"));  // it may not get it
  b.c({ACK, 1001, 5001});
  EXPECT_THAT(b.states_of("client"), ElementsAre("CLOSED > SYN-SENT", "SYN-SENT > ESTABLISHED"));
  EXPECT_THAT(b.states_of("server"), ElementsAre("LISTEN > SYN-RECEIVED"));
  b.s({PSH | ACK, 5001, 1001, 8});
  EXPECT_THAT(b.states_of("server"),
              ElementsAre("LISTEN > SYN-RECEIVED", "SYN-RECEIVED > ESTABLISHED"));
  for (const model::Event& e : b.trace.events()) {
    if (e.kind != EventKind::state) continue;
    EXPECT_EQ(std::get<model::StateChange>(e.body).basis, model::Basis::inferred);
    EXPECT_NE(e.why, Why::none);
    EXPECT_TRUE(std::holds_alternative<model::Packet>(b.trace[e.cause].body));
    EXPECT_EQ(e.t, b.trace[e.cause].t);
  }
}

TEST(States, AnEmptySegmentOfTheServerDoesNotProveItEstablished) {
  Bench b;
  b.handshake();
  b.s({ACK, 5001, 1001});  // it may answer a SYN that came twice, in SYN-RECEIVED
  EXPECT_THAT(b.states_of("server"), ElementsAre("LISTEN > SYN-RECEIVED"));
  b.tracker.finish();  // but it did not send its SYN again: so the client's ACK came
  EXPECT_THAT(b.states_of("server"), Contains("SYN-RECEIVED > ESTABLISHED"));
}

TEST(States, SynAckSentAgainLeavesTheServerOpen) {
  Bench b;
  b.handshake();
  b.pass(model::seconds(1));
  b.s({SYN | ACK, 5000, 1001});
  b.c({ACK, 1001, 5001});
  b.tracker.finish();
  EXPECT_THAT(b.states_of("server"), ElementsAre("LISTEN > SYN-RECEIVED"));
}

TEST(States, SilenceProvesWhileTheCaptureGoesOn) {
  Bench b;
  b.handshake();
  const wire::SocketAddress other{client.ip, 5};
  b.udp(other, server, "tick");
  EXPECT_THAT(b.states_of("server"), ElementsAre("LISTEN > SYN-RECEIVED"));
  b.pass(model::seconds(10));
  b.udp(other, server, "tick");
  EXPECT_THAT(b.states_of("server"), Contains("SYN-RECEIVED > ESTABLISHED"));
  // … at the time at which it happened, by the packet that made it happen.
  EXPECT_EQ(b.trace.events().back().kind, EventKind::datagram);
  for (const model::Event& e : b.trace.events()) {
    if (e.why == Why::observed_silence) {
      EXPECT_EQ(e.t, b.packet_event(2).t);
    }
  }
}

TEST(States, FourSegmentsOfAClose) {
  Bench b;
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.s({ACK, 5001, 1002});
  b.pass(model::seconds(2));  // the client did not send its FIN again
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  b.tracker.finish();
  EXPECT_THAT(b.states_of("client"),
              ElementsAre("CLOSED > SYN-SENT", "SYN-SENT > ESTABLISHED", "ESTABLISHED > FIN-WAIT-1",
                          "FIN-WAIT-1 > FIN-WAIT-2", "FIN-WAIT-2 > TIME-WAIT"));
  EXPECT_THAT(
      b.states_of("server"),
      ElementsAre("LISTEN > SYN-RECEIVED", "SYN-RECEIVED > ESTABLISHED", "ESTABLISHED > CLOSE-WAIT",
                  "CLOSE-WAIT > LAST-ACK", "LAST-ACK > CLOSED"));
}

// What came after the last packet of a file nobody knows: its words claim no more than what is
// seen.
TEST(States, WhereACaptureEndsAtTheLastAck_TheWordsSayHowFarItGoes) {
  Bench b;
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  b.tracker.finish();
  const auto closed = std::ranges::find_if(b.trace.events(), [](const model::Event& event) {
    const auto* const change = std::get_if<model::StateChange>(&event.body);
    return change != nullptr && change->from == model::TcpState::last_ack;
  });
  ASSERT_NE(closed, b.trace.events().end());
  EXPECT_EQ(std::get<model::StateChange>(closed->body).basis, model::Basis::inferred);
  ASSERT_EQ(closed->why, Why::observed_silence);
  EXPECT_THAT(std::string(model::info(closed->why).text),
              ::testing::HasSubstr("as far as it goes, this capture shows none"));
}

TEST(States, FinRightBehindItsAckMakesFinWait2TheOrdinaryReading) {
  for (const bool on_arrival : {false, true}) {
    Bench b({.captured_on_arrival = on_arrival});
    b.handshake();
    b.c({FIN | ACK, 1001, 5001});
    b.s({ACK, 5001, 1002});  // had this been lost, all would look the same
    b.s({FIN | ACK, 5001, 1002});
    b.c({ACK, 1002, 5002});
    const auto states = b.states_of("client");
    EXPECT_THAT(states, Contains("FIN-WAIT-1 > FIN-WAIT-2"));
    EXPECT_THAT(states, Contains("FIN-WAIT-2 > TIME-WAIT"));
    EXPECT_EQ(b.count(Why::observed_ordinary), on_arrival ? 0u : 2u);
  }
}

TEST(States, FinSentTwiceBeforeItsAckLeavesFinWait2OpenButOnArrival) {
  for (const bool on_arrival : {false, true}) {
    Bench b({.captured_on_arrival = on_arrival});
    b.handshake();
    b.c({FIN | ACK, 1001, 5001});
    b.c({FIN | ACK, 1001, 5001});  // a tail-loss probe
    b.s({ACK, 5001, 1002});
    b.s({FIN | ACK, 5001, 1002});
    b.c({ACK, 1002, 5002});
    const auto states = b.states_of("client");
    EXPECT_EQ(std::ranges::count(states, "FIN-WAIT-1 > FIN-WAIT-2"), on_arrival ? 1 : 0);
    EXPECT_EQ(states.back(), on_arrival ? "FIN-WAIT-2 > TIME-WAIT" : "= TIME-WAIT");
    EXPECT_EQ(b.count(Why::observed_ordinary), 0u);
  }
}

TEST(States, FinSentAgainAfterItsAckLeavesFinWait2Open) {
  Bench b;
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.s({ACK, 5001, 1002});
  b.c({FIN | ACK, 1001, 5001});  // had that ACK been lost …
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  EXPECT_EQ(b.states_of("client").back(), "= TIME-WAIT");
}

TEST(States, ResetOfTextAfterTheFinEndsFinWait2AndCloseWait) {
  Bench b;
  b.handshake();
  b.s({FIN | ACK, 5001, 1001});
  b.c({PSH | ACK, 1001, 5002, 4});
  b.s({RST, 5002, 0});
  b.tracker.finish();
  EXPECT_THAT(b.states_of("server"), Contains("FIN-WAIT-1 > FIN-WAIT-2"));
  EXPECT_EQ(b.states_of("server").back(), "FIN-WAIT-2 > CLOSED");
  EXPECT_EQ(b.states_of("client").back(), "CLOSE-WAIT > CLOSED");
}

TEST(States, ThreeSegmentsOfAClose) {
  Bench b;
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  EXPECT_THAT(b.states_of("client"), Contains("FIN-WAIT-1 > TIME-WAIT"));
  EXPECT_THAT(b.states_of("server"), Contains("ESTABLISHED > CLOSE-WAIT"));
  EXPECT_THAT(b.states_of("server"), Contains("CLOSE-WAIT > LAST-ACK"));
}

TEST(States, CrossingFins) {
  Bench b({.captured_on_arrival = true});
  b.handshake();
  b.s({PSH | ACK, 5001, 1001, 1});
  b.c({ACK, 1001, 5002});
  b.c({FIN | ACK, 1001, 5002});
  b.s({FIN | ACK, 5002, 1001});
  b.c({ACK, 1002, 5003});
  b.s({ACK, 5003, 1002});
  EXPECT_THAT(b.states_of("client"), Contains("FIN-WAIT-1 > CLOSING"));
  EXPECT_THAT(b.states_of("client"), Contains("CLOSING > TIME-WAIT"));
  EXPECT_THAT(b.states_of("server"), Contains("FIN-WAIT-1 > CLOSING"));
}

TEST(States, LastAckIsOpenWhenTheFinHadToBeSentAgain) {
  Bench b;
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  b.pass(model::seconds(1));
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  b.tracker.finish();
  EXPECT_EQ(b.states_of("server").back(), "CLOSE-WAIT > LAST-ACK");
  EXPECT_EQ(b.trace.events().back().why, Why::observed_ack_unanswered);
}

TEST(States, RefusedConnection) {
  for (const bool on_arrival : {false, true}) {
    Bench b({.captured_on_arrival = on_arrival});
    b.c({SYN, 1000});
    b.s({RST | ACK, 0, 1001});
    if (!on_arrival) b.tracker.finish();  // the SYN was not sent again
    EXPECT_THAT(b.states_of("client"), ElementsAre("CLOSED > SYN-SENT", "SYN-SENT > CLOSED"));
    EXPECT_THAT(b.states_of("server"), IsEmpty());
    EXPECT_EQ(b.trace.relative_seq(b.packet_event(0)), 0u);
  }
}

TEST(States, AResetThatDoesNotFitChangesNothing) {
  Bench b({.captured_on_arrival = true});
  b.c({SYN, 1000});
  b.s({RST | ACK, 0, 4711});  // acknowledges another SYN
  EXPECT_THAT(b.states_of("client"), ElementsAre("CLOSED > SYN-SENT"));
  b.s({SYN | ACK, 5000, 1001});
  b.c({ACK, 1001, 5001});
  b.s({RST, 5400, 0});  // in the window, not at RCV.NXT: a challenge is due
  b.c({ACK, 1001, 5001});
  EXPECT_THAT(b.states_of("client"), ElementsAre("CLOSED > SYN-SENT", "SYN-SENT > ESTABLISHED"));
}

TEST(States, ResetOfAnIdleConnectionIsCertainOnlyOnArrival) {
  for (const bool on_arrival : {false, true}) {
    Bench b({.captured_on_arrival = on_arrival});
    b.handshake();
    b.s({PSH | ACK, 5001, 1001, 8});
    b.c({ACK, 1001, 5009});
    b.s({RST, 5009, 0});
    b.tracker.finish();
    const auto states = b.states_of("client");
    EXPECT_EQ(states.back(), "ESTABLISHED > CLOSED");
    EXPECT_EQ(b.trace.events().back().why,
              on_arrival ? Why::observed_on_arrival : Why::observed_ordinary);
  }
}

TEST(States, ResetAfterMissingOctetsIsNotKnownToHaveArrived) {
  Bench b;
  b.handshake();
  b.s({PSH | ACK, 5001, 1001, 8});
  b.c({ACK, 1001, 5009});
  b.s({RST, 5019, 0});
  b.tracker.finish();
  EXPECT_EQ(b.states_of("client").back(), "SYN-SENT > ESTABLISHED");
  EXPECT_EQ(b.trace.events().back().why, Why::observed_reset_unanswered);
}

TEST(States, SenderOfAResetIsClosed) {
  Bench b;
  b.handshake();
  b.s({PSH | ACK, 5001, 1001, 8});
  b.c({RST | ACK, 1001, 5009});
  EXPECT_EQ(b.states_of("client").back(), "ESTABLISHED > CLOSED");
}

TEST(States, SimultaneousOpen) {
  Bench b;
  b.c({SYN, 1000});
  b.s({SYN, 5000});
  b.c({SYN | ACK, 1000, 5001});
  b.s({SYN | ACK, 5000, 1001});
  b.c({PSH | ACK, 1001, 5001, 5});
  b.s({PSH | ACK, 5001, 1006, 5});
  EXPECT_EQ(b.trace.flows().size(), 1u);
  for (const char* end : {"client", "server"}) {
    EXPECT_THAT(b.states_of(end), ElementsAre("CLOSED > SYN-SENT", "SYN-SENT > SYN-RECEIVED",
                                              "SYN-RECEIVED > ESTABLISHED"));
  }
  EXPECT_FALSE(b.packet(2).retransmission);
}

TEST(States, NothingIsInferredFromAWrongChecksum) {
  Bench b;
  b.handshake();
  const auto before = b.states();
  b.c({FIN | ACK, 1001, 5001});
  wire::Bytes damaged = b.last;
  Bench other;
  other.handshake();
  damaged[14 + 20 + 4] ^= 0x40;  // its sequence number
  other.raw(damaged);
  EXPECT_EQ(other.states(), before);
  EXPECT_EQ(other.packet(3).fate, model::Fate::damaged) << "its receiver drops it";
  EXPECT_EQ(other.packet(2).fate, model::Fate::delivered);
  EXPECT_EQ(other.trace.flows().size(), 1u);
  EXPECT_NE(b.states(), before);
}

TEST(States, AFinThatTheCaptureMissedMakesItUnsure) {
  Bench b;
  b.handshake();
  b.s({PSH | ACK, 5001, 1001, 8});
  b.c({ACK, 1001, 5009});
  // here the server's FIN, which the capture lost
  b.c({ACK, 1001, 5010});
  b.c({FIN | ACK, 1001, 5010});
  b.s({ACK, 5010, 1002});
  b.tracker.finish();
  EXPECT_EQ(b.states_of("client").back(), "SYN-SENT > ESTABLISHED");
  EXPECT_EQ(b.states_of("server").back(), "SYN-RECEIVED > ESTABLISHED");
}

TEST(States, PacketsThatTheCaptureReportsMissingMakeItUnsure) {
  Bench b({.captured_on_arrival = true});
  b.handshake();
  b.c({FIN | ACK, 1001, 5001});
  b.tracker.packets_missed();  // the server's ACK, perhaps
  b.s({FIN | ACK, 5001, 1002});
  b.c({ACK, 1002, 5002});
  EXPECT_THAT(b.states_of("client"), Not(Contains("FIN-WAIT-1 > FIN-WAIT-2")));
}

}  // namespace
}  // namespace synoptic::observe
