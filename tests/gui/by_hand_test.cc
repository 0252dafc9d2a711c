// The input boxes: what is typed there becomes commands and the simulated side's lines; who asks
// gets the keyboard, and the demo's next line; nothing that is typed is a shortcut.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui.h>

#include "tests/gui/ui_support.hh"
#include "viz/gui/by_hand.hh"
#include "viz/gui/shown_characters.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

using observe::RoleInput;
using testing::controls_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::UiTest;

// A run that goes on, whose programs ask as the test wants it.
class Asking : public testing::Recorded, public observe::RunInput {
 public:
  Asking() : Recorded(model::Trace(model::Source::captured)) {}
  bool poll() override { return true; }
  bool ended() const override { return ended_; }
  observe::RunInput* input() override { return this; }
  const std::vector<RoleInput>& roles() const override { return roles_; }
  model::Expected<void> type(std::string_view, std::string_view) override { return {}; }
  void end_input(std::string_view) override {}

  RoleInput& role(const std::string& name) {
    for (RoleInput& role : roles_)
      if (role.role == name) return role;
    return roles_.emplace_back(RoleInput{.role = name, .prompt = {}, .why = {}});
  }
  void ask(const std::string& name, const std::string& prompt = ">") {
    RoleInput& asked = role(name);
    asked.prompt = prompt;
    asked.asks = true;
    ++asked.asked;
  }
  void read(const std::string& name) { role(name).asks = false; }
  void end(const std::string& name, const std::string& why = {}) {
    role(name).asks = false;
    role(name).ended = true;
    role(name).why = why;
  }
  void end() { ended_ = true; }

 private:
  std::vector<RoleInput> roles_;
  bool ended_ = false;
};

class ByHandTest : public UiTest {
 protected:
  ByHandTest() { begin("tcp-chat", {"server", "client"}); }
  ~ByHandTest() override { app_.attach(nullptr); }

  // A run into which lines are typed.
  void begin(const std::string& demo, const std::vector<std::string>& roles) {
    app_.apply(SetControls{controls_of(demo)});
    app_.apply(TypeByHand{});
    run_ = std::make_unique<Asking>();
    for (const std::string& role : roles) run_->role(role);
    app_.attach(run_.get());
    ui_.typing.follow = true;
    shown();
  }
  // So many frames that all has come to rest.
  Commands shown() {
    Commands all;
    for (int i = 0; i < 6; ++i) {
      app_.poll();
      const Commands commands = frame();
      all.insert(all.end(), commands.begin(), commands.end());
    }
    return all;
  }
  // "client: hello", "server ends", …
  static std::vector<std::string> typed(const Commands& commands) {
    std::vector<std::string> lines;
    for (const Command& command : commands) {
      if (const auto* line = std::get_if<TypeLine>(&command))
        lines.push_back(line->role + ": " + line->text);
      if (const auto* end = std::get_if<EndInput>(&command)) lines.push_back(end->role + " ends");
    }
    return lines;
  }
  const std::string& text(const std::string& role) const {
    for (const TypingBox& box : ui_.typing.boxes)
      if (box.role == role) return box.text;
    throw std::runtime_error("no box for " + role);
  }
  std::vector<std::string> read_in_simulation(const std::string& role) const {
    std::vector<std::string> lines;
    for (const model::Event& event : model().sim().events()) {
      const auto* call = std::get_if<model::Call>(&event.body);
      if (call == nullptr || call->name != model::CallName::read_line || call->result == 0 ||
          !call->returned || model().sim()[event.endpoint].name != role)
        continue;
      lines.emplace_back(call->data.begin(), call->data.end());
    }
    return lines;
  }

  std::unique_ptr<Asking> run_;
};

