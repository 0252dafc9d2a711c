// The demos on the simulated network: their lines, their calls, their segments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using model::Trace;
using testing::calls;
using testing::DemoSetup;
using testing::dump;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::malformations;
using testing::packets;
using testing::printed;
using testing::run_demo;
using testing::states;

TEST(TcpEcho, Segments_AreTheBlackboard) {
  const Trace trace = run_demo({});
  EXPECT_THAT(packets(trace),
              ElementsAre("client > server [SYN] seq=0 ack=0 len=0",          //
                          "server > client [SYN, ACK] seq=0 ack=1 len=0",     //
                          "client > server [ACK] seq=1 ack=1 len=0",          //
                          "server > client [PSH, ACK] seq=1 ack=1 len=8",     // Welcome!
                          "client > server [ACK] seq=1 ack=9 len=0",          //
                          "client > server [PSH, ACK] seq=1 ack=9 len=7",     // Michael
                          "server > client [ACK] seq=9 ack=8 len=0",          //
                          "server > client [PSH, ACK] seq=9 ack=8 len=15",    // Hello, Michael!
                          "client > server [ACK] seq=8 ack=24 len=0",         //
                          "client > server [PSH, ACK] seq=8 ack=24 len=5",    // Tracy
                          "server > client [ACK] seq=24 ack=13 len=0",        //
                          "server > client [PSH, ACK] seq=24 ack=13 len=13",  // Hello, Tracy!
                          "client > server [ACK] seq=13 ack=37 len=0",        //
                          "client > server [PSH, ACK] seq=13 ack=37 len=5",   // Sarah
                          "server > client [ACK] seq=37 ack=18 len=0",        //
                          "server > client [PSH, ACK] seq=37 ack=18 len=13",  // Hello, Sarah!
                          "client > server [ACK] seq=18 ack=50 len=0",        //
                          "client > server [PSH, ACK] seq=18 ack=50 len=4",   // exit
                          "client > server [FIN, ACK] seq=22 ack=50 len=0",   //
                          "server > client [ACK] seq=50 ack=22 len=0",        //
                          "server > client [ACK] seq=50 ack=23 len=0",        //
                          "server > client [FIN, ACK] seq=50 ack=23 len=0",   //
                          "client > server [ACK] seq=23 ack=51 len=0"))
      << dump(trace);
  EXPECT_THAT(malformations(trace), IsEmpty());
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(TcpEcho, States_AreTheDiagrams) {
  const Trace trace = run_demo({});
  EXPECT_THAT(
      states(trace, "client"),
      ElementsAre("CLOSED > SYN-SENT", "SYN-SENT > ESTABLISHED", "ESTABLISHED > FIN-WAIT-1",
                  "FIN-WAIT-1 > FIN-WAIT-2", "FIN-WAIT-2 > TIME-WAIT", "TIME-WAIT > CLOSED"));
  EXPECT_THAT(
      states(trace, "server"),
      ElementsAre("CLOSED > LISTEN", "LISTEN > SYN-RECEIVED", "SYN-RECEIVED > ESTABLISHED",
                  "ESTABLISHED > CLOSE-WAIT", "CLOSE-WAIT > LAST-ACK", "LAST-ACK > CLOSED"));
}

TEST(TcpEcho, PrintedLines_AreTheTutorials) {
  for (const auto& [family, client] : {std::pair{wire::Family::ipv4, "127.0.0.1:49152"},
                                       std::pair{wire::Family::ipv6, "[fd00::1]:49152"}}) {
    const Trace trace = run_demo({.family = family});
    const std::string who = client;
    EXPECT_THAT(printed(trace, "server"), ElementsAre("Waiting for connection...",
                                                      "Accept new connection from " + who + "...",
                                                      "Connection from " + who + " closed."));
    EXPECT_THAT(printed(trace, "client"),
                ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
    EXPECT_THAT(malformations(trace), IsEmpty());
  }
}

TEST(TcpEcho, Calls_AreInTheTutorialsOrder) {
  const Trace trace = run_demo({});
  EXPECT_THAT(
      calls(trace, "client"),
      ElementsAre("socket(SOCK_STREAM)", "connect(127.0.0.2:9999)", "recv(1024) = \"Welcome!\"",
                  "prints: Welcome!", "send(\"Michael\") = 7", "recv(1024) = \"Hello, Michael!\"",
                  "prints: Hello, Michael!", "send(\"Tracy\") = 5",
                  "recv(1024) = \"Hello, Tracy!\"", "prints: Hello, Tracy!", "send(\"Sarah\") = 5",
                  "recv(1024) = \"Hello, Sarah!\"", "prints: Hello, Sarah!", "send(\"exit\") = 4",
                  "close()"));
  EXPECT_THAT(calls(trace, "server"),
              ElementsAre("socket(SOCK_STREAM)", "bind(127.0.0.2:9999)", "listen(5)",
                          "prints: Waiting for connection...", "accept() = 127.0.0.1:49152",
                          "accept() …", "prints: Accept new connection from 127.0.0.1:49152...",
                          "send(\"Welcome!\") = 8", "recv(1024) = \"Michael\"", "sleep(1 s)",
                          "send(\"Hello, Michael!\") = 15", "recv(1024) = \"Tracy\"", "sleep(1 s)",
                          "send(\"Hello, Tracy!\") = 13", "recv(1024) = \"Sarah\"", "sleep(1 s)",
                          "send(\"Hello, Sarah!\") = 13", "recv(1024) = \"exit\"", "sleep(1 s)",
                          "close()", "prints: Connection from 127.0.0.1:49152 closed."));
}

TEST(TcpEcho, Lanes_AreByAddressAndPort) {
  const Trace trace = run_demo({.clients = 2});
  ASSERT_EQ(trace.endpoints().size(), 3u);
  EXPECT_EQ(trace.endpoints()[0].name, "server");
  EXPECT_EQ(trace.endpoints()[0].address.str(), "127.0.0.2:9999");
  EXPECT_EQ(trace.endpoints()[1].name, "client");
  EXPECT_EQ(trace.endpoints()[1].address.str(), "127.0.0.1:49152");
  EXPECT_EQ(trace.endpoints()[2].name, "client 2");
  EXPECT_EQ(trace.endpoints()[2].address.str(), "127.0.0.1:49153");
  ASSERT_EQ(trace.flows().size(), 2u);
  EXPECT_EQ(trace.flows()[1].a, trace.endpoints()[2].id);
  EXPECT_EQ(trace.flows()[1].b, trace.endpoints()[0].id);
}

TEST(TcpEcho, SeveralClients_AreServedAtOnce) {
  const Trace alone = run_demo({});
  const Trace together = run_demo({.clients = 5});
  EXPECT_EQ(together.flows().size(), 5u);
  for (const std::string_view role : {"client", "client 2", "client 3", "client 4", "client 5"}) {
    EXPECT_THAT(printed(together, role),
                ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
  }
  EXPECT_EQ(together.events().back().t, alone.events().back().t)
      << "five clients take no longer than one";
  EXPECT_THAT(malformations(together), IsEmpty());
}

TEST(TcpEcho, HundredClientsAtOnce_EachIsServedToItsEnd) {
  demos::DemoOptions options;
  options.clients = 100;  // a descriptor for each, all open at the same time
  const Trace trace =
      run(lessons::make_scenario(*demos::find_demo("tcp-echo"), options, wire::Family::ipv4));
  EXPECT_EQ(trace.flows().size(), 100u);
  std::size_t closed = 0;
  for (const model::Event& event : trace.events()) {
    const auto* change = std::get_if<model::StateChange>(&event.body);
    const bool last = change && change->from == model::TcpState::last_ack &&
                      change->to == model::TcpState::closed;
    closed += last ? 1 : 0;
  }
  EXPECT_EQ(closed, 100u);
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(TcpEcho, Options_AreHeeded) {
  demos::DemoOptions options;
  options.names = {"小明"};
  options.pause = model::milliseconds(250);
  options.server.port = 8080;
  const Trace trace =
      run(lessons::make_scenario(*demos::find_demo("tcp-echo"), options, wire::Family::ipv4));
  EXPECT_THAT(printed(trace, "client"), ElementsAre("Welcome!", "Hello, 小明!"));
  EXPECT_THAT(calls(trace, "client"), ::testing::Contains("connect(127.0.0.2:8080)"));
  EXPECT_THAT(calls(trace, "server"), ::testing::Contains("sleep(250 ms)"));
}

TEST(TcpEcho, OneAddressForBoth_StillHasTwoLanesAndTwoDirections) {
  demos::DemoOptions options;
  options.server.ip = wire::IpAddress::v4(127, 0, 0, 1);
  Scenario scenario =
      lessons::make_scenario(*demos::find_demo("tcp-echo"), options, wire::Family::ipv4);
  scenario.faults = {parse_fault("drop 1st data server>client").value()};
  const Trace trace = run(scenario);
  EXPECT_EQ(trace.endpoints().size(), 2u);
  EXPECT_THAT(printed(trace, "client"),
              ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
  EXPECT_THAT(packets(trace),
              ::testing::Contains("server > client [PSH, ACK] seq=1 ack=1 len=8 lost"));
  EXPECT_THAT(malformations(trace), IsEmpty());
}

TEST(TcpEcho, ServerPortTaken_SaysSo_InBothLanguages) {
  for (const auto& [language, words] :
       {std::pair{demos::Language::en, "bind 127.0.0.2:9999: address already in use (EADDRINUSE)"},
        std::pair{demos::Language::zh, "bind 127.0.0.2:9999: 地址已被占用 (EADDRINUSE)"}}) {
    demos::DemoOptions options;
    options.language = language;
    Scenario scenario =
        lessons::make_scenario(*demos::find_demo("tcp-echo"), options, wire::Family::ipv4);
    RoleSpec second = scenario.roles.front();
    second.name = "second server";
    scenario.roles.push_back(second);
    const Trace trace = run(scenario);
    // the second server never had an address: its calls have a lane of their own
    EXPECT_THAT(printed(trace, "second server"), ElementsAre(words)) << dump(trace);
  }
}

TEST(UdpEcho, LinesCallsAndDatagrams) {
  for (const wire::Family family : {wire::Family::ipv4, wire::Family::ipv6}) {
    const Trace trace = run_demo({.demo = "udp-echo", .family = family});
    const std::string who = family == wire::Family::ipv4 ? "127.0.0.1:49152" : "[fd00::1]:49152";
    const std::string from = "Received from " + who + ".";
    EXPECT_THAT(printed(trace, "server"), ElementsAre("Bind UDP on 9999...", from, from, from));
    EXPECT_THAT(printed(trace, "client"),
                ElementsAre("Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
    EXPECT_THAT(packets(trace), ElementsAre("client > server len=7", "server > client len=15",
                                            "client > server len=5", "server > client len=13",
                                            "client > server len=5", "server > client len=13"));
    EXPECT_THAT(malformations(trace), IsEmpty());
    EXPECT_THAT(trace.warnings, IsEmpty());
  }
}

TEST(UdpEcho, Calls_NoConnectNoListenNoAccept) {
  const Trace trace = run_demo({.demo = "udp-echo"});
  EXPECT_THAT(calls(trace, "client"),
              ElementsAre("socket(SOCK_DGRAM)", "sendto(\"Michael\", 127.0.0.2:9999) = 7",
                          "recv(1024) = \"Hello, Michael!\"", "prints: Hello, Michael!",
                          "sendto(\"Tracy\", 127.0.0.2:9999) = 5", "recv(1024) = \"Hello, Tracy!\"",
                          "prints: Hello, Tracy!", "sendto(\"Sarah\", 127.0.0.2:9999) = 5",
                          "recv(1024) = \"Hello, Sarah!\"", "prints: Hello, Sarah!", "close()"));
  const auto server = calls(trace, "server");
  EXPECT_THAT(
      std::vector(server.begin(), server.begin() + 4),
      ElementsAre("socket(SOCK_DGRAM)", "bind(127.0.0.2:9999)", "prints: Bind UDP on 9999...",
                  "recvfrom(1024) = \"Michael\" from 127.0.0.1:49152"));
}

TEST(UdpEcho, LostDatagram_ClientWaitsForEver) {
  const Trace trace = run_demo({.demo = "udp-echo", .faults = {"drop 2nd data client>server"}});
  EXPECT_THAT(printed(trace, "client"), ElementsAre("Hello, Michael!"));
  EXPECT_THAT(
      trace.warnings,
      ElementsAre("client waits for ever in recv(1024): nothing is left that could end it"));
}

TEST(UdpEchoTasks, EachDatagram_IsAnsweredInItsOwnTask) {
  const Trace trace = run_demo({.demo = "udp-echo-tasks", .clients = 3});
  for (const std::string_view role : {"client", "client 2", "client 3"}) {
    EXPECT_THAT(printed(trace, role),
                ElementsAre("Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
  }
  EXPECT_EQ(trace.flows().size(), 3u);
  EXPECT_THAT(malformations(trace), IsEmpty());
}

TEST(Handshake, OpensAndCloses_NothingElse) {
  for (const wire::Family family : {wire::Family::ipv4, wire::Family::ipv6}) {
    const Trace trace = run_demo({.demo = "handshake", .family = family});
    EXPECT_THAT(packets(trace), ElementsAre("client > server [SYN] seq=0 ack=0 len=0",
                                            "server > client [SYN, ACK] seq=0 ack=1 len=0",
                                            "client > server [ACK] seq=1 ack=1 len=0",
                                            "client > server [FIN, ACK] seq=1 ack=1 len=0",
                                            "server > client [ACK] seq=1 ack=2 len=0",
                                            "server > client [FIN, ACK] seq=1 ack=2 len=0",
                                            "client > server [ACK] seq=2 ack=2 len=0"));
    EXPECT_THAT(malformations(trace), IsEmpty());
    EXPECT_THAT(trace.warnings, IsEmpty());
  }
  const Trace trace = run_demo({.demo = "handshake"});
  EXPECT_THAT(calls(trace, "client"),
              ElementsAre("socket(SOCK_STREAM)", "connect(127.0.0.2:9999)", "close()"));
  EXPECT_THAT(calls(trace, "server"),
              ElementsAre("socket(SOCK_STREAM)", "bind(127.0.0.2:9999)", "listen(5)",
                          "accept() = 127.0.0.1:49152", "recv(1024) = \"\" (end of stream)",
                          "close()", "close()"));
}

TEST(Handshake, SeveralClients_OneAfterAnother) {
  const Trace trace = run_demo({.demo = "handshake", .clients = 4});
  EXPECT_EQ(trace.flows().size(), 4u);
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(Demos, EveryDemo_InEveryProfileAndFamily_IsWellFormed) {
  for (const demos::Demo& demo : demos::demos()) {
    EXPECT_FALSE(demo.title.empty());
    EXPECT_FALSE(demo.title_zh.empty());
    for (const auto profile :
         {tcp::ProfileName::textbook, tcp::ProfileName::linux_, tcp::ProfileName::rfc}) {
      for (const auto family : {wire::Family::ipv4, wire::Family::ipv6}) {
        const Trace trace =
            run_demo({.demo = demo.name, .family = family, .clients = 2, .profile = profile});
        EXPECT_THAT(malformations(trace), IsEmpty()) << demo.name;
        EXPECT_THAT(trace.warnings, IsEmpty()) << demo.name;
      }
    }
  }
  EXPECT_EQ(demos::find_demo("no-such-demo"), nullptr);
}

}  // namespace
}  // namespace synoptic::net
