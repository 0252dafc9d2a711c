// The parts by themselves: reassembly against a simple model, the timeout's arithmetic, the heap,
// the table, ISNs.
#include <algorithm>
#include <map>

#include "sim/tcp/byte_queue.hh"
#include "sim/tcp/congestion.hh"
#include "sim/tcp/connection_table.hh"
#include "sim/tcp/deadlines.hh"
#include "sim/tcp/reassembly.hh"
#include "sim/tcp/retransmission_queue.hh"
#include "sim/tcp/rtt.hh"
#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::Duration;
using model::Instant;
using model::milliseconds;
using model::seconds;
using wire::SeqNum;
using wire::SeqSize;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t below(std::uint32_t n) {
    state_ = state_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return static_cast<std::uint32_t>(state_ >> 33) % n;
  }

 private:
  std::uint64_t state_;
};

// Any pieces in any order: what can be read is what a map of octets would give; across the wrap of
// 2^32.
TEST(Reassembly, RandomPieces_AgreeWithASimpleModel) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    std::string text(500, ' ');
    for (char& c : text) c = static_cast<char>('a' + random.below(26));
    const SeqNum base{0xffff'ff00};
    Reassembly r;
    r.start(base);
    std::vector<bool> have(text.size());
    std::string got;
    std::array<std::uint8_t, 64> buffer;
    for (int step = 0; step < 400; ++step) {
      const auto next = wire::offset(base, r.next()).n;
      const std::uint32_t at = next + random.below(60);
      if (at >= text.size()) continue;
      const std::size_t n = std::min<std::size_t>(1 + random.below(20), text.size() - at);
      r.accept(base + SeqSize{at}, {reinterpret_cast<const std::uint8_t*>(text.data()) + at, n});
      std::fill_n(have.begin() + at, n, true);
      const auto gap = std::ranges::find(have, false) - have.begin();
      ASSERT_EQ(wire::offset(base, r.next()).n, static_cast<std::uint32_t>(gap));
      for (std::size_t i = 1; i < r.ranges().size(); ++i) {
        ASSERT_TRUE(wire::lt(r.ranges()[i - 1].right, r.ranges()[i].left));
      }
      if (random.below(3) == 0) {
        const std::size_t m = r.read(std::span(buffer).first(1 + random.below(64)));
        got.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(m));
      }
    }
    while (const std::size_t m = r.read(buffer)) {
      got.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(m));
    }
    ASSERT_EQ(got, text.substr(0, got.size()));
    ASSERT_EQ(got.size(), wire::offset(base, r.next()).n);
  }
}

TEST(Reassembly, StreamWithAGapAllAlong_KeepsItsMemory) {
  Reassembly r;
  r.start(SeqNum{0});
  const wire::Bytes text(1000, 'x');
  std::array<std::uint8_t, 4096> buffer;
  for (std::uint32_t i = 0; i < 10'000; i += 2) {  // every other segment comes late
    r.accept(SeqNum{(i + 1) * 1000}, text);
    r.accept(SeqNum{(i + 3) * 1000}, text);
    r.accept(SeqNum{i * 1000}, text);
    ASSERT_TRUE(r.has_gap());
    r.read(buffer);
    ASSERT_LE(r.memory(), 20'000u);
  }
}

TEST(Reassembly, SackBlocks_EachRangeOnceLatestFirst) {
  Reassembly r;
  r.start(SeqNum{0});
  const wire::Bytes x(5);
  for (const std::uint32_t at : {100u, 300u, 200u, 110u}) r.insert(SeqNum{at}, x);
  r.insert(SeqNum{105}, x);  // joins 100 and 110
  std::array<wire::SackBlock, 4> blocks;
  ASSERT_EQ(r.sack_blocks(blocks), 3u);
  EXPECT_EQ(blocks[0], (wire::SackBlock{SeqNum{100}, SeqNum{115}}));
  EXPECT_EQ(blocks[1], (wire::SackBlock{SeqNum{200}, SeqNum{205}}));
  EXPECT_EQ(blocks[2], (wire::SackBlock{SeqNum{300}, SeqNum{305}}));
}

TEST(ByteQueue, AppendAndConsume_KeepTheOrder) {
  Random random(1);
  ByteQueue q;
  std::string model;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece(random.below(50), static_cast<char>('a' + i % 26));
    q.append({reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()});
    model += piece;
    const std::size_t n = std::min<std::size_t>(random.below(60), model.size());
    q.consume(n);
    model.erase(0, n);
    ASSERT_EQ(q.size(), model.size());
    const auto view = q.view(0, q.size());
    ASSERT_TRUE(
        std::equal(view.begin(), view.end(), model.begin(), model.end(),
                   [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }));
  }
}

