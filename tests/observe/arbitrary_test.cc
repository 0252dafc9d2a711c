// Arbitrary packets and calls: nothing makes the tracker crash, or its trace malformed. Seeded; the
// fuzz target does the same without end.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/flow_properties.hh"
#include "tests/observe/simulated.hh"

namespace synoptic::observe {
namespace {

TEST(Arbitrary, RandomRecordsKeepTheTraceWellFormed) {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937 random(seed);
    wire::Bytes input(16 + random() % 600);
    for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random());
    ASSERT_EQ(broken_flow_property(input), "") << "seed " << seed;
  }
}

// Near what is right: one pair of ports, flags that occur, numbers that are due or almost.
TEST(Arbitrary, PlausibleSegmentsKeepTheTraceWellFormed) {
  constexpr wire::CtlSet flags[] = {wire::SYN, wire::SYN | wire::ACK, wire::ACK,
                                    wire::ACK, wire::PSH | wire::ACK, wire::FIN | wire::ACK,
                                    wire::RST, wire::RST | wire::ACK};
  for (std::uint32_t seed = 1; seed <= 20'000; ++seed) {
    std::mt19937 random(seed);
    wire::Bytes input;
    for (int i = 0; i < 24; ++i) {
      input.push_back(
          static_cast<std::uint8_t>((random() % 2) << 2 | (random() % 8 == 0 ? 0x20 : 0)));
      input.push_back(flags[random() % std::size(flags)].bits);
      input.push_back(static_cast<std::uint8_t>(random() % 4 == 0 ? random() % 5 - 2 : 0));
      input.push_back(static_cast<std::uint8_t>(random() % 4 == 0 ? random() % 5 - 2 : 0));
      input.push_back(
          static_cast<std::uint8_t>(random() % 3 == 0 ? 8 * (random() % 30) + random() % 8 : 160));
    }
    ASSERT_EQ(broken_flow_property(input), "") << "seed " << seed;
  }
}

// Real packets with a few bytes changed, cut off, left out or twice.
TEST(Arbitrary, MutatedTrafficKeepsTheTraceWellFormed) {
  const model::Trace truth =
      net::run(testing::scenario({"srsrwRc", "rsrsR1sc"}, tcp::ProfileName::linux_));
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937 random(seed);
    model::Trace seen(model::Source::captured);
    FlowTracker tracker(seen, {.captured_on_arrival = seed % 2 == 0});
    for (const model::Event& e : truth.events()) {
      const auto* const packet = std::get_if<model::Packet>(&e.body);
      if (packet == nullptr || random() % 12 == 0) continue;
      wire::Bytes bytes(packet->bytes.begin(), packet->bytes.end());
      for (std::uint32_t i = random() % 3; i > 0; --i)
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      if (random() % 6 == 0) bytes.resize(random() % bytes.size());
      const int times = random() % 10 == 0 ? 2 : 1;
      for (int i = 0; i < times; ++i)
        tracker.packet({e.t, bytes, packet->original_size, packet->link});
    }
    tracker.finish();
    ASSERT_EQ(broken_trace(seen), "") << "seed " << seed;
  }
}

// Whatever the kernel is said to have said, at whatever time: only the basis of states changes.
TEST(Arbitrary, RandomWordsOfTheKernel_ChangeTheBasisOnly) {
  const model::Trace truth =
      net::run(testing::scenario({"srsrwRc", "rsrsR1sc"}, tcp::ProfileName::linux_));
  const auto& ends = truth.endpoints();
  bool confirmed = false, contradicted = false;
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    model::Trace with(model::Source::captured), without(model::Source::captured);
    FlowTracker asked(with), alone(without);
    const auto instant = [&](model::Instant near) {
      return near + model::microseconds(static_cast<std::int64_t>(random() % 200'000) - 100'000);
    };
    for (const model::Event& e : truth.events()) {
      const auto* const packet = std::get_if<model::Packet>(&e.body);
      if (packet == nullptr || random() % 12 == 0) continue;
      const CapturedPacket seen{e.t, packet->bytes, packet->original_size, packet->link};
      asked.packet(seen);
      alone.packet(seen);
      for (std::uint32_t i = random() % 4; i > 0; --i) {
        KernelRecord r{.local = ends[random() % ends.size()].address,
                       .remote = ends[random() % ends.size()].address,
                       .socket = random() % 6};
        if (random() % 8 == 0) r.remote = {};
        r.sample.before = instant(e.t);
        r.sample.after = instant(e.t);
        r.sample.last_before = instant(e.t);
        r.sample.last_after = instant(e.t);
        r.sample.gap = model::microseconds(random() % 2000);
        r.sample.state = static_cast<model::TcpState>(random() % model::tcp_state_count);
        asked.kernel(r);
      }
    }
    asked.finish();
    alone.finish();
    ASSERT_EQ(with.events().size(), without.events().size()) << seed;
    for (std::size_t i = 0; i < with.events().size(); ++i) {
      model::Event e = with.events()[i];
      const model::Event& other = without.events()[i];
      ASSERT_EQ(e.t, other.t) << seed;
      ASSERT_EQ(e.kind, other.kind) << seed;
      ASSERT_EQ(e.cause, other.cause) << seed;
      const auto* change = std::get_if<model::StateChange>(&e.body);
      if (change == nullptr) continue;
      ASSERT_EQ(change->to, std::get<model::StateChange>(other.body).to) << seed;
      confirmed |= change->basis == model::Basis::confirmed;
      contradicted |= change->basis == model::Basis::contradicted;
      std::get<model::StateChange>(with.edit(e.id).body).basis = model::Basis::inferred;
    }
    ASSERT_EQ(broken_trace(with), "") << seed;
    for (const model::KernelSample& sample : with.kernel)
      ASSERT_LT(model::index(sample.endpoint), with.endpoints().size()) << seed;
  }
  EXPECT_TRUE(confirmed && contradicted);
}

}  // namespace
}  // namespace synoptic::observe
