// QueueSource: bounded, counted, and nothing lost between a producer's last word and the end.
#include "capture/live/queue_source.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using testing::HasSubstr;

class Fed : public QueueSource {
 public:
  explicit Fed(observe::QueueLimits limits = {}, observe::QueueLimits held = much)
      : QueueSource({}, limits, held) {}
  void stop() override {}
  using QueueSource::deliver;
  using QueueSource::deliver_waiting;
  using QueueSource::end;
  using QueueSource::set_kernel_dropped;
  using QueueSource::warn;
};

// One UDP datagram with a number in it.
wire::Bytes datagram(std::uint8_t number) {
  wire::Bytes bytes;
  const wire::Bytes payload{number};
  wire::append_udp(bytes, {},
                   {wire::IpAddress::v4(127, 0, 0, 1), wire::IpAddress::v4(127, 0, 0, 2)}, 1111,
                   2222, payload);
  return bytes;
}
observe::CapturedPacket as_captured(const wire::Bytes& bytes, std::int64_t t) {
  return {{t}, bytes, static_cast<std::uint32_t>(bytes.size()), wire::LinkType::ethernet};
}

TEST(QueueSource, WhatDoesNotFit_IsCountedAndShown) {
  Fed source({.values = 4, .weight = 1 << 20});
  for (std::uint8_t i = 0; i < 10; ++i) {
    const wire::Bytes bytes = datagram(i);
    source.deliver(as_captured(bytes, i));
  }
  source.end();
  ASSERT_TRUE(run_to_end(source));
  EXPECT_EQ(source.counters().captured, 4u);
  EXPECT_EQ(source.counters().queue_dropped, 6u);
  EXPECT_THAT(source.trace().warnings, testing::ElementsAre(HasSubstr("6 packets are missing")));
  EXPECT_EQ(packets(source.trace()).size(), 4u);
}

TEST(QueueSource, Hold_MakesRoom_AndTheTraceStaysUntilPoll) {
  Fed source({.values = 4, .weight = 1 << 20});
  for (std::uint8_t i = 0; i < 12; ++i) {
    const wire::Bytes bytes = datagram(i);
    source.deliver(as_captured(bytes, i));
    if (i % 4 == 3 && i < 11) source.hold();
  }
  EXPECT_TRUE(source.trace().events().empty());
  EXPECT_TRUE(source.poll());
  const auto all = packets(source.trace());
  ASSERT_EQ(all.size(), 12u);
  for (std::uint8_t i = 0; i < 12; ++i) EXPECT_EQ(all[i].payload[0], i);
  source.end();
  ASSERT_TRUE(run_to_end(source));
  EXPECT_EQ(source.counters().queue_dropped, 0u);
  EXPECT_EQ(packets(source.trace()).size(), 12u);
}

TEST(QueueSource, Hold_TakesSoMuchOnly_ThenTheQueueFills) {
  const std::size_t one = datagram(0).size();
  for (const observe::QueueLimits held :
       {observe::QueueLimits{.values = 8}, observe::QueueLimits{.weight = 8 * one}}) {
    Fed source({.values = 4, .weight = 1 << 20}, held);
    for (std::uint8_t i = 0; i < 20; ++i) {
      const wire::Bytes bytes = datagram(i);
      source.deliver(as_captured(bytes, i));
      if (i % 4 == 3) source.hold();
    }
    source.end();
    ASSERT_TRUE(run_to_end(source));
    EXPECT_EQ(source.counters().captured, 12u);
    EXPECT_EQ(source.counters().queue_dropped, 8u);
  }
}

TEST(QueueSource, ItsBytesAreBoundedToo) {
  const wire::Bytes bytes = datagram(0);
  Fed source({.values = 100, .weight = 3 * bytes.size()});
  for (int i = 0; i < 10; ++i) source.deliver(as_captured(bytes, i));
  source.end();
  ASSERT_TRUE(run_to_end(source));
  EXPECT_EQ(source.counters().captured, 3u);
  EXPECT_EQ(source.counters().queue_dropped, 7u);
}

