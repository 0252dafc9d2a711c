// synoptic live and compare: what the kernel really did, fifty times over, explained without
// remainder.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using nlohmann::json;
using test::Result;
using test::run;
using test::run_json;
using test::TempDir;

std::string text_of(const json& endpoint) {
  return endpoint["address"].get<std::string>();
}

TEST(Live, EveryDemoOverBothFamilies) {
  for (const std::string demo : {"tcp-echo", "udp-echo", "handshake"}) {
    for (const char* family : {"-4", "-6"}) {
      std::vector<std::string> live{"live", demo, family};
      if (demo == "tcp-echo") live.insert(live.end(), {"--pause", "20ms"});
      const json doc = run_json(live);
      EXPECT_EQ(doc["source"], "captured");
      std::set<std::string> addresses, names;
      for (const json& endpoint : doc["endpoints"]) {
        addresses.insert(text_of(endpoint));
        names.insert(endpoint["name"].get<std::string>());
      }
      const bool v6 = std::string(family) == "-6";
      EXPECT_EQ(addresses, (v6 ? std::set<std::string>{"fd00::1", "fd00::2"}
                               : std::set<std::string>{"127.0.0.1", "127.0.0.2"}))
          << demo;
      EXPECT_EQ(names, (std::set<std::string>{"client", "server"})) << demo;
      std::size_t packets = 0, calls = 0;
      for (const json& event : doc["events"]) {
        packets += event.contains("bytes") && event.contains("sent_ns");
        calls += event["kind"] == "call";
      }
      EXPECT_GE(packets, 6u);
      EXPECT_GE(calls, 8u);
    }
  }
}

// One conversation of both sides, in every format; its simulated half is that of sim.
TEST(Compare, OfSeveralClients_OneIsChosen) {
  const TempDir dir;
  const std::vector<std::string> demo{"tcp-echo", "--clients", "2",      "--names", "Ada",
                                      "--pause",  "10ms",      "--flow", "1"};
  std::vector<std::string> compare{"compare",           "-o", dir.file("one.json"), "-o",
                                   dir.file("one.txt"), "-o", dir.file("one.svg")};
  compare.insert(compare.begin() + 1, demo.begin(), demo.end());
  ASSERT_EQ(run(compare).status, 0);
  const json doc = json::parse(test::read_file(dir.file("one.json")));
  std::vector<std::string> sim{"sim"};
  sim.insert(sim.end(), demo.begin(), demo.end());
  EXPECT_EQ(doc["simulated"], run_json(sim));
  for (const char* side : {"simulated", "captured"}) {
    EXPECT_EQ(doc[side]["flows"].size(), 1u);
    std::set<std::string> names;
    for (const json& endpoint : doc[side]["endpoints"])
      names.insert(endpoint["name"].get<std::string>());
    EXPECT_EQ(names, (std::set<std::string>{"client 2", "server"})) << side;
  }
  for (const json& row : doc["rows"]) EXPECT_NE(row["verdict"], "unexplained");
  for (const char* file : {"one.txt", "one.svg"})
    EXPECT_NE(test::read_file(dir.file(file)).find("client 2"), std::string::npos) << file;
}

// Nobody has the port: both networks answer with ICMP, drawn to the datagram.
TEST(Compare, WithoutAServer_IcmpAnswersOnBothSides) {
  for (const char* family : {"-4", "-6"}) {
    const Result result = run({"compare", "udp-once", family, "--pause", "10ms", "--no-server",
                               "--timeout", "1s", "--format", "json"});
    const json doc = json::parse(result.out);
    for (const char* side : {"simulated", "captured"}) {
      std::size_t messages = 0;
      for (const json& event : doc[side]["events"]) {
        if (event["kind"] != "icmp") continue;
        ++messages;
        const auto cause = std::ranges::find_if(
            doc[side]["events"], [&](const json& e) { return e["id"] == event["cause"]; });
        ASSERT_NE(cause, doc[side]["events"].end());
        EXPECT_EQ((*cause)["kind"], "datagram");
        EXPECT_EQ((*cause)["to"], event["endpoint"]);
      }
      EXPECT_EQ(messages, 1u) << side;
    }
    for (const json& row : doc["rows"]) EXPECT_EQ(row["verdict"], "same");
  }
}

