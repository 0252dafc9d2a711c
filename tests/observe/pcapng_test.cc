// The observer reads only the file that the simulator wrote: the whole way, export and libpcap
// included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "capture/live/live.hh"
#include "lessons/scenario.hh"
#include "tests/observe/simulated.hh"
#include "viz/export/export.hh"

namespace synoptic::observe {
namespace {

using model::Trace;

// A file that is gone when the test is.
struct Scratch {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("synoptic-observe-" + std::to_string(::getpid()) + ".pcapng");
  ~Scratch() { std::filesystem::remove(path); }
};

std::unique_ptr<TraceSource> read_back(const wire::Bytes& bytes, const std::string& filter = "") {
  const Scratch scratch;
  {
    std::ofstream out(scratch.path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  }
  auto source = live::open_file(scratch.path, filter);
  if (!source) throw std::runtime_error(source.error().str());
  while (!(*source)->ended()) (*source)->poll();
  return std::move(*source);
}

net::Scenario echo_with(std::string_view fault) {
  net::Scenario scenario =
      lessons::make_scenario(*demos::find_demo("tcp-echo"), {}, wire::Family::ipv4);
  scenario.faults = {*net::parse_fault(fault)};
  return scenario;
}

std::vector<model::Fate> fates(const Trace& trace) {
  std::vector<model::Fate> all;
  for (const model::EventId id : trace.by_time()) {
    if (const auto* p = std::get_if<model::Packet>(&trace[id].body)) all.push_back(p->fate);
  }
  return all;
}

void expect_read_back(const net::Scenario& scenario, bool lossless, std::string_view what) {
  const Trace truth = net::run(scenario);
  const Scratch scratch;
  {
    const wire::Bytes bytes = exporting::to_pcapng(truth);
    std::ofstream out(scratch.path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  }
  auto source = live::open_file(scratch.path, "");
  ASSERT_TRUE(source) << source.error().str();
  while (!(*source)->ended()) {
    (*source)->wait(model::seconds(1));
    (*source)->poll();
  }
  ASSERT_FALSE((*source)->failure());
  const Trace& seen = (*source)->trace();
  const auto network = lossless ? testing::Network::lossless : testing::Network::faulty;
  EXPECT_EQ(testing::errors(truth, seen, network), "") << what << "\n"
                                                       << testing::picture(truth, seen);
  // The very same as from memory.
  const Trace direct = testing::observe(truth, {.copies = true});
  if (lossless) {
    EXPECT_EQ(testing::unreported(truth, seen), testing::unreported(truth, direct)) << what;
    EXPECT_EQ(seen.endpoints().size(), truth.endpoints().size()) << what;
  }
}

TEST(Pcapng, DemosReadBackExactly) {
  for (const demos::Demo& demo : demos::demos()) {
    for (const auto profile :
         {tcp::ProfileName::textbook, tcp::ProfileName::linux_, tcp::ProfileName::rfc}) {
      for (const auto family : {wire::Family::ipv4, wire::Family::ipv6}) {
        net::Scenario scenario = lessons::make_scenario(demo, {}, family);
        scenario.profile = profile;
        expect_read_back(scenario, true, demo.name);
      }
    }
  }
}

TEST(Pcapng, ReadsBackWhichPacketsDidNotArrive) {
  for (const char* fault : {"drop 2nd data client>server", "corrupt 1st data client>server",
                            "drop 1st fin client>server", "drop 1st syn-ack server>client"}) {
    const Trace truth = net::run(echo_with(fault));
    const auto source = read_back(exporting::to_pcapng(truth));
    EXPECT_EQ(fates(source->trace()), fates(truth)) << fault;
    EXPECT_THAT(source->trace().warnings, ::testing::IsEmpty());
  }
  // Whatever else a filter leaves out.
  const Trace truth = net::run(echo_with("drop 2nd data client>server"));
  const auto some =
      read_back(exporting::to_pcapng(truth), "src port 49152 and tcp[tcpflags] & 8 != 0");
  EXPECT_EQ(std::ranges::count(fates(some->trace()), model::Fate::lost), 1);
  EXPECT_LT(some->trace().events().size(), truth.events().size());
}

TEST(Pcapng, SaysThatAFileHoldsTwoRuns) {
  const Trace sim = net::run(echo_with("drop 2nd data client>server"));
  const Trace seen = testing::observe(sim);
  EXPECT_THAT(read_back(exporting::to_pcapng(sim, seen))->trace().warnings,
              ::testing::ElementsAre(::testing::HasSubstr("two runs")));
  EXPECT_THAT(read_back(exporting::to_pcapng(seen))->trace().warnings, ::testing::IsEmpty());
}

TEST(Pcapng, FaultsReadBackWithoutAWrongWord) {
  for (const char* text : {"drop 1st syn client>server", "drop 1st syn-ack server>client",
                           "drop 1st fin client>server", "drop 1st fin server>client",
                           "duplicate 1st fin client>server", "corrupt 1st data client>server",
                           "delay 5s 1st syn client>server", "swap 2nd data server>client"}) {
    net::Scenario scenario =
        lessons::make_scenario(*demos::find_demo("tcp-echo"), {}, wire::Family::ipv4);
    const auto fault = net::parse_fault(text);
    ASSERT_TRUE(fault) << fault.error().str();
    scenario.faults = {*fault};
    expect_read_back(scenario, false, text);
  }
}

}  // namespace
}  // namespace synoptic::observe
