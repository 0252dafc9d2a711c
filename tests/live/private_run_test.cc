// Live runs in the private loopback: nothing lost, times in order, and every way in which a run can
// go wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "capture/live/live.hh"
#include "capture/live/transition_watch.hh"
#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using model::CallName;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// The calls of the endpoints whose name begins with `role`, in order of time.
std::vector<const model::Event*> calls(const model::Trace& trace, const std::string& role) {
  std::vector<const model::Event*> found;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    if (event.kind != model::EventKind::call || event.endpoint == model::EndpointId::none) continue;
    if (trace[event.endpoint].name.starts_with(role)) found.push_back(&event);
  }
  return found;
}

const model::Call& call_of(const model::Event& event) {
  return std::get<model::Call>(event.body);
}

std::string bytes_of(const model::Trace& trace, const std::string& role, CallName name) {
  std::string all;
  for (const model::Event* event : calls(trace, role)) {
    if (call_of(*event).name == name) all += as_text(call_of(*event).data);
  }
  return all;
}

std::string described(const model::Trace& trace) {
  std::string text;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    text += std::to_string((event.t - trace.start()).ns) + " " +
            std::string(model::kind_name(event.kind));
    if (event.endpoint != model::EndpointId::none) text += " " + trace[event.endpoint].name;
    if (const auto* call = std::get_if<model::Call>(&event.body)) {
      text += " " + std::string(model::call_name(call->name)) + " = " +
              std::to_string(call->result) + " '" + as_text(call->data) + "'";
    } else if (const auto* packet = std::get_if<model::Packet>(&event.body)) {
      for (const auto& [flag, letter] :
           {std::pair{wire::SYN, 'S'}, {wire::FIN, 'F'}, {wire::RST, 'R'}, {wire::ACK, '.'}}) {
        if (packet->ctl.has(flag)) text += letter;
      }
      text += " seq " + std::to_string(trace.relative_seq(event)) + " ack " +
              std::to_string(trace.relative_ack(event)) + " len " + std::to_string(packet->len);
    }
    text += "\n";
  }
  for (const std::string& warning : trace.warnings) text += "warning: " + warning + "\n";
  return text;
}

// One connection, to its end: a SYN and a FIN of either side, each acknowledged by the other. (More
// may be there: Linux probes with a second FIN when the ACK is delayed, and a busy machine's
// loopback overtakes itself.)
void expect_whole(const model::Trace& trace) {
  std::set<wire::SocketAddress> opened, closed, acknowledged;
  std::map<wire::SocketAddress, std::uint32_t> fin;  // the relative number that acknowledges it
  for (const Carried& carried : packets(trace)) {
    const auto& packet = std::get<model::Packet>(carried.event->body);
    if (packet.ctl.has(wire::SYN)) opened.insert(carried.from);
    if (packet.ctl.has(wire::FIN)) {
      closed.insert(carried.from);
      fin[carried.from] = trace.relative_seq(*carried.event) + packet.len + 1;
    }
    const auto awaited = fin.find(carried.to);
    if (awaited != fin.end() && packet.ctl.has(wire::ACK) &&
        trace.relative_ack(*carried.event) == awaited->second) {
      acknowledged.insert(carried.to);
    }
  }
  EXPECT_EQ(opened.size(), 2u) << described(trace);
  EXPECT_EQ(closed.size(), 2u) << described(trace);
  EXPECT_EQ(acknowledged, closed) << described(trace);
}

// "client FIN-WAIT-2 confirmed", in order of time.
std::vector<std::string> bases(const model::Trace& trace) {
  std::vector<std::string> all;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& e = trace[id];
    const auto* change = std::get_if<model::StateChange>(&e.body);
    if (change == nullptr || e.flow == model::FlowId::none) continue;
    all.push_back(trace[e.endpoint].name + " " + std::string(rfc_name(change->to)) + " " +
                  std::string(basis_name(change->basis)));
  }
  return all;
}

