// Session: what the window does beyond its picture. Files are opened and saved; what goes wrong is
// said. No window. (Real runs: window_test.cc, where the program is its own supervisor.)
#include "viz/cli/session.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "tests/cli/program.hh"
#include "viz/cli/window_command.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

using test::TempDir;

std::string data(const std::string& name) {
  return std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/" + name;
}

// Until nothing is under way.
void settle(Session& session) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (session.busy() && std::chrono::steady_clock::now() < deadline) {
    session.wait(model::milliseconds(100));
    session.tick({});
  }
  EXPECT_FALSE(session.busy());
}

TEST(Session, OpensACaptureFile) {
  Session session(first_controls());
  EXPECT_EQ(session.model().live, nullptr);
  session.handle(gui::OpenFile{data("handshake.pcap")});
  settle(session);
  ASSERT_NE(session.model().live, nullptr);
  EXPECT_GT(session.model().live->events().size(), 3u);
  EXPECT_EQ(session.model().live_run.state, gui::LiveState::ended);
}

TEST(Session, AnotherLanguage_LaysTheLaddersOutAnewAtOnce) {
  Session session(first_controls());
  const auto has = [&](std::string_view word) {
    return std::ranges::any_of(session.model().scene.texts,
                               [&](const ladder::Text& text) { return text.text == word; });
  };
  EXPECT_TRUE(has("client"));
  gui::Look look = session.model().look;
  look.language = words::Language::zh;
  session.handle(gui::SetLook{look});
  EXPECT_TRUE(has("客户端"));
  EXPECT_TRUE(has("模拟"));
  EXPECT_FALSE(has("client"));
  look.language = words::Language::en;
  session.handle(gui::SetLook{look});
  EXPECT_TRUE(has("client"));
}

TEST(Session, OpensATraceOfOurs_TheCapturedHalfOfAComparison) {
  const TempDir dir;
  ASSERT_EQ(test::run({"open", data("handshake.pcap"), "-o", dir.file("x.json")}).status, 0);
  Session session(first_controls());
  session.handle(gui::OpenFile{dir.file("x.json")});
  settle(session);
  ASSERT_NE(session.model().live, nullptr);
  EXPECT_EQ(session.model().live_run.state, gui::LiveState::ended);
  EXPECT_GT(session.model().live_run.counters.captured, 2u);
}

TEST(Session, AFileThatIsNone_IsSaidAndTheNextOneStillOpens) {
  Session session(first_controls());
  session.handle(gui::OpenFile{"/nowhere/x.pcap"});
  settle(session);
  ASSERT_TRUE(session.model().file);
  ASSERT_TRUE(session.model().file->failure);
  EXPECT_NE(session.model().file->failure->what.str().find("/nowhere/x.pcap"), std::string::npos);
  EXPECT_TRUE(session.model().steps.empty()) << "nothing else is shown in its place";
  session.handle(gui::OpenFile{data("handshake.pcap")});
  settle(session);
  EXPECT_NE(session.model().live, nullptr);
}

TEST(Session, AnEmptyFileAndGarbage_AreToldWhereTheFileWouldBe) {
  const TempDir dir;
  test::write_file(dir.file("empty.pcap"), "");
  test::write_file(dir.file("garbage.pcap"), "this is no capture at all, whatever its name says");
  for (const char* name : {"empty.pcap", "garbage.pcap"}) {
    Session session(first_controls());
    session.handle(gui::OpenFile{dir.file(name)});
    settle(session);
    ASSERT_TRUE(session.model().alone()) << name;
    EXPECT_EQ(session.model().file->name, name);
    ASSERT_TRUE(session.model().file->failure) << name;
    EXPECT_FALSE(session.model().file->failure->remedy.empty()) << name;
    session.handle(gui::Save{dir.file("x.svg")});
    EXPECT_NE(session.model().message.str().find("nothing to be seen"), std::string::npos);
  }
}

TEST(Session, AFileDroppedOnAnother_TakesItsPlace) {
  Session session(first_controls());
  session.handle(gui::OpenFile{"/nowhere/x.pcap"});
  session.handle(gui::OpenFile{data("handshake.pcap")});  // before the first is there
  settle(session);
  ASSERT_TRUE(session.model().file);
  EXPECT_EQ(session.model().file->name, "handshake.pcap");
  EXPECT_FALSE(session.model().file->failure);
  EXPECT_TRUE(session.model().alone());
  EXPECT_NE(session.model().live, nullptr);
}

TEST(Session, AComparisonReadFromAFile_HasBothItsSides) {
  const TempDir dir;
  ASSERT_EQ(test::run({"compare", "handshake", "-o", dir.file("x.pcapng")}).status, 0);
  Session session(first_controls());
  session.handle(gui::OpenFile{dir.file("x.pcapng")});
  settle(session);
  EXPECT_FALSE(session.model().alone());
  EXPECT_FALSE(session.model().alignment.rows.empty());
}

