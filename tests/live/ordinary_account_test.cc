// The tests of this program once more, as an account without any rights: what a student at home
// has.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/files.hh"
#include "tests/live/processes.hh"

namespace synoptic::live {
namespace {

namespace fs = std::filesystem;

// The path of this program: behind another one /proc/self/exe would be that one.
std::string this_program() {
  return fs::read_symlink("/proc/self/exe").string();
}

struct Ended {
  std::string said;
  int status = -1;
};
Ended run(const std::vector<std::string>& argv) {
  Child child = start(argv, {});
  Ended ended;
  ended.said = read_all(child);
  ended.status = wait_for(child);
  return ended;
}

void expect_passed(const Ended& ended) {
  EXPECT_TRUE(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0) << ended.said;
  EXPECT_NE(ended.said.find("PASSED"), std::string::npos) << ended.said;
  EXPECT_EQ(ended.said.find("SKIPPED"), std::string::npos) << ended.said;
}

TEST(OrdinaryAccount, LiveRunsCapturesAndSurvivalWorkTheSame) {
  if (::geteuid() != 0) return;  // then all the tests of this program have just run as one
  const TempDir folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  // The build folder may be closed to others: the program is copied to where anybody may run it.
  const fs::path copy = folder.path() / "live_test";
  fs::copy_file("/proc/self/exe", copy);
  ASSERT_EQ(::chmod(copy.c_str(), 0755), 0);
  fs::copy_file(SYNOPTIC_CAPTURE_HELPER, folder.path() / "synoptic-capture");
  expect_passed(run({"runuser", "-u", "nobody", "--", copy.string(), "--gtest_brief=1",
                     "--gtest_filter=*PrivateRun*:Survival.*:Capture.*:Doctor.*"}));
}

// As in a container: root by name, without the right to make namespaces but by way of a user
// namespace.
TEST(OrdinaryAccount, RootWithoutItsRights_RunsInAUserNamespace) {
  std::vector<std::string> argv{this_program(), "--gtest_brief=1", "--gtest_filter=*Families*"};
  if (::geteuid() == 0) {
    const std::vector<std::string> without{"setpriv", "--bounding-set=-sys_admin",
                                           "--inh-caps=-sys_admin"};
    argv.insert(argv.begin(), without.begin(), without.end());
  }
  expect_passed(run(argv));
}

// In a user namespace of its own, in which no further namespaces may be made.
TEST(OrdinaryAccount, WhereNamespacesAreForbidden_WhatToTypeIsSaid) {
  const Ended ended =
      run({"unshare", "--user", "--map-root-user", "sh", "-c",
           "echo 0 > /proc/sys/user/max_net_namespaces && "
           "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" __role parent",
           this_program()});
  EXPECT_NE(ended.said.find("refused: a private loopback cannot be made"), std::string::npos)
      << ended.said;
  EXPECT_NE(ended.said.find("sudo sysctl -w user.max_user_namespaces="), std::string::npos)
      << ended.said;
}

}  // namespace
}  // namespace synoptic::live
