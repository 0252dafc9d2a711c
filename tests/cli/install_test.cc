// The program installed elsewhere: it finds its course and its Chinese beside itself, wherever the
// folder is moved to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(Install, MovedElsewhere_FindsItsCatalogue) {
  const test::TempDir dir;
  const fs::path build = fs::path(SYNOPTIC_BINARY).parent_path();
  const std::string install = "cmake --install '" + build.string() + "' --prefix '" +
                              dir.file("first") + "' >" + dir.file("log") + " 2>&1";
  ASSERT_EQ(std::system(install.c_str()), 0) << test::read_file(dir.file("log"));
  fs::rename(dir.file("first"), dir.file("moved"));

  // Words that are in this catalogue only, and not in the one of the build.
  const std::string catalogue = dir.file("moved/share/locale/zh/LC_MESSAGES/synoptic.mo");
  std::string words = test::read_file(catalogue);
  const std::string broken = "已损坏：", its_own = "这里坏了";
  const std::size_t at = words.find(broken);
  ASSERT_NE(at, std::string::npos);
  test::write_file(catalogue, words.replace(at, broken.size(), its_own));
  const std::string lesson = dir.file("moved/share/synoptic/course/99-broken");
  fs::create_directory(lesson);
  test::write_file(lesson + "/lesson.toml", "nothing");

  const test::Result zh =
      test::run({"lesson", "--lang", "zh"}, {.program = dir.file("moved/bin/synoptic")});
  EXPECT_EQ(zh.status, 1) << zh.err;  // one lesson is broken
  EXPECT_THAT(zh.out, HasSubstr("握手与关闭"));
  EXPECT_THAT(zh.out, HasSubstr("99-broken"));
  EXPECT_THAT(zh.out, HasSubstr(its_own));
}

TEST(Install, MovedElsewhere_FindsWhatCaptures) {
  const test::TempDir dir;
  const fs::path build = fs::path(SYNOPTIC_BINARY).parent_path();
  const std::string install = "cmake --install '" + build.string() + "' --prefix '" +
                              dir.file("first") + "' >" + dir.file("log") + " 2>&1";
  ASSERT_EQ(std::system(install.c_str()), 0) << test::read_file(dir.file("log"));
  fs::rename(dir.file("first"), dir.file("moved"));
  const test::Result doctor = test::run({"doctor"}, {.program = dir.file("moved/bin/synoptic")});
  EXPECT_THAT(doctor.out, HasSubstr(dir.file("moved/libexec/synoptic/synoptic-capture")));
}

// LD_PRELOAD is a list, which a blank ends: it is no part of the way to the library all the same.
TEST(Install, InAFolderWithABlank_RecordsTheCallsOfAnyProgram) {
  const test::TempDir dir;
  const fs::path build = fs::path(SYNOPTIC_BINARY).parent_path();
  const std::string install = "cmake --install '" + build.string() + "' --prefix '" +
                              dir.file("a folder") + "' >" + dir.file("log") + " 2>&1";
  ASSERT_EQ(std::system(install.c_str()), 0) << test::read_file(dir.file("log"));
  const test::Result result = test::run({"live", "--", SOCKET_CALLS_DYNAMIC, "families", "9999"},
                                        {.program = dir.file("a folder/bin/synoptic")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("bind(127.0.0.1:9999)"));
  EXPECT_THAT(result.out, HasSubstr("sendto(\"datagram\""));
}

}  // namespace
}  // namespace synoptic::cli