struct Families : testing::TestWithParam<wire::Family> {};

// Who is told of each transition, as root is: even the states that do not last are confirmed.
TEST_P(Families, TcpEcho_TheKernelsTransitionsConfirmEveryState) {
  if (!TransitionWatch().open()) return;
  const auto source = finished_run(demo_spec("tcp-echo", GetParam()));
  ASSERT_TRUE(source);
  EXPECT_THAT(bases(source->trace()), testing::Each(HasSubstr("confirmed")))
      << described(source->trace());
}

// The server rests for 200 ms before it answers and before it closes: the states last.
TEST_P(Families, TcpEcho_TheKernelConfirmsTheStatesThatLast) {
  constexpr int pause_ms = 200;
  const auto source = finished_run(demo_spec("tcp-echo", GetParam(), 1, pause_ms));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  EXPECT_THAT(bases(trace),
              testing::IsSupersetOf({"client ESTABLISHED confirmed", "server ESTABLISHED confirmed",
                                     "client FIN-WAIT-2 confirmed", "server CLOSE-WAIT confirmed",
                                     "client TIME-WAIT confirmed"}))
      << described(trace);
  EXPECT_THAT(bases(trace), testing::Not(Contains(HasSubstr("contradicted")))) << described(trace);
  ASSERT_FALSE(trace.kernel.empty());
  for (const model::KernelSample& sample : trace.kernel) {
    EXPECT_LE(sample.before, sample.after);
    EXPECT_LE(sample.after, sample.last_after);
    // A transition is told without the rest.
    if (sample.state != model::TcpState::established || sample.came_from) continue;
    ASSERT_TRUE(sample.info);
    EXPECT_GT(sample.info->cwnd, 0u);
    EXPECT_GE(sample.info->rto, model::milliseconds(200));
  }
}

TEST_P(Families, TcpEcho_EveryByteOfTheCallsIsInThePackets) {
  const auto source = finished_run(demo_spec("tcp-echo", GetParam()));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  EXPECT_THAT(trace.warnings, IsEmpty());
  EXPECT_FALSE(source->failure());
  const std::string said = bytes_of(trace, "client", CallName::send);
  const std::string answered = bytes_of(trace, "server", CallName::send);
  EXPECT_EQ(said, "MichaelTracySarahexit");
  EXPECT_EQ(answered, "Welcome!Hello, Michael!Hello, Tracy!Hello, Sarah!");
  EXPECT_EQ(bytes_of(trace, "server", CallName::recv), said);
  EXPECT_EQ(bytes_of(trace, "client", CallName::recv), answered);
  const auto carried = streams(trace);
  ASSERT_EQ(carried.size(), 2u) << described(trace);
  const bool v6 = GetParam() == wire::Family::ipv6;
  for (const auto& [direction, bytes] : carried) {
    const bool to_server = direction.second.port == 9999;
    EXPECT_EQ(direction.first.ip.str(),
              to_server ? (v6 ? "fd00::1" : "127.0.0.1") : (v6 ? "fd00::2" : "127.0.0.2"));
    EXPECT_EQ(bytes, direction.second.port == 9999 ? said : answered) << described(trace);
  }
}

TEST_P(Families, TcpEcho_ShowsTheWholeConnection_AndTheServersLastWords) {
  const auto source = finished_run(demo_spec("tcp-echo", GetParam()));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  expect_whole(trace);
  EXPECT_THAT(bytes_of(trace, "server", CallName::print), HasSubstr("closed")) << described(trace);
}

