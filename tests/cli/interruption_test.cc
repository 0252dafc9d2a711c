// A run that is interrupted from outside keeps what came, says what happened, and leaves nothing
// behind: no process, no half-written file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "tests/cli/program.hh"
#include "tests/live/processes.hh"

namespace synoptic::cli {
namespace {

using nlohmann::json;
using test::Program;
using test::Result;
using test::TempDir;
using testing::AllOf;
using testing::HasSubstr;

// A run of tcp-echo on a terminal that is in its first pause: the handshake, the welcome and a name
// are captured.
class Interruption : public testing::Test {
 protected:
  void start(const std::vector<std::string>& outputs) {
    std::string typed =
        fmt::format("exec {} live tcp-echo --pause 50s --timeout 50s", SYNOPTIC_BINARY);
    for (const std::string& output : outputs) typed += fmt::format(" -o {}", dir_.file(output));
    token_ = fmt::format("SYNOPTIC_TEST_TOKEN={}-{}", ::getpid(), dir_.path().string());
    program_.emplace(std::vector<std::string>{"-qec", typed, "/dev/null"},
                     test::Start{.variables = {token_}, .prefix = {}, .program = "script"});
    ASSERT_TRUE(program_->await([](const Result& r) {
      const std::size_t end = r.out.rfind(" packets (");
      return end != std::string::npos &&
             std::atoi(r.out.c_str() + r.out.rfind(' ', end - 1) + 1) >= 5;
    }));
  }
  // The process of the run that plays `part`.
  pid_t find(const std::string& part) const {
    for (const live::Process& p : live::with_token(token_)) {
      const bool supervises = p.command.find("__supervise") != p.command.npos;
      if (part == "synoptic" && p.command.find(" live tcp-echo") != p.command.npos &&
          p.command.find("exec ") == p.command.npos)
        return p.pid;
      if (part == "supervisor" && supervises) return p.pid;
    }
    ADD_FAILURE() << "no process is the " << part;
    return -1;
  }
  Result end_of(const std::string& part, int signal) {
    const pid_t pid = find(part);
    if (pid > 0) ::kill(pid, signal);
    Result result = program_->wait();
    EXPECT_TRUE(live::await_count(token_, 0)) << "a process survived";
    return result;
  }
  // What the file of this name holds was captured before the interruption, and is whole.
  void expect_all_kept(const std::string& name) {
    const Result opened = test::run({"open", dir_.file(name), "--format", "json"});
    EXPECT_EQ(opened.status, 0) << opened.err;
    const json doc = json::parse(opened.out, nullptr, false);
    ASSERT_FALSE(doc.is_discarded());
    std::size_t segments = 0;
    for (const json& event : doc["events"]) segments += event["kind"] == "segment";
    EXPECT_GE(segments, 5u);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path()))
      names.push_back(entry.path().filename().string());
    return names;
  }

  const TempDir dir_;
  std::string token_;
  std::optional<Program> program_;
};

TEST_F(Interruption, Sigterm_KeepsWhatCame) {
  start({"x.pcapng", "x.json"});
  const Result result = end_of("synoptic", SIGTERM);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("the run was ended before tcp-echo was done"));
  expect_all_kept("x.pcapng");
  expect_all_kept("x.json");
}

TEST_F(Interruption, TheSupervisorKilled_KeepsWhatCame_AndIsSaid) {
  start({"x.pcapng", "x.json"});
  const Result result = end_of("supervisor", SIGKILL);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("ended from outside: its supervisor is gone"));
  expect_all_kept("x.pcapng");
  expect_all_kept("x.json");
}

TEST_F(Interruption, KilledItself_LeavesNoFileAndNoProcess) {
  start({"x.pcapng"});
  end_of("synoptic", SIGKILL);
  EXPECT_THAT(files(), testing::IsEmpty());
}

// --- writing that ends half-way

// Runs the program in a mount namespace of its own, where its folder has room for `size` only.
Result on_a_small_disk(const TempDir& dir, const std::string& size, const std::string& before,
                       const std::vector<std::string>& arguments, const std::string& after) {
  const std::string script = fmt::format(
      "mount -t tmpfs -o size={} none '{}' && cd '{}' && {{ {}; \"$@\"; s=$?; {}; exit $s; }}",
      size, dir.path().string(), dir.path().string(), before, after);
  return test::run(arguments, {.prefix = {"unshare", "-rm", "sh", "-c", script, "sh"}});
}

TEST(FullDisk, WhatWasCapturedIsShown_AndTheOldFileStays) {
  const TempDir dir;
  const Result result = on_a_small_disk(
      dir, "8k", "echo the old one > x.json",
      {"live", "tcp-echo", "--pause", "0", "-o", "x.json", "-o", "x.pcapng"}, "ls -A; cat x.json");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write 'x.json': No space left on device"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("[SYN, ACK]"), HasSubstr("TIME-WAIT"),
                                HasSubstr("x.json\nx.pcapng\nthe old one\n")))
      << "the diagram, then what the folder holds, then the old file";
}

// The kernel has a signal for this, which would end it in the midst of the file.
TEST(FullDisk, AFileThatMayNotGrow_IsSaid_AndNothingIsLeft) {
  const TempDir dir;
  const Result result = test::run({"live", "handshake", "-o", dir.file("x.json")},
                                  {.prefix = {"sh", "-c", "ulimit -f 8 && exec \"$@\"", "sh"}});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("File too large"));
  EXPECT_THAT(result.out, HasSubstr("[SYN, ACK]"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace synoptic::cli