TEST(Session, SavesWhatIsSeenInEveryFormat) {
  const TempDir dir;
  Session session(first_controls());
  session.handle(gui::OpenFile{data("handshake.pcap")});
  settle(session);
  for (const char* name : {"x.png", "x.svg", "x.txt", "x.json", "x.pcapng"}) {
    session.handle(gui::Save{dir.file(name)});
    settle(session);
    EXPECT_EQ(session.model().message, "saved as " + dir.file(name));
    EXPECT_GT(test::read_file(dir.file(name)).size(), 500u) << name;
  }
  EXPECT_TRUE(test::read_file(dir.file("x.png")).starts_with("\x89PNG"));
  EXPECT_NE(test::read_file(dir.file("x.json")).find("\"captured\""), std::string::npos);
}

TEST(Session, APathFromHome_IsSavedThere) {
  const TempDir dir;
  const char* const home = std::getenv("HOME");
  const std::string before = home != nullptr ? home : "";
  ::setenv("HOME", dir.path().c_str(), 1);
  Session session(first_controls());
  EXPECT_EQ(session.model().folder, std::filesystem::current_path().string());
  session.handle(gui::Save{"~/x.svg"});
  settle(session);
  ::setenv("HOME", before.c_str(), 1);
  EXPECT_EQ(session.model().message, "saved as " + dir.file("x.svg"));
  EXPECT_GT(test::read_file(dir.file("x.svg")).size(), 500u);
}

TEST(Session, OpeningAFile_ClearsWhatWasSaidBefore) {
  const TempDir dir;
  Session session(first_controls());
  session.handle(gui::Save{dir.file("x.txt")});
  settle(session);
  ASSERT_EQ(session.model().message, "saved as " + dir.file("x.txt"));
  session.handle(gui::OpenFile{data("handshake.pcap")});
  EXPECT_EQ(session.model().message, "");
  settle(session);
  EXPECT_EQ(session.model().message, "");
}

// Behind the file waits what "back to the demo" leads to.
TEST(Session, BegunOnAFile_HasTheFirstLessonToGoBackTo) {
  auto course = lessons::list_course();
  ASSERT_FALSE(course.empty());
  Session session(first_controls());
  begin(session, course, data("handshake.pcap"));
  settle(session);
  EXPECT_TRUE(session.model().alone());
  EXPECT_TRUE(session.model().lesson);
  EXPECT_TRUE(session.model().lesson_events.empty()) << "it is not about the file";
}

// The window goes on while a picture becomes a file.
TEST(Session, Saving_IsUnderWayUntilATickTakesItsEnd) {
  const TempDir dir;
  Session session(first_controls());
  session.handle(gui::Save{dir.file("x.png")});
  EXPECT_TRUE(session.busy());
  EXPECT_EQ(session.model().message.str().find("saved as"), std::string::npos);
  session.handle(gui::GoTo{3});
  EXPECT_EQ(session.model().cursor, 3u);
  settle(session);
  EXPECT_EQ(session.model().message, "saved as " + dir.file("x.png"));
}

TEST(Session, TwoOfOneName_BecomeTwoFiles_AndWhoLeavesWaitsForBoth) {
  const TempDir dir;
  Session session(first_controls());
  session.handle(gui::Save{dir.file("x.png")});
  session.handle(gui::Save{dir.file("x.png")});
  session.handle(gui::Save{"/nowhere/x.svg"});
  const auto errors = session.finish_saving();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].str().find("/nowhere/x.svg"), std::string::npos);
  for (const char* name : {"x.png", "x 2.png"})
    EXPECT_TRUE(test::read_file(dir.file(name)).starts_with("\x89PNG")) << name;
  EXPECT_FALSE(session.busy());
}

TEST(Session, WhatCannotBeSaved_IsSaidAndTheRunIsNoFailure) {
  Session session(first_controls());
  session.handle(gui::Save{"/nowhere/x.svg"});
  settle(session);
  EXPECT_NE(session.model().message.str().find("cannot write '/nowhere/x.svg'"), std::string::npos);
  session.handle(gui::Save{"picture"});
  EXPECT_NE(session.model().message.str().find("there are txt, svg, png"), std::string::npos);
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_NE(words::say(session.model().message).find("可用的有 txt、svg、png"), std::string::npos);
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  EXPECT_FALSE(session.model().live_run.failure);
}

// Both sides get a line, or neither does.
TEST(Session, ALineThatNobodyReads_IsSaid_AndTheSimulatedSideDoesNotGetIt) {
  gui::Controls controls = first_controls();
  controls.demo = demos::find_demo("tcp-chat");
  Session session(controls);
  session.handle(gui::TypeByHand{});
  const std::size_t events = session.model().sim().events().size();
  session.handle(gui::TypeLine{"client", "hello"});
  EXPECT_EQ(session.model().message, "nobody reads it: no run goes on");
  session.handle(gui::EndInput{"client"});
  EXPECT_TRUE(session.model().by_hand.typed.empty());
  EXPECT_EQ(session.model().sim().events().size(), events);
}

TEST(Session, CommandsForThePictureGoToTheApp) {
  Session session(first_controls());
  session.handle(gui::GoTo{3});
  EXPECT_EQ(session.model().cursor, 3u);
  EXPECT_FALSE(session.quit());
  session.handle(gui::Quit{});
  EXPECT_TRUE(session.quit());
}

}  // namespace
}  // namespace synoptic::cli
