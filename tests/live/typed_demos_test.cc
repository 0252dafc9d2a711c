// The demos in which lines are typed, or little is said, on the real network: the lines that each
// role prints, over both families.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/live/live.hh"
#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<observe::TraceSource> sound_run(const LiveSpec& spec) {
  auto source = finished_run(spec);
  if (!source) return nullptr;
  EXPECT_FALSE(source->failure());
  EXPECT_THAT(source->trace().warnings, IsEmpty());
  return source;
}

std::vector<std::string> printed(const model::Trace& trace, const std::string& role) {
  std::vector<std::string> lines;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    const auto* call = std::get_if<model::Call>(&event.body);
    if (call == nullptr || call->name != model::CallName::print) continue;
    if (event.endpoint != model::EndpointId::none && trace[event.endpoint].name == role)
      lines.push_back(as_text(call->data));
  }
  return lines;
}

std::string address_of(const model::Trace& trace, const std::string& role) {
  for (const model::Endpoint& e : trace.endpoints())
    if (e.name == role) return e.address.str();
  return "";
}

struct TypedDemos : testing::TestWithParam<wire::Family> {
  std::string call =
      GetParam() == wire::Family::ipv6 ? "A call from fd00::1" : "A call from 127.0.0.1";
};

TEST_P(TypedDemos, TcpOnce) {
  const auto source = sound_run(demo_spec("tcp-once", GetParam()));
  ASSERT_TRUE(source);
  EXPECT_THAT(printed(source->trace(), "server"), ElementsAre(call, "hello world"));
  EXPECT_THAT(printed(source->trace(), "client"), ElementsAre("hi"));
}

TEST_P(TypedDemos, UdpOnce) {
  const auto source = sound_run(demo_spec("udp-once", GetParam()));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  EXPECT_THAT(printed(trace, "server"), ElementsAre("hi " + address_of(trace, "client")));
  EXPECT_THAT(printed(trace, "client"), ElementsAre("hello " + address_of(trace, "server")));
}

TEST_P(TypedDemos, TcpChat) {
  const auto source = sound_run(demo_spec("tcp-chat", GetParam()));
  ASSERT_TRUE(source);
  EXPECT_THAT(printed(source->trace(), "server"),
              ElementsAre("The client says: hello", "The client says: how are you?",
                          "The client says: bye"));
  EXPECT_THAT(printed(source->trace(), "client"),
              ElementsAre("The server says: hi", "The server says: fine"));
}

TEST_P(TypedDemos, TcpServeEach_ClientHasLeft_TheServerSendsToNobody) {
  const auto source = sound_run(demo_spec("tcp-serve-each", GetParam(), 1, 20));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  EXPECT_THAT(printed(trace, "server"),
              ElementsAre(call, "hello", "how are you?", "", "", "send: broken pipe (EPIPE)"));
  EXPECT_THAT(printed(trace, "client"), ElementsAre("hi", "fine"));
  bool reset = false;
  for (const Carried& carried : packets(trace))
    reset |=
        carried.to.port == 8081 && std::get<model::Packet>(carried.event->body).ctl.has(wire::RST);
  EXPECT_TRUE(reset) << "the first send is answered by a RST";
}

TEST_P(TypedDemos, TcpServeEachMended_ServesTheNextClient) {
  const auto source = sound_run(demo_spec("tcp-serve-each-mended", GetParam(), 2));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  EXPECT_THAT(printed(trace, "server"),
              ElementsAre(call, "hello", "how are you?", call, "hello", "how are you?"));
  for (const char* role : {"client", "client 2"})
    EXPECT_THAT(printed(trace, role), ElementsAre("hi", "fine"));
  for (const Carried& carried : packets(trace))
    EXPECT_FALSE(std::get<model::Packet>(carried.event->body).ctl.has(wire::RST));
}

TEST_P(TypedDemos, SamePort) {
  const auto source = finished_run(demo_spec("same-port", GetParam(), 2));
  ASSERT_TRUE(source);
  for (const char* role : {"client", "client 2"})
    EXPECT_THAT(printed(source->trace(), role),
                ElementsAre("Welcome!", "Hello, Michael!", "Hello, Michael!", "Hello, Tracy!",
                            "Hello, Tracy!", "Hello, Sarah!", "Hello, Sarah!"));
}

TEST_P(TypedDemos, HttpGet) {
  const auto source = finished_run(demo_spec("http-get", GetParam(), 2));
  ASSERT_TRUE(source);
  for (const char* role : {"client", "client 2"}) {
    const auto lines = printed(source->trace(), role);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0], "HTTP/1.1 200 OK");
  }
  EXPECT_EQ(printed(source->trace(), "server").size(), 2u);
}

TEST_P(TypedDemos, UdpSend) {
  const auto source = finished_run(demo_spec("udp-send", GetParam()));
  ASSERT_TRUE(source);
  EXPECT_THAT(printed(source->trace(), "server"), ElementsAre("你好"));
  EXPECT_THAT(printed(source->trace(), "client"), ElementsAre("received"));
}

TEST_P(TypedDemos, UdpChat) {
  const auto source = finished_run(demo_spec("udp-chat", GetParam()));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  const auto from = [&](const char* role, const char* text) {
    return "A message from [" + address_of(trace, role) + "]: " + text;
  };
  EXPECT_THAT(printed(trace, "server 2"),
              ElementsAre(from("client", "hello"), from("client", "how are you?")));
  EXPECT_THAT(printed(trace, "server"), ElementsAre(from("client", "你好")));
  EXPECT_THAT(
      printed(trace, "client"),
      ElementsAre(from("server 2", "好的"), from("server 2", "好的"), from("server", "好的")));
}

TEST_P(TypedDemos, UdpDuplexChat_NobodyTypesBeforeTheOtherIsThere) {
  const auto source = finished_run(demo_spec("udp-duplex-chat", GetParam(), 1, 0));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  const std::string server = ">>" + address_of(trace, "server") + ":",
                    client = ">>" + address_of(trace, "client") + ":";
  EXPECT_THAT(printed(trace, "server"), ElementsAre(client + "hello", client + "你好吗"));
  EXPECT_THAT(printed(trace, "client"), ElementsAre(server + "hi", server + "你好"));
}

TEST_P(TypedDemos, Bulk_EveryOctetArrives) {
  for (const char* demo : {"bulk", "bulk-slow"}) {
    const auto source = finished_run(demo_spec(demo, GetParam(), 2));
    ASSERT_TRUE(source);
    EXPECT_THAT(printed(source->trace(), "server"),
                ElementsAre("Received 100000 bytes.", "Received 100000 bytes."));
  }
}

INSTANTIATE_TEST_SUITE_P(Live, TypedDemos, testing::Values(wire::Family::ipv4, wire::Family::ipv6),
                         [](const auto& info) {
                           return info.param == wire::Family::ipv4 ? "IPv4" : "IPv6";
                         });

}  // namespace
}  // namespace synoptic::live
