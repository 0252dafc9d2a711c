// The window end to end, started as a user starts it, on a display of its own: a live run, steps
// forth and back, playing, leaving.
#include <gtest/gtest.h>

#include <optional>

#include "tests/cli/display.hh"
#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::Display;
using test::Program;
using test::Result;

bool has_children(const Program& program) {
  const std::string pid = std::to_string(program.pid());
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task"))
    if (!test::read_file(task.path() / "children").empty()) return true;
  return false;
}

// A display of its own for each test, and a place for the settings.
class WindowTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Display::installed()) GTEST_SKIP() << "Xvfb or xdotool is not installed";
    display.emplace();
    ASSERT_FALSE(display->variable().empty()) << "Xvfb did not start";
  }
  test::Start here() const {
    return {.prefix = {"env", display->variable(), "XDG_CONFIG_HOME=" + config.path().string()}};
  }
  // Waits until a window of ours is there, and gives it the keyboard.
  bool enter() const {
    return display->hands({"search", "--sync", "--onlyvisible", "--name", "^Synoptic",
                           "windowfocus", "--sync", "mousemove", "1279", "719"});
  }

  std::optional<Display> display;
  const test::TempDir config;
};

TEST_F(WindowTest, RunsLiveStepsPlaysAndLeaves) {
  const std::string blank = display->screen();
  Program program({}, here());
  ASSERT_TRUE(enter());
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen != blank; }));

  // The real run begins by itself; what comes of it is told until it has ended.
  ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
  const std::string start = display->settled();
  EXPECT_FALSE(has_children(program));
  ASSERT_TRUE(display->key("End"));
  ASSERT_TRUE(display->await_title("step ([0-9]+) of \\1 "));
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen != start; }));
  ASSERT_TRUE(display->key("Home"));
  ASSERT_TRUE(display->await_title("step 0 of"));
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen == start; }));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(display->key("Right"));
  ASSERT_TRUE(display->await_title("step 3 of"));
  const std::string third = display->settled();
  ASSERT_TRUE(display->key("Right"));
  ASSERT_TRUE(display->await_title("step 4 of"));
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen != third; }));
  ASSERT_TRUE(display->key("Left"));
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen == third; }))
      << "a step back gives the picture that was there before";
  ASSERT_TRUE(display->hands({"key", "Left", "Left", "Left"}));
  EXPECT_TRUE(display->await_title("step 0 of"))
      << "keys pressed one after the other at once all count";
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen == start; }));

  ASSERT_TRUE(display->key("ctrl+equal"));  // larger type: other fonts, between two frames
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen != start; }));
  ASSERT_TRUE(display->key("ctrl+0"));
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen == start; }));

  ASSERT_TRUE(display->key("space"));
  ASSERT_TRUE(display->await_title("step [1-9][0-9]* of"));
  ASSERT_TRUE(display->key("space"));
  ASSERT_TRUE(display->key("Home"));
  ASSERT_TRUE(display->await_title("step 0 of"));
  EXPECT_TRUE(display->await([&](const std::string& screen) { return screen == start; }));

  ASSERT_TRUE(display->key("ctrl+q"));
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, "");
}

TEST_F(WindowTest, RemembersHowItLooked) {
  const auto settings = [&] { return test::read_file(config.file("synoptic/settings.json")); };
  for (const bool dark : {true, false}) {
    Program program({}, here());
    ASSERT_TRUE(enter());
    ASSERT_TRUE(display->await_title("step"));
    ASSERT_TRUE(display->key("d"));
    ASSERT_TRUE(display->key("ctrl+q"));
    EXPECT_EQ(program.wait().status, 0);
    EXPECT_NE(settings().find(dark ? R"("dark": true)" : R"("dark": false)"), std::string::npos)
        << settings();
    EXPECT_NE(settings().find(R"("width": 1280)"), std::string::npos) << settings();
  }
}

TEST_F(WindowTest, LeavesWhileARunGoesOnAndNothingOfItStays) {
  Program program({}, here());
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("running|captured"));
  // On a slow machine that run may be over by now: then another one.
  for (int tries = 0; tries < 3 && !has_children(program); ++tries) {
    ASSERT_TRUE(display->hands({"mousemove", "177", "18", "click", "1"}));  // Run
    ASSERT_TRUE(display->await_title("running"));
  }
  ASSERT_TRUE(has_children(program));
  ASSERT_TRUE(display->key("ctrl+q"));
  const Result result = program.wait();  // both ends of its pipes closed: nobody holds them
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
}

TEST_F(WindowTest, ShowsTheFileOfItsArgument) {
  const std::string blank = display->screen();
  Program program({std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap"}, here());
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("packets captured"));
  EXPECT_NE(display->settled(), blank);
  EXPECT_FALSE(has_children(program));
  ASSERT_TRUE(display->key("ctrl+q"));
  EXPECT_EQ(program.wait().status, 0);
}

TEST(Window, AFileWithoutADisplay_IsShownAsText) {
  const Result result = test::run({std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap"},
                                  {.prefix = {"env", "-u", "DISPLAY"}});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err.find("synoptic: no window: there is no display ("), 0u) << result.err;
  EXPECT_NE(result.out.find("[SYN]"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace synoptic::cli
