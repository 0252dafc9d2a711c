// The demos of ports, text and bulk, on the simulated network: printed lines in both languages,
// calls, and what odd input does to each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lessons/demos/encoding.hh"
#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using demos::decoded;
using demos::encoded;
using demos::Encoding;
using demos::Language;
using model::Trace;
using testing::calls;
using ::testing::Contains;
using testing::dump;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::malformations;
using testing::printed;
using ::testing::StartsWith;

struct Way {
  wire::Family family;
  bool zh;
  std::string client;  // its address
};
const std::vector<Way> ways{{wire::Family::ipv4, false, "127.0.0.1"},
                            {wire::Family::ipv4, true, "127.0.0.1"},
                            {wire::Family::ipv6, false, "[fd00::1]"},
                            {wire::Family::ipv6, true, "[fd00::1]"}};

Trace run_in(std::string_view demo, const Way& way, demos::DemoOptions options = {}) {
  options.language = way.zh ? Language::zh : Language::en;
  Trace trace = run(lessons::make_scenario(*demos::find_demo(demo), options, way.family));
  EXPECT_THAT(malformations(trace), IsEmpty()) << dump(trace);
  EXPECT_THAT(trace.warnings, IsEmpty());
  return trace;
}

TEST(Gb2312, TextAndOctets_BothWays) {
  EXPECT_EQ(encoded(Encoding::gb2312, "你好 ok"), "\xc4\xe3\xba\xc3 ok");
  EXPECT_EQ(decoded(Encoding::gb2312, "\xc4\xe3\xba\xc3 ok"), "你好 ok");
  EXPECT_EQ(encoded(Encoding::gb2312, "臺"), std::nullopt) << "not in GB2312";
  EXPECT_EQ(encoded(Encoding::gb2312, "\xff"), std::nullopt) << "no UTF-8";
  EXPECT_EQ(encoded(Encoding::utf8, "臺"), "臺");
  EXPECT_EQ(decoded(Encoding::gb2312, ""), "");
}

TEST(Gb2312, OctetsThatAreNoText_AreShown) {
  EXPECT_EQ(decoded(Encoding::gb2312, "\xc4\xe3\xba"), "你\\xba") << "half a character";
  EXPECT_EQ(decoded(Encoding::gb2312, "a\xff\xff b"), "a\\xff\\xff b");
  EXPECT_EQ(decoded(Encoding::utf8, "\xe4\xbd\xa0\xe5\xa5"), "你\\xe5\\xa5");
  EXPECT_EQ(decoded(Encoding::utf8, "a\nb\x1b[2J\x7f"), "a\\x0ab\\x1b[2J\\x7f");
  std::string all;
  for (int i = 255; i >= 128; --i) all += static_cast<char>(i);
  EXPECT_GE(decoded(Encoding::gb2312, all).size(), 128u);
  const std::string long_text(100'000, 'x');
  EXPECT_EQ(decoded(Encoding::gb2312, long_text), long_text);
}

TEST(SamePort, BothServersAtOnce_TheClientInterleavesThem) {
  for (const Way& way : ways) {
    demos::DemoOptions options;
    options.names = {"Ada", "小明"};
    options.clients = 2;
    const Trace trace = run_in("same-port", way, options);
    for (const std::string_view client : {"client", "client 2"})
      EXPECT_THAT(printed(trace, client), ElementsAre("Welcome!", "Hello, Ada!", "Hello, Ada!",
                                                      "Hello, 小明!", "Hello, 小明!"));
    EXPECT_THAT(printed(trace, "server"), Contains("Bind UDP on 9999..."));
    EXPECT_THAT(printed(trace, "server"), Contains("Waiting for connection..."));
    EXPECT_THAT(printed(trace, "server"),
                Contains(StartsWith("Received from " + way.client)).Times(4));
    EXPECT_EQ(trace.flows().size(), 4u);
  }
}

TEST(SamePort, TheTwoBindings_DoNotCollide) {
  const Trace trace = run_in("same-port", ways[0]);
  int at_9999 = 0;
  for (const model::Endpoint& e : trace.endpoints()) at_9999 += e.address.port == 9999 ? 1 : 0;
  EXPECT_EQ(at_9999, 2) << "a lane for TCP, a lane for UDP";
  const auto server = calls(trace, "server");
  EXPECT_THAT(server, Contains("bind(127.0.0.2:9999)").Times(2));
}

TEST(HttpGet, HeaderIsPrinted_PageIsSaved) {
  for (const Way& way : ways) {
    const Trace trace = run_in("http-get", way);
    const auto lines = printed(trace, "client");
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0], "HTTP/1.1 200 OK");
    EXPECT_EQ(lines[1], "Content-Type: text/html; charset=utf-8");
    EXPECT_EQ(lines[3], "Connection: close");
    EXPECT_THAT(printed(trace, "server"), ElementsAre(way.client + ":49152: GET / HTTP/1.1"));
    std::size_t saved = 0;
    for (const model::Event& event : trace.events()) {
      const auto* call = std::get_if<model::Call>(&event.body);
      if (call != nullptr && call->name == model::CallName::save)
        saved += static_cast<std::size_t>(call->number);
    }
    EXPECT_EQ(lines[2], "Content-Length: " + std::to_string(saved));
    EXPECT_GT(saved, 1024u);
    const auto client = calls(trace, "client");
    EXPECT_THAT(client, Contains(HasSubstr("send(\"GET / HTTP/1.1\\r\\nHost: ")));
    EXPECT_THAT(client, Contains(StartsWith("saves http-get.html: ")));
    EXPECT_EQ(client.back(), "close()");
    EXPECT_THAT(calls(trace, "server"), Contains("setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"));
  }
}