TEST_F(ByHandTest, WhoAsks_GetsTheKeyboardAndTheDemosLine_EnterSendsIt) {
  EXPECT_FALSE(ImGui::GetIO().WantTextInput) << "nobody asks yet";
  run_->ask("client");
  shown();
  EXPECT_TRUE(ImGui::GetIO().WantTextInput);
  EXPECT_EQ(text("client"), "hello");
  EXPECT_THAT(read(), HasSubstr("type the lines yourself"));
  EXPECT_THAT(typed(press(ImGuiKey_Enter)), ElementsAre("client: hello"));
  EXPECT_EQ(text("client"), "");
  EXPECT_THAT(read_in_simulation("client"), ElementsAre("hello"));
}

TEST_F(ByHandTest, TypingReplacesTheOffer_AndIsNoShortcut) {
  run_->ask("client");
  shown();
  for (const char* piece : {"l", "d", "?", " ", ".", "i", "你好", "\u00e9"}) {
    EXPECT_THAT(type(piece), IsEmpty()) << piece;
  }
  EXPECT_EQ(text("client"), "ld? .i你好\u00e9");
  EXPECT_FALSE(model().look.dark);
  EXPECT_THAT(typed(press(ImGuiKey_Enter)), ElementsAre("client: ld? .i你好\u00e9"));
  // Straight on, while the field has not come back yet.
  for (const char* piece : {"d", "l", "n"}) EXPECT_THAT(type(piece), IsEmpty()) << piece;
  shown();
  EXPECT_EQ(text("client"), "dln");
}

TEST_F(ByHandTest, AnEmptyLine_IsSent) {
  run_->ask("client");
  shown();
  press(ImGuiKey_Backspace);
  EXPECT_THAT(typed(press(ImGuiKey_Enter)), ElementsAre("client: "));
  EXPECT_THAT(read_in_simulation("client"), ElementsAre(""));
}

// As the tutorial's two terminals: Enter, and the keyboard is at the other side.
TEST_F(ByHandTest, InTurn_TheKeyboardGoesToAndFro) {
  run_->ask("client");
  shown();
  std::vector<std::string> all;
  const auto enter = [&] {
    for (const std::string& line : typed(press(ImGuiKey_Enter))) all.push_back(line);
  };
  enter();
  run_->read("client");
  run_->ask("server", ">>");
  shown();
  EXPECT_EQ(ui_.typing.active, "server");
  EXPECT_EQ(text("server"), "hi");
  type("hm");
  enter();
  run_->read("server");
  run_->ask("client");
  shown();
  EXPECT_EQ(ui_.typing.active, "client");
  EXPECT_EQ(text("client"), "how are you?");
  enter();
  EXPECT_THAT(all, ElementsAre("client: hello", "server: hm", "client: how are you?"));
  EXPECT_THAT(read_in_simulation("client"), ElementsAre("hello", "how are you?"));
  EXPECT_THAT(read_in_simulation("server"), ElementsAre("hm"));
}

TEST_F(ByHandTest, WhoIsTyping_KeepsTheKeyboard) {
  run_->ask("client");
  shown();
  press(ImGuiKey_Enter);
  type("and");
  run_->read("client");
  run_->ask("server");
  shown();
  EXPECT_EQ(ui_.typing.active, "client");
  EXPECT_EQ(text("client"), "and");
  EXPECT_EQ(text("server"), "hi") << "it is offered there";
}

// It asks again within a frame.
TEST_F(ByHandTest, OneThatAsksAgain_KeepsTheKeyboard_AndIsOfferedTheNextLine) {
  begin("udp-duplex-chat", {"server", "client"});
  run_->ask("server");
  run_->ask("client");
  shown();
  EXPECT_EQ(ui_.typing.active, "client");
  EXPECT_THAT(typed(press(ImGuiKey_Enter)), ElementsAre("client: hello"));
  run_->ask("client");
  shown();
  EXPECT_EQ(ui_.typing.active, "client");
  EXPECT_EQ(text("client"), "你好吗");
  type("!");
  EXPECT_EQ(text("client"), "!") << "what is offered is chosen as a whole";
}

