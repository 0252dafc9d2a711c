// Standard streams that are closed, full or read by nobody: the result is not lost, and the exit
// status tells whether all of it was written.
#include <gtest/gtest.h>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::Result;
using test::TempDir;

// The program started by a shell that redirects its streams: "2>&-".
Result run_with(const std::string& redirection, const std::vector<std::string>& arguments) {
  test::Start start;
  start.prefix = {"sh", "-c", "exec \"$@\" " + redirection, "sh"};
  return test::run(arguments, start);
}

// It has something to say on stderr: some packets are of no flow.
const std::vector<std::string> talkative = {
    "open",     std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/wire-ethernet.pcap",
    "--flow",   "0",
    "--format", "svg"};

TEST(Streams, MessagesThatCannotBeShownLoseNothing) {
  const Result talks = test::run(talkative);
  const std::string& diagram = talks.out;
  ASSERT_FALSE(diagram.empty());
  ASSERT_FALSE(talks.err.empty());
  for (const char* redirection : {"2>/dev/full", "2>&-"}) {
    const TempDir dir;
    const Result shown = run_with(redirection, talkative);
    EXPECT_EQ(shown.status, 0) << redirection;
    EXPECT_EQ(shown.out, diagram) << redirection;
    EXPECT_EQ(run_with(redirection, {"frobnicate"}).status, 2) << redirection;
    std::vector<std::string> to_file = talkative;
    to_file.insert(to_file.end(), {"-o", dir.file("x.svg")});
    EXPECT_EQ(run_with(redirection, to_file).status, 0) << redirection;
    EXPECT_EQ(test::read_file(dir.file("x.svg")), diagram)
        << "no message stands in the file: " << redirection;
  }
}

TEST(Streams, MessageIntoABrokenPipeEndsNothing) {
  const TempDir dir;
  // What it has to say, that no packet matches, comes after all of its input.
  test::Program program({"open", "-", "-o", dir.file("x.txt"), "tcp", "port", "1"});
  program.close_errors();
  program.write(test::read_file(std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap"));
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(test::read_file(dir.file("x.txt")).find("captured: no packets"), std::string::npos);
}

TEST(Streams, OutputThatCannotBeWrittenIsStatus1AndFilesAreWritten) {
  const std::string diagram = test::run({"sim", "handshake"}).out;
  for (const char* redirection : {">/dev/full", ">&-", ">&- 2>&-"}) {
    const TempDir dir;
    const Result result =
        run_with(redirection, {"sim", "handshake", "-o", dir.file("x.txt"), "--format", "json"});
    EXPECT_EQ(result.status, 1) << redirection;
    EXPECT_EQ(test::read_file(dir.file("x.txt")), diagram) << redirection;
    for (const char* command : {"--help", "doctor"}) {
      EXPECT_EQ(run_with(redirection, {command}).status, 1) << redirection << command;
    }
  }
  const Result closed = run_with(">&-", {"sim", "handshake"});
  EXPECT_TRUE(test::is_one_line(closed.err)) << closed.err;
  EXPECT_NE(closed.err.find("-o FILE"), std::string::npos) << closed.err;
}

TEST(Streams, LiveRunIsKeptWithoutAnyStream) {
  const TempDir dir;
  const Result result = run_with("<&- >&- 2>&-", {"live", "handshake", "-o", dir.file("x.json")});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(test::run({"open", dir.file("x.json")}).status, 0);
}

}  // namespace
}  // namespace synoptic::cli
