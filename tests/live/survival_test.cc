// Whoever of a run's processes is killed, and whenever: none survives, and nobody waits for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

#include "tests/live/processes.hh"

namespace synoptic::live {
namespace {

using testing::HasSubstr;

// A parent in a process of its own, which starts a run of two roles that hang: five processes in
// all.
class Survival : public testing::Test {
 protected:
  static constexpr std::size_t all_five = 5;

  void SetUp() override {
    static int runs = 0;
    token_ = "SYNOPTIC_TEST_TOKEN=" + std::to_string(::getpid()) + "-" + std::to_string(++runs);
    // By its own path: /proc/self/exe would be the shell's, were it started through one.
    std::array<char, 4096> path{};
    ASSERT_GT(::readlink("/proc/self/exe", path.data(), path.size() - 1), 0);
    parent_ = start({path.data(), "__role", "parent"}, {token_});
  }
  void TearDown() override {
    for (const Process& process : with_token(token_)) ::kill(process.pid, SIGKILL);
  }
  // The process of the run that plays `part`.
  pid_t find(const std::string& part) {
    const auto all = with_token(token_);
    for (const Process& p : all) {
      const bool supervises = p.command.find("__supervise") != p.command.npos;
      if (part == "parent" && p.pid == parent_.pid) return p.pid;
      if (part == "outer" && supervises && p.parent == parent_.pid) return p.pid;
      if (part == "inner" && supervises && p.parent != parent_.pid) return p.pid;
      if (part == "role" && p.command.find("__role hang") != p.command.npos) return p.pid;
    }
    ADD_FAILURE() << "no process is the " << part;
    return -1;
  }
  void expect_nothing_left(const std::set<std::string>& networks) {
    EXPECT_TRUE(await_count(token_, 0)) << "a process survived";
    for (const std::string& network : networks) {
      EXPECT_TRUE(await_empty_network(network)) << "a process survived in " << network;
    }
  }
  std::set<std::string> private_networks() {
    std::set<std::string> found;
    const auto ours = with_token(token_);
    for (const Process& p : ours) found.insert(p.network);
    for (const Process& p : ours) {
      if (p.pid == parent_.pid) found.erase(p.network);
    }
    found.erase("");
    return found;
  }

  std::string token_;
  Child parent_;
};

TEST_F(Survival, TheParentKilledAtAnyStage_LeavesNothing) {
  for (std::size_t stage = 1; stage <= all_five; ++stage) {
    if (stage > 1) SetUp();
    ASSERT_TRUE(await_at_least(token_, stage));
    const auto networks = private_networks();
    ASSERT_EQ(::kill(parent_.pid, SIGKILL), 0);
    wait_for(parent_);
    expect_nothing_left(networks);
    read_all(parent_);
  }
}

TEST_F(Survival, TheParentKilledAtAnyMoment_LeavesNothing) {
  for (int moment = 0; moment < 25; ++moment) {
    if (moment > 0) SetUp();
    for (int i = 0; i < moment; ++i)
      private_networks();  // a look takes about as long as a step of the start
    const auto networks = private_networks();
    ASSERT_EQ(::kill(parent_.pid, SIGKILL), 0);
    wait_for(parent_);
    expect_nothing_left(networks);
    read_all(parent_);
  }
}

TEST_F(Survival, TheOuterSupervisorKilled_EndsTheRun_AndTheParentSaysSo) {
  ASSERT_TRUE(await_count(token_, all_five));
  const auto networks = private_networks();
  EXPECT_EQ(networks.size(), 1u);
  ASSERT_EQ(::kill(find("outer"), SIGKILL), 0);
  EXPECT_THAT(read_all(parent_), HasSubstr("ended from outside"));
  EXPECT_EQ(wait_for(parent_), 0);
  expect_nothing_left(networks);
}

TEST_F(Survival, TheInnerSupervisorKilled_EndsTheRun_AndTheParentSaysSo) {
  ASSERT_TRUE(await_count(token_, all_five));
  const auto networks = private_networks();
  ASSERT_EQ(::kill(find("inner"), SIGKILL), 0);
  EXPECT_THAT(read_all(parent_), HasSubstr("ended from outside"));
  EXPECT_EQ(wait_for(parent_), 0);
  expect_nothing_left(networks);
}

TEST_F(Survival, AStoppedSupervisor_DoesNotOutliveTheParent) {
  ASSERT_TRUE(await_count(token_, all_five));
  const auto networks = private_networks();
  ASSERT_EQ(::kill(find("inner"), SIGSTOP), 0);
  ASSERT_EQ(::kill(parent_.pid, SIGKILL), 0);
  wait_for(parent_);
  expect_nothing_left(networks);
  read_all(parent_);
}

TEST_F(Survival, AStoppedInnerSupervisor_DiesWithTheOuterOne) {
  ASSERT_TRUE(await_count(token_, all_five));
  const auto networks = private_networks();
  ASSERT_EQ(::kill(find("inner"), SIGSTOP), 0);
  ASSERT_EQ(::kill(find("outer"), SIGKILL), 0);  // the inner one cannot look: PDEATHSIG ends it
  EXPECT_THAT(read_all(parent_), HasSubstr("ended from outside"));
  wait_for(parent_);
  expect_nothing_left(networks);
}

TEST_F(Survival, ARoleKilled_DoesNotEndTheOthers) {
  ASSERT_TRUE(await_count(token_, all_five));
  const auto networks = private_networks();
  ASSERT_EQ(::kill(find("role"), SIGKILL), 0);
  EXPECT_TRUE(await_count(token_, all_five - 1));
  EXPECT_EQ(private_networks(), networks);
  ASSERT_EQ(::kill(parent_.pid, SIGTERM), 0);
  wait_for(parent_);
  expect_nothing_left(networks);
  read_all(parent_);
}

}  // namespace
}  // namespace synoptic::live