TEST(UdpSend, TextGoesInGb2312_FromAPortOfItsOwnChoice) {
  for (const Way& way : ways) {
    const Trace trace = run_in("udp-send", way);
    EXPECT_THAT(printed(trace, "server"), ElementsAre("你好"));
    EXPECT_THAT(printed(trace, "client"), ElementsAre(way.zh ? "收到" : "received"));
    EXPECT_EQ(trace
                  .find_endpoint({*wire::IpAddress::parse(
                                      way.family == wire::Family::ipv6 ? "fd00::1" : "127.0.0.1"),
                                  8989},
                                 model::Protocol::udp)
                  .has_value(),
              true);
  }
  EXPECT_THAT(calls(run_in("udp-send", ways[0]), "client"),
              ElementsAre("socket(SOCK_DGRAM)", "bind(127.0.0.1:8989)", "reads a line = \"你好\"",
                          "sendto(\"\\xc4\\xe3\\xba\\xc3\", 127.0.0.2:8080) = 4",
                          "recvfrom(1024) = \"received\" from 127.0.0.2:8080", "prints: received",
                          "close()"));
}

TEST(UdpSend, TextThatGb2312Lacks_IsNotSent) {
  demos::DemoOptions options;
  options.typed = {{"client", {"臺灣"}}};
  const Trace trace =
      run(lessons::make_scenario(*demos::find_demo("udp-send"), options, wire::Family::ipv4));
  EXPECT_THAT(printed(trace, "client"),
              ElementsAre("GB2312 lacks a character of this line: it is not sent"));
  EXPECT_THAT(testing::packets(trace), IsEmpty());
  options.encoding = Encoding::utf8;
  EXPECT_THAT(printed(run_in("udp-send", ways[0], options), "server"), ElementsAre("臺灣"));
}

TEST(UdpChat, PrintedLines_AreTheTutorials) {
  for (const Way& way : ways) {
    demos::DemoOptions options;
    options.typed = {{"client", {"nobody", "", "苯环", "", "你好", "quit", "岳岳", "hi", "quit"}},
                     {"server", {"好"}}};
    const Trace trace = run_in("udp-chat", way, options);
    const auto from = [&](const std::string& who, const std::string& text) {
      return way.zh ? "来自[" + who + "]的一条消息:" + text
                    : "A message from [" + who + "]: " + text;
    };
    const std::string server = way.family == wire::Family::ipv6 ? "[fd00::2]" : "127.0.0.2";
    EXPECT_THAT(printed(trace, "server 3"), ElementsAre(from(way.client + ":49152", "你好")));
    EXPECT_THAT(printed(trace, "server 4"), ElementsAre(from(way.client + ":49152", "hi")));
    EXPECT_THAT(printed(trace, "server"), IsEmpty());
    EXPECT_THAT(printed(trace, "client"),
                ElementsAre(from(server + ":8083", "好"), from(server + ":8084", "好")));
  }
}

