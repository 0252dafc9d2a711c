// The details panel drawn without window: inside its room, marks that follow the mouse, clicks that
// become commands.
#include "viz/gui/details.hh"

#include <gtest/gtest.h>

#include "tests/gui/details_support.hh"
#include "viz/gui/rich_text.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

using ladder::Side;
using model::Event;
using testing::Screen;
using testing::TwoSided;

const Event& first_data(const TwoSided& run) {
  return run.find(Side::sim, [](const Event& e) {
    const auto* p = std::get_if<model::Packet>(&e.body);
    return p != nullptr && p->len > 0;
  });
}

void open(Screen& screen, const Model& model, DetailsTab tab) {
  screen.ui.details.open = tab;
  screen.frame(model);
  screen.frame(model);
  ASSERT_EQ(screen.ui.details.shown, tab);
}

TEST(DetailsPanel, EveryEventInEveryPart_StaysInsideThePanel) {
  for (const testing::RunSetup& setup : testing::run_setups()) {
    TwoSided run(setup);
    for (const float width : {300.F, 420.F, 700.F, 1200.F}) {
      Screen screen(width, width > 1000 ? 260.F : 640.F);
      for (const DetailsTab tab :
           {DetailsTab::why, DetailsTab::packet, DetailsTab::tcbs, DetailsTab::states}) {
        screen.ui.details.open = tab;
        for (const Side side : {Side::sim, Side::live}) {
          for (const Event& e : run.model().trace_of(side).events()) {
            run.focus(side, e.id);
            screen.frame(run.model());
            const Screen::Extent drawn = screen.drawn();
            ASSERT_GE(drawn.left, Screen::x);
            ASSERT_GE(drawn.top, Screen::y);
            ASSERT_LE(drawn.right, Screen::x + screen.width);
            ASSERT_LE(drawn.bottom, Screen::y + screen.height);
          }
        }
      }
    }
  }
}

TEST(DetailsPanel, Why_HasNoHeadingWithoutText) {
  TwoSided run({});
  Screen screen(1200, 640);  // wide: the tab of that name is not there
  std::size_t with = 0, without = 0;
  for (const Event& e : run.model().sim().events()) {
    run.focus(Side::sim, e.id);
    const std::string words = screen.read(run.model());
    const bool has_text = !screen.ui.details.details->why.text.empty();
    EXPECT_EQ(words.find("Why\n") != std::string::npos, has_text) << words;
    ++(has_text ? with : without);
  }
  EXPECT_GT(with, 10u);
  EXPECT_GT(without, 10u);
}

TEST(DetailsPanel, WithNothingInFocus_SaysWhatToDo) {
  TwoSided run({});
  run.edit().selected.reset();
  Screen screen;
  screen.frame(run.model());
  EXPECT_FALSE(screen.ui.details.details);
  EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 100);
}

// Every field that the mouse can find is marked, and all the bytes it finds mark a field that holds
// them; both by moving over the panel.
TEST(DetailsPanel, Hovering_MarksFieldsByTheirBytesAndBytesByTheirField) {
  TwoSided run({});
  run.focus(Side::sim, first_data(run).id);
  Screen screen(460, 640);
  open(screen, run.model(), DetailsTab::packet);
  const PacketDetails& packet = *screen.ui.details.details->packet;
  screen.frame(run.model());
  const int unmarked = ImGui::GetDrawData()->TotalVtxCount;
  std::size_t marked = 0, more_drawn = 0;
  std::vector<FieldRef> seen;
  for (float y = Screen::y; y < Screen::y + screen.height; y += 7) {
    for (const float x : {Screen::x + 70, Screen::x + 110, Screen::x + 190}) {
      screen.mouse({x, y});
      screen.frame(run.model());
      const FieldRef ref = screen.ui.details.marked;
      if (!ref.valid()) continue;
      ++marked;
      more_drawn += ImGui::GetDrawData()->TotalVtxCount > unmarked;
      EXPECT_GT(range_of(packet.decoded, ref).size, 0u);
      if (std::ranges::find(seen, ref) == seen.end()) seen.push_back(ref);
    }
  }
  EXPECT_GT(marked, 100u);
  EXPECT_EQ(more_drawn, marked);
  EXPECT_GT(seen.size(), 15u);
}

// The byte under the mouse is the one that is drawn there, in type of a broken width, too.
TEST(DetailsPanel, HoveringAByte_FindsItInTypeOfAnyWidth) {
  TwoSided run({});
  run.focus(Side::sim, first_data(run).id);
  Screen screen(460, 640);
  ImGui::GetIO().FontGlobalScale = 1.07F;
  open(screen, run.model(), DetailsTab::packet);
  const wire::Decoded& decoded = screen.ui.details.details->packet->decoded;
  const auto x_behind = [&](std::string_view text) {
    const ImFont& font = *ImGui::GetIO().Fonts->Fonts[0];
    return Screen::x + ImGui::GetStyle().WindowPadding.x +
           font.CalcTextSizeA(font.FontSize * 1.07F, 1e9F, 0, text.data(),
                              text.data() + text.size())
               .x;
  };
  const std::string line = "0000  02 00 00 00 00 02 02 00  ........";
  const auto marked_at = [&](float x, float y) {
    screen.mouse({x, y});
    screen.frame(run.model());
    return screen.ui.details.marked;
  };
  // The Ethernet header's fields are folded up: its first is found among the bytes only.
  float y = Screen::y;
  while (y < Screen::y + screen.height &&
         marked_at(x_behind(line.substr(0, 7)), y) != field_at(decoded, 0))
    ++y;
  ASSERT_LT(y, Screen::y + screen.height);
  for (std::uint32_t i = 0; i < 8; ++i) {
    EXPECT_EQ(marked_at(x_behind(line.substr(0, 7 + 3 * i)), y + 3), field_at(decoded, i)) << i;
    EXPECT_EQ(marked_at(x_behind(line.substr(0, 31 + i)) + 3, y + 3), field_at(decoded, i)) << i;
  }
}

