// The observer reads only the file that the simulator wrote: the whole way, export and libpcap
// included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "capture/live/live.hh"
#include "capture/live/own_notes.hh"
#include "lessons/scenario.hh"
#include "tests/files.hh"
#include "tests/observe/simulated.hh"
#include "viz/export/export.hh"

namespace synoptic::observe {
namespace {

using model::Trace;

// A file that is gone when the test is.
struct Scratch {
  TempDir dir;
  std::string path = dir.file("x.pcapng");
};

std::unique_ptr<TraceSource> read_back(const wire::Bytes& bytes, const std::string& filter = "") {
  const Scratch scratch;
  write_file(scratch.path, bytes);
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

// Of those that sent or got a packet: a contact to whom nobody writes shows in none.
std::size_t ends_seen(const Trace& trace) {
  std::set<model::EndpointId> ends;
  for (const model::Event& event : trace.events())
    if (std::holds_alternative<model::Packet>(event.body)) ends.insert({event.endpoint, event.to});
  return ends.size();
}

void expect_read_back(const net::Scenario& scenario, bool lossless, std::string_view what) {
  const Trace truth = net::run(scenario);
  const Scratch scratch;
  write_file(scratch.path, exporting::to_pcapng(truth));
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
    EXPECT_EQ(seen.endpoints().size(), ends_seen(truth)) << what;
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

// The same through a named pipe, written in pieces of `step` bytes.
std::unique_ptr<TraceSource> read_back_piped(const wire::Bytes& bytes, std::size_t step) {
  const Scratch scratch;
  if (::mkfifo(scratch.path.c_str(), 0600) != 0) throw std::runtime_error("no pipe");
  std::thread writer([&] {
    std::ofstream out(scratch.path, std::ios::binary);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      out.write(reinterpret_cast<const char*>(bytes.data() + at),
                static_cast<std::streamsize>(std::min(step, bytes.size() - at)));
      out.flush();
    }
  });
  auto source = live::open_file(scratch.path, "");
  while (source && !(*source)->ended()) {
    (*source)->wait(model::seconds(1));
    (*source)->poll();
  }
  writer.join();
  if (!source) throw std::runtime_error(source.error().str());
  return std::move(*source);
}

TEST(Pcapng, PipesTellAsMuchAsFiles) {
  const Trace truth = net::run(echo_with("drop 2nd data client>server"));
  const wire::Bytes file = exporting::to_pcapng(truth);
  for (const std::size_t step : {std::size_t{13}, std::size_t{4096}, file.size()}) {
    const auto source = read_back_piped(file, step);
    EXPECT_EQ(fates(source->trace()), fates(truth)) << step;
    EXPECT_FALSE(source->failure()) << step;
  }
  const Trace damaged = net::run(echo_with("corrupt 1st data client>server"));
  EXPECT_EQ(fates(read_back_piped(exporting::to_pcapng(damaged), 777)->trace()), fates(damaged));
}

TEST(Pcapng, ReadsBackWhatTheNetworkCopied) {
  const Trace truth = net::run(echo_with("duplicate 1st data client>server"));
  const auto source = read_back(exporting::to_pcapng(truth));
  std::size_t copies = 0;
  for (const model::Event& e : source->trace().events()) {
    if (e.why != model::Why::fault_duplicate) continue;
    ++copies;
    EXPECT_FALSE(std::get<model::Packet>(e.body).retransmission);
  }
  EXPECT_EQ(copies, 1u);
}

TEST(Pcapng, TwoRunsOfAFile_AreReadApart) {
  const Trace sim = net::run(echo_with("drop 2nd data client>server"));
  const Trace seen = testing::observe(net::run(echo_with("delay 5s 1st syn client>server")));
  const wire::Bytes both = exporting::to_pcapng(sim, seen);
  for (const auto& source : {read_back(both), read_back_piped(both, 1000)}) {
    ASSERT_NE(source->simulated(), nullptr);
    EXPECT_EQ(fates(*source->simulated()), fates(sim));
    EXPECT_EQ(fates(source->trace()), fates(seen));
    for (const Trace* trace : {source->simulated(), &source->trace()}) {
      EXPECT_THAT(trace->warnings, ::testing::IsEmpty());
      ASSERT_EQ(trace->endpoints().size(), 2u);
      EXPECT_EQ(trace->endpoints()[0].name, "client");
      EXPECT_EQ(trace->endpoints()[1].name, "server");
    }
    // Written again, they are two runs still, and the lost packet is lost.
    const auto again = read_back(exporting::to_pcapng(*source->simulated(), source->trace()));
    ASSERT_NE(again->simulated(), nullptr);
    EXPECT_EQ(fates(*again->simulated()), fates(sim));
    EXPECT_EQ(fates(again->trace()), fates(seen));
  }
  for (const Trace* one : {&sim, &seen}) {
    const auto source = read_back(exporting::to_pcapng(*one));
    EXPECT_EQ(source->simulated(), nullptr);
    EXPECT_EQ(fates(source->trace()), fates(*one));
  }
}

// However the bytes come, and whatever they are.
TEST(Pcapng, NotesAreFoundInPiecesOfAnySize) {
  const wire::Bytes file = exporting::to_pcapng(net::run(echo_with("drop 2nd data client>server")));
  const auto lost = [](wire::ByteSpan bytes, std::size_t step) {
    live::OwnNotes notes;
    int count = 0;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const std::size_t end = std::min(at + step, bytes.size());
      notes.feed(bytes.subspan(at, end - at));
      for (std::size_t i = at + 1; i <= end; ++i) {
        const auto note = notes.before(static_cast<off_t>(i));
        count += note && note->fate == model::Fate::lost ? 1 : 0;
      }
    }
    return count;
  };
  for (const std::size_t step : {1u, 7u, 4096u, 1u << 20}) EXPECT_EQ(lost(file, step), 1) << step;
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    std::mt19937 random(seed);
    wire::Bytes damaged = file;
    for (int i = 0; i < 4; ++i)
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    EXPECT_LE(lost(damaged, 1 + random() % 500), 1) << seed;
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
