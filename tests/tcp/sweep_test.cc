// Sweeps: a thousand seeds over bad links. Whatever the link does, what is delivered is a prefix of
// what was sent, SND.UNA never passes SND.NXT (held in the harness), both ends finish, and the
// number of events is bounded.
#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::seconds;

std::string pattern(std::size_t size, char first) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(first + (i * 7 + i / 26) % 26);
  return text;
}

void sweep(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  constexpr ProfileName names[] = {ProfileName::textbook, ProfileName::linux_, ProfileName::rfc};
  Profile pa = profile(names[seed % 3]), pb = profile(names[seed / 3 % 3]);
  if (seed % 4 == 0) pb.receive_buffer = 2000;  // windows close
  if (seed % 8 == 0) pa.send_buffer = 3000;
  pa.max_retransmissions = pb.max_retransmissions = 30;  // a lossy link is no dead one
  pa.max_syn_retransmissions = pb.max_syn_ack_retransmissions = 30;
  Pair net(pa, pb, seed, seed % 5 == 0 ? 576 : 1500);
  net.link.loss = 0.02 * static_cast<double>(seed % 8);
  net.link.duplicate = 0.05 * static_cast<double>(seed % 3);
  net.link.reorder = 0.1 * static_cast<double>(seed % 5);
  net.a.to_send = pattern(seed * 37 % 9000, 'a');
  net.b.to_send = pattern(seed * 101 % 9000, 'A');
  net.connect();
  net.run(seconds(100'000), 20'000);
  EXPECT_LT(net.steps, 20'000u) << "the two ends never come to rest";
  EXPECT_EQ(net.a.received, net.b.to_send.substr(0, net.a.received.size()));
  EXPECT_EQ(net.b.received, net.a.to_send.substr(0, net.b.received.size()));
  EXPECT_EQ(net.a.stack->connection_count(), 0u);
  EXPECT_EQ(net.b.stack->connection_count(), 0u);
  if (net.a.error == 0 && net.b.error == 0) {
    EXPECT_EQ(net.a.received.size(), net.b.to_send.size());
    EXPECT_EQ(net.b.received.size(), net.a.to_send.size());
  }
}

TEST(Sweep, ThousandSeedsOverBadLinks_KeepTheInvariants) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    sweep(seed);
    if (HasFailure()) return;
  }
}

// One segment of the run is lost, each in turn: everything still arrives, and without an error.
TEST(Sweep, EachSegmentLostOnce_StillFinishes) {
  for (const auto name : {ProfileName::textbook, ProfileName::linux_, ProfileName::rfc}) {
    for (std::size_t lost = 1;; ++lost) {
      SCOPED_TRACE(testing::Message() << profile_text(name) << ", segment " << lost << " lost");
      Pair net(profile(name), profile(name), 1);
      std::size_t count = 0;
      net.lose = [&](const Said::Sent&) { return ++count == lost; };
      net.a.to_send = pattern(4000, 'a');
      net.b.to_send = "short";
      net.connect();
      net.run(seconds(10'000));
      EXPECT_EQ(net.b.received, net.a.to_send);
      EXPECT_EQ(net.a.received, net.b.to_send);
      EXPECT_EQ(net.a.error, 0);
      EXPECT_EQ(net.b.error, 0);
      EXPECT_EQ(net.a.stack->connection_count() + net.b.stack->connection_count(), 0u);
      if (HasFailure()) return;
      if (count < lost) break;
    }
  }
}

// Two ends that disagree about everything do not answer each other for ever.
TEST(Sweep, RandomSegments_NeverLoopOrBreak) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::uint64_t x = seed * 0x9e37'79b9'7f4a'7c15;
    const auto draw = [&x](std::uint32_t n) {
      x = x * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      return static_cast<std::uint32_t>(x >> 33) % n;
    };
    constexpr ProfileName names[] = {ProfileName::textbook, ProfileName::linux_, ProfileName::rfc};
    Script t(profile(names[seed % 3]));
    t.reach(static_cast<model::TcpState>(seed % 11));
    for (int i = 0; i < 60; ++i) {
      wire::TcpOptions o;
      wire::Bytes raw(draw(41));
      for (auto& byte : raw) byte = static_cast<std::uint8_t>(draw(12));
      o.append_raw(raw);
      t.arrive({wire::CtlSet(static_cast<std::uint8_t>(draw(256))), 290 + draw(40), 90 + draw(40),
                std::string(draw(30), 'r'), static_cast<std::uint16_t>(draw(3) * 500), o,
                static_cast<std::uint16_t>(draw(20))});
      if (t.alive()) {
        EXPECT_TRUE(wire::leq(t.tcb().snd.una, t.tcb().snd.nxt));
        if (draw(4) == 0) t.stack.send(t.now, *t.id, wire::Bytes(draw(100)));
        if (draw(4) == 0) t.receive(draw(40));
        if (draw(30) == 0) t.stack.shutdown_write(t.now, *t.id);
      }
      const Said said = t.wait(model::milliseconds(draw(3000)));
      EXPECT_LT(said.segments.size(), 200u);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace synoptic::tcp
