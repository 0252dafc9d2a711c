// run() as a whole: the same every time, bounded, honest about what went wrong, and sound over bad
// links.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <set>

#include "sim/net/rng.hh"
#include "tests/files.hh"
#include "tests/net/support.hh"

namespace synoptic::net {
namespace {

using model::Trace;
using model::Why;
using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;
using ::testing::Contains;
using testing::DemoSetup;
using testing::dump;
using ::testing::ElementsAre;
using testing::hash;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::malformations;
using ::testing::Not;
using testing::packets;
using testing::printed;
using testing::run_demo;
using testing::scenario;

const wire::SocketAddress server_at{wire::IpAddress::v4(127, 0, 0, 2), 9999};

// --- the same every time

TEST(Run, SameScenario_SameTrace) {
  for (const std::string_view demo : {"tcp-echo", "udp-echo", "handshake"}) {
    Scenario s = scenario({.demo = demo, .clients = 3, .profile = tcp::ProfileName::linux_});
    s.link.loss = 0.05;
    s.link.duplicate = 0.05;
    s.link.reorder = 0.05;
    EXPECT_EQ(hash(run(s)), hash(run(s))) << demo;
    Scenario other = s;
    other.seed = 2;
    EXPECT_NE(hash(run(s)), hash(run(other))) << demo;
  }
}

// The traces of several scenarios as numbers, the same from every compiler. They change whenever
// the behaviour of the simulated network does: look at what changed, then UPDATE_GOLDEN=1.
TEST(Run, Traces_AreThoseOfTheGoldenFile) {
  std::vector<std::pair<std::string, Scenario>> scenarios;
  for (const demos::Demo& demo : demos::demos()) {
    for (const auto profile :
         {tcp::ProfileName::textbook, tcp::ProfileName::linux_, tcp::ProfileName::rfc}) {
      const std::string name = fmt::format("{} {}", demo.name, tcp::profile_text(profile));
      scenarios.emplace_back(name, scenario({.demo = demo.name, .clients = 2, .profile = profile}));
      Scenario bad =
          scenario({.demo = demo.name, .family = wire::Family::ipv6, .profile = profile});
      bad.link = {.rate_bps = 1'000'000, .loss = 0.1, .duplicate = 0.1, .reorder = 0.1};
      scenarios.emplace_back(name + " over a bad link", bad);
    }
  }
  std::string found;
  for (const auto& [name, s] : scenarios) found += fmt::format("{:016x} {}\n", hash(run(s)), name);

  const std::string path = SYNOPTIC_SOURCE_DIR "/tests/data/simulated_traces.txt";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) write_file(path, found);
  EXPECT_EQ(found, read_file(path));
}

std::vector<std::string> whys(const Trace& trace) {
  std::set<std::string> names;
  for (const model::Event& event : trace.events()) names.emplace(model::info(event.why).name);
  return {names.begin(), names.end()};
}

// --- faults

class EachFault
    : public ::testing::TestWithParam<std::tuple<std::string, std::string, std::string>> {};

// Whatever strikes whichever packet, the echo client gets its answers: that is what TCP is for.
TEST_P(EachFault, TheClientGetsItsAnswers) {
  const auto& [action, match, direction] = GetParam();
  const std::string fault = action + " 1st " + match + " " + direction;
  for (const auto profile :
       {tcp::ProfileName::textbook, tcp::ProfileName::linux_, tcp::ProfileName::rfc}) {
    const Trace trace = run_demo({.faults = {fault}, .profile = profile});
    EXPECT_THAT(printed(trace, "client"),
                ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"))
        << fault << "\n"
        << dump(trace);
    EXPECT_THAT(printed(trace, "server"), Contains(HasSubstr("closed."))) << fault << "\n"
                                                                          << dump(trace);
    EXPECT_THAT(malformations(trace), IsEmpty()) << fault;
    const bool present = match != "rst" && !(match == "syn" && direction == "server>client") &&
                         !(match == "syn-ack" && direction == "client>server");
    if (present) {
      EXPECT_THAT(trace.warnings, IsEmpty()) << fault;
    } else {
      EXPECT_THAT(trace.warnings, ElementsAre(HasSubstr("never struck: 0 packets matched it")))
          << fault;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachFault,
                         ::testing::Combine(::testing::Values("drop", "duplicate", "corrupt",
                                                              "delay 300ms", "delay 3s", "swap"),
                                            ::testing::Values("syn", "syn-ack", "ack", "data",
                                                              "fin", "rst", "any"),
                                            ::testing::Values("client>server", "server>client")));

TEST(Faults, Drop_IsALostPacketAndItsLoss) {
  const Trace trace = run_demo({.faults = {"drop 1st syn client>server"}});
  const auto lines = packets(trace);
  EXPECT_EQ(lines[0], "client > server [SYN] seq=0 ack=0 len=0 lost");
  EXPECT_EQ(lines[1], "client > server [SYN] seq=0 ack=0 len=0");
  int losses = 0;
  for (const model::Event& event : trace.events()) {
    if (event.kind != model::EventKind::loss) continue;
    ++losses;
    EXPECT_EQ(event.why, Why::fault_drop);
    const model::Event& lost = trace[event.cause];
    EXPECT_EQ(std::get<model::Packet>(lost.body).fate, model::Fate::lost);
    EXPECT_EQ(event.t, lost.t);
    EXPECT_EQ(event.flow, lost.flow);
  }
  EXPECT_EQ(losses, 1);
}

// Nothing was lost here, and the TCP that hears a segment again cannot know: its words leave it
// open.
TEST(Run, ASegmentThatTheNetworkCopied_IsNotSaidToShowALoss) {
  struct Row {
    const char* fault;
    tcp::ProfileName profile;
    Why why;
  };
  for (const Row& row :
       {Row{"duplicate 1st fin server>client", tcp::ProfileName::textbook,
            Why::time_wait_fin_again},
        Row{"duplicate 1st syn client>server", tcp::ProfileName::linux_, Why::syn_again}}) {
    const Trace trace =
        run_demo({.demo = "handshake", .faults = {row.fault}, .profile = row.profile});
    const auto said = std::ranges::count(trace.events(), row.why, &model::Event::why);
    EXPECT_GT(said, 0) << dump(trace);
    EXPECT_EQ(std::ranges::count(trace.events(), model::EventKind::loss, &model::Event::kind), 0);
    EXPECT_THAT(std::string(model::info(row.why).text), HasSubstr(", or the network copied the "));
  }
}

TEST(Faults, Duplicate_IsASecondPacketCausedByTheFirst) {
  const Trace trace = run_demo({.faults = {"duplicate 1st data client>server"}});
  int copies = 0;
  for (const model::Event& event : trace.events()) {
    if (event.why != Why::fault_duplicate) continue;
    ++copies;
    const auto& copy = std::get<model::Packet>(event.body);
    const auto& original = std::get<model::Packet>(trace[event.cause].body);
    EXPECT_TRUE(std::ranges::equal(copy.bytes, original.bytes));
    EXPECT_EQ(copy.fate, model::Fate::delivered);
    EXPECT_FALSE(copy.retransmission);
  }
  EXPECT_EQ(copies, 1);
}

TEST(Faults, Corrupt_IsDroppedByTheReceiver_AndTheTapHoldsWhatWasSent) {
  const Trace trace = run_demo({.faults = {"corrupt 1st data server>client"}});
  EXPECT_THAT(whys(trace), Contains("fault_corrupt"));
  EXPECT_THAT(whys(trace), Contains("checksum_mismatch"));
  EXPECT_THAT(malformations(trace), IsEmpty());  // every checksum in the trace is good
  EXPECT_EQ(packets(trace)[3], "server > client [PSH, ACK] seq=1 ack=1 len=8 damaged");
  for (const model::Event& event : trace.events()) {
    if (event.why != Why::checksum_mismatch) continue;
    const auto& packet = std::get<model::Packet>(trace[event.cause].body);
    EXPECT_EQ(packet.fate, model::Fate::damaged);
    EXPECT_EQ(packet.arrived, event.t);
  }
  const Trace datagrams =
      run_demo({.demo = "udp-echo", .faults = {"corrupt 1st data client>server"}});
  EXPECT_THAT(whys(datagrams), Contains("checksum_mismatch"));
  EXPECT_THAT(printed(datagrams, "client"), IsEmpty());
}

TEST(Faults, Swap_ArrivesBehindTheNext) {
  const Trace trace =
      run_demo({.faults = {"swap 4th data client>server"}});  // "exit", overtaken by the FIN
  EXPECT_THAT(whys(trace), Contains("fault_swap"));
  EXPECT_THAT(whys(trace), Contains("queued_out_of_order"));
  EXPECT_THAT(whys(trace), Not(Contains("fault_swap_alone")));
}

TEST(Faults, Swap_NothingFollows_SaysThatNothingOvertookIt) {
  const Trace trace = run_demo({.demo = "udp-echo", .faults = {"swap 1st data client>server"}});
  std::vector<std::pair<Why, model::Instant>> told;
  for (const model::Event& event : trace.events()) {
    if (event.kind != model::EventKind::note) continue;
    told.emplace_back(event.why, event.t);
    EXPECT_EQ(trace[event.cause].kind, model::EventKind::datagram);
    EXPECT_EQ(event.endpoint, trace[event.cause].endpoint);
  }
  ASSERT_EQ(told.size(), 2u) << dump(trace);
  EXPECT_EQ(told[0].first, Why::fault_swap);
  EXPECT_EQ(told[1].first, Why::fault_swap_alone);
  EXPECT_GE(told[1].second - told[0].second, model::milliseconds(500));
}

TEST(Faults, Datagrams_DuplicateAndDelayAndIcmp) {
  const Trace twice =
      run_demo({.demo = "udp-echo", .faults = {"duplicate 1st data client>server"}});
  // The copy is answered, too; so each answer is taken for the next one's, and the last finds
  // nobody.
  EXPECT_THAT(printed(twice, "client"),
              ElementsAre("Hello, Michael!", "Hello, Michael!", "Hello, Tracy!"));
  EXPECT_EQ(packets(twice).back(), "client > server icmp 3/3 len=41");
  const Trace late = run_demo({.demo = "udp-echo", .faults = {"delay 2s 1st any server>client"}});
  EXPECT_THAT(printed(late, "client"),
              ElementsAre("Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
}

TEST(Faults, WhatIfThisWereLost_DiffersFromThereOnOnly) {
  const Trace plain = run_demo({});
  for (int n = 1; n <= 8; ++n) {
    const std::string fault = "drop " + std::to_string(n) + "th any client>server";
    const Trace what_if = run_demo({.faults = {fault}});
    const auto lost =
        std::ranges::find(what_if.events(), model::EventKind::loss, &model::Event::kind);
    ASSERT_NE(lost, what_if.events().end()) << fault;
    for (std::uint32_t i = 0; i < model::index(lost->cause); ++i) {
      EXPECT_EQ(testing::line(plain, plain.events()[i]).substr(0, 40),
                testing::line(what_if, what_if.events()[i]).substr(0, 40));
    }
    EXPECT_THAT(printed(what_if, "client"),
                ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
  }
}

// --- limits and endings

TEST(Limits, MaxEvents_EndsTheRunAndSaysSo) {
  Scenario s = scenario({});
  s.max_events = 30;
  const Trace trace = run(s);
  EXPECT_LT(trace.events().size(), 40u);
  EXPECT_THAT(trace.warnings, Contains(HasSubstr("--set max-events=N allows more")));
}

TEST(Limits, MaxEvents_EndsAProgramThatNeverWaits) {
  const auto babbles = [](Host& host) -> Task {
    for (;;) co_await host.print("and another thing");
  };
  Scenario s;
  s.roles = {{.name = "client", .address = server_at.ip, .main = babbles}};
  s.max_events = 1000;
  const Trace trace = run(s);
  EXPECT_EQ(trace.events().size(), 1000u);
  EXPECT_THAT(trace.warnings, ElementsAre(HasSubstr("ended after 1000 events")));
}

TEST(Limits, MaxTime_EndsTheRunAndSaysSo) {
  Scenario s = scenario({});
  s.max_time = model::milliseconds(1500);
  const Trace trace = run(s);
  EXPECT_LE(trace.events().back().t.ns, 1'500'000'000);
  EXPECT_THAT(trace.warnings, ElementsAre(HasSubstr("ended after 1.5 s of simulated time")));
}

TEST(Endings, Drain_WaitsForTimeWait_OrNot) {
  Scenario s = scenario({});
  EXPECT_EQ(run(s).events().back().why, Why::time_wait_over);
  s.drain = false;
  const Trace trace = run(s);
  EXPECT_EQ(trace.events().back().endpoint, trace.endpoints()[1].id)
      << "the client's close() is the end";
  EXPECT_THAT(trace.warnings, IsEmpty());
  const bool in_flight = std::ranges::any_of(trace.events(), [](const model::Event& event) {
    const auto* packet = std::get_if<model::Packet>(&event.body);
    return packet != nullptr && packet->fate == model::Fate::in_flight;
  });
  EXPECT_TRUE(in_flight);
}

TEST(Endings, TwoThatWaitForEachOther_AreToldApart) {
  const auto server = [](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    co_await host.bind(s.socket(), server_at);
    co_await host.listen(s.socket(), 5);
    const CallResult accepted = co_await host.accept(s.socket());
    std::array<char, 10> buffer;
    co_await host.recv(accepted.socket(), buffer);
  };
  const auto client = [](Host& host) -> Task {
    const CallResult s = co_await host.socket(wire::Family::ipv4, SocketType::stream);
    co_await host.connect(s.socket(), server_at);
    std::array<char, 20> buffer;
    co_await host.recv(s.socket(), buffer);
  };
  Scenario s;
  s.roles = {{.name = "server", .address = server_at.ip, .main = server, .is_server = true},
             {.name = "client",
              .address = wire::IpAddress::v4(127, 0, 0, 1),
              .main = client,
              .start_after = "server"}};
  EXPECT_THAT(run(s).warnings,
              ElementsAre("server waits for ever in recv(10): nothing is left that could end it",
                          "client waits for ever in recv(20): nothing is left that could end it"));
}

TEST(Endings, AServerThatFailsToListen_ItsClientNeverBegins) {
  Scenario s = scenario({});
  s.roles[0].main = [](Host& host) -> Task { co_await host.print("I would rather not"); };
  const Trace trace = run(s);
  EXPECT_THAT(trace.warnings, ElementsAre("client never began: server did not get past listen()"));
  EXPECT_THAT(printed(trace, "server"), ElementsAre("I would rather not"));
}

TEST(Options, Isns_AreAsAsked) {
  Scenario s = scenario({.clients = 2, .profile = tcp::ProfileName::linux_});
  s.isn_client = wire::SeqNum{4294967290};  // wraps in mid-stream
  s.isn_server = wire::SeqNum{7};
  const Trace trace = run(s);
  EXPECT_EQ(trace.flows()[0].base_a, wire::SeqNum{4294967290});
  EXPECT_EQ(trace.flows()[0].base_b, wire::SeqNum{7});
  EXPECT_THAT(printed(trace, "client"),
              ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"));
  EXPECT_THAT(malformations(trace), IsEmpty());
}

TEST(Options, Textbook_HasRoundNumbers) {
  const Trace trace = run_demo({.clients = 2});
  EXPECT_EQ(trace.flows()[0].base_a, wire::SeqNum{1000});
  EXPECT_EQ(trace.flows()[0].base_b, wire::SeqNum{5000});
  EXPECT_EQ(trace.flows()[1].base_a, wire::SeqNum{2000});
}

TEST(Options, Windows_AreScaledInTheTrace) {
  const Trace trace = run_demo({.profile = tcp::ProfileName::linux_});
  int scaled = 0;
  for (const model::Event& event : trace.events()) {
    if (event.kind != model::EventKind::segment) continue;
    const auto& packet = std::get<model::Packet>(event.body);
    const wire::PacketView view = wire::view(packet.bytes, packet.link);
    if (packet.ctl.has(wire::SYN)) {
      EXPECT_EQ(packet.wnd, view.tcp.window);
    } else {
      EXPECT_EQ(packet.wnd, std::uint32_t{view.tcp.window}
                                << tcp::profile(tcp::ProfileName::linux_).window_scale);
      ++scaled;
    }
  }
  EXPECT_GT(scaled, 10);
}

// --- over bad links

struct Transfer {
  std::string sent, received;
  bool sender_done = false, receiver_done = false;
  int errors = 0;
};

Task send_all(Host& host, Transfer& transfer) {
  const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
  const Socket socket = made.socket();
  const CallResult connected = co_await host.connect(socket, server_at);
  if (connected.ok()) {
    const CallResult sent = co_await host.send(socket, transfer.sent);
    if (!sent.ok()) ++transfer.errors;
  } else {
    ++transfer.errors;
  }
  co_await host.close(socket);
  transfer.sender_done = true;
}

Task receive_all(Host& host, Transfer& transfer) {
  const CallResult made = co_await host.socket(wire::Family::ipv4, SocketType::stream);
  const Socket listener = made.socket();
  co_await host.bind(listener, server_at);
  co_await host.listen(listener, 5);
  const CallResult accepted = co_await host.accept(listener);
  const Socket socket = accepted.socket();
  std::array<char, 1000> buffer;
  for (;;) {
    const CallResult received = co_await host.recv(socket, buffer);
    if (received.value < 0) ++transfer.errors;
    if (received.value <= 0) break;
    transfer.received.append(buffer.data(), static_cast<std::size_t>(received.value));
  }
  co_await host.close(socket);
  co_await host.close(listener);
  transfer.receiver_done = true;
}

// A link, a size and a profile out of `seed`.
Scenario bad_link(std::uint64_t seed, Transfer& transfer) {
  Rng rng(seed, 77);
  transfer.sent.resize(rng.below(30'000));
  for (char& c : transfer.sent) c = static_cast<char>(rng.next());
  Scenario s;
  s.roles = {{.name = "server",
              .address = server_at.ip,
              .main = [&transfer](Host& host) { return receive_all(host, transfer); },
              .is_server = true},
             {.name = "client",
              .address = wire::IpAddress::v4(127, 0, 0, 1),
              .main = [&transfer](Host& host) { return send_all(host, transfer); },
              .start_after = "server"}};
  s.seed = seed;
  s.profile = static_cast<tcp::ProfileName>(seed % 3);
  s.link.delay = model::microseconds(static_cast<std::int64_t>(rng.below(100'000)));
  s.link.rate_bps = rng.chance(0.5) ? 100'000 + rng.below(10'000'000) : 0;
  s.link.queue_packets = static_cast<std::uint32_t>(5 + rng.below(50));
  s.link.loss = static_cast<double>(rng.below(20)) / 100;
  s.link.duplicate = static_cast<double>(rng.below(20)) / 100;
  s.link.reorder = static_cast<double>(rng.below(20)) / 100;
  s.mtu = static_cast<std::uint32_t>(200 + rng.below(1300));
  s.max_events = 100'000;
  return s;
}

TEST(BadLinks, AThousandSeeds_WhatArrivesIsAPrefix_AndAllEnd) {
  int complete = 0;
  std::set<std::string> reasons;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Transfer transfer;
    const Scenario s = bad_link(seed, transfer);
    const Trace trace = run(s);
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_TRUE(transfer.sent.starts_with(transfer.received)) << dump(trace);
    ASSERT_TRUE(transfer.sender_done) << dump(trace);
    ASSERT_LT(trace.events().size(), 100'000u);
    ASSERT_THAT(malformations(trace), IsEmpty());
    for (const std::string& name : whys(trace)) reasons.insert(name);
    // The sender may have given up before the receiver heard of it: then the receiver waits, and
    // the trace says so.
    if (transfer.errors == 0 && transfer.receiver_done) {
      ASSERT_EQ(transfer.received, transfer.sent) << dump(trace);
      ++complete;
    } else if (!transfer.receiver_done) {
      ASSERT_THAT(trace.warnings, Contains(HasSubstr("server waits for ever"))) << dump(trace);
    }
  }
  EXPECT_GT(complete, 900);
  for (const std::string_view reason :
       {"link_loss", "link_duplicate", "link_reorder", "link_queue_full"}) {
    EXPECT_TRUE(reasons.contains(std::string(reason))) << reason;
  }
}

TEST(BadLinks, TcpEcho_OverTwoHundredSeeds) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Scenario s = scenario({.clients = 3, .profile = static_cast<tcp::ProfileName>(seed % 3)});
    s.seed = seed;
    s.link.loss = 0.1;
    s.link.duplicate = 0.1;
    s.link.reorder = 0.1;
    const Trace trace = run(s);
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const std::string_view role : {"client", "client 2", "client 3"}) {
      ASSERT_THAT(printed(trace, role),
                  ElementsAre("Welcome!", "Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"))
          << dump(trace);
    }
    ASSERT_THAT(malformations(trace), IsEmpty());
  }
}

}  // namespace
}  // namespace synoptic::net
