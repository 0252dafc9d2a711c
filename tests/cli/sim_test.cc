// synoptic sim: the same bytes every time, each format, and files that are whole or not there.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using nlohmann::json;
using test::Result;
using test::run;
using test::run_json;
using test::TempDir;

const std::vector<std::string> lossy = {"sim",       "tcp-echo",
                                        "--profile", "linux",
                                        "--loss",    "0.1",
                                        "--seed",    "7",
                                        "--fault",   "drop 2nd data client>server",
                                        "--fault",   "delay 500ms 1st syn client>server",
                                        "--clients", "3"};

std::vector<std::string> with(std::vector<std::string> arguments,
                              std::initializer_list<std::string> more) {
  arguments.insert(arguments.end(), more);
  return arguments;
}

TEST(Sim, SameOptionsGiveTheSameBytes) {
  for (const char* format : {"json", "txt", "svg", "pcapng"}) {
    const Result one = run(with(lossy, {"--format", format}));
    const Result two = run(with(lossy, {"--format", format}));
    EXPECT_EQ(one.status, 0) << one.err;
    EXPECT_GT(one.out.size(), 1000u) << format;
    EXPECT_EQ(one.out, two.out) << format;
  }
  EXPECT_NE(run(with(lossy, {"--format", "json"})).out,
            run(with(lossy, {"--format", "json", "--set", "seed=8"})).out);
}

TEST(Sim, ItsDiagramSpeaksChinese) {
  const Result chinese = run({"sim", "tcp-echo", "--lang", "zh"});
  EXPECT_EQ(chinese.status, 0) << chinese.err;
  EXPECT_NE(chinese.out.find("个报文段：客户端 FIN"), std::string::npos) << chinese.out;
  EXPECT_EQ(run({"sim", "tcp-echo", "--lang", "en"}).out, run({"sim", "tcp-echo"}).out);
  // What programs read is the same in every language.
  EXPECT_EQ(run({"sim", "tcp-echo", "--lang", "zh", "--format", "json"}).out,
            run({"sim", "tcp-echo", "--format", "json"}).out);
}

// The same file from every compiler. After a change on purpose: UPDATE_GOLDEN=1.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/golden/" + name;
  if (std::getenv("UPDATE_GOLDEN")) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    test::write_file(path, text);
  }
  EXPECT_EQ(text, test::read_file(path)) << "differs from " << path;
}

// The course of a run, without the sentences: an event a line.
std::string course(const json& doc) {
  std::string out;
  for (const json& event : doc["events"]) {
    out += fmt::format("{} {} {}", event["t_ns"].get<std::int64_t>(),
                       event["kind"].get<std::string>(), event["endpoint"].dump());
    for (const char* key : {"flags", "seq", "ack", "len", "win", "fate", "call", "result",
                            "from_state", "to_state", "timer", "action"}) {
      if (event.contains(key)) out += fmt::format(" {}", event[key].dump());
    }
    if (event.contains("why")) out += fmt::format(" {}", event["why"]["code"].get<std::string>());
    out += '\n';
  }
  return out;
}

TEST(Sim, IsTheSameFromEveryCompiler) {
  expect_golden("sim_handshake.json", run({"sim", "handshake", "--format", "json"}).out);
  expect_golden("sim_lossy_course.txt", course(run_json(lossy)));
}

TEST(Sim, EveryDemoOverBothFamiliesAndInEachProfile) {
  for (const char* demo : {"tcp-echo", "udp-echo", "handshake"}) {
    for (const char* family : {"-4", "-6"}) {
      for (const char* profile : {"textbook", "linux", "rfc"}) {
        const json doc = run_json({"sim", demo, family, "--profile", profile});
        EXPECT_EQ(doc["source"], "simulated");
        EXPECT_EQ(doc["warnings"], json::array()) << demo;
        std::set<std::string> addresses;
        for (const json& endpoint : doc["endpoints"])
          addresses.insert(endpoint["address"].get<std::string>());
        const bool v6 = std::string(family) == "-6";
        EXPECT_EQ(addresses, (v6 ? std::set<std::string>{"fd00::1", "fd00::2"}
                                 : std::set<std::string>{"127.0.0.1", "127.0.0.2"}));
      }
    }
  }
}

