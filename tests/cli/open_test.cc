// synoptic open: what others wrote, what we wrote, and what is damaged.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using nlohmann::json;
using test::Result;
using test::run;
using test::run_json;
using test::TempDir;

const std::string data = std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/";

// What of a packet a capture can hold.
std::vector<std::string> packets(const json& doc) {
  std::vector<std::string> out;
  for (const json& event : doc["events"]) {
    if (!event.contains("flags")) continue;
    out.push_back(event["flags"].dump() + event["rel_seq"].dump() + event["rel_ack"].dump() +
                  event["len"].dump() + event["bytes"].dump());
  }
  return out;
}

TEST(Open, PcapAndPcapngAlike) {
  const json pcap = run_json({"open", data + "handshake.pcap"});
  const json pcapng = run_json({"open", data + "handshake.pcapng"});
  EXPECT_EQ(pcap["source"], "captured");
  EXPECT_GE(packets(pcap).size(), 6u);
  EXPECT_EQ(packets(pcap), packets(pcapng));
}

TEST(Open, PacketsOfNoConversation_AreShownAsBytes) {
  const std::string file = data + "wire-ethernet.pcap";
  const json doc = run_json({"open", file});
  EXPECT_EQ(doc["warnings"], json::array());
  std::vector<std::string> kinds;
  for (const json& event : doc["events"]) kinds.push_back(event.value("what", ""));
  EXPECT_EQ(kinds, (std::vector<std::string>{"", "IPv4 fragment", "IPv4 fragment", "ARP"}));
  for (const char* format : {"txt", "svg"}) {
    const std::string out = run({"open", file, "--format", format}).out;
    EXPECT_NE(out.find("▪ ARP, 28 bytes: 00 01 08 00"), std::string::npos) << format;
    EXPECT_EQ(out.find("not shown"), std::string::npos) << format;
  }
}

TEST(Open, ALinkTypeThatIsNotUnderstood_IsKept) {
  const TempDir dir;
  std::string bytes = test::read_file(data + "handshake.pcap");
  bytes[20] = 113;  // LINUX_SLL
  test::write_file(dir.file("sll.pcap"), bytes);
  const Result first = run({"open", dir.file("sll.pcap"), "-o", dir.file("again.pcapng")});
  EXPECT_EQ(first.status, 0);
  EXPECT_NE(first.err.find("not understood (LINUX_SLL)"), std::string::npos) << first.err;
  const Result again = run({"open", dir.file("again.pcapng")});
  EXPECT_NE(again.out.find("not understood (LINUX_SLL)"), std::string::npos) << again.out;
  EXPECT_NE(again.out.find("▪ packet of an unknown link type, 74 bytes:"), std::string::npos);
  const Result json = run({"open", dir.file("again.pcapng"), "--format", "json"});
  test::write_file(dir.file("again.json"), json.out);
  EXPECT_EQ(run({"open", dir.file("again.json"), "--format", "json"}).out, json.out);
}

TEST(Open, OneFlow_CountsThePacketsOfNoConversation) {
  const std::string file = data + "wire-ethernet.pcap";
  const std::string told = "3 packets are not shown: 2 IPv4 fragments, 1 ARP";
  EXPECT_EQ(run_json({"open", file, "--flow", "0"})["warnings"], json::array({told}));
  for (const char* format : {"txt", "svg"})
    EXPECT_NE(run({"open", file, "--flow", "0", "--format", format}).out.find(told),
              std::string::npos)
        << format;
  EXPECT_NE(run({"open", file, "--summary"}).out.find(told), std::string::npos);
}

TEST(Open, PacketsOfNoConversation_AreWrittenAgainUntouched) {
  const TempDir dir;
  const std::string file = data + "wire-ethernet.pcap";
  EXPECT_EQ(run({"open", file, "-o", dir.file("again.pcapng")}).status, 0);
  const json first = run_json({"open", file}), again = run_json({"open", dir.file("again.pcapng")});
  EXPECT_EQ(again["events"], first["events"]);
}

TEST(Open, ReadsThePcapngThatTheSimulatorWrote) {
  const TempDir dir;
  EXPECT_EQ(run({"sim", "tcp-echo", "-o", dir.file("sim.pcapng")}).status, 0);
  EXPECT_EQ(packets(run_json({"open", dir.file("sim.pcapng")})),
            packets(run_json({"sim", "tcp-echo"})));
}

