// The demos in which lines are typed, or little is said, on the simulated network: printed lines in
// both languages, calls, segments, and how each ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using demos::Language;
using model::Trace;
using testing::calls;
using ::testing::Contains;
using testing::dump;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::malformations;
using ::testing::Not;
using testing::packets;
using testing::printed;
using testing::run_demo;

struct Way {
  wire::Family family;
  Language language;
  std::string client;  // its address
};
const std::vector<Way> ways{{wire::Family::ipv4, Language::en, "127.0.0.1"},
                            {wire::Family::ipv4, Language::zh, "127.0.0.1"},
                            {wire::Family::ipv6, Language::en, "fd00::1"},
                            {wire::Family::ipv6, Language::zh, "fd00::1"}};

Trace run_with(std::string_view demo, const demos::DemoOptions& options,
               wire::Family family = wire::Family::ipv4) {
  Trace trace = run(lessons::make_scenario(*demos::find_demo(demo), options, family));
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
  return trace;
}

Trace run_in(std::string_view demo, const Way& way) {
  demos::DemoOptions options;
  options.language = way.language;
  Trace trace = run_with(demo, options, way.family);
  EXPECT_THAT(trace.warnings, IsEmpty());
  return trace;
}

std::string call_line(const Way& way) {
  return way.language == Language::zh ? "接到来自" + way.client + "的电话"
                                      : "A call from " + way.client;
}

TEST(TcpOnce, PrintedLines_AreTheTutorials) {
  for (const Way& way : ways) {
    const Trace trace = run_in("tcp-once", way);
    EXPECT_THAT(printed(trace, "server"), ElementsAre(call_line(way), "hello world"));
    EXPECT_THAT(printed(trace, "client"), ElementsAre("hi"));
  }
}

TEST(TcpOnce, Calls_AreInTheTutorialsOrder) {
  const Trace trace = run_demo({.demo = "tcp-once"});
  EXPECT_THAT(calls(trace, "server"),
              ElementsAre("socket(SOCK_STREAM)", "bind(127.0.0.2:9000)", "listen(5)",
                          "accept() = 127.0.0.1:49152", "prints: A call from 127.0.0.1",
                          "recv(1024) = \"hello world\"", "prints: hello world", "send(\"hi\") = 2",
                          "close()", "close()"));
  EXPECT_THAT(calls(trace, "client"), ElementsAre("socket(SOCK_STREAM)", "connect(127.0.0.2:9000)",
                                                  "send(\"hello world\") = 11",
                                                  "recv(1024) = \"hi\"", "prints: hi", "close()"));
}

TEST(UdpOnce, PrintedLines_AreMessageAndAddress) {
  for (const Way& way : ways) {
    const Trace trace = run_in("udp-once", way);
    const wire::IpAddress client = *wire::IpAddress::parse(way.client);
    const wire::SocketAddress from{client, 49152}, to{trace.endpoints()[0].address};
    EXPECT_THAT(printed(trace, "server"), ElementsAre("hi " + from.str()));
    EXPECT_THAT(printed(trace, "client"), ElementsAre("hello " + to.str()));
    EXPECT_EQ(to.port, 9000);
    EXPECT_THAT(packets(trace), ElementsAre("client > server len=2", "server > client len=5"));
  }
}

TEST(UdpOnce, Calls_AreInTheTutorialsOrder) {
  const Trace trace = run_demo({.demo = "udp-once"});
  EXPECT_THAT(
      calls(trace, "server"),
      ElementsAre("socket(SOCK_DGRAM)", "bind(127.0.0.2:9000)",
                  "recvfrom(1024) = \"hi\" from 127.0.0.1:49152", "prints: hi 127.0.0.1:49152",
                  "sendto(\"hello\", 127.0.0.1:49152) = 5", "close()"));
  EXPECT_THAT(calls(trace, "client"), ElementsAre("socket(SOCK_DGRAM)", "reads a line = \"hi\"",
                                                  "sendto(\"hi\", 127.0.0.2:9000) = 2",
                                                  "recvfrom(1024) = \"hello\" from 127.0.0.2:9000",
                                                  "prints: hello 127.0.0.2:9000", "close()"));
}

TEST(TcpChat, PrintedLines_AreTheTutorials) {
  for (const Way& way : ways) {
    const Trace trace = run_in("tcp-chat", way);
    const bool zh = way.language == Language::zh;
    const std::string client = zh ? "客户端说：" : "The client says: ",
                      server = zh ? "服务器端说：" : "The server says: ";
    EXPECT_THAT(printed(trace, "server"),
                ElementsAre(client + "hello", client + "how are you?", client + "bye"));
    EXPECT_THAT(printed(trace, "client"), ElementsAre(server + "hi", server + "fine"));
  }
}

TEST(TcpChat, Calls_AreInTheTutorialsOrder) {
  demos::DemoOptions options;
  options.typed = {{"client", {"hello", "bye"}}, {"server", {"hi"}}};
  const Trace trace = run_with("tcp-chat", options);
  EXPECT_THAT(
      calls(trace, "server"),
      ElementsAre("socket(SOCK_STREAM)", "bind(127.0.0.2:10034)", "listen(5)",
                  "accept() = 127.0.0.1:49152", "recv(1024) = \"hello\"",
                  "prints: The client says: hello", "reads a line = \"hi\"", "send(\"hi\") = 2",
                  "recv(1024) = \"bye\"", "prints: The client says: bye", "close()", "close()"));
  EXPECT_THAT(
      calls(trace, "client"),
      ElementsAre("socket(SOCK_STREAM)", "connect(127.0.0.2:10034)", "reads a line = \"hello\"",
                  "send(\"hello\") = 5", "recv(1024) = \"hi\"", "prints: The server says: hi",
                  "reads a line = \"bye\"", "send(\"bye\") = 3", "close()"));
}