TEST(UdpChat, WhoHasSentNothing_HasUdpAllTheSame) {
  demos::DemoOptions options;
  options.typed = {{"client", {"nobody"}}};
  const Trace trace = run_in("udp-chat", ways[0], options);
  EXPECT_THAT(testing::packets(trace), IsEmpty());
  for (const model::Endpoint& endpoint : trace.endpoints())
    EXPECT_EQ(endpoint.protocol, model::Protocol::udp) << endpoint.name;
}

TEST(UdpChat, SeveralClients_AreAnswered) {
  demos::DemoOptions options;
  options.clients = 3;
  const Trace trace = run_in("udp-chat", ways[0], options);
  for (const std::string_view client : {"client", "client 2", "client 3"})
    EXPECT_EQ(printed(trace, client).size(), 3u) << client;
}

TEST(UdpDuplexChat, EachPrintsWhatTheOtherTypes) {
  for (const Way& way : ways) {
    const Trace trace = run_in("udp-duplex-chat", way);
    const std::string server = way.family == wire::Family::ipv6 ? "[fd00::2]" : "127.0.0.2";
    EXPECT_THAT(printed(trace, "server"),
                ElementsAre(">>" + way.client + ":8989:hello", ">>" + way.client + ":8989:你好吗"));
    EXPECT_THAT(printed(trace, "client"),
                ElementsAre(">>" + server + ":8080:hi", ">>" + server + ":8080:你好"));
  }
}

TEST(UdpDuplexChat, UnlikeEncodings_AreShownAndNotFatal) {
  const demos::Demo& demo = *demos::find_demo("udp-duplex-chat");
  demos::DemoOptions options;
  Scenario scenario = lessons::make_scenario(demo, options, wire::Family::ipv4);
  demos::DemoOptions other;
  other.encoding = Encoding::utf8;
  scenario.roles[1].main = lessons::make_scenario(demo, other, wire::Family::ipv4).roles[1].main;
  const Trace trace = run(scenario);
  EXPECT_THAT(printed(trace, "client"),
              ElementsAre(">>127.0.0.2:8080:hi", ">>127.0.0.2:8080:\\xc4\\xe3\\xba\\xc3"));
  EXPECT_EQ(printed(trace, "server").size(), 2u);
}

TEST(Bulk, EveryOctetArrives_WhateverTheNumber) {
  for (const std::uint64_t bytes : {0u, 1u, 16384u, 100'000u, 1'000'000u}) {
    for (const char* demo : {"bulk", "bulk-slow"}) {
      demos::DemoOptions options;
      options.bytes = bytes;
      options.clients = 2;
      options.pause = model::milliseconds(50);
      const Trace trace = run_in(demo, ways[0], options);
      const std::string n = std::to_string(bytes);
      for (const std::string_view client : {"client", "client 2"})
        EXPECT_THAT(printed(trace, client), ElementsAre("Sent " + n + " bytes."));
      EXPECT_THAT(printed(trace, "server"),
                  ElementsAre("Received " + n + " bytes.", "Received " + n + " bytes."));
    }
  }
  EXPECT_THAT(printed(run_in("bulk", ways[3]), "server"), ElementsAre("收到 100000 字节。"));
}

// Below one segment: the sender has to wait (RFC 9293 3.8.6.2.1).
TEST(BulkSlow, TheWindowCloses) {
  demos::DemoOptions options;
  options.bytes = 300'000;
  const Trace trace = run_in("bulk-slow", ways[0], options);
  bool closed = false;
  for (const model::Event& event : trace.events()) {
    const auto* packet = std::get_if<model::Packet>(&event.body);
    closed |= packet != nullptr && packet->ctl.has(wire::ACK) && packet->wnd < 1460;
  }
  EXPECT_TRUE(closed);
}

TEST(Processes, ServersOneAfterAnother_ThenClients) {
  demos::DemoOptions options;
  options.clients = 2;
  options.server.port = 8081;
  std::vector<std::string> names, after;
  std::vector<int> ports;
  for (const demos::Process& p : demos::processes(*demos::find_demo("udp-chat"), options)) {
    names.push_back(p.name);
    after.push_back(p.start_after);
    ports.push_back(p.options.server.port);
  }
  EXPECT_THAT(names,
              ElementsAre("server", "server 2", "server 3", "server 4", "client", "client 2"));
  EXPECT_THAT(after, ElementsAre("", "server", "server 2", "server 3", "server 4", "server 4"));
  EXPECT_THAT(ports, ElementsAre(8081, 8082, 8083, 8084, 8081, 8081));
}

}  // namespace
}  // namespace synoptic::net