TEST_F(ByHandTest, Escape_GivesTheKeysBack_AndIGoesInAgain) {
  run_->ask("client");
  shown();
  press(ImGuiKey_Escape);
  shown();
  EXPECT_FALSE(ImGui::GetIO().WantTextInput);
  run_->ask("client");
  shown();
  EXPECT_FALSE(ImGui::GetIO().WantTextInput) << "it was left";
  type("d");
  EXPECT_TRUE(model().look.dark);
  type("i");
  shown();
  EXPECT_TRUE(ImGui::GetIO().WantTextInput);
  EXPECT_EQ(ui_.typing.active, "client");
}

TEST_F(ByHandTest, ControlD_EndsTheInput) {
  run_->ask("client");
  shown();
  ImGui::GetIO().KeyCtrl = true;
  EXPECT_THAT(typed(press_code('D')), ElementsAre("client ends"));
  ImGui::GetIO().KeyCtrl = false;
  shown();
  EXPECT_FALSE(ImGui::GetIO().WantTextInput);
  EXPECT_FALSE(model().look.dark);
  EXPECT_THAT(read(), HasSubstr("its input has ended"));
  bool closed = false;
  for (const model::Event& event : model().sim().events())
    if (const auto* call = std::get_if<model::Call>(&event.body))
      closed |= call->name == model::CallName::close;
  EXPECT_TRUE(closed) << "the simulated program has come to its end, too";
}

TEST_F(ByHandTest, WhoHasEnded_SaysWhy_AndTakesNothing) {
  run_->ask("client");
  shown();
  run_->end("client");
  run_->end("server", "'server' ended with status 3");
  shown();
  EXPECT_FALSE(ImGui::GetIO().WantTextInput);
  const std::string words = read();
  EXPECT_THAT(words, HasSubstr("it has ended"));
  EXPECT_THAT(words, HasSubstr("'server' ended with status 3"));
  EXPECT_EQ(text("client"), "");
  EXPECT_THAT(typed(press(ImGuiKey_Enter)), IsEmpty());
}

TEST_F(ByHandTest, SeveralClients_EachHaveABox) {
  Controls controls = controls_of("tcp-serve-each-mended");
  controls.program.clients = 3;
  app_.apply(SetControls{controls});
  const std::vector<std::string> roles{"client", "client 2", "client 3", "server"};
  for (const std::string& role : roles) run_->role(role);
  shown();
  ASSERT_EQ(ui_.typing.boxes.size(), 4u);
  for (std::size_t i = 0; i < roles.size(); ++i) EXPECT_EQ(ui_.typing.boxes[i].role, roles[i]);
  EXPECT_THAT(read(), HasSubstr("client 3"));
}

TEST_F(ByHandTest, TheRest_IsTypedInTurn_AndThenNobodyTypes) {
  run_->ask("client");
  shown();
  press(ImGuiKey_Enter);
  ImGui::GetIO().MousePos = ImVec2(-1, -1);
  Commands commands;
  // The button is beside the check box; the row of both is somewhere below the ladders.
  const float x = 30 + ImGui::CalcTextSize("type the lines yourself").x + 50;
  for (float y = 470; y > 300 && typed(commands).empty(); y -= 8) commands = click({x, y});
  EXPECT_THAT(typed(commands), ElementsAre("client: how are you?", "server: hi", "client: bye",
                                           "server: fine", "client ends", "server ends"));
  EXPECT_THAT(read_in_simulation("client"), ElementsAre("hello", "how are you?", "bye"));
  EXPECT_THAT(read_in_simulation("server"), ElementsAre("hi", "fine"));
  EXPECT_THAT(model().sim().warnings, IsEmpty());
}

TEST_F(ByHandTest, TheCursorStays_WhereALineIsTyped) {
  app_.apply(GoTo{4});
  const auto place = model().in_focus();
  app_.apply(TypeLine{"client", "hello"});
  EXPECT_EQ(model().cursor, 4u);
  EXPECT_EQ(model().in_focus(), place);
  app_.apply(GoTo{model().steps.size()});
  app_.apply(TypeLine{"server", "hi"});
  EXPECT_EQ(model().cursor, model().steps.size());
}

