// The observer against the simulator: without loss the very transitions, under faults never a wrong
// one.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lessons/scenario.hh"
#include "tests/observe/simulated.hh"

namespace synoptic::observe {
namespace {

using model::Trace;
using tcp::ProfileName;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using testing::Network;
using testing::Talk;
using wire::Family;

constexpr ProfileName profiles[] = {ProfileName::textbook, ProfileName::linux_, ProfileName::rfc};
constexpr Family families[] = {Family::ipv4, Family::ipv6};

// Connections of every order of closing.
const std::vector<Talk>& talks() {
  static const std::vector<Talk> all = {
      {"c", "Rc"},              // the client closes, the server at once
      {"c", "R1c"},             // … the server later
      {"Rc", "c"},              // the server closes first
      {"R1c", "c"},             //
      {"c", "c"},               // the FINs cross
      {"sc", "sRc"},            // text in flight
      {"srsrsrc", "rsrsrsRc"},  // an echo
      {"swRc", "R1sc"},         // half-close, and an answer after it
      {"wR1c", "R1S1c"},        //
      {"SwRc", "RBc"},          //
      {"Rc", "Swrc"},           // the server half-closes
      {"mwRc", "hwRc"},         // both half-close
      {"c", "1"},               // closes before it is accepted; the server never does
      {"sc", "mc"},             // the server closes with text unread: a reset
      {"s1c", "1c"},            //
      {"c", "hsh"},             // the server sends to an end that has closed
      {"1c", "Sc"},             // the client closes with text unread
      {"BBc", "R1c"},           // bulk
      {"Rc", "BBc"},            //
      {"c", "Rc", true},        // simultaneous open, then as above
      {"c", "c", true},         //
      {"src", "sRc", true},     //
      {"1c", "Rc", true},       //
      {"ssc", "wRc", false, false,
       true},  // closed while text waits behind text (Nagle), and the FINs cross
      {"sssc", "hwRc", false, false, true},  //
      {"BBc", "wRc", false, false, true},    // … behind the congestion window
      {"BBhc", "wRc", false, false, true},   //
      {"c", "", false, true},                // refused
  };
  return all;
}

std::vector<net::Scenario> demo_scenarios(ProfileName profile, Family family) {
  std::vector<net::Scenario> all;
  for (const demos::Demo& demo : demos::demos()) {
    for (const int clients : {1, 3}) {
      demos::DemoOptions options;
      options.clients = clients;
      all.push_back(lessons::make_scenario(demo, options, family));
      all.back().profile = profile;
    }
  }
  return all;
}

// What no packet shows, even where nothing is lost: the list of connection.hh.
bool shows_in_no_packet(const std::string& change, const Talk& talk, const Trace& truth) {
  const auto is = [&](std::string_view text) { return change.find(text) != std::string::npos; };
  if (is("TIME-WAIT > CLOSED") || is("FIN-WAIT-2 > CLOSED")) return true;  // timers
  if (talk.behind_text && (is("127.0.0.1:") || is("[fd00::1]:"))) return true;
  const bool reset = std::ranges::any_of(truth.events(), [](const model::Event& e) {
    return e.kind == model::EventKind::segment &&
           std::get<model::Packet>(e.body).ctl.has(wire::RST);
  });
  return reset;
}

// What tells of the end of TIME-WAIT is the clock alone.
TEST(AgainstSimulator, Lossless_DemosAreReportedExactly) {
  for (const ProfileName profile : profiles) {
    for (const Family family : families) {
      for (const net::Scenario& scenario : demo_scenarios(profile, family)) {
        const Trace truth = net::run(scenario);
        const Trace seen = testing::observe(truth);
        EXPECT_EQ(testing::errors(truth, seen, Network::lossless), "")
            << testing::picture(truth, seen);
        EXPECT_THAT(testing::unreported(truth, seen), Each(EndsWith("TIME-WAIT > CLOSED")))
            << testing::picture(truth, seen);
      }
    }
  }
}

// The main demo leaves nothing open: its server waits a second before it closes.
TEST(AgainstSimulator, Lossless_TcpEchoMissesOnlyTheEndOfTimeWait) {
  for (const ProfileName profile : profiles) {
    demos::DemoOptions options;
    // Where acknowledgments are delayed for long, silence proves something only after longer.
    if (profile == ProfileName::rfc) options.pause = model::seconds(4);
    net::Scenario scenario =
        lessons::make_scenario(*demos::find_demo("tcp-echo"), options, Family::ipv4);
    scenario.profile = profile;
    const Trace truth = net::run(scenario);
    const Trace seen = testing::observe(truth);
    EXPECT_EQ(testing::errors(truth, seen, Network::lossless), "");
    EXPECT_THAT(testing::unreported(truth, seen),
                ElementsAre(::testing::HasSubstr("TIME-WAIT > CLOSED")))
        << testing::picture(truth, seen);
  }
}

TEST(AgainstSimulator, Lossless_EveryOrderOfClosingIsReportedExactly) {
  for (const ProfileName profile : profiles) {
    for (const Family family : families) {
      for (const Talk& talk : talks()) {
        const Trace truth = net::run(testing::scenario(talk, profile, family));
        const Trace seen = testing::observe(truth);
        const std::string what = fmt::format("client {} server {} profile {}", talk.client,
                                             talk.server, tcp::profile_text(profile));
        EXPECT_EQ(testing::errors(truth, seen, Network::lossless), "")
            << what << "\n"
            << testing::picture(truth, seen);
        for (const std::string& missing : testing::unreported(truth, seen)) {
          EXPECT_TRUE(shows_in_no_packet(missing, talk, truth)) << what << ": " << missing << "\n"
                                                                << testing::picture(truth, seen);
        }
      }
    }
  }
}

// Whether the end is said to be in the state by now, how ever it came there.
bool seen_in(const Trace& seen, bool client, model::TcpState state) {
  for (const testing::History& h : testing::histories(seen))
    if ((h.near.port != 9999) == client &&
        std::ranges::any_of(h.changes, [&](const testing::Change& c) {
          return c.from == state && c.to == state && c.why == model::Why::observed_again;
        }))
      return true;
  return false;
}

// A FIN that is sent again, though none is lost: the first comes late. How its sender came to
// TIME-WAIT is open then, as it is where something was lost; all else stays exact.
TEST(AgainstSimulator, Lossless_AFinSentTwiceLeavesTheRestOfTheCloseExact) {
  std::size_t twice = 0;
  for (const ProfileName profile : profiles) {
    for (const Talk& talk : talks()) {
      for (const bool from_client : {true, false}) {
        net::Scenario scenario = testing::scenario(talk, profile);
        scenario.faults = {{.action = net::Fault::Action::delay,
                            .match = net::Fault::Match::fin,
                            .from_client = from_client,
                            .delay = model::milliseconds(1200)}};
        const Trace truth = net::run(scenario);
        const Trace seen = testing::observe(truth);
        const std::string what =
            fmt::format("client {} server {} profile {} {}", talk.client, talk.server,
                        tcp::profile_text(profile), net::format_fault(scenario.faults[0]));
        EXPECT_EQ(testing::errors(truth, seen, Network::faulty), "")
            << what << "\n"
            << testing::picture(truth, seen);
        twice += std::ranges::any_of(truth.events(), [](const model::Event& e) {
          const auto* p = std::get_if<model::Packet>(&e.body);
          return p != nullptr && p->retransmission && p->ctl.has(wire::FIN);
        });
        for (const std::string& missing : testing::unreported(truth, seen)) {
          // Where the FINs crossed, and one of them came late: whether the end to which it came got
          // the acknowledgment of its own first is open.
          const std::string_view other = from_client ? "2:9999 FIN-WAIT" : "1:49152 FIN-WAIT";
          if (talk.crossing || missing.find(other) != std::string::npos) continue;
          const std::string_view own = from_client ? "1:49152 FIN-WAIT" : "2:9999 FIN-WAIT";
          if (missing.find(own) != std::string::npos &&
              seen_in(seen, from_client, model::TcpState::time_wait))
            continue;
          EXPECT_TRUE(shows_in_no_packet(missing, talk, truth)) << what << ": " << missing << "\n"
                                                                << testing::picture(truth, seen);
        }
      }
    }
  }
  EXPECT_GT(twice, 50u);
}

// Captured on arrival, over a link as short as the loopback's.
TEST(AgainstSimulator, OnArrival_FinWait2AndClosingShowToo) {
  for (const ProfileName profile : profiles) {
    for (const Talk& talk : talks()) {
      net::Scenario scenario = testing::scenario(talk, profile);
      scenario.link.delay = {};
      const Trace truth = net::run(scenario);
      const Trace seen = testing::observe(truth, {.on_arrival = true});
      const std::string what = fmt::format("client {} server {} profile {}", talk.client,
                                           talk.server, tcp::profile_text(profile));
      EXPECT_EQ(testing::errors(truth, seen, Network::lossless), "")
          << what << "\n"
          << testing::picture(truth, seen);
      for (const std::string& missing : testing::unreported(truth, seen)) {
        EXPECT_TRUE(shows_in_no_packet(missing, talk, truth)) << what << ": " << missing << "\n"
                                                              << testing::picture(truth, seen);
      }
    }
  }
}

struct Tally {
  std::size_t runs = 0, wrong = 0, told = 0, true_changes = 0;
};

void expect_never_wrong(const net::Scenario& scenario, const std::string& what, Tally& tally) {
  const Trace truth = net::run(scenario);
  for (const bool copies : {false, true}) {
    const Trace seen = testing::observe(truth, {.copies = copies});
    const std::string wrong = testing::errors(truth, seen, Network::faulty);
    ++tally.runs;
    for (const auto& h : testing::histories(seen)) tally.told += h.changes.size();
    for (const auto& h : testing::histories(truth)) tally.true_changes += h.changes.size();
    if (wrong.empty()) continue;
    if (++tally.wrong <= 3) {
      ADD_FAILURE() << what << (copies ? ", with copies: " : ": ") << wrong
                    << testing::picture(truth, seen);
    }
  }
}

TEST(AgainstSimulator, EverySingleFault_IsNeverAnsweredWrongly) {
  using Action = net::Fault::Action;
  struct Kind {
    Action action;
    model::Duration delay;
  };
  const Kind kinds[] = {{Action::drop, {}},
                        {Action::duplicate, {}},
                        {Action::corrupt, {}},
                        {Action::swap, {}},
                        {Action::delay, model::milliseconds(15)},
                        {Action::delay, model::milliseconds(300)},
                        {Action::delay, model::seconds(5)},
                        {Action::delay, model::seconds(200)}};
  Tally tally;
  for (const Talk& talk : talks()) {
    if (talk.client.find('B') != std::string::npos || talk.server.find('B') != std::string::npos)
      continue;
    for (const ProfileName profile : profiles) {
      const net::Scenario plain = testing::scenario(talk, profile);
      const auto packets = static_cast<int>(std::ranges::count_if(
          net::run(plain).events(),
          [](const model::Event& e) { return e.kind == model::EventKind::segment; }));
      for (const Kind& kind : kinds) {
        for (int nth = 1; nth <= packets; ++nth) {
          for (const bool from_client : {true, false}) {
            net::Scenario scenario = plain;
            scenario.faults = {{.action = kind.action,
                                .nth = nth,
                                .from_client = from_client,
                                .delay = kind.delay}};
            expect_never_wrong(
                scenario,
                fmt::format("client {} server {} profile {} {}", talk.client, talk.server,
                            tcp::profile_text(profile), net::format_fault(scenario.faults[0])),
                tally);
          }
        }
      }
    }
  }
  EXPECT_EQ(tally.wrong, 0u) << "of " << tally.runs;
  EXPECT_GT(tally.runs, 5'000u);
  EXPECT_GT(tally.told * 2, tally.true_changes) << "an observer that says nothing is never wrong";
}

TEST(AgainstSimulator, EveryPairOfLosses_IsNeverAnsweredWrongly) {
  Tally tally;
  for (const Talk& talk : talks()) {
    const net::Scenario plain = testing::scenario(talk);
    for (int first = 1; first <= 6; ++first) {
      for (int second = 1; second <= 6; ++second) {
        net::Scenario scenario = plain;
        scenario.faults = {{.nth = first, .from_client = true},
                           {.nth = second, .from_client = false}};
        expect_never_wrong(scenario,
                           fmt::format("client {} server {} losing {} and {}", talk.client,
                                       talk.server, first, second),
                           tally);
        scenario.faults[1] = {.nth = second + first, .from_client = true};
        expect_never_wrong(scenario,
                           fmt::format("client {} server {} losing {} and {} of the client's",
                                       talk.client, talk.server, first, second + first),
                           tally);
        scenario.faults = {{.nth = first, .from_client = false},
                           {.nth = first + second, .from_client = false}};
        expect_never_wrong(scenario,
                           fmt::format("client {} server {} losing {} and {} of the server's",
                                       talk.client, talk.server, first, second + first),
                           tally);
      }
    }
  }
  EXPECT_EQ(tally.wrong, 0u) << "of " << tally.runs;
}

TEST(AgainstSimulator, AThousandSeedsOfBadLinks_AreNeverAnsweredWrongly) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Talk& talk = talks()[seed % talks().size()];
    net::Scenario scenario = testing::scenario(talk, profiles[seed % 3], families[seed % 2]);
    scenario.seed = seed;
    scenario.link.loss = 0.02 * static_cast<double>(seed % 11);
    scenario.link.duplicate = 0.03 * static_cast<double>(seed % 5);
    scenario.link.reorder = 0.05 * static_cast<double>(seed % 7);
    expect_never_wrong(scenario,
                       fmt::format("seed {} client {} server {}", seed, talk.client, talk.server),
                       tally);
  }
  EXPECT_EQ(tally.wrong, 0u) << "of " << tally.runs;
  EXPECT_GT(tally.told * 2, tally.true_changes);
}

// Programs that no one would write, over links that no one would want.
TEST(AgainstSimulator, RandomProgramsAndFaults_AreNeverAnsweredWrongly) {
  constexpr std::string_view steps = "ssrRwchm1SB";
  Tally tally;
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&random](std::uint32_t n) { return random() % n; };
    const auto program = [&] {
      std::string text;
      for (std::uint32_t i = below(6) + 1; i > 0; --i) text += steps[below(steps.size())];
      return below(4) > 0 ? text + "c" : text;
    };
    Talk talk;
    talk.client = program();
    talk.server = program();
    talk.crossing = below(6) == 0;
    net::Scenario scenario = testing::scenario(talk, profiles[below(3)]);
    scenario.seed = seed;
    scenario.max_events = 20'000;
    if (below(2) == 0) {
      scenario.link.loss = 0.01 * below(15);
      scenario.link.duplicate = 0.01 * below(10);
      scenario.link.reorder = 0.01 * below(20);
    }
    if (below(3) == 0) scenario.link.delay = model::milliseconds(below(400));
    std::string what = fmt::format("seed {} client {} server {}", seed, talk.client, talk.server);
    for (std::uint32_t i = below(4); i > 0; --i) {
      const net::Fault fault{.action = static_cast<net::Fault::Action>(below(5)),
                             .match = static_cast<net::Fault::Match>(below(7)),
                             .nth = static_cast<int>(below(4) + 1),
                             .from_client = below(2) == 0,
                             .delay = model::milliseconds(1 + below(below(2) == 0 ? 60 : 5000))};
      scenario.faults.push_back(fault);
      what += ", " + net::format_fault(fault);
    }
    expect_never_wrong(scenario, what, tally);
  }
  EXPECT_EQ(tally.wrong, 0u) << "of " << tally.runs;
  EXPECT_GT(tally.told * 4, tally.true_changes * 3);
}

