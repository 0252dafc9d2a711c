// The window end to end, started as a user starts it, on a display of its own: a live run, steps
// forth and back, playing, leaving.
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>
#include <sstream>

#include "tests/cli/display.hh"
#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::Area;
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
void expect_well_ended(test::Program& program) {
  const test::Result end = program.wait();
  EXPECT_EQ(end.status, 0) << end.err;
}

class WindowTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Display::installed())
        << "the window cannot be tested here: apt-get install xvfb xdotool";
    display.emplace();
    ASSERT_FALSE(display->variable().empty()) << "Xvfb did not start";
  }
  // The leak checker itself falls now and then over threads of the graphics driver that are just
  // ending ("Tracer caught signal 11"); leaks of the window are looked for where it is drawn within
  // the test's own process.
  test::Start here() const {
    return {.prefix = {"env", display->variable(), "XDG_CONFIG_HOME=" + config.path().string(),
                       "ASAN_OPTIONS=detect_leaks=0"}};
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
    expect_well_ended(program);
    EXPECT_NE(settings().find(dark ? R"("dark": true)" : R"("dark": false)"), std::string::npos)
        << settings();
    EXPECT_NE(settings().find(R"("width": 1280)"), std::string::npos) << settings();
  }
}

TEST_F(WindowTest, RemembersHowItLooked_WhenASignalEndsIt) {
  bool dark = false;
  for (const int number : {SIGTERM, SIGINT}) {
    Program program({}, here());
    ASSERT_TRUE(enter());
    ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
    const std::string before = display->settled();  // nothing goes on: it has to be woken
    ASSERT_TRUE(display->key("d"));
    ASSERT_TRUE(display->await([&](const std::string& screen) { return screen != before; }));
    display->settled();
    program.signal(number);
    const Result result = program.wait();
    EXPECT_EQ(result.status, 0) << number;
    EXPECT_EQ(result.err, "");
    dark = !dark;
    const std::string settings = test::read_file(config.file("synoptic/settings.json"));
    EXPECT_NE(settings.find(dark ? R"("dark": true)" : R"("dark": false)"), std::string::npos)
        << number << ": " << settings;
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

TEST_F(WindowTest, SaysThatARunWasStoppedUntilTheNextOne) {
  const test::TempDir work;
  test::Start start = here();
  start.prefix.insert(start.prefix.begin(), {"env", "-C", work.path().string()});
  Program program({}, start);
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("[0-9] packets captured"));
  const auto run_or_stop = [&] { return display->hands({"mousemove", "177", "18", "click", "1"}); };
  bool stopped = false;
  // On a slow machine a run may be over before it is stopped: then another one.
  for (int tries = 0; tries < 3 && !stopped; ++tries) {
    if (!has_children(program)) {
      ASSERT_TRUE(run_or_stop());
    }
    ASSERT_TRUE(display->await_title("running"));
    ASSERT_TRUE(run_or_stop());
    ASSERT_TRUE(display->await_title("step [0-9]+ of [0-9]+ ..? ?[0-9]+ packets captured"));
    stopped = display->title().find("stopped: what came so far stays") != std::string::npos;
  }
  EXPECT_TRUE(stopped) << display->title();
  ASSERT_TRUE(run_or_stop());
  ASSERT_TRUE(display->await_title("running"));
  EXPECT_EQ(display->title().find("stopped"), std::string::npos) << display->title();
  ASSERT_TRUE(display->key("ctrl+q"));
  expect_well_ended(program);
}

TEST_F(WindowTest, ShowsTheFileOfItsArgument) {
  const std::string blank = display->screen();
  Program program({std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap"}, here());
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("packets captured"));
  EXPECT_NE(display->settled(), blank);
  EXPECT_FALSE(has_children(program));
  ASSERT_TRUE(display->key("ctrl+q"));
  expect_well_ended(program);
}

// Presses a key that opens a menu; where it is.
Area menu_of(const Display& display, const char* key) {
  const std::string before = display.settled();
  if (!display.key(key)) return {};
  return Display::difference(before, display.settled());
}

// As a teacher: what if the client's second data segment were lost? Then the slides.
TEST_F(WindowTest, LosesASegmentAndSavesWhatIsSeen) {
  const test::TempDir work;
  test::Start start = here();
  start.prefix.insert(start.prefix.begin(), {"env", "-C", work.path().string()});
  Program program({}, start);
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
  const std::string whole = display->title();
  ASSERT_TRUE(display->hands({"key", "g", "1", "0", "Return"}));  // the second data segment
  ASSERT_TRUE(display->await_title("step [1-9][0-9]* of"));
  const Area menu = menu_of(*display, "f");
  ASSERT_GT(menu.width, 50);
  ASSERT_TRUE(display->click(menu.left + 30, menu.top + 18));  // Lose it
  ASSERT_TRUE(display->await([&](const std::string&) {
    const std::string title = display->title();
    return !title.empty() && title.substr(title.find(" of ")) != whole.substr(whole.find(" of "));
  })) << "another run has other steps";

  const int formats = 5;
  const char* endings[formats] = {"png", "svg", "txt", "json", "pcapng"};
  for (int i = 0; i < formats; ++i) {
    const Area saving = menu_of(*display, "ctrl+s");
    ASSERT_GT(saving.height, 5 * 10);
    if (i == 0) {
      ASSERT_TRUE(display->click(saving.left + 30, saving.top + 18));  // the first row
    } else {
      ASSERT_TRUE(display->hands({"type", std::string("tcp-echo.") + endings[i]}));
      ASSERT_TRUE(display->key("Return"));
    }
    ASSERT_TRUE(display->await_title(std::string("saved as .*tcp-echo\\.") + endings[i]))
        << display->title();
  }
  // The same in Chinese, beside it.
  ASSERT_TRUE(display->key("l"));
  ASSERT_TRUE(display->await_title("第 [0-9]+ 步"));
  ASSERT_GT(menu_of(*display, "ctrl+s").height, 5 * 10);
  ASSERT_TRUE(display->key("Return"));  // under the name that is offered
  ASSERT_TRUE(display->await_title("已保存为 .*tcp-echo 2\\.png")) << display->title();
  ASSERT_TRUE(display->key("ctrl+q"));
  expect_well_ended(program);

  const auto saved = [&](const char* ending) {
    return test::read_file(work.file(std::string("tcp-echo.") + ending));
  };
  // Pictures of the ladders, each in its language.
  const std::string picture = saved("png");
  const std::string in_chinese = test::read_file(work.file("tcp-echo 2.png"));
  const auto side = [](const std::string& png, std::size_t at) {  // of the IHDR chunk
    return static_cast<std::uint8_t>(png[at + 2]) << 8 | static_cast<std::uint8_t>(png[at + 3]);
  };
  ASSERT_GT(picture.size(), 100'000u);
  EXPECT_EQ(picture.substr(1, 3), "PNG");
  EXPECT_GT(side(picture, 16), 1000);
  EXPECT_GT(side(picture, 20), 2000);
  ASSERT_GT(in_chinese.size(), 100'000u);
  EXPECT_NE(in_chinese, picture);
  EXPECT_NE(saved("svg").find("retransmission"), std::string::npos);
  EXPECT_NE(saved("txt").find("retransmission"), std::string::npos);
  const auto json = nlohmann::json::parse(saved("json"));
  bool lost = false;
  for (const auto& event : json["simulated"]["events"]) lost |= event["kind"] == "loss";
  EXPECT_TRUE(lost);
  // Others read it too: both halves, what was lost and what was sent again.
  const Result read =
      test::run({"-r", work.file("tcp-echo.pcapng"), "-Y", "tcp.analysis.retransmission"},
                {.program = "tshark"});
  EXPECT_EQ(read.status, 0) << read.err;
  EXPECT_NE(read.out.find("Retransmission"), std::string::npos) << read.out;
}

TEST_F(WindowTest, TakesAFileThatIsDroppedOnIt) {
  const std::string file = std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap";
  Program program({}, here());
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
  const std::string before = display->settled();
  ASSERT_TRUE(display->drop_file(file));
  ASSERT_TRUE(display->await_title("[^0-9]8 packets captured")) << display->title();
  EXPECT_NE(display->settled(), before);
  ASSERT_TRUE(display->key("ctrl+q"));
  expect_well_ended(program);
}

// Two people at one keyboard: each line goes to the program that asks, and both networks show it.
TEST_F(WindowTest, LinesAreTypedIntoBothProgramsOfAChat) {
  const test::TempDir work;
  test::Start start = here();
  start.prefix.insert(start.prefix.begin(), {"env", "-C", work.path().string()});
  Program program({}, start);
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
  ASSERT_TRUE(display->hands({"mousemove", "60", "18"}));  // the demos
  const std::string before = display->settled();
  ASSERT_TRUE(display->click(60, 18));
  const Area demos = Display::difference(before, display->settled());
  ASSERT_GT(demos.height, 100);
  // The last but one of those that are seen.
  ASSERT_TRUE(display->click(demos.left + 40, demos.top + demos.height - 34));
  ASSERT_TRUE(display->await_title("running"));
  ASSERT_TRUE(display->key("i"));  // no need to wait for that run's end
  ASSERT_TRUE(display->await_title("client asks")) << display->title();

  ASSERT_TRUE(display->hands({"type", "nihao"}));  // in the place of what is offered
  ASSERT_TRUE(display->key("Return"));
  ASSERT_TRUE(display->await_title("server asks")) << display->title();
  ASSERT_TRUE(display->hands({"type", "l, d ?"}));  // no shortcuts
  ASSERT_TRUE(display->key("Return"));
  ASSERT_TRUE(display->await_title("client asks")) << display->title();
  ASSERT_TRUE(display->key("Return"));  // as it is offered: how are you?
  ASSERT_TRUE(display->await_title("server asks")) << display->title();
  ASSERT_TRUE(display->key("Return"));
  ASSERT_TRUE(display->await_title("client asks")) << display->title();
  ASSERT_TRUE(display->hands({"type", "bye"}));
  ASSERT_TRUE(display->key("Return"));
  ASSERT_TRUE(display->await_title("of [0-9]+ ..? ?[0-9]+ packets captured")) << display->title();
  EXPECT_TRUE(display->await([&](const std::string&) { return !has_children(program); }));

  ASSERT_GT(menu_of(*display, "ctrl+s").height, 5 * 10);
  ASSERT_TRUE(display->hands({"type", work.file("tcp-chat.json")}));
  ASSERT_TRUE(display->key("Return"));
  ASSERT_TRUE(display->await_title("saved as .*tcp-chat\\.json")) << display->title();
  ASSERT_TRUE(display->key("ctrl+q"));
  expect_well_ended(program);

  const auto json = nlohmann::json::parse(test::read_file(work.file("tcp-chat.json")));
  for (const char* side : {"simulated", "captured"}) {
    std::vector<std::string> printed;
    for (const auto& event : json[side]["events"])
      if (event.value("call", "") == "print") printed.push_back(event["text"]);
    EXPECT_EQ(printed,
              (std::vector<std::string>{"The client says: nihao", "The server says: l, d ?",
                                        "The client says: how are you?", "The server says: fine",
                                        "The client says: bye"}))
        << side;
  }
  for (const auto& compared : json["rows"])
    EXPECT_NE(compared["verdict"], "unexplained") << compared.dump();
}

// On a screen of twice the scale everything is twice as large.
TEST_F(WindowTest, FollowsTheScaleOfTheScreen) {
  Area menus[2];
  for (const int scale : {1, 2}) {
    display.emplace("2560x1440");
    ASSERT_TRUE(display->set_scale(scale));
    Program program({}, here());
    ASSERT_TRUE(enter());
    ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
    menus[scale - 1] = menu_of(*display, "ctrl+s");
    ASSERT_TRUE(display->key("Escape"));
    ASSERT_TRUE(display->key("ctrl+q"));
    expect_well_ended(program);
  }
  ASSERT_GT(menus[0].width, 50);
  EXPECT_NEAR(menus[1].width, menus[0].width * 2, menus[0].width / 5);
  EXPECT_NEAR(menus[1].height, menus[0].height * 2, menus[0].height / 5);
}

// Time that the program has had on a processor, in ticks of 10 ms.
long ticks(const Program& program) {
  const std::string stat = test::read_file("/proc/" + std::to_string(program.pid()) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0, system = 0;
  fields >> user >> system;
  return user + system;
}

TEST_F(WindowTest, RestsWhereNothingChanges) {
  Program program({}, here());
  ASSERT_TRUE(enter());
  ASSERT_TRUE(display->await_title("step 0 of [0-9]+ ..? ?[0-9]+ packets captured"));
  display->settled();
  const long before = ticks(program);
  for (int i = 0; i < 6; ++i) display->settled();  // half a second each, or more
  EXPECT_LE(ticks(program) - before, 3) << "of 300 or more";
  ASSERT_TRUE(display->key("ctrl+q"));
  expect_well_ended(program);
}

// As the shell's history has it, in whatever language the last one was.
TEST_F(WindowTest, OpensInTheLanguageThatIsAskedFor) {
  const std::string file = std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap";
  const std::vector<std::vector<std::string>> ways{{"--lang", "zh"}, {"--lang=zh", file}, {}};
  for (const auto& arguments : ways) {
    Program program(arguments, here());
    ASSERT_TRUE(enter());
    ASSERT_TRUE(display->await_title("第 [0-9]+ 步，共 [0-9]+ 步 · 捕获了 [0-9]+ 个分组"))
        << arguments.size() << ": " << display->title();
    ASSERT_TRUE(display->key("ctrl+q"));
    expect_well_ended(program);
  }
}

TEST(Window, OptionsWithoutADisplay_AreThoseOfTheText) {
  const std::string file = std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--lang", "zh", file}, {"--raw-seq", "--lang=zh", file}}) {
    const Result result = test::run(arguments, {.prefix = {"env", "-u", "DISPLAY"}});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("[SYN]"), std::string::npos) << result.out;
    EXPECT_EQ(result.out.find("Seq=0") == std::string::npos, arguments[0] == "--raw-seq");
    EXPECT_NE(result.out.find("报文段"), std::string::npos) << result.out;
  }
  EXPECT_EQ(test::run({"--lang", "fr"}).status, 2);
  EXPECT_EQ(test::run({"--lang", "zh", "nonsense"}).status, 2);
  EXPECT_EQ(test::run({"--lang", "zh", "/nowhere.pcap"}).status, 1);
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