TEST(Open, JsonShowsTheSameDiagramAgain) {
  const TempDir dir;
  EXPECT_EQ(run({"sim", "tcp-echo", "-o", dir.file("sim.json")}).status, 0);
  const std::string text = test::read_file(dir.file("sim.json"));
  EXPECT_EQ(run({"open", dir.file("sim.json"), "--format", "json"}).out, text);
  auto body = [](const std::string& diagram) {
    return diagram.substr(diagram.find('\n'));
  };  // without the title
  EXPECT_EQ(body(run({"open", dir.file("sim.json")}).out), body(run({"sim", "tcp-echo"}).out));
}

TEST(Open, ComparisonIsShownAgain) {
  const TempDir dir;
  ASSERT_EQ(run({"compare", "tcp-echo", "--pause", "10ms", "-o", dir.file("both.json")}).status, 0);
  const std::string text = test::read_file(dir.file("both.json"));
  const Result again = run({"open", dir.file("both.json"), "--format", "json"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, text) << "what was compared is what was seen";
  EXPECT_NE(run({"open", dir.file("both.json")}).out.find("0 unexplained"), std::string::npos);
  // The only conversation is all of it, but for the ids.
  const json one = run_json({"open", dir.file("both.json"), "--flow", "0"});
  EXPECT_EQ(one["rows"].size(), json::parse(text)["rows"].size());
  EXPECT_EQ(run({"open", dir.file("both.json"), "--flow", "1"}).status, 2);
}

TEST(Open, AComparison_IsToldInChinese) {
  const TempDir dir;
  ASSERT_EQ(run({"compare", "tcp-echo", "--pause", "10ms", "--fault", "drop 2nd data client>server",
                 "-o", dir.file("both.json")})
                .status,
            0);
  const Result chinese = run({"open", dir.file("both.json"), "--lang", "zh"});
  EXPECT_EQ(chinese.status, 0) << chinese.err;
  for (const char* words : {"模拟：", "在模拟运行中", "0 行未解释", "[retransmission-after-loss]"})
    EXPECT_NE(chinese.out.find(words), std::string::npos) << words << "\n" << chinese.out;
  EXPECT_EQ(chinese.out.find("In the simulation"), std::string::npos) << chinese.out;
}

TEST(Open, ComparisonInAPcapng_IsShownSideBySide) {
  const TempDir dir;
  ASSERT_EQ(run({"compare", "tcp-echo", "--pause", "10ms", "--fault", "drop 2nd data client>server",
                 "-o", dir.file("both.pcapng"), "-o", dir.file("both.json")})
                .status,
            0);
  const json compared = json::parse(test::read_file(dir.file("both.json")));
  const json doc = run_json({"open", dir.file("both.pcapng")});
  EXPECT_EQ(packets(doc["simulated"]), packets(compared["simulated"]));
  EXPECT_EQ(packets(doc["captured"]), packets(compared["captured"]));
  EXPECT_EQ(doc["captured"]["warnings"], json::array());
  ASSERT_EQ(doc["rows"].size(), compared["rows"].size());
  for (std::size_t i = 0; i < doc["rows"].size(); ++i)
    EXPECT_EQ(doc["rows"][i]["verdict"], compared["rows"][i]["verdict"]) << i;
  for (const char* format : {"txt", "svg"}) {
    const std::string out = run({"open", dir.file("both.pcapng"), "--format", format}).out;
    for (const char* words : {"SIMULATED", "LIVE", "How the connection ended", "✗", "client"})
      EXPECT_NE(out.find(words), std::string::npos) << format << ": " << words;
  }
  EXPECT_EQ(run({"open", dir.file("both.pcapng"), "--flow", "0"}).status, 0);
  const std::string summary = run({"open", dir.file("both.pcapng"), "--summary"}).out;
  EXPECT_EQ(summary.find("simulated: 1 flow"), 0u) << summary;
  EXPECT_NE(summary.find("\ncaptured: 1 flow"), std::string::npos) << summary;

  const Result file = run({"open", dir.file("both.pcapng"), "--format", "json"});
  const Result piped = test::run_with_input({"open", "-", "--format", "json"},
                                            test::read_file(dir.file("both.pcapng")));
  EXPECT_EQ(piped.status, 0) << piped.err;
  EXPECT_EQ(piped.out, file.out);
}

TEST(Open, LostPackets_AreLostThroughAPipeToo) {
  const TempDir dir;
  ASSERT_EQ(run({"sim", "tcp-echo", "--fault", "drop 2nd data client>server", "-o",
                 dir.file("lost.pcapng")})
                .status,
            0);
  const Result file = run({"open", dir.file("lost.pcapng"), "--format", "json"});
  EXPECT_NE(file.out.find(R"("fate":"lost")"), std::string::npos);
  const std::string bytes = test::read_file(dir.file("lost.pcapng"));
  for (const char* path : {"-", "/dev/stdin"})
    EXPECT_EQ(test::run_with_input({"open", path, "--format", "json"}, bytes).out, file.out)
        << path;
}

TEST(Open, StandardInput) {
  const std::string pcap = test::read_file(data + "handshake.pcap");
  const Result piped = test::run_with_input({"open", "-", "--format", "json"}, pcap);
  EXPECT_EQ(piped.status, 0) << piped.err;
  EXPECT_EQ(piped.out, run({"open", data + "handshake.pcap", "--format", "json"}).out);
  const std::string text = run({"sim", "handshake", "--format", "json"}).out;
  EXPECT_EQ(test::run_with_input({"open", "-", "--format", "json"}, text).out, text);
}

TEST(Open, FilterChoosesPackets) {
  EXPECT_EQ(packets(run_json({"open", data + "handshake.pcap", "tcp port 1"})).size(), 0u);
  const auto whole = packets(run_json({"open", data + "handshake.pcap"}));
  EXPECT_EQ(packets(run_json({"open", data + "handshake.pcap", "tcp and port 9999"})), whole);
  EXPECT_EQ(packets(run_json({"open", data + "handshake.pcap", "tcp", "and", "port", "9999"})),
            whole);
}

TEST(Open, NoPacketThatMatchesIsSaidAndNoEmptyDiagramDrawn) {
  const Result result = run({"open", data + "handshake.pcap", "tcp", "port", "1"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "synoptic: no packet in 'handshake.pcap' matches 'tcp port 1'\n");
}

TEST(Open, WhatIsEmptyIsCalledSo) {
  const TempDir dir;
  test::write_file(dir.file("empty"), "");
  for (const std::string& path : {dir.file("empty"), std::string("/dev/null"), std::string("-")}) {
    const Result result = test::run_with_input({"open", path}, "");
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.err.find(" is empty; "), std::string::npos) << result.err;
  }
}

TEST(Open, FileMayBeNamedAsACommandIs) {
  const TempDir dir;
  std::filesystem::copy_file(data + "handshake.pcap", dir.file("sim"));
  test::Start start;
  start.prefix = {"env", "-C", dir.path().string()};
  const Result result = run({"open", "sim", "--summary"}, start);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("captured: 1 flow, 8 packets"), std::string::npos) << result.out;
}

