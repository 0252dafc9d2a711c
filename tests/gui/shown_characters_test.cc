// The characters that fonts are asked for: all that is shown beyond our own words, once for each
// change, and nothing where nothing has changed.
#include "viz/gui/shown_characters.hh"

#include "tests/gui/ui_support.hh"

namespace synoptic::gui {
namespace {

Controls tcp_echo_with_names(std::vector<std::string> names) {
  Controls controls = testing::tcp_echo();
  controls.program.names = std::move(names);
  return controls;
}

class ShownCharactersTest : public testing::UiTest {
 protected:
  // What of `wanted` does not come.
  std::u32string missing(std::u32string_view wanted) {
    const std::u32string news = shown_.news(model(), ui_);
    std::u32string out;
    for (const char32_t c : wanted)
      if (news.find(c) == std::u32string::npos) out += c;
    return out;
  }
  ShownCharacters shown_;
};

TEST_F(ShownCharactersTest, NamesInTheLadders_ComeOnce) {
  app_.apply(SetControls{tcp_echo_with_names({"张璐瑶"})});
  EXPECT_EQ(missing(U"张璐瑶"), U"");
  EXPECT_EQ(shown_.news(model(), ui_), U"");
  app_.apply(GoTo{1});
  frame();
  frame();
  shown_.news(model(), ui_);  // other details
  frame();
  EXPECT_EQ(shown_.news(model(), ui_), U"") << "nothing has changed";
}

TEST_F(ShownCharactersTest, WhatIsTyped_WhatIsSaid_AndFiles) {
  shown_.news(model(), ui_);
  ui_.names.text = "龘";
  EXPECT_EQ(missing(U"龘"), U"");
  ui_.fault.text = "齉";
  EXPECT_EQ(missing(U"齉"), U"");
  app_.say(wire::Saying::of("saved as {}", "/tmp/瑶.png"));
  EXPECT_EQ(missing(U"瑶"), U"");
  app_.show_file("璐.pcap");
  EXPECT_EQ(missing(U"璐"), U"");
  app_.fail({wire::Saying::of("'{}': {}", "爨", "no such file"), ""});
  EXPECT_EQ(missing(U"爨"), U"");
}

// The ladder cuts it short, the details say more of it.
TEST_F(ShownCharactersTest, DetailsOfTheEventInFocus) {
  app_.apply(SetControls{tcp_echo_with_names({"Anna-Maria-Magdalena-Karoline-von 璐"})});
  const auto& steps = model().steps;
  bool quoted = false;
  for (std::size_t i = 1; i <= steps.size() && !quoted; ++i) {
    app_.apply(GoTo{i});
    frame();
    ASSERT_TRUE(ui_.details.details);
    for (const std::string& sentence : ui_.details.details->sentences)
      quoted |= sentence.find("璐") != std::string::npos;
  }
  EXPECT_TRUE(quoted);
  EXPECT_EQ(missing(U"璐"), U"");
}

TEST(CharacterSet, HoldsEachOnceWithoutLatin) {
  CharacterSet all;
  all.add("plain é ſ ɏ 璐α璐 \xff\xe7");
  all.add("α😀");
  EXPECT_EQ(all.all(), U"璐α\ufffd😀");
}

// ImGui counts characters in 16 bits: one beyond that is typed as a replacement sign.
TEST_F(ShownCharactersTest, ACharacterBeyondWhatImGuiCounts_IsTypedAsOneReplacementSign) {
  ui_.controls_shown = true;
  app_.apply(SetControls{tcp_echo_with_names({"A"})});
  frame();
  ui_.names.focus = true;
  frame();
  frame();
  ImGui::GetIO().KeyCtrl = true;
  press(ImGuiKey_A);
  ImGui::GetIO().KeyCtrl = false;
  ImGui::GetIO().AddInputCharacter(0x1f600);
  ImGui::GetIO().AddInputCharacter(U'璐');
  frame();
  EXPECT_EQ(ui_.names.text, "\ufffd璐");
  press(ImGuiKey_Enter);
  EXPECT_EQ(ui_.names.text, "\ufffd璐") << "taken over as it was typed";
  EXPECT_EQ(missing(U"璐"), U"");
}

}  // namespace
}  // namespace synoptic::gui