TEST_F(ByHandTest, AnotherRun_IsSeenAsItGrows) {
  app_.apply(GoTo{0});
  app_.begin_typing();
  EXPECT_EQ(model().cursor, model().steps.size());
  app_.apply(TypeLine{"client", "hello"});
  EXPECT_EQ(model().cursor, model().steps.size());
}

TEST_F(ByHandTest, AnotherRun_BeginsWithNothingTyped) {
  app_.apply(TypeLine{"client", "hello"});
  EXPECT_THAT(read_in_simulation("client"), ElementsAre("hello"));
  app_.begin_typing();
  EXPECT_THAT(read_in_simulation("client"), IsEmpty());
  EXPECT_THAT(model().sim().warnings, IsEmpty());
  app_.apply(TypeByHand{false});
  EXPECT_THAT(read_in_simulation("client"), ElementsAre("hello", "how are you?", "bye"));
  EXPECT_THAT(read(), HasSubstr("the demo types client: hello · how are you? · bye"));
}

TEST_F(ByHandTest, WithoutPromptsThereAreNoBoxes) {
  app_.apply(SetControls{controls_of("tcp-echo")});
  shown();
  EXPECT_THAT(read(), Not(HasSubstr("type the lines yourself")));
  EXPECT_NE(find<Tell>(type("i")), nullptr) << "it says why nothing happens";
}

TEST_F(ByHandTest, IBeginsARunIntoWhichLinesAreTyped) {
  app_.apply(TypeByHand{false});
  shown();
  const Commands commands = type("i");
  ASSERT_NE(find<TypeByHand>(commands), nullptr);
  EXPECT_TRUE(find<TypeByHand>(commands)->on);
  EXPECT_NE(find<StartLive>(commands), nullptr);
}

TEST_F(ByHandTest, WhoAsks_IsSaidInTheStatusLine) {
  run_->ask("client");
  shown();
  EXPECT_THAT(status_text(model()), HasSubstr("client asks"));
  run_->read("client");
  shown();
  EXPECT_THAT(status_text(model()), Not(HasSubstr("asks")));
}

TEST_F(ByHandTest, WhatIsOfferedAndTyped_IsInTheFonts) {
  begin("udp-send", {"client"});
  run_->ask("client", "请输入: ");
  shown();
  type("乙");
  ShownCharacters characters;
  const std::u32string all = characters.news(model(), ui_);
  for (const char32_t c : U"你好请乙") {
    if (c != 0) {
      EXPECT_NE(all.find(c), std::u32string::npos) << static_cast<unsigned>(c);
    }
  }
}

// Both sides come to the same rows: lines are typed one after the other.
TEST(ByHand, TypedInTurn_TheSimulatedRunIsTheDemosOwn) {
  for (const char* demo : {"tcp-chat", "udp-once", "udp-send", "tcp-serve-each-mended"}) {
    const Controls controls = controls_of(demo);
    std::vector<TypedLine> typed;
    const auto all = typists(controls);
    for (std::size_t i = 0; i < 4; ++i)
      for (const Typist& typist : all)
        if (i < typist.lines.size()) typed.push_back({typist.role, typist.lines[i]});
    for (const Typist& typist : all)
      typed.push_back({.role = typist.role, .text = {}, .end = true});
    net::Scenario scenario = scenario_of(controls);
    const model::Trace own = net::run(scenario);
    type_by_hand(scenario, controls, typed);
    const model::Trace by_hand = net::run(scenario);
    const auto packets = [](const model::Trace& trace) {
      std::vector<std::string> payloads;
      for (const model::Event& event : trace.events())
        if (const auto* packet = std::get_if<model::Packet>(&event.body))
          payloads.push_back(trace[event.endpoint].name + std::to_string(packet->len));
      return payloads;
    };
    EXPECT_EQ(packets(by_hand), packets(own)) << demo;
    EXPECT_THAT(by_hand.warnings, IsEmpty()) << demo;
  }
}

}  // namespace
}  // namespace synoptic::gui