TEST(Open, CutOffTraceOfOursIsOneLineAndStatus1) {
  const std::string text = run({"sim", "handshake", "--format", "json"}).out;
  const Result result = test::run_with_input({"open", "-"}, text.substr(0, text.size() / 2));
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
}

TEST(Open, CutOffCaptureShowsWhatCouldBeRead) {
  const TempDir dir;
  for (const char* name : {"handshake.pcap", "handshake.pcapng"}) {
    const std::string whole = test::read_file(data + name);
    test::write_file(dir.file("cut"), whole.substr(0, whole.size() * 2 / 3));
    const Result result = run({"open", dir.file("cut"), "--format", "json"});
    EXPECT_EQ(result.status, 1) << name;
    EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
    EXPECT_NE(result.err.find("cut off"), std::string::npos) << result.err;
    EXPECT_GE(packets(json::parse(result.out)).size(), 2u) << "what came before is shown";
  }
}

TEST(Open, CutOffJsonShowsWhatIsWhole) {
  const std::string whole = run({"sim", "handshake", "--format", "json"}).out;
  const Result result = test::run_with_input({"open", "-", "--format", "json"},
                                             whole.substr(0, whole.size() * 2 / 3));
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_NE(result.err.find("cut off"), std::string::npos) << result.err;
  EXPECT_GE(packets(json::parse(result.out)).size(), 2u);
}