TEST(Sim, ProgramOptionsReachTheProgram) {
  const json doc = run_json({"sim", "tcp-echo", "--names", "Bob", "--pause", "3s", "--port", "1234",
                             "--addr", "10.0.0.5", "--isn-client", "5000"});
  EXPECT_EQ(doc["endpoints"][0]["address"], "10.0.0.5");
  EXPECT_EQ(doc["endpoints"][0]["port"], 1234);
  bool answered = false, paused = false, isn = false;
  for (const json& event : doc["events"]) {
    answered |= event.value("text", "") == "Hello, Bob!";
    paused |= event.value("call", "") == "sleep" && event["args"]["ns"] == 3'000'000'000;
    isn |= event["kind"] == "segment" && event["flags"] == json({"SYN"}) && event["seq"] == 5000;
  }
  EXPECT_TRUE(answered);
  EXPECT_TRUE(paused);
  EXPECT_TRUE(isn);
}

TEST(Sim, TextShowsHandshakeStatesAndLoss) {
  const Result plain = run({"sim", "tcp-echo"});
  EXPECT_EQ(plain.status, 0);
  EXPECT_EQ(plain.err, "");
  for (const char* word : {"[SYN]", "[SYN, ACK] Seq=0 Ack=1", "[FIN, ACK]", "SYN-SENT",
                           "ESTABLISHED", "LAST-ACK", "connect(", "Hello, Michael!"}) {
    EXPECT_NE(plain.out.find(word), std::string::npos) << word;
  }
  EXPECT_NE(run({"sim", "tcp-echo", "--fault", "drop 1st syn client>server"}).out.find("✗"),
            std::string::npos);
  const std::string raw = run({"sim", "handshake", "--raw-seq", "--isn-client", "4711"}).out;
  EXPECT_NE(raw.find("Seq=4711"), std::string::npos);
}

TEST(Sim, TextFitsTheColumnsAskedFor) {
  for (int columns : {80, 120, 200}) {
    test::Start start;
    start.variables = {fmt::format("COLUMNS={}", columns)};
    const std::string text = run({"sim", "handshake"}, start).out;
    std::size_t widest = 0, width = 0;
    for (char c : text) {
      if ((c & 0xC0) != 0x80) ++width;
      if (c == '\n') width = 0;
      widest = std::max(widest, width);
    }
    EXPECT_LE(widest, static_cast<std::size_t>(columns));
    EXPECT_GT(widest, 40u);
  }
}

TEST(Sim, SummaryCountsAndJudges) {
  const std::string closed = run({"sim", "tcp-echo", "--summary"}).out;
  EXPECT_NE(closed.find("simulated: 1 flow, "), std::string::npos) << closed;
  EXPECT_NE(closed.find("opened, closed by both, client"), std::string::npos) << closed;
  const std::string lost =
      run({"sim", "tcp-echo", "--summary", "--fault", "drop 1st syn client>server"}).out;
  EXPECT_NE(lost.find("1 lost, 1 retransmission"), std::string::npos) << lost;
  const std::string udp = run({"sim", "udp-echo", "--summary"}).out;
  EXPECT_NE(udp.find("3 + 3 datagrams"), std::string::npos) << udp;
}

TEST(Sim, SummaryCountsNoByteTwiceThatTheNetworkDuplicates) {
  const std::string once = run({"sim", "tcp-echo", "--names", "A", "--summary"}).out;
  EXPECT_NE(once.find(" 5 + 17 bytes"), std::string::npos) << once;
  const std::string twice = run({"sim", "tcp-echo", "--names", "A", "--summary", "--fault",
                                 "duplicate 1st data server>client"})
                                .out;
  EXPECT_NE(twice.find(" 5 + 17 bytes"), std::string::npos) << twice;
  EXPECT_NE(twice.find(", 1 duplicated by the network\n"), std::string::npos) << twice;
}