// A capture that begins in the middle, at every packet.
TEST(AgainstSimulator, EveryBeginning_IsNeverAnsweredWrongly) {
  for (const Talk& talk : talks()) {
    for (const ProfileName profile : profiles) {
      const Trace truth = net::run(testing::scenario(talk, profile));
      // A capture that begins between two SYNs that cross is taken for one of an ordinary
      // handshake.
      for (std::size_t skip = talk.crossing ? 4 : 1; skip < 14; ++skip) {
        const Trace seen = testing::observe(truth, {.skip = skip});
        EXPECT_EQ(testing::errors(truth, seen, Network::lossless), "")
            << "client " << talk.client << " server " << talk.server << " without the first "
            << skip << "\n"
            << testing::picture(truth, seen);
      }
    }
  }
}

TEST(AgainstSimulator, MidStream_FindsAnEchoEstablished) {
  const Trace truth = net::run(testing::scenario({"1srsrsr1c", "rsrsrsRc"}));
  const Trace seen = testing::observe(truth, {.skip = 3});
  const auto all = testing::histories(seen);
  ASSERT_EQ(all.size(), 2u);
  for (const auto& h : all) {
    EXPECT_EQ(h.changes.at(0).from, model::TcpState::established);
    EXPECT_EQ(h.changes.at(0).to, model::TcpState::established);
    EXPECT_EQ(h.changes.at(0).why, model::Why::observed_mid_stream);
    EXPECT_GE(h.changes.size(), 3u) << testing::picture(truth, seen);
  }
  EXPECT_TRUE(seen.flows().at(0).began_mid_stream);
}