TEST_P(Families, UdpEcho_EveryDatagramOfTheCallsIsThere) {
  const auto source = finished_run(demo_spec("udp-echo", GetParam()));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  std::vector<std::string> asked, answered;
  for (const Carried& carried : packets(trace)) {
    EXPECT_EQ(carried.event->kind, model::EventKind::datagram) << described(trace);
    (carried.to.port == 9999 ? asked : answered).push_back(as_text(carried.payload));
  }
  EXPECT_THAT(asked, testing::ElementsAre("Michael", "Tracy", "Sarah"));
  EXPECT_THAT(answered, testing::ElementsAre("Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
  EXPECT_EQ(bytes_of(trace, "client", CallName::sendto), "MichaelTracySarah");
  EXPECT_EQ(bytes_of(trace, "server", CallName::sendto),
            "Hello, Michael!Hello, Tracy!Hello, Sarah!");
}

TEST_P(Families, Handshake_CallsAndPacketsAreInOrderOfTime) {
  const auto source = finished_run(demo_spec("handshake", GetParam()));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  const auto all = packets(trace);
  ASSERT_GE(all.size(), 6u) << described(trace);
  bool connected = false, accepted = false;
  for (const model::Event* event : calls(trace, "")) {
    const model::Call& call = call_of(*event);
    EXPECT_TRUE(call.returned) << described(trace);
    EXPECT_LE(event->t, call.returned_at);
    if (call.name == CallName::connect) {  // SYN and SYN-ACK go while connect() lasts
      connected = true;
      EXPECT_LE(event->t, all[0].event->t) << described(trace);
      EXPECT_LE(all[1].event->t, call.returned_at) << described(trace);
    }
    if (call.name == CallName::accept && call.result >= 0) {  // returns once the handshake is done
      accepted = true;
      EXPECT_LE(all[1].event->t, call.returned_at) << described(trace);
    }
    if (call.name == CallName::close && trace[event->endpoint].name == "client") {
      EXPECT_LE(all[2].event->t, event->t) << described(trace);
    }
  }
  EXPECT_TRUE(connected);
  EXPECT_TRUE(accepted);
}

INSTANTIATE_TEST_SUITE_P(PrivateRun, Families,
                         testing::Values(wire::Family::ipv4, wire::Family::ipv6),
                         [](const auto& info) {
                           return info.param == wire::Family::ipv4 ? "IPv4" : "IPv6";
                         });

TEST(PrivateRun, SeveralClients_EachCallOfTheServerIsInItsConversation) {
  for (const char* demo : {"tcp-echo", "udp-echo"}) {
    const auto source = finished_run(demo_spec(demo, wire::Family::ipv4, 3));
    ASSERT_TRUE(source);
    const model::Trace& trace = source->trace();
    std::map<model::FlowId, std::multiset<std::string>> by_flow;
    for (const model::Event* event : calls(trace, "server")) {
      const model::Call& call = call_of(*event);
      if (event->flow == model::FlowId::none) continue;
      by_flow[event->flow].emplace(model::call_name(call.name));
      const std::string client = trace[trace[event->flow].a].address.str();
      if (call.name != CallName::print) continue;
      EXPECT_THAT(as_text(call.data), HasSubstr(client));
    }
    ASSERT_EQ(by_flow.size(), 3u) << described(trace);
    const bool tcp = std::string_view(demo) == "tcp-echo";
    for (const auto& [flow, names] : by_flow) {
      EXPECT_EQ(names.count("print"), tcp ? 2u : 3u) << described(trace);
      EXPECT_EQ(names.count(tcp ? "sleep" : "recvfrom"), tcp ? 4u : 3u) << described(trace);
      EXPECT_EQ(names.count(tcp ? "accept" : "sendto"), tcp ? 1u : 3u) << described(trace);
    }
  }
}

TEST(PrivateRun, SendsAreBeforeTheirBytes_AndReceivesAfterThem) {
  const auto source = finished_run(demo_spec("tcp-echo", wire::Family::ipv4));
  ASSERT_TRUE(source);
  const model::Trace& trace = source->trace();
  for (const Carried& carried : packets(trace)) {
    if (carried.payload.empty()) continue;
    const std::string text = as_text(carried.payload);
    int sent = 0, received = 0;
    for (const model::Event* event : calls(trace, "")) {
      const model::Call& call = call_of(*event);
      if (as_text(call.data) != text) continue;
      if (call.name == CallName::send) {
        ++sent;
        EXPECT_LE(event->t, carried.event->t) << text << "\n" << described(trace);
      }
      if (call.name == CallName::recv) {
        ++received;
        EXPECT_LE(carried.event->t, call.returned_at) << text << "\n" << described(trace);
      }
    }
    EXPECT_EQ(sent, 1) << text << "\n" << described(trace);
    EXPECT_EQ(received, 1) << text << "\n" << described(trace);
  }
}

TEST(PrivateRun, SeveralClients_EachHasAConnectionAndAllItsBytes) {
  const auto source = finished_run(demo_spec("tcp-echo", wire::Family::ipv4, 3));
  ASSERT_TRUE(source);
  const auto carried = streams(source->trace());
  EXPECT_EQ(carried.size(), 6u) << described(source->trace());
  for (const auto& [direction, bytes] : carried) {
    EXPECT_EQ(bytes, direction.second.port == 9999
                         ? "MichaelTracySarahexit"
                         : "Welcome!Hello, Michael!Hello, Tracy!Hello, Sarah!");
  }
  EXPECT_THAT(source->trace().warnings, IsEmpty());
}

TEST(PrivateRun, TwentyHandshakes_AllComplete) {
  for (int i = 0; i < 20; ++i) {
    const auto source = finished_run(demo_spec("handshake", wire::Family::ipv4));
    ASSERT_TRUE(source);
    expect_whole(source->trace());
    ASSERT_FALSE(HasFailure()) << "run " << i;
  }
}

TEST(PrivateRun, TheConnectionUsesTheCongestionControlAskedFor) {
  for (const std::string congestion : {"cubic", "reno"}) {
    for (const std::string ip : {"127.0.0.2", "::1", "fd00::1", "10.1.2.3"}) {
      LiveSpec spec;
      spec.congestion = congestion;
      spec.addresses = {wire::IpAddress::parse("fd00::1").value(),
                        wire::IpAddress::parse("10.1.2.3").value()};
      spec.roles.push_back({"both", role_command({"congestion", ip, "9999"}), "", {}, false});
      const auto source = finished_run(spec);
      ASSERT_TRUE(source);
      EXPECT_THAT(source->trace().warnings, IsEmpty());
      EXPECT_EQ(bytes_of(source->trace(), "", CallName::print), congestion + " " + congestion + " ")
          << ip << "\n"
          << described(source->trace());
    }
  }
}

TEST(PrivateRun, UnknownCongestionControl_IsAWarning) {
  LiveSpec spec = demo_spec("handshake", wire::Family::ipv4);
  spec.congestion = "nonsense";
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings, Contains(HasSubstr("'nonsense'")));
  EXPECT_GE(packets(source->trace()).size(), 6u);
}

TEST(PrivateRun, OneThatHangs_IsEnded_AndSaysWhereItWaited) {
  LiveSpec spec;
  spec.timeout = model::milliseconds(200);
  spec.roles.push_back({"server", role_command({"hang", "127.0.0.2", "9999"}), "", {}, false});
  spec.roles.push_back(
      {"client", role_command({"keep", "127.0.0.2", "9999"}), "server", CallName::listen, false});
  spec.roles.push_back(
      {"late", role_command({"hang", "127.0.0.3", "9999"}), "client", CallName::bind, false});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->failure());
  EXPECT_EQ(source->failure()->what, "the run was ended after 200 ms, before it was done");
  EXPECT_THAT(source->trace().warnings, Contains(AllOf(HasSubstr("stopped after 200 ms"),
                                                       HasSubstr("'client' was waiting in recv()"),
                                                       HasSubstr("'late' was not started yet"))))
      << described(source->trace());
  EXPECT_GE(packets(source->trace()).size(), 3u) << "what was captured is kept";
}

