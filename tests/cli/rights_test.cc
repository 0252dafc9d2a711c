// The right to capture: the helper has it and nobody else, it gives it up before the first packet,
// and whoever of the two is killed, the other one says so and ends.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <cstdlib>
#include <filesystem>
#include <regex>

#include "tests/cli/own_network.hh"

namespace synoptic::cli {
namespace {

namespace fs = std::filesystem;
using test::BoundSocket;
using test::in_own_network;
using test::Program;
using test::Result;
using testing::HasSubstr;
using testing::Not;

constexpr const char* inside = "SYNOPTIC_TEST_INSIDE";
constexpr const char* ordinary =
    "54321";  // an account that no machine has: it has no rights at all

// The line of /proc/PID/status that begins with `name`, without it.
std::string status_of(pid_t pid, const std::string& name) {
  const std::string all = "\n" + test::read_file(fmt::format("/proc/{}/status", pid));
  const std::size_t begin = all.find("\n" + name + ":\t");
  if (begin == std::string::npos) return "";
  const std::size_t from = begin + name.size() + 3;
  return all.substr(from, all.find('\n', from) - from);
}

void expect_no_rights(pid_t pid) {
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
    EXPECT_EQ(status_of(pid, set), "0000000000000000") << set;
}

pid_t only_child(pid_t pid) {
  const std::string all = test::read_file(fmt::format("/proc/{0}/task/{0}/children", pid));
  EXPECT_THAT(all, testing::ContainsRegex("^[0-9]+ $"));
  return static_cast<pid_t>(std::atoi(all.c_str()));
}

// Returns once it does nothing any more.
void stop(pid_t pid) {
  ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  while (!status_of(pid, "State").starts_with("T")) {
  }
}

// False after half a minute.
bool await_end(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;  // it has ended and was waited for
  pollfd p{fd, POLLIN, 0};
  const bool ended = ::poll(&p, 1, 30'000) == 1;
  ::close(fd);
  return ended;
}

// Where anybody may run what is in it: the program, its helper and this test.
class Place {
 public:
  Place() {
    fs::permissions(dir_.path(), fs::perms(0755));
    for (const fs::path& file : {fs::path(SYNOPTIC_BINARY), fs::path(SYNOPTIC_CAPTURE_HELPER),
                                 fs::read_symlink("/proc/self/exe")}) {
      fs::copy_file(file, dir_.path() / file.filename());
      fs::permissions(dir_.path() / file.filename(), fs::perms(0755));
    }
  }
  std::string file(const std::string& name) const { return dir_.file(name); }
  bool gives_no_rights() const {
    struct statvfs status{};
    return ::statvfs(dir_.path().c_str(), &status) == 0 && (status.f_flag & ST_NOSUID) != 0;
  }
  // This test once more, in a network of its own, as who has no right at all; the helper has its
  // capability. `script` makes it so of "$@", with the helper as $1.
  Result run_test(const std::vector<std::string>& unshare, const std::string& script) const {
    std::vector<std::string> words = unshare;
    words.insert(words.end(), {"sh", "-c",
                               R"(ip link set lo up && PATH=$PATH:/usr/sbin:/sbin setcap )"
                               R"(cap_net_raw+ep "$1" && shift && exec setpriv )" +
                                   script + R"( "$@")",
                               "sh", file("synoptic-capture")});
    for (const std::string& word : test::this_test()) words.push_back(word);
    *(words.end() - 2) = file("cli_test");
    return Program(words, {.variables = {fmt::format("{}={}", inside, dir_.path().string())},
                           .prefix = {},
                           .program = "unshare"})
        .wait();
  }

 private:
  test::TempDir dir_;
};

void expect_passed(const Result& result) {
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("[  PASSED  ] 1 test."));
}

// An ordinary account, and the helper with its capability. For root an account is made up; anybody
// else is the root of a namespace, and gives up all that this brings before the program starts.
TEST(Rights, AnOrdinaryAccountCapturesWithTheHelpersCapability_WhichNobodyKeeps) {
  if (std::getenv(inside) == nullptr) {
    const Place place;
    if (place.gives_no_rights()) GTEST_SKIP() << "the folder of temporary files is mounted nosuid";
    expect_passed(place.run_test({"--user", "--map-root-user", "--net"},
                                 "--securebits=+noroot,+noroot_locked --inh-caps=-all "
                                 "--ambient-caps=-all"));
    if (::geteuid() == 0) {
      expect_passed(place.run_test(
          {"--net"},
          fmt::format("--reuid={0} --regid={0} --clear-groups --inh-caps=-all", ordinary)));
    }
    return;
  }
  expect_no_rights(::getpid());
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port(), "--count", "2", "--format", "json"},
                  {.program = std::string(std::getenv(inside)) + "/synoptic"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  expect_no_rights(program.pid());
  const pid_t helper = only_child(program.pid());
  EXPECT_THAT(test::read_file(fmt::format("/proc/{}/cmdline", helper)),
              testing::StartsWith("synoptic-capture"));
  expect_no_rights(helper);
  EXPECT_EQ(status_of(helper, "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(helper, "Uid"), status_of(program.pid(), "Uid"));
  for (int i = 0; i < 2; ++i) socket.send_to_itself();
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 packets captured; dropped: 0 by the kernel, 0 here"));
}

TEST(Rights, OfRootNothingIsLeftInTheHelperAndInWhatDecodes) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  Program program({"capture"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const pid_t helper = only_child(program.pid());
  for (const pid_t pid : {program.pid(), helper}) {
    expect_no_rights(pid);
    EXPECT_EQ(status_of(pid, "NoNewPrivs"), "1");
  }
  EXPECT_EQ(status_of(helper, "CapBnd"), "0000000000000000");
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 0);
}

// As sudo starts a program. (Who has changed its account may not look for its leaks.)
std::vector<std::string> by_sudo() {
  return {fmt::format("SUDO_UID={}", ordinary), fmt::format("SUDO_GID={}", ordinary),
          "ASAN_OPTIONS=detect_leaks=0"};
}

// In a namespace with one account there is no other to become.
TEST(Rights, WhoCalledSudoDecodesAndWritesTheFile) {
  if (::geteuid() != 0) return;
  const test::TempDir dir;
  fs::permissions(dir.path(), fs::perms(0777));
  const BoundSocket socket(SOCK_DGRAM);
  Program program(
      {"capture", "udp port " + socket.port(), "--count", "1", "-o", dir.file("x.pcapng")},
      {.variables = by_sudo()});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  EXPECT_EQ(status_of(program.pid(), "Uid"), fmt::format("{0}\t{0}\t{0}\t{0}", ordinary));
  EXPECT_EQ(status_of(program.pid(), "Gid"), fmt::format("{0}\t{0}\t{0}\t{0}", ordinary));
  expect_no_rights(program.pid());
  EXPECT_EQ(status_of(only_child(program.pid()), "Uid"), status_of(program.pid(), "Uid"));
  socket.send_to_itself();
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  struct stat file{};
  ASSERT_EQ(::stat(dir.file("x.pcapng").c_str(), &file), 0);
  EXPECT_EQ(std::to_string(file.st_uid), ordinary);
}

TEST(Rights, SudoDoesNotWriteWhereItsCallerMayNot) {
  if (::geteuid() != 0) return;
  const test::TempDir dir;
  const Result result = test::run({"capture", "-o", dir.file("x.pcapng"), "--duration", "1ms"},
                                  {.variables = by_sudo()});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_THAT(result.err, HasSubstr("cannot write"));
}

TEST(Rights, HelperThatIsNotThereIsOneLine) {
  const Place place;
  fs::remove(place.file("synoptic-capture"));
  const Result result = test::run({"capture"}, {.program = place.file("synoptic")});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_THAT(result.err, HasSubstr("synoptic-capture is not beside " + place.file("synoptic")));
}

TEST(Rights, HelperThatIsAnotherProgramIsOneLine) {
  for (const char* other : {"true", "false", "echo"}) {
    const Place place;
    fs::copy_file(fs::path("/bin") / other, place.file("synoptic-capture"),
                  fs::copy_options::overwrite_existing);
    const Result result = test::run({"capture"}, {.program = place.file("synoptic")});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
    EXPECT_THAT(result.err, HasSubstr(place.file("synoptic-capture ended at once (status ")));
  }
}

TEST(Rights, DoctorTellsTheOneLine) {
  if (::geteuid() == 0) {
    const Result result = test::run({"doctor"});
    EXPECT_THAT(result.out, HasSubstr("works    capture on this machine's interfaces: "));
  }
  const Place place;
  std::vector<std::string> prefix{"setpriv", "--no-new-privs"};
  test::Start start{.program = place.file("synoptic")};
  if (::geteuid() == 0) start.prefix = {"runuser", "-u", "nobody", "--"};
  EXPECT_THAT(test::run({"doctor"}, start).out,
              HasSubstr("not here capture on this machine's interfaces: no right to capture on "
                        "'lo'\n         run once: sudo setcap cap_net_raw+ep " +
                        place.file("synoptic-capture\n")));
  start.prefix.insert(start.prefix.end(), prefix.begin(), prefix.end());
  EXPECT_THAT(test::run({"doctor"}, start).out, HasSubstr("(no_new_privs)"));
}

TEST(Rights, HelperStartedByHandSaysWhatToType) {
  for (const std::vector<std::string>& odd : {std::vector<std::string>{},
                                              {"lo"},
                                              {"lo", "9"},
                                              {"lo", "0", ""},
                                              {"lo", "262145", ""},
                                              {"lo", "1x", ""},
                                              {"", "9", ""},
                                              {"an-interface-with-a-long-name", "9", ""},
                                              {"../lo", "9", ""},
                                              {"lo", "9", "udp", "1"},
                                              {"lo", "9", "", "0", "1"},
                                              {"lo", "9", "", "1", "-1"},
                                              {"lo", "9", std::string(60'001, 'x')},
                                              {"--help"}}) {
    const Result refused = test::run(odd, {.program = SYNOPTIC_CAPTURE_HELPER});
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(refused.err, "this is how synoptic captures; type: synoptic capture\n");
    EXPECT_EQ(refused.out, "");
  }
}

// --- who is killed, and what is lost
// ---------------------------------------------------------------

TEST(CaptureHelper, Killed_LosesNothingReceived_AndIsTold) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  const std::string typed =
      fmt::format("exec {} capture udp port {}", SYNOPTIC_BINARY, socket.port());
  Program program({"-qec", typed, "/dev/null"},
                  {.variables = {}, .prefix = {}, .program = "script"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  for (int i = 0; i < 3; ++i) socket.send_to_itself();
  const std::regex line("UDP Len=5");
  ASSERT_TRUE(program.await([&](const Result& r) {
    return std::distance(std::sregex_iterator(r.out.begin(), r.out.end(), line), {}) == 3;
  }));
  const pid_t helper = only_child(only_child(program.pid()));
  ASSERT_EQ(::kill(helper, SIGKILL), 0);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 1) << result.out;
  EXPECT_THAT(result.out, HasSubstr("3 packets captured; dropped: 0 by the kernel, 0 here"));
  EXPECT_THAT(result.out,
              HasSubstr("synoptic: the capture was ended from outside: synoptic-capture is gone "
                        "(SIGKILL); what was captured until then is shown"));
  EXPECT_THAT(result.out, HasSubstr("captured: 3 datagrams")) << "the diagram follows";
}

TEST(CaptureHelper, EndsWhenWhoStartedItIsKilled) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port()});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const pid_t helper = only_child(program.pid());
  program.signal(SIGKILL);
  EXPECT_TRUE(await_end(helper));
}

TEST(CaptureHelper, Stopped_DoesNotOutliveWhoStartedIt) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  Program program({"capture", "udp port 9"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const pid_t helper = only_child(program.pid());
  stop(helper);
  program.signal(SIGKILL);
  EXPECT_TRUE(await_end(helper));
}

// It is given three seconds.
TEST(CaptureHelper, Stopped_DoesNotKeepTheCaptureFromItsEnd) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  Program program({"capture", "udp port 9"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const pid_t helper = only_child(program.pid());
  stop(helper);
  program.signal(SIGINT);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("synoptic: synoptic-capture did not answer; what was captured "
                                    "until then is shown\n"));
  EXPECT_TRUE(await_end(helper));
}

TEST(CaptureHelper, AskedToEnd_HandsOverWhatItHas) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port()});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  for (int i = 0; i < 20; ++i) socket.send_to_itself();
  ASSERT_EQ(::kill(only_child(program.pid()), SIGTERM), 0);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("20 packets captured; dropped: 0 by the kernel, 0 here"));
}