// Relative numbers, windows, retransmissions: what the tracker reads off is what the simulator
// knew.
TEST(AgainstSimulator, SegmentsReadAsTheyWereSent) {
  for (const ProfileName profile : profiles) {
    net::Scenario scenario = testing::scenario({"SrSwRc", "rBR1c"}, profile);
    scenario.faults = {{.match = net::Fault::Match::data, .nth = 2, .from_client = true}};
    const Trace truth = net::run(scenario);
    const Trace seen = testing::observe(truth);
    std::vector<const model::Event*> sent, read;
    for (const model::Event& e : truth.events()) {
      if (e.kind == model::EventKind::segment) sent.push_back(&e);
    }
    for (const model::Event& e : seen.events()) {
      if (e.kind == model::EventKind::segment) read.push_back(&e);
    }
    ASSERT_EQ(sent.size(), read.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const auto& a = std::get<model::Packet>(sent[i]->body);
      const auto& b = std::get<model::Packet>(read[i]->body);
      EXPECT_EQ(a.ctl, b.ctl);
      EXPECT_EQ(truth.relative_seq(*sent[i]), seen.relative_seq(*read[i]));
      EXPECT_EQ(truth.relative_ack(*sent[i]), seen.relative_ack(*read[i]));
      EXPECT_EQ(a.wnd, b.wnd);
      EXPECT_EQ(a.len, b.len);
      EXPECT_EQ(a.retransmission, b.retransmission) << i << testing::picture(truth, seen);
    }
  }
}

}  // namespace
}  // namespace synoptic::observe