TEST(Live, SeveralClientsAndTheirOptions) {
  const json doc = run_json({"live", "tcp-echo", "--clients", "3", "--names", "Ada", "--pause",
                             "10ms", "--port", "7777", "--addr", "10.9.8.7"});
  EXPECT_EQ(doc["flows"].size(), 3u);
  int answers = 0;
  for (const json& event : doc["events"])
    answers += event.value("call", "") == "recv" && event.value("text", "") == "Hello, Ada!";
  EXPECT_EQ(answers, 3);
  bool server = false;
  for (const json& endpoint : doc["endpoints"])
    server |= text_of(endpoint) == "10.9.8.7" && endpoint["port"] == 7777;
  EXPECT_TRUE(server);
}

TEST(Live, TsharkReadsTheCaptureAsWeDo) {
  const TempDir dir;
  for (const char* family : {"-4", "-6"}) {
    const Result result = run({"live", "tcp-echo", family, "--pause", "20ms", "-o",
                               dir.file("x.json"), "-o", dir.file("x.pcapng")});
    ASSERT_EQ(result.status, 0) << result.err;
    test::Start tshark;
    tshark.program = "tshark";
    const Result read =
        run({"-n", "-r", dir.file("x.pcapng"), "-T", "fields", "-e", "tcp.flags", "-e", "tcp.seq",
             "-e", "tcp.ack", "-e", "tcp.len", "-e", "_ws.malformed"},
            tshark);
    std::string ours;
    const json doc = json::parse(test::read_file(dir.file("x.json")));
    for (const json& event : doc["events"]) {
      if (event["kind"] != "segment") continue;
      int bits = 0;
      const std::vector<std::string> names{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
      for (std::size_t i = 0; i < names.size(); ++i) {
        for (const json& flag : event["flags"]) bits |= flag == names[i] ? 1 << i : 0;
      }
      ours += fmt::format("{:#06x}\t{}\t{}\t{}\t\n", bits, event["rel_seq"].get<std::uint32_t>(),
                          event["rel_ack"].get<std::uint32_t>(), event["len"].get<std::uint32_t>());
    }
    EXPECT_EQ(read.out, ours) << family;
  }
}

TEST(Live, DropsAreAlwaysSaid) {
  const Result result = run({"live", "handshake"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("dropped: 0 by the kernel, 0 here"), std::string::npos) << result.err;
}

TEST(Live, RunWithoutAPacketIsNoSuccess) {
  const Result result =
      run({"live", "tcp-echo", "--addr", "224.0.0.1"});  // nobody listens at a multicast address
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("no packet was captured"), std::string::npos) << result.err;
  EXPECT_NE(result.out.find("bind(224.0.0.1:9999)"), std::string::npos)
      << "the calls are shown: " << result.out;
}

TEST(Live, RunThatHangsIsEndedAndWhatItDidIsShown) {
  const Result result = run({"live", "tcp-echo", "--pause", "50s", "--timeout", "1s"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("synoptic: the run was ended after 1 s, before it was done; what came "
                            "until then is shown; --timeout gives it longer\n"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.out.find("[SYN, ACK]"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("1 s"), std::string::npos)
      << "it says when it was ended: " << result.out;
}

TEST(Live, FolderThatVanishesDuringTheRunLosesNothing) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "gone");
  test::Program program({"live", "tcp-echo", "--pause", "200ms", "-o", dir.file("gone/x.json")});
  ASSERT_TRUE(program.await_child());
  std::filesystem::remove(dir.path() / "gone");
  const Result result = program.wait();
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("cannot write"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("-o"), std::string::npos) << "what to do: " << result.err;
  EXPECT_NE(result.out.find("[SYN, ACK]"), std::string::npos)
      << "what was captured is shown as text";
}

TEST(Live, MissingFolderIsFoundOutBeforeTheRun) {
  const TempDir dir;
  const Result result = run({"live", "tcp-echo", "-o", dir.file("no/x.json")});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_EQ(result.out, "");
}

// --- compare
// --------------------------------------------------------------------------------------

const std::set<std::string> verdicts = {"same",      "merged",  "split",      "only-sim",
                                        "only-live", "differs", "unexplained"};

// Every segment and datagram of a trace stands in exactly one row.
void expect_all_in_rows(const json& doc, const char* trace, const char* side) {
  std::multiset<int> in_rows, in_trace;
  for (const json& row : doc["rows"]) {
    for (const json& id : row[side]) in_rows.insert(id.get<int>());
  }
  for (const json& event : doc[trace]["events"]) {
    if (event["kind"] == "segment" || event["kind"] == "datagram" || event["kind"] == "icmp")
      in_trace.insert(event["id"].get<int>());
  }
  EXPECT_EQ(in_rows, in_trace) << side;
}

TEST(Compare, HasAVerdictForEachRowAndAReasonForEachDifference) {
  const json doc = run_json({"compare", "tcp-echo", "--pause", "30ms"});
  EXPECT_EQ(doc["simulated"]["source"], "simulated");
  EXPECT_EQ(doc["captured"]["source"], "captured");
  ASSERT_GE(doc["rows"].size(), 10u);
  for (const json& row : doc["rows"]) {
    EXPECT_TRUE(verdicts.contains(row["verdict"].get<std::string>())) << row;
    EXPECT_TRUE(row["also"].is_array());
    const bool explained = row["verdict"] != "same" && row["verdict"] != "unexplained";
    EXPECT_EQ(row.contains("why"), explained) << row;
    if (!explained) continue;
    EXPECT_FALSE(row["why"]["code"].get<std::string>().empty());
    EXPECT_GT(row["why"]["text"].get<std::string>().size(), 20u);
    EXPECT_FALSE(row["why"]["cites"].empty()) << row;
  }
  expect_all_in_rows(doc, "simulated", "sim");
  expect_all_in_rows(doc, "captured", "live");
}

TEST(Compare, SimulatedHalfIsSimByteForByte) {
  const std::vector<std::string> all = {"--profile", "linux", "--seed", "3", "--delay", "5ms"},
                                 echo = {"--names", "Bob,Eve"}, tcp_echo = {"--pause", "20ms"},
                                 tcp = {"--isn-client", "77"};
  for (const std::string demo : {"tcp-echo", "handshake", "udp-echo"}) {
    std::vector<std::string> sim{"sim", demo, "--format", "json"},
        compare{"compare", demo, "--format", "json"};
    for (std::vector<std::string>* command : {&sim, &compare}) {
      command->insert(command->end(), all.begin(), all.end());
      if (demo != "handshake") command->insert(command->end(), echo.begin(), echo.end());
      if (demo == "tcp-echo") command->insert(command->end(), tcp_echo.begin(), tcp_echo.end());
      if (demo != "udp-echo") command->insert(command->end(), tcp.begin(), tcp.end());
    }
    std::string alone = run(sim).out;
    ASSERT_FALSE(alone.empty());
    alone.pop_back();
    const Result both = run(compare);
    EXPECT_EQ(both.status, 0) << both.err;
    EXPECT_EQ(both.out.find("{\"simulated\":" + alone + ",\"captured\":"), 0u) << demo;
  }
}

TEST(Compare, TextShowsBothSidesAndReasons) {
  const Result result = run({"compare", "handshake"});
  EXPECT_EQ(result.status, 0) << result.err;
  std::size_t syns = 0;
  for (std::size_t at = 0; (at = result.out.find("[SYN]", at)) != std::string::npos; ++at) ++syns;
  EXPECT_GE(syns, 2u) << result.out;
  EXPECT_NE(run({"compare", "handshake", "--summary"}).out.find("0 left unexplained"),
            std::string::npos);
}

TEST(Compare, WithoutADisplayTheWindowIsMissedAndTheComparisonShown) {
  const Result result = run({}, {.prefix = {"env", "-u", "DISPLAY"}});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err.find("synoptic: no window: there is no display ("), 0u) << result.err;
  EXPECT_NE(result.err.find("; this is: synoptic compare tcp-echo"), std::string::npos);
  for (const char* word : {"tcp-echo", "[SYN, ACK]", "127.0.0.2:9999", "0 unexplained"}) {
    EXPECT_NE(result.out.find(word), std::string::npos) << word << "\n" << result.out;
  }
}

// `times` runs on two threads; each that leaves something unexplained is shown.
void expect_nothing_unexplained(const std::vector<std::string>& arguments, int times) {
  std::atomic<int> next{0};
  auto work = [&] {
    std::vector<std::string> failures;
    while (next++ < times) {
      const Result result = run(arguments);
      const json doc = json::parse(result.out, nullptr, false);
      if (doc.is_discarded() || result.status != 0) {
        failures.push_back(result.err);
        continue;
      }
      if (doc["unexplained"] == 0) continue;
      std::string rows;
      for (const json& row : doc["rows"]) {
        if (row["verdict"] == "unexplained") rows += row.dump() + "\n";
      }
      failures.push_back(rows + result.out);
    }
    return failures;
  };
  std::vector<std::future<std::vector<std::string>>> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(std::async(std::launch::async, work));
  for (auto& worker : workers) {
    for (const std::string& failure : worker.get()) ADD_FAILURE() << failure;
  }
}

TEST(Compare, FiftyHandshakesLeaveNothingUnexplained) {
  expect_nothing_unexplained({"compare", "handshake", "--format", "json"}, 50);
}

TEST(Compare, FiftyEchoesLeaveNothingUnexplained) {
  expect_nothing_unexplained({"compare", "tcp-echo", "--pause", "20ms", "--format", "json"}, 50);
}

TEST(Compare, TypedDemosLeaveNothingUnexplained) {
  for (const std::string demo :
       {"tcp-once", "udp-once", "tcp-chat", "tcp-serve-each", "tcp-serve-each-mended"}) {
    std::vector<std::string> command{"compare", demo, "--format", "json"};
    if (demo != "tcp-once") command.insert(command.end(), {"--pause", "10ms"});
    expect_nothing_unexplained(command, 10);
    command.push_back("-6");
    expect_nothing_unexplained(command, 5);
  }
}

TEST(Compare, DemosOfPortsTextAndBulkLeaveNothingUnexplained) {
  for (const std::string demo :
       {"same-port", "http-get", "udp-send", "udp-chat", "udp-duplex-chat", "bulk", "bulk-slow"}) {
    std::vector<std::string> command{"compare", demo, "--format", "json"};
    if (demo != "http-get" && demo != "bulk") command.insert(command.end(), {"--pause", "10ms"});
    expect_nothing_unexplained(command, 10);
    command.push_back("-6");
    expect_nothing_unexplained(command, 5);
    if (demo == "udp-send" || demo == "udp-duplex-chat") continue;
    command.insert(command.end(), {"--clients", "3"});
    expect_nothing_unexplained(command, 3);
  }
}

TEST(Compare, EchoWithTheTutorialsPauseLeavesNothingUnexplained) {
  expect_nothing_unexplained({"compare", "tcp-echo", "--format", "json"}, 3);
}

TEST(Compare, EveryProfileAndFamilyLeavesNothingUnexplained) {
  for (const std::string demo : {"tcp-echo", "handshake", "udp-echo"}) {
    for (const char* profile : {"textbook", "linux", "rfc"}) {
      for (const char* family : {"-4", "-6"}) {
        std::vector<std::string> command{"compare", demo,       "--profile", profile,
                                         family,    "--format", "json"};
        if (demo == "tcp-echo") command.insert(command.end(), {"--pause", "5ms"});
        expect_nothing_unexplained(command, 2);
      }
    }
  }
}

}  // namespace
}  // namespace synoptic::cli