TEST(QueueSource, KernelDrops_AreShown) {
  Fed source;
  source.set_kernel_dropped(17);
  source.end();
  ASSERT_TRUE(run_to_end(source));
  EXPECT_EQ(source.counters().kernel_dropped, 17u);
  EXPECT_THAT(source.trace().warnings, testing::ElementsAre(HasSubstr("17 packets are missing")));
}

wire::Bytes segment(bool from_client, wire::CtlSet ctl, std::uint32_t seq, std::uint32_t ack) {
  const auto client = wire::IpAddress::v4(127, 0, 0, 1);
  const auto server = wire::IpAddress::v4(127, 0, 0, 2);
  wire::TcpHeader header;
  header.src_port = from_client ? 1111 : 2222;
  header.dst_port = from_client ? 2222 : 1111;
  header.seq = {seq};
  header.ack = {ack};
  header.ctl = ctl;
  header.window = 65'000;
  wire::Bytes bytes;
  wire::append_tcp(bytes, {}, {from_client ? client : server, from_client ? server : client},
                   header, {});
  return bytes;
}

// What may have been between the packets is not claimed to be known.
TEST(QueueSource, AfterDrops_LessIsInferred) {
  std::vector<std::size_t> state_changes;
  for (const std::uint64_t dropped : {0, 1}) {
    Fed source;
    source.deliver(as_captured(segment(true, wire::SYN, 99, 0), 1));
    source.deliver(as_captured(segment(false, wire::SYN | wire::ACK, 499, 100), 2));
    source.deliver(as_captured(segment(true, wire::ACK, 100, 500), 3));
    source.poll();
    source.set_kernel_dropped(dropped);
    source.deliver(as_captured(segment(true, wire::FIN | wire::ACK, 100, 500), 4));
    source.deliver(as_captured(segment(false, wire::FIN | wire::ACK, 500, 101), 5));
    source.deliver(as_captured(segment(true, wire::ACK, 101, 501), 6));
    source.end();
    EXPECT_TRUE(run_to_end(source));
    state_changes.push_back(static_cast<std::size_t>(
        std::ranges::count(source.trace().events(), model::EventKind::state, &model::Event::kind)));
  }
  EXPECT_GT(state_changes[0], state_changes[1]);
}

TEST(QueueSource, AProducerThatWaits_LosesNothing) {
  Fed source({.values = 2, .weight = 1 << 20});
  std::thread producer([&] {
    for (int i = 0; i < 200; ++i) {
      const wire::Bytes bytes = datagram(static_cast<std::uint8_t>(i));
      source.deliver_waiting(as_captured(bytes, i));
    }
    source.end();
  });
  EXPECT_TRUE(run_to_end(source));
  producer.join();
  const auto all = packets(source.trace());
  ASSERT_EQ(all.size(), 200u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].payload[0], i);
  EXPECT_THAT(source.trace().warnings, testing::IsEmpty());
}

TEST(QueueSource, WarningsAndFailure_AreThereAtTheEnd_NotBefore) {
  Fed source;
  source.warn("first");
  source.poll();
  EXPECT_THAT(source.trace().warnings, testing::IsEmpty());
  source.end(model::Error{"broken", "mend it"});
  EXPECT_FALSE(source.failure()) << "not before all that was captured is in the trace";
  ASSERT_TRUE(run_to_end(source));
  EXPECT_THAT(source.trace().warnings, testing::ElementsAre("first"));
  ASSERT_TRUE(source.failure());
  EXPECT_EQ(source.failure()->what, "broken");
}

TEST(QueueSource, PollSaysWhetherAnythingChanged) {
  Fed source;
  EXPECT_FALSE(source.poll());
  const wire::Bytes bytes = datagram(1);
  source.deliver(as_captured(bytes, 1));
  EXPECT_TRUE(source.poll());
  EXPECT_FALSE(source.poll());
  source.end();
  EXPECT_TRUE(source.poll());
  EXPECT_TRUE(source.ended());
  EXPECT_FALSE(source.poll());
}

}  // namespace
}  // namespace synoptic::live