TEST(RetransmissionQueue, PushAndPop_KeepTheOrder) {
  RetransmissionQueue q;
  std::uint32_t in = 0, out = 0;
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    for (std::uint32_t n = random.below(4); n > 0; --n) q.push(SeqNum{in++}, 1, {}, {});
    for (std::uint32_t n = random.below(4); n > 0 && !q.empty(); --n) {
      ASSERT_EQ(q.front().seq.raw, out++);
      q.pop_front();
    }
    ASSERT_EQ(static_cast<std::uint32_t>(q.end() - q.begin()), in - out);
  }
}

// --- RFC 6298

TEST(Rtt, FirstSample_SetsSrttAndHalfOfItAsVariance) {
  RttEstimator rtt;
  rtt.start(profile(ProfileName::rfc));
  EXPECT_EQ(rtt.rto(), seconds(1));
  rtt.sample(milliseconds(800), profile(ProfileName::rfc));
  EXPECT_EQ(rtt.srtt(), milliseconds(800));
  EXPECT_EQ(rtt.rttvar(), milliseconds(400));
  EXPECT_EQ(rtt.rto(), milliseconds(2400));  // SRTT + 4 * RTTVAR
}

TEST(Rtt, LaterSamples_SmoothVarianceFirst) {
  RttEstimator rtt;
  const Profile& p = profile(ProfileName::rfc);
  rtt.start(p);
  rtt.sample(milliseconds(800), p);
  rtt.sample(milliseconds(1600), p);
  EXPECT_EQ(rtt.rttvar(), milliseconds(500));  // 3/4 * 400 + 1/4 * |800 - 1600|
  EXPECT_EQ(rtt.srtt(), milliseconds(900));    // 7/8 * 800 + 1/8 * 1600
  EXPECT_EQ(rtt.rto(), milliseconds(2900));
  rtt.sample(milliseconds(100), p);
  EXPECT_EQ(rtt.rttvar(), milliseconds(575));
}

TEST(Rtt, BackOff_DoublesUpToTheMaximumAndASampleEndsIt) {
  RttEstimator rtt;
  const Profile& p = profile(ProfileName::rfc);
  rtt.start(p);
  for (int i = 0; i < 10; ++i) rtt.back_off(p);
  EXPECT_EQ(rtt.rto(), seconds(60));
  rtt.sample(milliseconds(10), p);
  EXPECT_EQ(rtt.rto(), seconds(1));
}

// --- RFC 5681

TEST(Congestion, SlowStartThenAvoidance) {
  Congestion c;
  c.start(profile(ProfileName::rfc), 1000, false);
  EXPECT_EQ(c.window(), 4000u);
  c.on_ack(1000);
  EXPECT_EQ(c.window(), 5000u);
  c.on_ack(100);
  EXPECT_EQ(c.window(), 5100u);  // min(N, SMSS)
  c.on_timeout(5000, true);
  EXPECT_EQ(c.window(), 1000u);
  EXPECT_EQ(c.slow_start_threshold(), 2500u);
  c.on_timeout(1000, false);
  EXPECT_EQ(c.slow_start_threshold(), 2500u);  // the same segment again
  c.on_ack(1000);
  c.on_ack(1000);
  EXPECT_EQ(c.window(), 3000u);
  c.on_ack(1000);
  EXPECT_EQ(c.window(), 3333u);  // SMSS * SMSS / cwnd
}

TEST(Congestion, InitialWindow_BySizeOfSegment) {  // RFC 5681 section 3.1
  for (const auto& [smss, segments] :
       {std::pair{536u, 4u}, {1095u, 4u}, {1096u, 3u}, {2190u, 3u}, {2191u, 2u}}) {
    Congestion c;
    c.start(profile(ProfileName::rfc), smss, false);
    EXPECT_EQ(c.window(), smss * segments);
    c.start(profile(ProfileName::rfc), smss, true);
    EXPECT_EQ(c.window(), smss);
  }
}

