// App: commands in, a changed Model out. No window.
#include "viz/gui/app.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/gui/support.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

using testing::controls_of;
using testing::Recorded;
using testing::tcp_echo;

App app() {
  return App(tcp_echo(), ladder::svg_metrics());
}

// A file with both halves of a comparison, or with the real one alone.
Recorded file_of(bool both) {
  const net::Scenario scenario = scenario_of(controls_of("handshake"));
  return both ? Recorded(net::run(scenario), net::run(scenario)) : Recorded(net::run(scenario));
}

TEST(App, Start_ShowsTheWholeSimulatedRun) {
  const App a = app();
  EXPECT_GT(a.model().steps.size(), 20u);
  EXPECT_EQ(a.model().cursor, a.model().steps.size());
  EXPECT_GT(a.model().scene.height, 0);
}

TEST(App, WhatIsRefused_IsSaidInTheLanguageOfTheWindow) {
  App a = app();
  a.fail({wire::Saying::of("there is no interface '{}'", "eth7"),
          wire::Saying::of("take one of these: {}", "lo")});
  EXPECT_NE(status_text(a.model()).find("there is no interface 'eth7'; take one of these: lo"),
            std::string::npos);
  EXPECT_TRUE(status_text(a.model()).ends_with(": lo"));
  EXPECT_EQ(status_text(a.model()).find("eth7"), status_text(a.model()).rfind("eth7"))
      << "it is said once";
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_NE(
      status_text(a.model()).find("没有名为 'eth7' 的网络接口；请从这些中选一个：lo"),
      std::string::npos);
  a.say(wire::Saying::of("saved as {}", "none"));
  EXPECT_NE(status_text(a.model()).find("已保存为 none"), std::string::npos);
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
}

TEST(App, Steps_GoForthAndBackAndStopAtTheEnds) {
  App a = app();
  a.apply(GoTo{0});
  EXPECT_EQ(a.model().cursor, 0u);
  EXPECT_FALSE(a.model().in_focus());
  a.apply(StepBy{-1});
  EXPECT_EQ(a.model().cursor, 0u);
  a.apply(StepBy{1});
  a.apply(StepBy{1});
  EXPECT_EQ(a.model().cursor, 2u);
  a.apply(StepBy{1'000'000});
  EXPECT_EQ(a.model().cursor, a.model().steps.size());
  a.apply(StepBy{-1});
  EXPECT_EQ(a.model().cursor, a.model().steps.size() - 1);
}

TEST(App, AFault_RunsAgainAndKeepsThePlace) {
  App a = app();
  a.apply(GoTo{5});
  const auto before = a.model().in_focus();
  Controls controls = a.model().controls;
  controls.faults.push_back(*net::parse_fault("drop 2nd data client>server"));
  a.apply(SetControls{controls});
  EXPECT_EQ(a.model().in_focus(), before);
  bool lost = false;
  for (const model::Event& event : a.model().sim().events())
    lost |= event.kind == model::EventKind::loss;
  EXPECT_TRUE(lost);
}

// Behind the fault every event has another number; the cursor stays at the same one all the same.
TEST(App, AFault_KeepsThePlaceBehindIt) {
  App a = app();
  const auto send = [&]() -> const model::Event& {
    for (const model::Event& event : a.model().sim().events()) {
      const auto* call = std::get_if<model::Call>(&event.body);
      if (call != nullptr && call->name == model::CallName::send && call->data.size() == 5)
        return event;
    }
    throw std::logic_error("no such call");
  };
  a.apply(Select{{ladder::Side::sim, send().id}});
  const model::EventId before = send().id;
  Controls controls = a.model().controls;
  controls.faults.push_back(*net::parse_fault("drop 1st data client>server"));
  a.apply(SetControls{controls});
  EXPECT_NE(send().id, before);
  EXPECT_EQ(a.model().in_focus(), (Selected{ladder::Side::sim, send().id}));
  EXPECT_EQ(a.model().cursor, a.model().step_of(ladder::Side::sim, send().id) + 1);
}

