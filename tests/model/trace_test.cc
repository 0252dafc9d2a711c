// The trace: stable ids, order of time, relative numbers, bytes that stay where they are.
#include "sim/model/trace.hh"

#include <gtest/gtest.h>

namespace synoptic::model {
namespace {

Event note_at(std::int64_t ns) {
  Event event;
  event.t = {ns};
  event.body = Note{};
  return event;
}

TEST(Trace, EventsAddedOutOfOrder_AreGivenByTimeThenId) {
  Trace trace;
  EXPECT_EQ(trace.start(), Instant{});
  const EventId late = trace.add(note_at(5));
  EXPECT_EQ(trace.start(), Instant{5});
  const EventId early = trace.add(note_at(1));
  const EventId late_too = trace.add(note_at(5));
  EXPECT_EQ(trace.by_time(), (std::vector{early, late, late_too}));
  EXPECT_EQ(trace.start(), Instant{1});
  EXPECT_EQ(trace[late].id, late);
}

TEST(Trace, KindFollowsTheBody_PacketsSayTheirOwn) {
  Trace trace;
  EXPECT_EQ(trace[trace.add(note_at(0))].kind, EventKind::note);
  Event event;
  event.body = Loss{};
  EXPECT_EQ(trace[trace.add(event)].kind, EventKind::loss);
  event.body = StateChange{};
  EXPECT_EQ(trace[trace.add(event)].kind, EventKind::state);
  event.body = Timer{};
  EXPECT_EQ(trace[trace.add(event)].kind, EventKind::timer);
  event.body = Call{};
  EXPECT_EQ(trace[trace.add(event)].kind, EventKind::call);
  event.body = Packet{};
  EXPECT_EQ(trace[trace.add(event)].kind, EventKind::segment);
  EXPECT_EQ(trace[trace.add(event, EventKind::icmp)].kind, EventKind::icmp);
}

TEST(Trace, RelativeNumbers_CountFromEachSidesBase_AcrossTheWrap) {
  Trace trace;
  const auto address = [](std::uint8_t last, std::uint16_t port) {
    return wire::SocketAddress{wire::IpAddress::v4(127, 0, 0, last), port};
  };
  const EndpointId client = trace.add_endpoint("client", address(1, 50000), Protocol::tcp);
  const EndpointId server = trace.add_endpoint("server", address(2, 9999), Protocol::tcp);
  const FlowId flow = trace.add_flow(Protocol::tcp, client, server);
  trace.edit(flow).base_a = wire::SeqNum{0xffffffff};
  trace.edit(flow).base_b = wire::SeqNum{300};

  Event event;
  event.endpoint = server;
  event.to = client;
  event.flow = flow;
  event.body = Packet{.ctl = wire::SYN | wire::ACK, .seq = {300}, .ack = {0}};
  const EventId syn_ack = trace.add(event);
  EXPECT_EQ(trace.relative_seq(trace[syn_ack]), 0u);
  EXPECT_EQ(trace.relative_ack(trace[syn_ack]), 1u);

  EXPECT_EQ(trace.find_endpoint(address(2, 9999), Protocol::tcp), server);
  EXPECT_FALSE(trace.find_endpoint(address(2, 9999), Protocol::udp));
}

TEST(ByteArena, WhatItStored_StaysInPlace_WhenMoreComesAndWhenItMoves) {
  ByteArena arena;
  const wire::Bytes small{1, 2, 3};
  const wire::ByteSpan kept = arena.store(small);
  const std::uint8_t* const place = kept.data();
  const wire::Bytes large(3 << 20, 7);
  const wire::ByteSpan kept_large = arena.store(large);
  const wire::ByteSpan after = arena.store(small);
  EXPECT_EQ(after.data(), place + 3) << "a large block must not waste the chunk begun";
  ByteArena moved = std::move(arena);
  EXPECT_EQ(kept.data(), place);
  EXPECT_TRUE(std::ranges::equal(kept, small));
  EXPECT_TRUE(std::ranges::equal(kept_large, large));
  EXPECT_EQ(moved.size(), large.size() + 6);
  const wire::ByteSpan fresh = arena.store(small);  // the one moved from is empty and usable
  EXPECT_TRUE(std::ranges::equal(fresh, small));
  EXPECT_NE(fresh.data(), place + 6);
}

}  // namespace
}  // namespace synoptic::model
