// TcbHistory: the TCBs of both ends through a run, held against the run's trace.
#include "sim/net/tcb_history.hh"

#include <gtest/gtest.h>

#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using model::EndpointId;
using model::Event;
using model::EventId;
using model::Tcb;
using model::TcpState;
using testing::DemoSetup;

const std::vector<DemoSetup>& setups() {
  using tcp::ProfileName;
  static const std::vector<DemoSetup> all{
      {},
      {.profile = ProfileName::linux_},
      {.profile = ProfileName::rfc},
      {.family = wire::Family::ipv6},
      {.clients = 3},
      {.demo = "handshake"},
      {.demo = "udp-echo"},
      {.faults = {"drop 2nd data client>server"}},
      {.faults = {"drop 1st syn client>server", "drop 1st fin client>server"}},
      {.faults = {"duplicate data server>client", "corrupt 1st ack client>server"}},
      {.faults = {"drop any server>client"}},
      {.faults = {"delay 3s 1st data client>server"}, .profile = ProfileName::linux_},
  };
  return all;
}

// The first event for which `fits` holds.
template <typename Fits>
const Event& find(const model::Trace& trace, Fits fits) {
  for (const Event& e : trace.events()) {
    if (fits(e)) return e;
  }
  ADD_FAILURE() << "no such event\n" << testing::dump(trace);
  return trace.events().front();
}

EndpointId peer_of(const model::Trace& trace, const Event& e) {
  const model::Flow& flow = trace[e.flow];
  return flow.a == e.endpoint ? flow.b : flow.a;
}

TEST(TcbHistory, Watching_ChangesNothing) {
  for (const DemoSetup& setup : setups()) {
    const Scenario scenario = testing::scenario(setup);
    EXPECT_EQ(testing::hash(run_watched(scenario).trace), testing::hash(run(scenario)));
  }
}

TEST(TcbHistory, StatesAgreeWithTheTracesChangesOfState) {
  for (const DemoSetup& setup : setups()) {
    const WatchedRun run = run_watched(testing::scenario(setup));
    int compared = 0;
    for (const Event& e : run.trace.events()) {
      const auto* const change = std::get_if<model::StateChange>(&e.body);
      if (change == nullptr || e.flow == model::FlowId::none) continue;
      const TcbAt at = run.tcbs.at(run.trace, e.id, e.endpoint, peer_of(run.trace, e));
      EXPECT_EQ(at.tcb ? at.tcb->state : TcpState::closed, change->to)
          << testing::line(run.trace, e);
      EXPECT_TRUE(at.changed()) << testing::line(run.trace, e);
      EXPECT_EQ(at.t, e.t);
      ++compared;
    }
    EXPECT_EQ(compared > 0, setup.demo != "udp-echo");
  }
}

// RFC 9293 3.4: SND.UNA =< SND.NXT, both from ISS on; RCV.NXT never goes back.
TEST(TcbHistory, NumbersKeepTheirOrder) {
  for (const DemoSetup& setup : setups()) {
    const WatchedRun run = run_watched(testing::scenario(setup));
    for (const model::Flow& flow : run.trace.flows()) {
      for (const auto& [lane, peer] : {std::pair(flow.a, flow.b), std::pair(flow.b, flow.a)}) {
        std::optional<Tcb> last;
        for (const TcbChange& change : run.tcbs.changes(lane, peer)) {
          EXPECT_EQ(change.before, last);
          if (change.after) {
            const Tcb& tcb = *change.after;
            EXPECT_TRUE(wire::leq(tcb.snd.una, tcb.snd.nxt));
            EXPECT_TRUE(wire::leq(tcb.snd.iss, tcb.snd.una));
            if (last && last->rcv.irs == tcb.rcv.irs && last->state >= TcpState::established) {
              EXPECT_TRUE(wire::leq(last->rcv.nxt, tcb.rcv.nxt));
              EXPECT_TRUE(wire::leq(last->snd.una, tcb.snd.una));
            }
          }
          last = change.after;
        }
        EXPECT_FALSE(last) << "a TCB outlives its connection";
      }
    }
  }
}

TEST(TcbHistory, Data_ChangesItsSenderAsItLeavesAndItsReceiverAsItArrives) {
  const WatchedRun run = run_watched(testing::scenario({}));
  const Event& data = find(run.trace, [](const Event& e) {
    const auto* p = std::get_if<model::Packet>(&e.body);
    return p != nullptr && p->len > 0;
  });
  const auto& packet = std::get<model::Packet>(data.body);
  const TcbAt sender = run.tcbs.at(run.trace, data.id, data.endpoint, data.to);
  ASSERT_TRUE(sender.tcb && sender.before);
  EXPECT_EQ(sender.before->snd.nxt, packet.seq);
  EXPECT_EQ(sender.tcb->snd.nxt, packet.seq + wire::SeqSize{packet.len});
  EXPECT_EQ(sender.t, data.t);
  const TcbAt receiver = run.tcbs.at(run.trace, data.id, data.to, data.endpoint);
  ASSERT_TRUE(receiver.tcb && receiver.before);
  EXPECT_EQ(receiver.before->rcv.nxt, packet.seq);
  EXPECT_EQ(receiver.tcb->rcv.nxt, packet.seq + wire::SeqSize{packet.len});
  EXPECT_EQ(receiver.t, packet.arrived);
}

TEST(TcbHistory, LostData_LeavesItsReceiverAsItWas) {
  const WatchedRun run =
      run_watched(testing::scenario({.faults = {"drop 1st data client>server"}}));
  const Event& lost = find(run.trace, [](const Event& e) {
    const auto* p = std::get_if<model::Packet>(&e.body);
    return p != nullptr && p->fate == model::Fate::lost;
  });
  const TcbAt receiver = run.tcbs.at(run.trace, lost.id, lost.to, lost.endpoint);
  ASSERT_TRUE(receiver.tcb);
  EXPECT_FALSE(receiver.changed());
  EXPECT_TRUE(run.tcbs.at(run.trace, lost.id, lost.endpoint, lost.to).changed());
}

TEST(TcbHistory, ACallThatWaited_ChangesTheTcbAsItReturns) {
  const WatchedRun run = run_watched(testing::scenario({.demo = "tcp-echo"}));
  for (const Event& e : run.trace.events()) {
    const auto* const call = std::get_if<model::Call>(&e.body);
    if (call == nullptr || e.flow == model::FlowId::none) continue;
    const TcbAt at = run.tcbs.at(run.trace, e.id, e.endpoint, peer_of(run.trace, e));
    if (call->name == model::CallName::recv && at.changed()) {
      EXPECT_EQ(at.t, call->returned_at);
    }
    if (call->name == model::CallName::connect) {
      ASSERT_TRUE(at.tcb);
      EXPECT_FALSE(at.before);
      EXPECT_EQ(at.tcb->state, TcpState::syn_sent);
    }
  }
}

TEST(TcbHistory, BeforeAndAfterTheConnection_ThereIsNone) {
  const WatchedRun run = run_watched(testing::scenario({}));
  const model::Flow& flow = run.trace.flows().front();
  const TcbAt first = run.tcbs.at(run.trace, EventId{0}, flow.a, flow.b);
  EXPECT_FALSE(first.tcb);
  EXPECT_FALSE(first.existed);
  const TcbAt last = run.tcbs.at(run.trace, run.trace.last(), flow.a, flow.b);
  EXPECT_FALSE(last.tcb);
  EXPECT_TRUE(last.existed);
}

}  // namespace
}  // namespace synoptic::net