TEST(TcpChat, ClientThatLeavesWithoutBye_ServerPromptsAgain_AndEnds) {
  demos::DemoOptions options;
  options.typed = {{"client", {"hello"}}, {"server", {"hi", "still there?", "hello?"}}};
  const Trace trace = run_with("tcp-chat", options);
  EXPECT_THAT(printed(trace, "server"),
              ElementsAre("The client says: hello",
                          "The client says: ", "The client says: ", "send: broken pipe (EPIPE)"));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

// The lesson of tcp-serve-each: recv gives nothing, the first send succeeds, the next does not.
TEST(TcpServeEach, ClientHasLeft_TheServerSendsToNobody) {
  for (const Way& way : ways) {
    const Trace trace = run_in("tcp-serve-each", way);
    const std::string failed =
        way.language == Language::zh ? "send: 管道已断开 (EPIPE)" : "send: broken pipe (EPIPE)";
    EXPECT_THAT(printed(trace, "server"),
                ElementsAre(call_line(way), "hello", "how are you?", "", "", failed));
    EXPECT_THAT(printed(trace, "client"), ElementsAre("hi", "fine"));
    EXPECT_THAT(packets(trace), Contains("client > server [RST] seq=19 ack=0 len=0"))
        << dump(trace);
  }
  const auto server = calls(run_demo({.demo = "tcp-serve-each"}), "server");
  ASSERT_GT(server.size(), 12u);
  EXPECT_THAT(
      std::vector(server.end() - 11, server.end()),
      ElementsAre("recv(1024) = \"\" (end of stream)",
                  "prints: ", "reads a line = \"are you still there?\"",
                  "send(\"are you still there?\") = 20", "recv(1024) = \"\" (end of stream)",
                  "prints: ", "reads a line = \"hello?\"", "send(\"hello?\") = EPIPE",
                  "prints: send: broken pipe (EPIPE)", "close()", "close()"));
}

TEST(TcpServeEachMended, ServesTheNextClient_AndNobodyResets) {
  for (const Way& way : ways) {
    demos::DemoOptions options;
    options.language = way.language;
    options.clients = 3;
    const Trace trace = run_with("tcp-serve-each-mended", options, way.family);
    const std::string call = call_line(way);
    std::vector<std::string> server;
    for (const std::string_view role : {"server"}) {
      for (const std::string& line : printed(trace, role)) server.push_back(line);
    }
    EXPECT_THAT(server, ElementsAre(call, "hello", "how are you?", call, "hello", "how are you?",
                                    call, "hello", "how are you?"));
    for (const std::string_view role : {"client", "client 2", "client 3"})
      EXPECT_THAT(printed(trace, role), ElementsAre("hi", "fine"));
    EXPECT_THAT(packets(trace), Not(Contains(HasSubstr("RST"))));
    EXPECT_THAT(trace.warnings, IsEmpty());
  }
}

TEST(TcpServeEach, EmptyLines_AreAskedAgain) {
  demos::DemoOptions options;
  options.typed = {{"client", {"", "", "hello"}}, {"server", {"hi"}}};
  const Trace trace = run_with("tcp-serve-each-mended", options);
  EXPECT_THAT(
      calls(trace, "client"),
      ElementsAre("socket(SOCK_STREAM)", "connect(127.0.0.2:8081)", "reads a line = \"\"",
                  "reads a line = \"\"", "reads a line = \"hello\"", "send(\"hello\") = 5",
                  "recv(1024) = \"hi\"", "prints: hi", "reads a line = end of input", "close()"));
}

TEST(TypedLines, AreThoseGiven_OrTheDemosOwn) {
  const demos::Demo& demo = *demos::find_demo("tcp-serve-each-mended");
  const demos::Role &server = demo.roles[0], &client = demo.roles[1];
  demos::DemoOptions options;
  options.clients = 2;
  EXPECT_THAT(demos::typed_lines(demo, client, options), ElementsAre("hello", "how are you?"));
  EXPECT_THAT(demos::typed_lines(demo, server, options), ElementsAre("hi", "fine", "hi", "fine"));
  EXPECT_THAT(demos::given_lines(demo, server, options), IsEmpty());
  options.typed = {{"", {"a"}}, {"server", {}}};
  EXPECT_THAT(demos::typed_lines(demo, client, options), ElementsAre("a"));
  EXPECT_THAT(demos::typed_lines(demo, server, options), IsEmpty());
}

TEST(TypedLines, EachTakesItsTime) {
  demos::DemoOptions options;
  options.pause = model::milliseconds(300);
  const Trace trace = run_with("tcp-chat", options);
  int read = 0;
  for (const model::Event& event : trace.events()) {
    const auto* call = std::get_if<model::Call>(&event.body);
    if (call == nullptr || call->name != model::CallName::read_line) continue;
    ++read;
    EXPECT_EQ((call->returned_at - event.t).ns, options.pause.ns);
  }
  EXPECT_EQ(read, 5);
}

}  // namespace
}  // namespace synoptic::net
