// How a connection ended, told from its segments and from the calls behind them.
#include "viz/ladder/ending.hh"

#include <gtest/gtest.h>

#include "tests/ladder/trace_builder.hh"

namespace synoptic::ladder {
namespace {

std::string text(std::string_view script) {
  const model::Trace trace = captured(script);
  return ending_text(conversations_of(trace).at(0));
}
int segments(std::string_view script) {
  const model::Trace trace = captured(script);
  const std::vector<Conversation> conversations = conversations_of(trace);
  return ending_of(conversations.at(0)).segments();
}

constexpr std::string_view four =
    "0 c FA 1 1; 1 s A 1 2; 1000 s close; 1000.1 s FA 1 2; 1000.2 c A 2 2";
constexpr std::string_view three = "0 c FA 1 1; 1 s close; 1.1 s FA 1 2; 1.2 c A 2 2";
constexpr std::string_view crossed = "0 c FA 1 1; 0.1 s FA 1 1; 0.2 c A 2 2; 0.3 s A 2 2";

TEST(Ending, FourSegmentsBecauseTheOtherProgramClosedLater) {
  EXPECT_EQ(segments(four), 4);
  EXPECT_EQ(text(four),
            "4 segments: client FIN, server ACK, server FIN, client ACK. The server acknowledged "
            "first, and sent its own FIN 999.1 ms after that: "
            "only then did its program call close().");
}
TEST(Ending, ThreeSegmentsBecauseTheFinRodeOnTheAck) {
  EXPECT_EQ(segments(three), 3);
  EXPECT_EQ(text(three),
            "3 segments: client FIN, server FIN+ACK in one, client ACK. The server's program "
            "called close() 1 ms after the client's FIN was sent, "
            "before an ACK alone had left: so one segment carries ACK and FIN.");
}
TEST(Ending, CrossedFins) {
  EXPECT_EQ(segments(crossed), 4);
  EXPECT_TRUE(text(crossed).find("simultaneous close") != std::string::npos) << text(crossed);
}
TEST(Ending, ServerFirst) {
  EXPECT_EQ(text("0 s FA 1 1; 1 c A 1 2; 2 c FA 1 2; 3 s A 2 2").substr(0, 62),
            "4 segments: server FIN, client ACK, client FIN, server ACK. Th");
}
TEST(Ending, HalfClosedResetAndOpen) {
  EXPECT_EQ(text("0 c FA 1 1; 1 s A 1 2"),
            "Only the client sent a FIN: the connection is half closed at the end of this trace.");
  EXPECT_EQ(text("0 c PA 1 1 \"x\"; 1 s R 1"),
            "The server reset the connection (RST) before either end had sent a FIN.");
  EXPECT_EQ(text("0 c PA 1 1 \"x\""),
            "Neither end sent a FIN: the connection is not closed within this trace.");
}
TEST(Ending, AConnectionThatWasNeverOpenedIsNotCalledUnclosed) {
  EXPECT_EQ(text("0 c S 0 lost; 1000 c S 0 again lost; 3000 c S 0 again lost"),
            "The connection was never opened: the client sent its SYN 3 times, and each was lost.");
  EXPECT_EQ(text("0 c S 0 lost"),
            "The connection was never opened: the client sent its SYN, and it was lost.");
  EXPECT_EQ(
      text("0 c S 0; 1000 c S 0 again"),
      "The connection was never opened: the client sent its SYN 2 times, and no answer came.");
  EXPECT_EQ(text("0 c S 0; 20 s RA 0 1"),
            "The connection was never opened: the server answered the client's SYN with a reset "
            "(RST).");
  EXPECT_EQ(text("0 c S 0; 20 s SA 0 1"),
            "Neither end sent a FIN: the connection is not closed within this trace.");
}
TEST(Ending, AnswersToASynThatWereLostAreNoSilence) {
  EXPECT_EQ(text("0 c S 0; 20 s SA 0 1 lost; 1000 c S 0 again; 1020 s SA 0 1 again lost"),
            "The connection was never opened: the client sent its SYN 2 times, and the server's "
            "answer (SYN,ACK) was lost each of the 2 times that it was sent.");
  EXPECT_EQ(text("0 c S 0; 20 s SA 0 1 lost; 1000 c S 0 again"),
            "The connection was never opened: the client sent its SYN 2 times, and the server's "
            "answer (SYN,ACK) was lost.");
  EXPECT_EQ(text("0 c S 0; 20 s RA 0 1 lost"),
            "The connection was never opened: the client sent its SYN, and the server's answer "
            "(RST) was lost.");
}
TEST(Ending, NamesAndAddressesTakeNoArticle) {
  const auto with_names = [](std::string_view script, std::string a, std::string b) {
    model::Trace trace = captured(script);
    trace.edit(trace.flows()[0].a).name = std::move(a);
    trace.edit(trace.flows()[0].b).name = std::move(b);
    return ending_text(conversations_of(trace).at(0));
  };
  EXPECT_EQ(
      with_names(three, "client 2", "server"),
      "3 segments: client 2's FIN, server FIN+ACK in one, client 2's ACK. The server's program "
      "called close() 1 ms after client 2's FIN was sent, before an ACK alone had left: so "
      "one segment carries ACK and FIN.");
  const std::string four_segments = with_names(four, "127.0.0.1:4", "127.0.0.2:9");
  EXPECT_NE(four_segments.find(". 127.0.0.2:9 acknowledged first"), std::string::npos)
      << four_segments;
  const std::string merged =
      with_names("0 c FA 1 1; 1.1 s FA 1 2; 1.2 c A 2 2", "127.0.0.1:4", "127.0.0.2:9");
  EXPECT_NE(merged.find("The FIN of 127.0.0.2:9 left 1.1 ms after the FIN of 127.0.0.1:4, before"),
            std::string::npos)
      << merged;
}
std::string list(std::string_view script) {
  const std::string all = text(script);
  return all.substr(0, all.find('.'));
}
TEST(Ending, EverySegmentOfTheCloseCounts) {
  // A tail loss probe, or a retransmission: nothing was lost.
  EXPECT_EQ(
      list("0 c FA 1 1; 14 c FA 1 1 again; 14.1 s A 1 2; 23 s FA 1 2; 23.1 c A 2 2"),
      "5 segments: client FIN (twice: it was sent again), server ACK, server FIN, client ACK");
  EXPECT_EQ(list("0 c FA 1 1; 1 s A 1 2; 9 s FA 1 2 lost; 1009 s FA 1 2 rto; 1010 c A 2 2"),
            "5 segments: client FIN, server ACK, server FIN (twice: the first was lost), client "
            "ACK");
  EXPECT_EQ(list("0 c FA 1 1; 1 s A 1 2 lost; 1000 c FA 1 1 rto; 1001 s A 1 2; 2000 s FA 1 2; "
                 "2001 c A 2 2"),
            "6 segments: client FIN, server ACK (lost), client FIN again, server ACK again, server "
            "FIN, client ACK");
  EXPECT_EQ(list("0 c FA 1 1; 1 s FA 1 2 lost; 9 s FA 1 2 rto lost; 29 s FA 1 2 rto lost"),
            "4 segments: client FIN, server FIN+ACK in one (3 times: each was lost)");
  EXPECT_EQ(list("0 c FA 1 1; 0 c FA 1 1 dup; 1 s A 1 2; 1 s A 1 2; 9 s FA 1 2; 10 c A 2 2"),
            "6 segments: client FIN (twice: the network copied it), server ACK (twice), server "
            "FIN, client ACK");
}
TEST(Ending, WhatAHalfOpenEndSendsBeforeItsFinIsNoPartOfTheClose) {
  EXPECT_EQ(segments("0 c FA 1 1; 1 s A 1 2; 2 s PA 1 2 \"abc\"; 3 c A 2 4; 4 s A 4 2 wnd=9; "
                     "5 s FA 4 2; 6 c A 2 5"),
            4);
}
TEST(Ending, LongListsAreToldByKind) {
  std::string script;
  for (int i = 0; i < 5; ++i)
    script += i == 0 ? "0 c FA 1 1; 1 s FA 1 2 lost; "
                     : std::to_string(i) + "00 c FA 1 1 again; " + std::to_string(i) +
                           "01 s FA 1 2 again lost; ";
  EXPECT_EQ(list(script),
            "10 segments, by kind: client FIN (5 times: it was sent again), server FIN+ACK in one "
            "(5 times: each was lost)");
}
TEST(Ending, LostFinsDoNotCross) {
  const auto of = [](std::string_view script) {
    const model::Trace trace = simulated(script);
    const std::vector<Conversation> conversations = conversations_of(trace);
    return std::pair(ending_of(conversations.at(0)).simultaneous, ending_text(conversations.at(0)));
  };
  const auto both = of("0 c FA 1 1; 10 s FA 1 1; 30 c A 2 2; 30 s A 2 2");
  EXPECT_TRUE(both.first);
  EXPECT_EQ(both.second,
            "4 segments: client FIN, server FIN, client ACK, server ACK. Neither end had heard of "
            "the other's FIN when it sent its own (a simultaneous close, state CLOSING).");
  const auto lost =
      of("0 c FA 1 1 lost; 300 s FA 1 1; 320 c A 2 2; 1000 c FA 1 2 rto; 1020 s A 2 2");
  EXPECT_FALSE(lost.first);
  EXPECT_EQ(lost.second,
            "5 segments: client FIN (lost), server FIN, client ACK, client FIN again, server ACK. "
            "The server sent its own FIN without an ACK of the client's FIN: that had been lost.");
  const auto early =
      of("0 c PA 1 1 \"a\" lost; 0 c FA 2 1; 300 s FA 1 1; 320 c A 3 2; "
         "1000 c PA 1 2 \"a\" rto; 1020 s A 2 3");
  EXPECT_FALSE(early.first);
  EXPECT_NE(early.second.find("what it had sent before that was still missing."), std::string::npos)
      << early.second;
}
// The same as a script, and at its end the ends `who` ("c", "s") give up, one after the other.
std::string with_giving_up(std::string_view script, std::string_view who) {
  model::Trace trace = simulated(script);
  const model::Flow flow = trace.flows()[0];
  model::Instant t = trace.events().back().t;
  const auto set = [&](bool client, model::TcpState state, model::Why why) {
    trace.add({.t = t = t + model::seconds(1),
               .endpoint = client ? flow.a : flow.b,
               .flow = model::FlowId{0},
               .why = why,
               .body = model::StateChange{.to = state}});
  };
  for (const bool client : {true, false})
    set(client, model::TcpState::established, model::Why::none);
  for (const char c : who) set(c == 'c', model::TcpState::closed, model::Why::gave_up);
  return ending_text(conversations_of(trace).at(0));
}
TEST(Ending, WhoGaveUpAfterHowManyRetransmissionsOfWhat) {
  constexpr std::string_view open = "0 c S 0; 20 s SA 0 1; 40 c A 1 1; ";
  EXPECT_EQ(with_giving_up(std::string(open) +
                               "50 s PA 1 1 \"abc\" lost; 60 c PA 1 1 \"x\" lost; 1060 c PA 1 1 "
                               "\"x\" rto lost; 1050 s PA 1 1 \"abc\" rto lost; 3050 s PA 1 1 "
                               "\"abc\" rto lost",
                           "sc"),
            "Neither end sent a FIN. The server gave up (R2, RFC 9293 3.8.3): no ACK came for its "
            "3 octets from Seq=1, sent again twice. The client gave up, too: no ACK came for its 1 "
            "octet from Seq=1, sent again once.");
  EXPECT_EQ(with_giving_up(std::string(open) + "50 c FA 1 1 lost; 60 c FA 1 1 rto lost; "
                                               "90 c FA 1 1 rto lost; 150 c FA 1 1 rto lost",
                           "c"),
            "Only the client sent a FIN (4 times: each was lost). The client gave up (R2, RFC 9293 "
            "3.8.3): no ACK came for its FIN, sent again 3 times. Nothing tells the server of it: "
            "that end stays in ESTABLISHED.");
}
TEST(Ending, ACapturedCallTellsWhoGaveUp) {
  const std::string open = "0 c S 0; 0.1 s SA 0 1; 0.2 c A 1 1; ";
  EXPECT_EQ(text(open + "1 c PA 1 1 \"abc\"; 201 c PA 1 1 \"abc\" again; 601 c PA 1 1 \"abc\" "
                        "again; 1401 c recv ETIMEDOUT"),
            "Neither end sent a FIN. The client gave up (R2, RFC 9293 3.8.3), and its recv() "
            "returned ETIMEDOUT: no ACK came for its 3 octets from Seq=1, sent again twice. "
            "Nothing tells the server of it.");
  // Into a closed window: the last octet but one, or the next one, again and again.
  EXPECT_EQ(text(open + "1 c PA 1 1 \"abc\"; 1.1 s A 1 4 wnd=0; 201 c A 3 1; 601 c A 3 1; "
                        "1401 c send ETIMEDOUT"),
            "Neither end sent a FIN. The client gave up (R2, RFC 9293 3.8.3), and its send() "
            "returned ETIMEDOUT: no answer came to its probe of the closed window, sent twice. "
            "Nothing tells the server of it.");
}
TEST(Ending, ACapturedTraceWithoutTheCallTellsOfNoGivingUp) {
  const std::string open = "0 c S 0; 0.1 s SA 0 1; 0.2 c A 1 1; ";
  EXPECT_EQ(text(open + "1 c PA 1 1 \"abc\"; 201 c PA 1 1 \"abc\" again; 601 c PA 1 1 \"abc\" "
                        "again"),
            "Neither end sent a FIN: the connection is not closed within this trace.");
  // Nothing was sent again, so that is another time-out.
  EXPECT_EQ(text(open + "1 c PA 1 1 \"abc\"; 1.1 s A 1 4; 1401 c recv ETIMEDOUT"),
            "Neither end sent a FIN: the connection is not closed within this trace.");
}
TEST(Ending, TheStateOfTheOtherEndIsOnlyInferredFromACapture) {
  model::Trace trace = captured(
      "0 c S 0; 0.1 s SA 0 1; 0.2 c A 1 1; 1 c PA 1 1 \"a\"; 201 c PA 1 1 \"a\" again; "
      "601 c recv ETIMEDOUT");
  trace.add({.t = trace.events().back().t,
             .endpoint = trace.flows()[0].b,
             .flow = model::FlowId{0},
             .body = model::StateChange{model::TcpState::syn_received, model::TcpState::established,
                                        model::Basis::inferred}});
  EXPECT_NE(ending_text(conversations_of(trace).at(0))
                .find("Nothing tells the server of it: that end was last seen in ESTABLISHED."),
            std::string::npos);
}
TEST(Ending, AResetAfterBothFinsWereAcknowledgedEndsNothing) {
  EXPECT_EQ(text("0 c FA 1 1; 1.1 s FA 1 2; 1.2 c A 2 2; 1.5 s R 2").substr(0, 11), "3 segments:");
}
TEST(Ending, DatagramsHaveNone) {
  EXPECT_EQ(text("0 c D \"x\""), "");
}

}  // namespace
}  // namespace synoptic::ladder
