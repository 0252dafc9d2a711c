// Names of roles and addresses within sentences.
#include "viz/ladder/wording.hh"

#include <gtest/gtest.h>

#include "tests/ladder/trace_builder.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/ending.hh"
#include "viz/ladder/facts.hh"

namespace synoptic::ladder {
namespace {

TEST(Wording, OnlyARoleTakesTheArticle) {
  EXPECT_EQ(the("client"), "the client");
  EXPECT_EQ(capital(the("server")), "The server");
  EXPECT_EQ(the("client 2"), "client 2");
  EXPECT_EQ(capital(the("client 2")), "Client 2");
  EXPECT_EQ(capital(the("127.0.0.1:34030")), "127.0.0.1:34030");
  EXPECT_EQ(of("client 2", "FIN"), "client 2's FIN");
  EXPECT_EQ(of("[fd00::1]:5", "FIN"), "the FIN of [fd00::1]:5");
}

TEST(Wording, SentencesForRolesTakeAnyName) {
  EXPECT_EQ(with_name("the client 2 sent; The client 2's FIN; to the client 20", "client 2"),
            "client 2 sent; Client 2's FIN; to the client 20");
  EXPECT_EQ(with_name("The 127.0.0.1:34030's FIN", "127.0.0.1:34030"), "127.0.0.1:34030's FIN");
  EXPECT_EQ(with_name("the client sent", "client"), "the client sent");
}

// A lane may be named after a program of the user's.
TEST(Wording, AProgramIsAName_AndHasNoProgram) {
  EXPECT_EQ(the("my_server.py"), "my_server.py");
  EXPECT_EQ(the("curl"), "curl");
  EXPECT_EQ(capital(the("my_server.py")), "my_server.py");
  EXPECT_EQ(capital("my_server.py's FIN came"), "my_server.py's FIN came");
  EXPECT_EQ(program_of("my_server.py"), "my_server.py");
  EXPECT_EQ(program_of("client"), "the client's program");
  EXPECT_EQ(with_name("The my_server.py's program sent; the my_server.py's FIN", "my_server.py"),
            "my_server.py sent; my_server.py's FIN");
  EXPECT_EQ(with_name("The curl sent", "curl"), "curl sent");
}

TEST(Wording, TheEndingOfProgramsConnection_SpeaksOfNoOtherProgram) {
  model::Trace trace = captured(
      "0 c S 0; 1 s SA 0 1; 2 c A 1 1; 3 s close; 3 s FA 1 1; 4 c A 1 2; 90 c close; 90 c FA 1 2; "
      "91 s A 2 2");
  trace.edit(trace.flows()[0].a).name = "my_client.py";
  trace.edit(trace.flows()[0].b).name = "my_server.py";
  const std::string text = ending_text(conversations_of(trace).at(0));
  EXPECT_NE(text.find("my_client.py acknowledged first"), std::string::npos) << text;
  EXPECT_NE(text.find("only then did it call close()"), std::string::npos) << text;
  EXPECT_EQ(text.find("program"), std::string::npos) << text;
}

TEST(Wording, ReasonsNameTheSecondClientWithoutArticle) {
  model::Trace sim = simulated("0 c PA 1 1 \"x\"; 20 s A 1 2; 20 s PA 1 2 \"y\"");
  model::Trace live = captured("0 c PA 1 1 \"x\"; 0.1 s PA 1 2 \"y\"");
  for (model::Trace* trace : {&sim, &live}) {
    trace->edit(trace->flows()[0].a).name = "server";
    trace->edit(trace->flows()[0].b).name = "client 2";
  }
  int reasons = 0;
  for (const Row& row : align(sim, live).rows) {
    if (!row.reason) continue;
    ++reasons;
    EXPECT_EQ(row.reason->text.find("the client 2"), std::string::npos) << row.reason->text;
    EXPECT_NE(row.reason->text.find("client 2"), std::string::npos) << row.reason->text;
    if (row.reason->lesson_at < row.reason->text.size()) {
      EXPECT_EQ(row.reason->text[row.reason->lesson_at], ' ') << row.reason->text;
    }
  }
  EXPECT_GT(reasons, 0);
}

}  // namespace
}  // namespace synoptic::ladder