TEST(App, Playing_TakesAStepASecondAndEndsAtTheEnd) {
  App a = app();
  a.apply(GoTo{0});
  a.apply(Play{true});
  a.advance(model::milliseconds(500));
  EXPECT_EQ(a.model().cursor, 0u);
  EXPECT_NEAR(a.model().under_way, 0.5, 1e-9);
  a.advance(model::milliseconds(600));
  EXPECT_EQ(a.model().cursor, 1u);
  a.advance(model::seconds(10'000));
  EXPECT_EQ(a.model().cursor, a.model().steps.size());
  EXPECT_FALSE(a.model().playing.on);
  EXPECT_FALSE(a.advance(model::seconds(1)));
}

// At the end the cursor stays at the end, but what was chosen there may be gone.
TEST(App, AChosenEventThatTheNextRunLacks_IsNoLongerChosen) {
  App a = app();
  const ladder::Step last = a.model().steps.back();
  a.apply(Select{{last.side, last.event, last.at_return}});
  ASSERT_EQ(a.model().cursor, a.model().steps.size());
  Controls controls = a.model().controls;
  controls.demo = demos::find_demo("udp-echo");
  a.apply(SetControls{controls});
  EXPECT_FALSE(a.model().selected);
  ASSERT_TRUE(a.model().in_focus());
  EXPECT_LT(model::index(a.model().in_focus()->event), a.model().sim().events().size());
}

// The same for the real side, whose trace goes with its source.
TEST(App, AChosenEventOfARealRunThatGoes_IsNoLongerChosen) {
  App a = app();
  Recorded file = file_of(false);
  a.attach(&file);
  const ladder::Step last = a.model().steps.back();
  ASSERT_EQ(last.side, ladder::Side::live);
  a.apply(Select{{last.side, last.event, last.at_return}});
  a.attach(nullptr);
  EXPECT_FALSE(a.model().selected);
}

// The real side runs again: the cursor waits at what is the same in the simulation.
TEST(App, ACursorAtARealEvent_StaysThereWhenAnotherRunComes) {
  App a = app();
  Recorded first(net::run(scenario_of(a.model().controls)));
  a.attach(&first);
  const auto steps = a.model().steps;
  for (const ladder::Step& step : steps) {
    if (step.side != ladder::Side::live) continue;
    a.apply(Select{{step.side, step.event, step.at_return}});
    a.attach(nullptr);
    ASSERT_GT(a.model().cursor, 0u);
    const ladder::Step& now = a.model().steps[a.model().cursor - 1];
    EXPECT_EQ(now.event, step.event) << model::index(step.event);  // the same run, twice
    EXPECT_EQ(now.side, ladder::Side::sim);
    a.attach(&first);
  }
}

TEST(App, TheLesson_ComesBackWithItsDemo) {
  App a = app();
  auto course = lessons::list_course();
  ASSERT_TRUE(course.at(0).lesson);
  a.open(std::move(*course[0].lesson));
  EXPECT_FALSE(a.model().lesson_events.empty());
  const Controls own = a.model().controls;
  Controls other = own;
  other.demo = demos::find_demo("handshake");
  a.apply(SetControls{other});
  EXPECT_TRUE(a.model().lesson_events.empty());
  a.apply(SetControls{own});
  EXPECT_FALSE(a.model().lesson_events.empty());
}

TEST(App, Click_MovesTheCursorToTheEvent) {
  App a = app();
  const ladder::Step step = a.model().steps[7];
  a.apply(Select{{step.side, step.event}});
  EXPECT_EQ(a.model().cursor, 8u);
  EXPECT_EQ(a.model().in_focus(), (Selected{step.side, step.event}));
}

TEST(App, AFileWithBothHalves_ShowsItsOwnSimulatedOneUntilAnotherSourceComes) {
  App a = app();
  const std::size_t own = a.model().sim().events().size();
  {
    Recorded file = file_of(true);
    a.attach(&file);
    EXPECT_EQ(&a.model().sim(), file.simulated());
    EXPECT_EQ(a.model().cursor, a.model().steps.size());
    EXPECT_LT(a.model().sim().events().size(), own);
    a.apply(GoTo{3});
  }
  a.attach(nullptr);
  EXPECT_EQ(a.model().sim().events().size(), own);
  EXPECT_EQ(a.model().live, nullptr);
}

TEST(App, AnotherLanguage_TellsTheAlignmentAnewAtOnceAndKeepsThePlace) {
  App a = app();
  Recorded file = file_of(true);
  a.attach(&file);
  a.apply(GoTo{3});
  const auto told = [&] {
    const ladder::Alignment& now = a.model().alignment;
    return std::pair(now.summary, now.conversations.front().ending_sim);
  };
  const auto english = told();
  Look look = a.model().look;
  look.language = words::Language::zh;
  a.apply(SetLook{look});
  EXPECT_TRUE(told().first.starts_with("模拟：")) << told().first;
  EXPECT_NE(told().second, english.second);
  EXPECT_NE(std::ranges::find(a.model().scene.texts, told().first, &ladder::Text::text),
            a.model().scene.texts.end());
  EXPECT_EQ(a.model().cursor, 3u);
  look.language = words::Language::en;
  a.apply(SetLook{look});
  EXPECT_EQ(told(), english);
}

}  // namespace
}  // namespace synoptic::gui