TEST(DetailsPanel, AClick_PinsTheField) {
  TwoSided run({});
  run.focus(Side::sim, first_data(run).id);
  Screen screen(460, 640);
  open(screen, run.model(), DetailsTab::packet);
  // The lowest bytes: the data.
  const float y = Screen::y + screen.height - 20;
  ImVec2 at{Screen::x + 70, y};
  for (; at.y > Screen::y; at.y -= 4) {
    screen.mouse(at);
    screen.frame(run.model());
    if (screen.ui.details.marked.valid()) break;
  }
  const FieldRef ref = screen.ui.details.marked;
  ASSERT_TRUE(ref.valid());
  screen.mouse(at, true);
  screen.frame(run.model());
  screen.mouse(at, false);
  screen.frame(run.model());
  EXPECT_EQ(screen.ui.details.pinned, ref);
  screen.mouse({-1, -1});
  screen.frame(run.model());
  EXPECT_EQ(screen.ui.details.marked, ref);
  // It belongs to this packet only.
  run.focus(Side::sim, model::EventId{0});
  screen.frame(run.model());
  EXPECT_FALSE(screen.ui.details.pinned.valid());
}

TEST(DetailsPanel, AClickAtWhatLedToIt_GoesThere) {
  TwoSided run({});
  const Event& data = first_data(run);
  ASSERT_NE(data.cause, model::EventId::none);
  run.focus(Side::sim, data.id);
  Screen screen(460, 640);
  open(screen, run.model(), DetailsTab::why);
  bool went = false;
  // From below: the tabs stand above.
  for (float y = Screen::y + screen.height; y > Screen::y && !went; y -= 6) {
    Commands all;
    for (const bool down : {false, true, false}) {
      screen.mouse({Screen::x + 60, y}, down);
      const Commands commands = screen.frame(run.model());
      all.insert(all.end(), commands.begin(), commands.end());
    }
    for (const Command& command : all) {
      const auto* select = std::get_if<Select>(&command);
      went |= select != nullptr && select->what == Selected{Side::sim, data.cause};
    }
  }
  EXPECT_TRUE(went);
}

TEST(DetailsPanel, ItIsMadeAnew_OnlyWhenSomethingChanged) {
  TwoSided run({});
  run.focus(Side::sim, first_data(run).id);
  Screen screen;
  screen.frame(run.model());
  screen.ui.details.details->heading = "kept";
  screen.frame(run.model());
  EXPECT_EQ(screen.ui.details.details->heading, "kept");
  ++run.edit().revision;
  screen.frame(run.model());
  EXPECT_NE(screen.ui.details.details->heading, "kept");
}

TEST(DetailsPanel, AnotherLanguage_IsSpokenByTheNextFrame) {
  TwoSided run({});
  run.focus(Side::sim, first_data(run).id);
  Screen screen;
  screen.frame(run.model());
  const std::string english = screen.ui.details.details->why.text;
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  screen.frame(run.model());
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  EXPECT_NE(screen.ui.details.details->why.text, english);
  screen.frame(run.model());
  EXPECT_EQ(screen.ui.details.details->why.text, english);
}

TEST(DetailsPanel, ItsLines_BreakWithinTheRoom) {
  const Screen screen;
  ImGui::NewFrame();
  const auto broken = [](std::string_view text) {
    return broken_into_lines(text, ImGui::CalcTextSize("0123456789").x);
  };
  EXPECT_EQ(broken("the window is open again"), "the window\nis open\nagain");
  EXPECT_EQ(broken("short"), "short");
  EXPECT_EQ(broken(""), "");
  const std::string chinese = "窗口又打开了：不再需要探测。";
  std::string lines = broken(chinese);
  EXPECT_GT(std::ranges::count(lines, '\n'), 0);
  std::erase(lines, '\n');
  EXPECT_EQ(lines, chinese);
  ImGui::EndFrame();
}

TEST(RichText, NoLine_BeginsWithAStopOrEndsWithAnOpeningSign) {
  const std::vector<std::string_view> pieces = pieces_of("对 UDP（对方的），“好”。");
  EXPECT_EQ(pieces,
            (std::vector<std::string_view>{"对", " ", "UDP", "（对", "方", "的），", "“好”。"}));
}

}  // namespace
}  // namespace synoptic::gui