TEST(PrivateRun, OneThatCannotBind_IsReportedByItsCallAndItsLastWords) {
  LiveSpec spec;
  spec.roles.push_back({"first", role_command({"hang", "127.0.0.2", "9999"}), "", {}, true});
  spec.roles.push_back(
      {"second", role_command({"bind", "127.0.0.2", "9999"}), "first", CallName::listen, false});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings,
              testing::ElementsAre(AllOf(HasSubstr("'second' ended with status 1"),
                                         HasSubstr("127.0.0.2: port 9999 is in use"))));
  bool told = false;
  for (const model::Event& event : source->trace().events()) {
    const auto* call = std::get_if<model::Call>(&event.body);
    told |= call && call->name == CallName::bind && call->error == EADDRINUSE;
  }
  EXPECT_TRUE(told) << described(source->trace());
}

TEST(PrivateRun, WhoWaitsForACallThatFails_IsNotStarted) {
  LiveSpec spec;
  spec.roles.push_back({"first", role_command({"hang", "127.0.0.2", "9999"}), "", {}, true});
  spec.roles.push_back(
      {"second", role_command({"bind", "127.0.0.2", "9999"}), "first", CallName::listen, false});
  spec.roles.push_back(
      {"third", role_command({"hang", "127.0.0.3", "9999"}), "second", CallName::bind, false});
  spec.roles.push_back(
      {"fourth", role_command({"hang", "127.0.0.4", "9999"}), "third", CallName::bind, false});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings,
              Contains(HasSubstr("'third' was not started: bind() of 'second'")));
  EXPECT_THAT(source->trace().warnings,
              Contains(HasSubstr("'fourth' was not started: bind() of 'third'")));
}