TEST(Sim, SummaryGoesToWhatIsText) {
  const TempDir dir;
  const Result result =
      run({"sim", "handshake", "--summary", "-o", dir.file("x.svg"), "-F", "txt"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out.find("simulated: 1 flow, "), 0u) << result.out;
  EXPECT_NE(test::read_file(dir.file("x.svg")).find("<svg"), std::string::npos);
  run({"sim", "handshake", "--summary", "-o", dir.file("x.txt")});
  EXPECT_EQ(test::read_file(dir.file("x.txt")), result.out);
}

TEST(Sim, OneFlowOfSeveral) {
  const json all = run_json({"sim", "tcp-echo", "--clients", "3"});
  ASSERT_EQ(all["flows"].size(), 3u);
  const json one = run_json({"sim", "tcp-echo", "--clients", "3", "--flow", "1"});
  EXPECT_EQ(one["flows"].size(), 1u);
  EXPECT_EQ(one["endpoints"].size(), 2u);
  std::size_t expected = 0;
  for (const json& event : all["events"])
    expected += event["kind"] == "segment" && event["flow"] == 1;
  std::size_t found = 0;
  for (const json& event : one["events"]) found += event["kind"] == "segment";
  EXPECT_EQ(found, expected);
  const Result none = run({"sim", "tcp-echo", "--flow", "9"});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.out.find("1 flow"), std::string::npos) << "the flows are listed";
}

TEST(Sim, WritesSeveralFilesAndNothingElse) {
  const TempDir dir;
  const Result result = run({"sim", "handshake", "-o", dir.file("a.txt"), "-o", dir.file("a.svg"),
                             "-o", dir.file("a.json"), "-o", dir.file("a.pcapng")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(test::read_file(dir.file("a.json")), run({"sim", "handshake", "--format", "json"}).out);
  EXPECT_NE(test::read_file(dir.file("a.svg")).find("<svg"), std::string::npos);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"a.txt", "a.svg", "a.json", "a.pcapng"}))
      << "no temporary file is left";
  const Result both = run({"sim", "handshake", "-o", dir.file("a.txt"), "--format", "json"});
  EXPECT_EQ(both.out, test::read_file(dir.file("a.json")));
}

TEST(Sim, ReplacesAFileWholeAndKeepsItsRightsAndLinks) {
  const TempDir dir;
  test::write_file(dir.file("real.json"), "old");
  ::chmod(dir.file("real.json").c_str(), 0600);
  std::filesystem::create_symlink("real.json", dir.path() / "link.json");
  EXPECT_EQ(run({"sim", "handshake", "-o", dir.file("link.json")}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(dir.path() / "link.json"));
  EXPECT_NE(test::read_file(dir.file("real.json")).find("synoptic-trace"), std::string::npos);
  struct stat status{};
  ::stat(dir.file("real.json").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Sim, OutputThatCannotBeWrittenIsOneLineAndStatus1) {
  const TempDir dir;
  const Result missing = run({"sim", "handshake", "-o", dir.file("no/such/x.json")});
  EXPECT_EQ(missing.status, 1);
  EXPECT_TRUE(test::is_one_line(missing.err)) << missing.err;
  EXPECT_NE(missing.err.find("mkdir -p"), std::string::npos) << missing.err;
  EXPECT_EQ(missing.out, "") << "found out before the run";
  std::filesystem::create_directory(dir.path() / "x.json");
  const Result folder = run({"sim", "handshake", "-o", dir.file("x.json")});
  EXPECT_EQ(folder.status, 1);
  EXPECT_NE(folder.err.find("it is a folder"), std::string::npos) << folder.err;
}

TEST(Sim, FullDiskIsSaid) {
  test::Start start;
  start.prefix = {"sh", "-c", "exec \"$@\" > /dev/full", "sh"};
  const Result result = run({"sim", "handshake"}, start);
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
}

}  // namespace
}  // namespace synoptic::cli