TEST(Open, WhatCannotBeReadIsOneLineAndStatus1) {
  const TempDir dir;
  std::string garbage(5000, '\0');
  for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 37 + 11);
  test::write_file(dir.file("garbage"), garbage);
  test::write_file(dir.file("empty"), "");
  test::write_file(dir.file("broken.json"), "{\"format\":\"synoptic-trace\",");
  test::write_file(dir.file("other.json"), "{\"hello\":1}");
  test::write_file(dir.file("text"), "hello, world\n");
  for (const std::string& path :
       {dir.file("missing.pcap"), dir.file("garbage"), dir.file("empty"), dir.file("broken.json"),
        dir.file("other.json"), dir.file("text"), dir.path().string()}) {
    const Result result = run({"open", path});
    EXPECT_EQ(result.status, 1) << path;
    EXPECT_TRUE(test::is_one_line(result.err)) << path << "\n" << result.err;
    EXPECT_EQ(result.out, "") << path;
  }
  EXPECT_EQ(test::run_with_input({"open", "-"}, "").status, 1);
  EXPECT_EQ(test::run_with_input({"open", "-"}, garbage).status, 1);
}

TEST(Open, ManyFlowsAreListedAndOneIsShown) {
  const TempDir dir;
  EXPECT_EQ(run({"sim", "tcp-echo", "--clients", "6", "-o", dir.file("many.pcapng")}).status, 0);
  const Result list = run({"open", dir.file("many.pcapng")});
  EXPECT_EQ(list.status, 0);
  EXPECT_NE(list.out.find("captured: 6 flows"), std::string::npos) << list.out;
  EXPECT_NE(list.out.find("--flow N"), std::string::npos) << list.out;
  const Result one = run({"open", dir.file("many.pcapng"), "--flow", "5"});
  EXPECT_NE(one.out.find("[SYN, ACK]"), std::string::npos) << one.out;
}

// The diagram goes into a pipe that nobody reads.
TEST(Open, CtrlCEndsItAlsoWhileItDraws) {
  const TempDir dir;
  const std::string file = dir.file("bulk.pcapng"), pipe = dir.file("pipe");
  ASSERT_EQ(run({"sim", "bulk", "--bytes", "3000000", "-o", file}).status, 0);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int fd = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  test::Start into_it;
  into_it.prefix = {"sh", "-c", "exec \"$@\" > '" + pipe + "'", "sh"};
  test::Program program({"open", file}, into_it);
  int written = 0;
  EXPECT_EQ(::fcntl(fd, F_SETPIPE_SZ, 4096), 4096);
  for (pollfd any{fd, POLLIN, 0}; written < 4096;) {
    ASSERT_EQ(::poll(&any, 1, 60'000), 1) << "nothing was drawn";
    ASSERT_EQ(::ioctl(fd, FIONREAD, &written), 0);
  }
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 128 + SIGINT);
  ::close(fd);
}

// Whatever is done to a trace of ours: a diagram or one line, never a crash.
TEST(Open, MutatedTracesAreShownOrRefused) {
  const std::string good = run({"sim", "handshake", "--format", "json"}).out;
  ASSERT_FALSE(good.empty());
  int shown = 0;
  std::uint64_t state = 1;
  auto random = [&] {
    return state = state * 6364136223846793005u + 1442695040888963407u, state >> 33;
  };
  for (int i = 0; i < 60; ++i) {
    std::string text = good;
    for (int n = 0; n < 6; ++n) {
      const std::size_t at = text.find_first_of("0123456789", random() % text.size());
      if (at != std::string::npos) text[at] = "0123456789"[random() % 10];
    }
    const Result result = test::run_with_input({"open", "-"}, text);
    ASSERT_TRUE(result.status == 0 || result.status == 1)
        << "run " << i << ": " << result.status << result.err;
    EXPECT_EQ(result.status == 1, test::is_one_line(result.err)) << result.err;
    shown += result.status == 0;
  }
  EXPECT_GT(shown, 5);
}

}  // namespace
}  // namespace synoptic::cli