TEST(PrivateRun, OneThatIsKilled_IsAWarning) {
  LiveSpec spec;
  spec.roles.push_back({"victim", role_command({"killed"}), "", {}, false});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings, Contains(HasSubstr("'victim' was ended by signal 9")));
}

TEST(PrivateRun, AProgramThatIsNotThere_IsAWarning) {
  LiveSpec spec;
  spec.roles.push_back({"ghost", {"/no/such/program"}, "", {}, false});
  spec.roles.push_back({"empty", {}, "", {}, false});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings,
              Contains(AllOf(HasSubstr("'ghost'"), HasSubstr("/no/such/program"))));
  EXPECT_THAT(source->trace().warnings, Contains(HasSubstr("'empty'")));
}

TEST(PrivateRun, StartAfterAnUnknownRole_IsAWarning) {
  LiveSpec spec;
  spec.roles.push_back({"lonely", role_command({"killed"}), "nobody", CallName::listen, false});
  const auto source = finished_run(spec);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->trace().warnings, Contains(HasSubstr("there is no role 'nobody'")));
}

TEST(PrivateRun, Stop_EndsIt_AndKeepsWhatWasCaptured) {
  LiveSpec spec;
  spec.roles.push_back({"server", role_command({"hang", "127.0.0.2", "9999"}), "", {}, false});
  spec.roles.push_back(
      {"client", role_command({"keep", "127.0.0.2", "9999"}), "server", CallName::listen, false});
  auto source = run_private(spec);
  ASSERT_TRUE(source) << source.error().str();
  while (!(*source)->ended() && packets((*source)->trace()).size() < 3) {
    (*source)->wait(model::seconds(10));
    (*source)->poll();
  }
  (*source)->stop();
  EXPECT_TRUE(run_to_end(**source));
  EXPECT_FALSE((*source)->failure());
  EXPECT_GE(packets((*source)->trace()).size(), 3u);
}

TEST(PrivateRun, AnAddressThatCannotBe_IsAnError) {
  LiveSpec spec = demo_spec("handshake", wire::Family::ipv4);
  spec.addresses = {wire::IpAddress::parse("ff02::1").value()};  // multicast: nobody's own
  const auto source = run_private(spec);
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, HasSubstr("ff02::1"));
}

}  // namespace
}  // namespace synoptic::live
