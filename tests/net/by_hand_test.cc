// Lines that somebody types while the run goes on: each is there at its time, and who reads them
// waits for the next one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using testing::calls;
using ::testing::Contains;
using testing::dump;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::printed;

Scenario chat() {
  Scenario scenario = testing::scenario({.demo = "tcp-chat"});
  for (RoleSpec& role : scenario.roles) {
    role.lines.clear();
    role.by_hand.emplace();
  }
  return scenario;
}

void type(Scenario& scenario, std::size_t role, const std::string& line, int second) {
  scenario.roles[role].lines.push_back(line);
  scenario.roles[role].by_hand->at.push_back(model::seconds(second));
}

TEST(ByHand, NothingTyped_TheProgramsWaitAndNobodyIsSurprised) {
  const model::Trace trace = run(chat());
  EXPECT_THAT(trace.warnings, IsEmpty());
  EXPECT_THAT(testing::packets(trace), ::testing::SizeIs(3)) << dump(trace);
  EXPECT_THAT(calls(trace, "client"), Contains(HasSubstr("reads a line")));
}

TEST(ByHand, LinesAreThereAtTheirTimes_AndTheRunGoesOnToTheNextQuestion) {
  Scenario scenario = chat();
  type(scenario, 1, "hello", 1);
  type(scenario, 0, "hi", 5);
  const model::Trace trace = run(scenario);
  EXPECT_THAT(trace.warnings, IsEmpty());
  EXPECT_THAT(printed(trace, "server"), ElementsAre("The client says: hello"));
  EXPECT_THAT(printed(trace, "client"), ElementsAre("The server says: hi"));
  std::vector<std::int64_t> read;
  for (const model::Event& event : trace.events())
    if (const auto* call = std::get_if<model::Call>(&event.body);
        call != nullptr && call->name == model::CallName::read_line && call->returned)
      read.push_back((call->returned_at - trace.start()).ns / 1'000'000'000);
  EXPECT_THAT(read, ElementsAre(1, 5));
}

TEST(ByHand, WhatIsTypedBeforeItIsAskedFor_Waits) {
  Scenario scenario = chat();
  type(scenario, 0, "hi", 1);
  type(scenario, 1, "hello", 2);
  type(scenario, 1, "bye", 3);
  const model::Trace trace = run(scenario);
  EXPECT_THAT(printed(trace, "client"), ElementsAre("The server says: hi"));
  EXPECT_THAT(printed(trace, "server"),
              ElementsAre("The client says: hello", "The client says: bye"));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(ByHand, TheInputEnds_AfterTheLinesOfBefore) {
  Scenario scenario = chat();
  type(scenario, 1, "hello", 1);
  scenario.roles[1].by_hand->ended = model::seconds(2);
  type(scenario, 0, "hi", 3);
  const model::Trace trace = run(scenario);
  EXPECT_THAT(calls(trace, "client"), Contains(HasSubstr("end of input"))) << dump(trace);
  EXPECT_THAT(calls(trace, "client"), Contains("close()"));
  EXPECT_THAT(trace.warnings, IsEmpty()) << "the server asks still: it got the end of the stream";
}

// Who waits for somebody that waits for a line is not lost; who waits for a lost datagram is.
TEST(ByHand, ALostDatagram_IsStillWaitedForInVain) {
  Scenario scenario =
      testing::scenario({.demo = "udp-once", .faults = {"drop 1st any client>server"}});
  scenario.roles[1].lines = {"hi"};
  scenario.roles[1].by_hand = {.at = {model::seconds(1)}, .ended = {}};
  EXPECT_THAT(run(scenario).warnings, Contains(HasSubstr("waits for ever in recvfrom")));
}

}  // namespace
}  // namespace synoptic::net
