// Anchors against runs: each form finds what it says, under faults and in a real trace's shape too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lessons/lesson.hh"

namespace synoptic::lessons {
namespace {

using model::EventId;

model::Trace run_echo(std::vector<std::string> faults = {}, std::vector<std::string> names = {}) {
  Choices choices;
  choices.demo = demos::find_demo("tcp-echo");
  if (!names.empty()) choices.program.names = std::move(names);
  for (const std::string& fault : faults) choices.faults.push_back(*net::parse_fault(fault));
  return net::run(scenario_of(choices));
}

std::vector<EventId> found(const model::Trace& trace, std::string_view sentence,
                           std::vector<std::string> names = {"Michael", "Tracy", "Sarah"}) {
  const auto anchor = parse_anchor(sentence);
  EXPECT_TRUE(anchor.has_value()) << anchor.error().str();
  return anchor ? find_events(*anchor, trace, names) : std::vector<EventId>{};
}

const model::Packet& packet(const model::Trace& trace, EventId id) {
  return std::get<model::Packet>(trace[id].body);
}

TEST(Anchor, EachForm_FindsItsOneEvent) {
  const model::Trace trace = run_echo();
  for (const char* sentence : {
           "the client calls connect()",
           "the client calls its 2nd send()",
           "the client calls send(\"exit\")",
           "the client calls send(\"{name.3}\")",
           "the client's connect() returns",
           "the client's 2nd recv() returns",
           "the client's recv() returns \"Welcome!\"",
           "the server's 1st accept() returns",
           "the server enters CLOSE-WAIT",
           "the client enters FIN-WAIT-2",
           "the client leaves TIME-WAIT",
           "the client sends its SYN",
           "the server sends its SYN-ACK",
           "the client sends its FIN",
           "the server sends its FIN",
           "the client sends its 2nd data segment",
           "the segment that carries the 2nd name",
           "the segment that carries \"Hello, {name.2}!\"",
           "the server acknowledges the client's SYN",
           "the server acknowledges the client's FIN",
           "the client acknowledges the server's SYN",
           "the server acknowledges the 1st name",
           "the client acknowledges \"Welcome!\"",
           "the server acknowledges the client's 1st data segment",
           "the client's time-wait timer starts",
           "the client's time-wait timer expires",
       })
    EXPECT_EQ(found(trace, sentence).size(), 1u) << sentence;
}

TEST(Anchor, NameIsNotWhatItsAnswerHolds) {
  const model::Trace trace = run_echo();
  const auto name = found(trace, "the segment that carries the 1st name");
  ASSERT_EQ(name.size(), 1u);
  EXPECT_EQ(packet(trace, name.front()).len, 7u);
}

TEST(Anchor, AcknowledgementIsTheFirstThatCoversAll) {
  const model::Trace trace = run_echo();
  const auto ack = found(trace, "the server acknowledges the client's FIN");
  const auto fin = found(trace, "the client sends its FIN");
  ASSERT_EQ(ack.size(), 1u);
  EXPECT_EQ(packet(trace, ack.front()).ack, packet(trace, fin.front()).seq + wire::SeqSize{1});
}

// As a real TCP sends: the ACK rides on data, the FIN on an ACK.
TEST(Anchor, AcknowledgementMayRideOnAnything) {
  Choices choices;
  choices.demo = demos::find_demo("tcp-echo");
  choices.program.pause = model::Duration{};
  choices.profile = tcp::ProfileName::linux_;
  choices.delay = model::Duration{};
  const model::Trace trace = net::run(scenario_of(choices));
  const auto ack = found(trace, "the client acknowledges \"Hello, {name.1}!\"");
  ASSERT_EQ(ack.size(), 1u);
  EXPECT_EQ(packet(trace, ack.front()).len, 5u);  // Tracy
}

TEST(Anchor, LostSegment_IsSentOnce_AndAgain) {
  const model::Trace trace = run_echo({"drop 2nd data client>server"});
  EXPECT_EQ(found(trace, "the segment that carries the 2nd name").size(), 1u);
  const auto again = found(trace, "the segment that carries the 2nd name again");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_TRUE(packet(trace, again.front()).retransmission);
  EXPECT_EQ(found(trace, "the client's retransmission timer expires").size(), 1u);
}

TEST(Anchor, CopyMadeByTheNetwork_IsNotSentTwice) {
  const model::Trace trace = run_echo({"duplicate 1st fin client>server"});
  EXPECT_EQ(found(trace, "the client sends its FIN").size(), 1u);
}

TEST(Anchor, OtherNames_AreFoundAsWell) {
  const model::Trace trace = run_echo({}, {"Ada", "Bob"});
  EXPECT_EQ(found(trace, "the segment that carries the 2nd name", {"Ada", "Bob"}).size(), 1u);
  EXPECT_TRUE(found(trace, "the segment that carries the 3rd name", {"Ada", "Bob"}).empty());
  EXPECT_TRUE(found(trace, "the segment that carries \"{name.0}\"", {"Ada", "Bob"}).empty());
}

TEST(Anchor, WhatIsNoSentence_IsRefused) {
  for (const char* text : {"",
                           "the",
                           "the client",
                           "the client's",
                           "the client calls",
                           "the client calls connect",
                           "the client calls connect() twice",
                           "the client calls its send()",
                           "the client enters BED",
                           "the client sends its",
                           "the client sends its 0th data segment",
                           "the client sends its letter",
                           "the segment that carries",
                           "the segment that carries \"\"",
                           "the segment that carries \"x",
                           "the segment that carries the name",
                           "the server acknowledges the client's RST",
                           "the server acknowledges",
                           "the client's timer expires",
                           "the client's persist timer dies",
                           "client 2nd sends its FIN",
                           "event 17",
                           "1.5 s"})
    EXPECT_FALSE(parse_anchor(text).has_value()) << text;
  const auto refused = parse_anchor("event 17");
  for (const std::string_view form : anchor_forms())
    EXPECT_THAT(refused.error().str(), ::testing::HasSubstr(std::string(form)));
}

}  // namespace
}  // namespace synoptic::lessons