TEST(Congestion, FastRecovery_InflatesAndDeflates) {
  Congestion c;
  c.start(profile(ProfileName::linux_), 1000, false);
  EXPECT_FALSE(c.on_duplicate_ack(10'000));
  EXPECT_FALSE(c.on_duplicate_ack(10'000));
  EXPECT_TRUE(c.on_duplicate_ack(10'000));
  EXPECT_EQ(c.window(), 8000u);  // ssthresh + 3 * SMSS
  EXPECT_FALSE(c.on_duplicate_ack(10'000));
  EXPECT_EQ(c.window(), 9000u);
  EXPECT_TRUE(c.recovering());
  c.on_ack(10'000);
  EXPECT_EQ(c.window(), 5000u);
}

// --- finding

TEST(Deadlines, RandomChanges_AgreeWithASortedMap) {
  Random random(3);
  Deadlines heap;
  std::map<std::uint32_t, std::int64_t> model;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t slot = random.below(300);
    if (random.below(3) == 0) {
      heap.erase(slot);
      model.erase(slot);
    } else {
      const std::int64_t at = random.below(1000);
      heap.set(slot, Instant{at});
      model[slot] = at;
    }
    ASSERT_EQ(heap.empty(), model.empty());
    if (model.empty()) continue;
    std::pair<std::int64_t, std::uint32_t> first{INT64_MAX, 0};
    for (const auto& [s, at] : model) first = std::min(first, {at, s});
    ASSERT_EQ(heap.first().at.ns, first.first);
    ASSERT_EQ(heap.first().slot, first.second);
  }
}

TEST(ConnectionTable, RandomChanges_AgreeWithAMap) {
  Random random(5);
  ConnectionTable table;
  std::map<std::uint32_t, std::uint32_t> hashes;  // slot -> hash; few hashes, so that cells collide
  for (int i = 0; i < 50'000; ++i) {
    const std::uint32_t slot = random.below(400);
    if (hashes.contains(slot)) {
      table.erase(hashes[slot], slot);
      hashes.erase(slot);
    } else {
      hashes[slot] = random.below(64) * 1000;
      table.insert(hashes[slot], slot);
    }
    ASSERT_EQ(table.size(), hashes.size());
    const std::uint32_t probe = random.below(400);
    const std::uint32_t hash = hashes.contains(probe) ? hashes[probe] : 7;
    const auto found = table.find(hash, [&](std::uint32_t s) { return s == probe; });
    ASSERT_EQ(found, hashes.contains(probe) ? probe : ConnectionTable::none);
  }
}

// --- ISNs (RFC 9293 section 3.4.1)

TEST(Isn, Round_CountsInThousands) {
  const auto source = round_isn(SeqNum{1000});
  EXPECT_EQ(source({}, address(1, 1), address(2, 2)).raw, 1000u);
  EXPECT_EQ(source({}, address(1, 1), address(2, 2)).raw, 2000u);
}

TEST(Isn, Keyed_AdvancesWithTheClockAndDependsOnPairAndKey) {  // MUST-8, MUST-9, SHLD-1
  const auto one = keyed_isn(1), two = keyed_isn(2);
  const auto a = address(1, 1000), b = address(2, 80), c = address(2, 81);
  EXPECT_EQ(one(Instant{0}, a, b), one(Instant{0}, a, b));
  EXPECT_EQ(wire::offset(one(Instant{0}, a, b), one(Instant{4'000'000}, a, b)).n, 1000u);
  EXPECT_NE(one(Instant{0}, a, b), one(Instant{0}, a, c));
  EXPECT_NE(one(Instant{0}, a, b), one(Instant{0}, b, a));
  EXPECT_NE(one(Instant{0}, a, b), two(Instant{0}, a, b));
}

TEST(Profiles, NamesRoundTrip) {
  for (const auto name : {ProfileName::textbook, ProfileName::linux_, ProfileName::rfc}) {
    EXPECT_EQ(parse_profile(profile_text(name)), name);
    EXPECT_EQ(profile(name).name, name);
  }
  EXPECT_FALSE(parse_profile("bsd"));
}

}  // namespace
}  // namespace synoptic::tcp