// They wait in several rings.
TEST(CaptureHelper, ShortAndLongPackets_ComeInTheirOrder) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port(), "--format", "json"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const pid_t helper = only_child(program.pid());
  stop(helper);
  // More short ones than are taken at once; the first long one has 241 octets on the wire.
  std::vector<std::size_t> sizes(400, 1);
  for (const std::size_t size :
       {240 - 42, 241 - 42, 5, 1900 - 42, 1901 - 42, 5, 1000, 5, 60'000, 5, 5, 2000, 2001, 1})
    sizes.push_back(size);
  sizes.insert(sizes.end(), 300, 2);
  for (const std::size_t size : sizes) socket.send_to_itself(std::string(size, 'x'));
  ASSERT_EQ(::kill(helper, SIGCONT), 0);
  program.signal(SIGINT);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  std::vector<std::size_t> seen;
  const auto doc = nlohmann::json::parse(result.out);
  for (const auto& event : doc["events"])
    if (event["kind"] == "datagram") seen.push_back(event["len"]);
  EXPECT_EQ(seen, sizes);
}

// Stopped, it reads nothing: its ring for long packets is full after some hundred.
TEST(CaptureHelper, WhatTheKernelDropsIsCounted) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port(), "--format", "json"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const pid_t helper = only_child(program.pid());
  stop(helper);
  for (int i = 0; i < 3000; ++i) socket.send_to_itself(std::string(4000, 'x'));
  ASSERT_EQ(::kill(helper, SIGCONT), 0);
  program.signal(SIGINT);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  std::smatch counts;
  ASSERT_TRUE(std::regex_search(
      result.err, counts, std::regex("([0-9]+) packets captured; dropped: ([0-9]+) by the kernel")))
      << result.err;
  EXPECT_GT(std::stoi(counts[1]), 0);
  EXPECT_GT(std::stoi(counts[2]), 0);
  EXPECT_EQ(std::stoi(counts[1]) + std::stoi(counts[2]), 3000);
}

