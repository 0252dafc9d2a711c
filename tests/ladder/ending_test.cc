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
  return ending_of(conversations.at(0)).segments;
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
      text("0 c S 0; 20 s SA 0 1 lost; 1000 c S 0 again"),
      "The connection was never opened: the client sent its SYN 2 times, and no answer came.");
  EXPECT_EQ(text("0 c S 0; 20 s RA 0 1"),
            "The connection was never opened: the server answered the client's SYN with a reset "
            "(RST).");
  EXPECT_EQ(text("0 c S 0; 20 s SA 0 1"),
            "Neither end sent a FIN: the connection is not closed within this trace.");
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
TEST(Ending, ARetransmittedFinCountsOnce) {
  EXPECT_EQ(segments("0 c FA 1 1; 200 c FA 1 1 again; 200.1 s A 1 2; 300 s FA 1 2; 300.1 c A 2 2"),
            4);
}
TEST(Ending, AResetAfterBothFinsWereAcknowledgedEndsNothing) {
  EXPECT_EQ(text("0 c FA 1 1; 1.1 s FA 1 2; 1.2 c A 2 2; 1.5 s R 2").substr(0, 11), "3 segments:");
}
TEST(Ending, DatagramsHaveNone) {
  EXPECT_EQ(text("0 c D \"x\""), "");
}

}  // namespace
}  // namespace synoptic::ladder
