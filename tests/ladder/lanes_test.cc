// The order of lanes: as few arrows as can be cross a lane; it stays while packets come.
#include "viz/ladder/lanes.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/ladder/demo_runs.hh"

namespace synoptic::ladder {
namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

// A trace in which these ends talk, one datagram each.
model::Trace talking(std::uint32_t ends, const std::vector<Pair>& pairs) {
  model::Trace trace(model::Source::captured);
  for (std::uint32_t i = 0; i < ends; ++i)
    trace.add_endpoint("", {wire::IpAddress::v4(10, 0, 0, 1), static_cast<std::uint16_t>(i + 1)},
                       model::Protocol::udp);
  for (const auto& [a, b] : pairs)
    trace.add(
        {.endpoint = model::EndpointId{a}, .to = model::EndpointId{b}, .body = model::Packet{}},
        model::EventKind::datagram);
  return trace;
}

std::size_t crossed(const std::vector<model::EndpointId>& lanes, const std::vector<Pair>& pairs) {
  std::map<std::uint32_t, std::ptrdiff_t> place;
  for (std::size_t i = 0; i < lanes.size(); ++i)
    place[model::index(lanes[i])] = static_cast<std::ptrdiff_t>(i);
  std::size_t sum = 0;
  for (const auto& [a, b] : std::set<Pair>(pairs.begin(), pairs.end()))
    sum += static_cast<std::size_t>(std::abs(place.at(a) - place.at(b)) - 1);
  return sum;
}

std::vector<model::EndpointId> order(const model::Trace& trace) {
  return lane_order(trace, trace.by_time());
}

std::size_t least_crossed(std::uint32_t ends, const std::vector<Pair>& pairs) {
  std::vector<model::EndpointId> lanes;
  for (std::uint32_t i = 0; i < ends; ++i) lanes.push_back(model::EndpointId{i});
  std::size_t least = static_cast<std::size_t>(-1);
  do {
    least = std::min(least, crossed(lanes, pairs));
  } while (std::ranges::next_permutation(lanes).found);
  return least;
}

std::vector<Pair> clients_of_one(std::uint32_t clients) {
  std::vector<Pair> pairs;
  for (std::uint32_t i = 0; i < clients; ++i) pairs.emplace_back(i + (i > 0 ? 1 : 0), 1);
  return pairs;
}

TEST(Lanes, OfSeveralClients_AreInTheBestOrder) {
  for (std::uint32_t clients = 1; clients <= 7; ++clients) {
    const auto pairs = clients_of_one(clients);
    EXPECT_EQ(crossed(order(talking(clients + 1, pairs)), pairs), least_crossed(clients + 1, pairs))
        << clients;
  }
}

// (k-1)/2 and k/2 clients on either side: 0 + 1 + … lanes each.
TEST(Lanes, OfVeryManyClients_HaveTheServerInTheMiddle) {
  for (const std::uint32_t clients : {12u, 40u, 1000u}) {
    const auto pairs = clients_of_one(clients);
    const std::size_t left = clients / 2, right = clients - left;
    EXPECT_EQ(crossed(order(talking(clients + 1, pairs)), pairs),
              left * (left - 1) / 2 + right * (right - 1) / 2);
  }
}

TEST(Lanes, OfAnyTalk_AreInTheBestOrder) {
  std::mt19937 rng(7);
  for (int i = 0; i < 60; ++i) {
    const std::uint32_t ends = 2 + rng() % 6;
    std::vector<Pair> pairs;
    for (std::uint32_t a = 0; a < ends; ++a) {  // all speak
      const std::uint32_t b = (a + 1 + rng() % (ends - 1)) % ends;
      pairs.emplace_back(std::min(a, b), std::max(a, b));
    }
    const auto lanes = order(talking(ends, pairs));
    ASSERT_EQ(lanes.size(), ends);
    EXPECT_EQ(crossed(lanes, pairs), least_crossed(ends, pairs)) << i;
  }
}

TEST(Lanes, WhoSpokeFirstStandsLeft) {
  EXPECT_EQ(order(talking(3, {{2, 0}})).front(), model::EndpointId{2});
  // Conversations that have nothing to do with each other stay in their order.
  const auto lanes = order(talking(4, {{3, 1}, {0, 2}}));
  EXPECT_EQ(lanes, (std::vector{model::EndpointId{3}, model::EndpointId{1}, model::EndpointId{0},
                                model::EndpointId{2}}));
}

// As a live trace grows: lanes change places only when an endpoint, or who it talks to, is new.
TEST(Lanes, StayWhileNothingIsNew) {
  for (const std::string demo : {"tcp-echo", "udp-chat", "same-port"}) {
    const model::Trace trace = run({.demo = demo, .clients = 3});
    const std::vector<model::EventId> events = trace.by_time();
    std::vector<model::EndpointId> before;
    std::set<Pair> talked_before, ends_before;
    for (std::size_t n = 1; n <= events.size(); ++n) {
      const auto some = std::span(events).first(n);
      std::set<Pair> talked, ends;
      for (const model::EventId id : some) {
        ends.emplace(model::index(trace[id].endpoint), 0);
        if (std::holds_alternative<model::Packet>(trace[id].body))
          talked.insert(std::minmax(model::index(trace[id].endpoint), model::index(trace[id].to)));
      }
      const auto lanes = lane_order(trace, some);
      if (talked == talked_before && ends == ends_before) {
        EXPECT_EQ(lanes, before) << demo << n;
      }
      before = lanes, talked_before = talked, ends_before = ends;
    }
    // The whole run's order is that of any run with the same talk.
    EXPECT_EQ(before.size(), trace.endpoints().size());
  }
}

}  // namespace
}  // namespace synoptic::ladder
