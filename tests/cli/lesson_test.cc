// synoptic lesson: the course listed, a lesson played to its end, broken ones told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::Result;
using test::run;
using ::testing::HasSubstr;

constexpr const char* first = "01-handshake-and-close";

TEST(Lesson, WithoutName_ListsTheCourseInEitherLanguage) {
  const Result en = run({"lesson"}), zh = run({"lesson", "--lang", "zh"});
  EXPECT_EQ(en.status, 0) << en.err;
  EXPECT_THAT(en.out, HasSubstr("01-handshake-and-close  The handshake and the close\n"));
  EXPECT_THAT(zh.out, HasSubstr("01-handshake-and-close  握手与关闭\n"));
  EXPECT_EQ(en.err, "");
}

TEST(Lesson, PlaysEveryStep_WithTheWholeLadderInOrder) {
  const Result lesson = run({"lesson", first, "--no-live"});
  const Result sim = run({"sim", "tcp-echo", "--isn-client", "1000", "--isn-server", "5000"},
                         {.variables = {"COLUMNS=158"}});
  EXPECT_EQ(lesson.status, 0) << lesson.err;
  EXPECT_EQ(lesson.err, "");
  EXPECT_THAT(lesson.out, HasSubstr("15/15 · TIME-WAIT"));
  EXPECT_THAT(lesson.out, HasSubstr("── Try it ──"));
  // Each row of the ladder stands in it once, in its order.
  std::size_t at = 0, rows = 0;
  std::istringstream ladder(sim.out);
  for (std::string line; std::getline(ladder, line);) {
    if (line.find("┊") == std::string::npos && line.find("┃") == std::string::npos &&
        line.find("║") == std::string::npos)
      continue;
    if (line.find("lane:") != std::string::npos) continue;
    const std::size_t found = lesson.out.find(line + "\n", at);
    ASSERT_NE(found, std::string::npos) << line;
    at = found + line.size();
    ++rows;
  }
  EXPECT_GT(rows, 40u);
  // Each step marks the row of its event.
  std::size_t marks = 0;
  for (std::size_t mark = lesson.out.find("▸"); mark != std::string::npos;
       mark = lesson.out.find("▸", mark + 1))
    ++marks;
  EXPECT_EQ(marks, 15u);
}

// What is to be tried stands there as a command; each is one.
TEST(Lesson, WhatIsToBeTried_IsToldAsCommands) {
  const Result lesson = run({"lesson", first, "--no-live"});
  EXPECT_THAT(lesson.out, HasSubstr("  synoptic compare tcp-echo --fault "
                                    "\"drop 1st syn client>server\"\n"));
  EXPECT_THAT(lesson.out, HasSubstr("  synoptic compare tcp-echo --pause 0ms\n"));
  EXPECT_THAT(lesson.out, HasSubstr("  synoptic compare tcp-echo --isn-client 4294967295 "
                                    "--raw-seq\n"));
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--fault", "drop 1st syn client>server"},
        {"--pause", "0ms"},
        {"--isn-client", "4294967295", "--raw-seq"}}) {
    std::vector<std::string> command{"sim", "tcp-echo"};
    command.insert(command.end(), options.begin(), options.end());
    EXPECT_EQ(run(command).status, 0) << options.front();
  }
}

TEST(Lesson, InChinese_HasChineseWords) {
  const Result lesson = run({"lesson", "1", "--no-live", "--lang", "zh"});
  EXPECT_EQ(lesson.status, 0) << lesson.err;
  EXPECT_THAT(lesson.out, HasSubstr("1/15 · 服务器在等待"));
  EXPECT_THAT(lesson.out, HasSubstr("动手试试"));
}

TEST(Lesson, HasTheLiveRunBesideIt) {
  const Result lesson = run({"lesson", "handshake-and-close"});
  EXPECT_EQ(lesson.status, 0) << lesson.err;
  EXPECT_THAT(lesson.out, HasSubstr("LIVE (the kernel's TCP, captured)"));
  EXPECT_THAT(lesson.out, HasSubstr("(The live side shows nothing of this.)"));
  EXPECT_THAT(lesson.err, HasSubstr("packets captured; dropped: 0 by the kernel, 0 here"));
}

// In a terminal it waits for Enter after each page, and q ends it.
TEST(Lesson, InATerminal_GoesOnByEnter) {
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    ::execl(SYNOPTIC_BINARY, "synoptic", "lesson", "1", "--no-live", nullptr);
    ::_exit(127);
  }
  std::string seen;
  const auto read_until = [&](std::string_view text, std::size_t from) {
    char buffer[4096];
    while (seen.find(text, from) == std::string::npos) {
      const ssize_t n = ::read(terminal, buffer, sizeof buffer);
      if (n <= 0) return false;
      seen.append(buffer, static_cast<std::size_t>(n));
    }
    return true;
  };
  EXPECT_TRUE(read_until("q Enter: end", 0)) << seen;
  EXPECT_EQ(seen.find("1/15"), std::string::npos);
  const std::size_t opening = seen.size();
  EXPECT_EQ(::write(terminal, "\n", 1), 1);
  EXPECT_TRUE(read_until("1/15", opening)) << seen;
  EXPECT_TRUE(read_until("q Enter: end", seen.find("1/15"))) << seen;
  EXPECT_EQ(::write(terminal, "q\n", 2), 2);
  EXPECT_FALSE(read_until("2/15", 0));  // it ended
  int status = -1;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  ::close(terminal);
}

TEST(Lesson, UnknownName_IsWrongUsage) {
  const Result unknown = run({"lesson", "99"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(test::is_one_line(unknown.err)) << unknown.err;
  EXPECT_THAT(unknown.err, HasSubstr("there is no lesson '99'"));
  const Result near = run({"lesson", "01-handshake-and-clos"});
  EXPECT_EQ(near.status, 2);
  EXPECT_THAT(near.err, HasSubstr("did you mean '01-handshake-and-close'?"));
  EXPECT_EQ(run({"lesson", "1", "--lang", "fr"}).status, 2);
}

TEST(Lesson, ThatIsBroken_SaysWhereAndWhy) {
  const test::TempDir dir;
  test::write_file(dir.file("lesson.toml"), "demo = \"tcp-echo\"\nstep = []\nwhat = 1\n");
  const Result broken = run({"lesson", dir.path().string() + "/"});
  EXPECT_EQ(broken.status, 1);
  EXPECT_TRUE(test::is_one_line(broken.err)) << broken.err;
  EXPECT_THAT(broken.err, HasSubstr("lesson.toml:3: unknown key 'what'"));
  EXPECT_EQ(broken.out, "");
}

}  // namespace
}  // namespace synoptic::cli