// --- interfaces that are down
// --------------------------------------------------------------------

// The test once more in a network of its own, for root too; nothing inside.
std::optional<Result> in_network_of_its_own() {
  if (std::getenv(inside) != nullptr) return std::nullopt;
  std::vector<std::string> words;
  if (::geteuid() != 0) words = {"--user", "--map-root-user"};
  words.push_back("--net");
  for (std::string& word : test::this_test()) words.push_back(std::move(word));
  return Program(words,
                 {.variables = {std::string(inside) + "=1"}, .prefix = {}, .program = "unshare"})
      .wait();
}

TEST(CaptureHelper, InterfaceThatIsDownIsOneLine) {
  if (const auto there = in_network_of_its_own()) return expect_passed(*there);
  const Result result = test::run({"capture", "-i", "lo"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "synoptic: interface 'lo' is down; run: sudo ip link set lo up\n");
}

TEST(CaptureHelper, InterfaceThatGoesDownAndUpAgain_IsCapturedOn) {
  if (const auto there = in_network_of_its_own()) return expect_passed(*there);
  const auto link = [](const std::string& how) {
    return std::system(("PATH=$PATH:/usr/sbin:/sbin ip link set lo " + how).c_str());
  };
  ASSERT_EQ(link("up"), 0);
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port(), "--count", "2"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  socket.send_to_itself();
  ASSERT_EQ(link("down"), 0);
  ASSERT_EQ(link("up"), 0);
  socket.send_to_itself();
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 packets captured"));
}

constexpr const char* no_pair = "this kernel makes no pair of interfaces (veth)";

TEST(CaptureHelper, InterfaceThatDisappearsEndsTheCapture) {
  if (const auto there = in_network_of_its_own()) {
    if (there->out.find(no_pair) != std::string::npos) GTEST_SKIP() << no_pair;
    return expect_passed(*there);
  }
  const auto ip = [](const std::string& words) {
    return std::system(("PATH=$PATH:/usr/sbin:/sbin ip " + words).c_str());
  };
  if (ip("link add one type veth peer name two") != 0) GTEST_SKIP() << no_pair;
  ASSERT_EQ(ip("link set one up && ip link set two up"), 0);
  Program program({"capture", "-i", "one", "udp", "port", "9", "--format", "json"});
  ASSERT_TRUE(program.await_output("capturing on one"));
  ASSERT_EQ(ip("link del one"), 0);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_THAT(result.err, HasSubstr("synoptic: the capture ended early: "));
}

TEST(CaptureHelper, FilterThatIsNoneIsOneLine) {
  const Result result = test::run({"capture", "tcp", "prot", "1"});
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
}

}  // namespace
}  // namespace synoptic::cli
