// The observer reads only the file that the simulator wrote: the whole way, export and libpcap
// included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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
