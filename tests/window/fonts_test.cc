// Fonts: what we write can be shown, in both type faces and at each size.
#include "viz/window/fonts.hh"

#include <gtest/gtest.h>
#include <imgui.h>

#include <filesystem>
#include <set>

#include "lessons/demos/demo.hh"
#include "tests/files.hh"
#include "viz/ladder/cells.hh"

namespace synoptic::window {
namespace {

namespace fs = std::filesystem;

const FontFiles& files() {
  static const model::Expected<FontFiles> found = find_fonts();
  if (!found) throw std::runtime_error(found.error().str());
  return *found;
}

// Every character of the files under `top` with one of these endings.
std::string text_of(const fs::path& top, const std::set<std::string>& endings) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SYNOPTIC_SOURCE_DIR) / top)) {
    if (!endings.contains(entry.path().extension())) continue;
    all += read_file(entry.path());
  }
  return all;
}

std::set<char32_t> characters(std::string_view text) {
  std::set<char32_t> out;
  while (!text.empty()) {
    const char32_t c = ladder::take_character(text);
    if (c >= 0x20 && c != 0x7f) out.insert(c);
  }
  return out;
}

std::string missing(const ImFont& font, const std::set<char32_t>& wanted) {
  std::string out;
  for (const char32_t c : wanted) {
    if (c > 0xffff || font.FindGlyphNoFallback(static_cast<ImWchar>(c)) == nullptr)
      ladder::append_character(out, c);
  }
  return out;
}

TEST(Fonts, AreTheReadableOnesWithChinese) {
  EXPECT_EQ(fs::path(files().text.path).filename(), "DejaVuSans.ttf");
  EXPECT_EQ(fs::path(files().mono.path).filename(), "DejaVuSansMono.ttf");
  ASSERT_TRUE(files().chinese);
}

TEST(Fonts, HoldEveryCharacterThatWeWrite) {
  const std::string ours =
      text_of("viz", {".cc", ".hh"}) + text_of("sim/model", {".cc"}) + text_of("lessons", {".cc"});
  std::string lessons = text_of("lessons", {".md", ".toml", ".po"});
  for (const demos::Demo& demo : demos::demos()) lessons += demo.title_zh;
  ImFontAtlas atlas;
  const gui::Fonts fonts = build_fonts(atlas, files(), font_sizes(1, 1), lessons);
  std::set<char32_t> wanted = characters(ours + lessons);
  wanted.merge(characters("●○▪▫✗✓→←↔↑↓…–—·µ×≤≥≠±°▶◀⏎│─┌┐└┘├┤┬┴┼█▌ÄÖÜäöüßéñ你好，世界。（）“”"));
  EXPECT_EQ(missing(*fonts.text, wanted), "");
  EXPECT_EQ(missing(*fonts.mono, wanted), "");
}

TEST(Fonts, HoldNamesAndOtherScripts_AsFarAsAFontFileHasThem) {
  const std::string texts = "张璐瑶 Ελένη Юлия ひらがな カタカナ 繁體 ﬁ";
  Characters asked(files());
  std::u32string all;
  for (const char32_t c : characters(texts)) all += c;
  EXPECT_TRUE(asked.want(all));
  ImFontAtlas atlas;
  const FontSizes sizes = font_sizes(1, 1);
  const gui::Fonts fonts = build_fonts(atlas, files(), sizes, asked.also());
  EXPECT_EQ(missing(*fonts.text, characters(texts)), "");
  EXPECT_EQ(missing(*fonts.mono, characters(texts)), "");
  for (const char32_t c : all)
    EXPECT_NEAR(fonts.mono->GetCharAdvance(static_cast<ImWchar>(c)),
                sizes.mono_advance_pixels * static_cast<float>(ladder::cells(c)), 0.01)
        << static_cast<unsigned>(c);
}

TEST(Fonts, ACharacterIsLookedForOnce) {
  Characters asked(files(), "é龘");
  EXPECT_FALSE(asked.want(U"plain, é, 中文, 龘 \n")) << "they are there from the beginning";
  EXPECT_TRUE(asked.want(U"璐瑶"));
  EXPECT_FALSE(asked.want(U"璐瑶璐"));
  EXPECT_EQ(asked.also(), "é龘璐瑶");
  EXPECT_FALSE(asked.want(U"\U00010330\U0001f600\ue123"))
      << "no font file has them: building anew helps nothing";
  EXPECT_TRUE(asked.want(U"\ue123瓅"));
  EXPECT_EQ(asked.also(), "é龘璐瑶瓅");
}

// ImGui counts characters in 16 bits.
TEST(Fonts, ACharacterBeyondWhatImGuiCounts_IsOneReplacementSign) {
  ImFontAtlas atlas;
  const gui::Fonts fonts = build_fonts(atlas, files(), font_sizes(1, 1), "😀");
  for (ImFont* font : {fonts.text, fonts.mono}) {
    const auto width = [&](const char* text) {
      return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text).x;
    };
    EXPECT_EQ(width("a😀b"), width("a\ufffdb"));
    EXPECT_EQ(width("\ufffd"), font->GetCharAdvance(0xfffd));
    EXPECT_NE(font->FindGlyphNoFallback(0xfffd), nullptr);
  }
}

TEST(Fonts, HoldACharacterThatIsOnlyAskedFor) {
  const std::string rare = "龘";
  ImFontAtlas common, more;
  const gui::Fonts without = build_fonts(common, files(), font_sizes(1, 1));
  EXPECT_EQ(missing(*without.text, characters(rare)), rare);
  const gui::Fonts with = build_fonts(more, files(), font_sizes(1, 1), rare);
  EXPECT_EQ(missing(*with.text, characters(rare)), "");
  EXPECT_EQ(missing(*with.mono, characters(rare)), "");
}

TEST(Fonts, Monospaced_GivesEachCharacterTheCellsOfTheLayout) {
  for (const double scale : {1.0, 1.5, 2.0}) {
    ImFontAtlas atlas;
    const FontSizes sizes = font_sizes(scale, 1);
    const gui::Fonts fonts = build_fonts(atlas, files(), sizes);
    for (const char32_t c : characters("A0W.●✗→…你，")) {
      EXPECT_NEAR(fonts.mono->GetCharAdvance(static_cast<ImWchar>(c)),
                  sizes.mono_advance_pixels * static_cast<float>(ladder::cells(c)), 0.01)
          << static_cast<unsigned>(c) << " at " << scale;
    }
  }
}

TEST(Fonts, HugeType_IsStretchedAndTheAtlasStaysWithinATexture) {
  ImFontAtlas atlas;
  const FontSizes sizes = font_sizes(3, 3);
  const gui::Fonts fonts = build_fonts(atlas, files(), sizes);
  EXPECT_LE(atlas.TexWidth, 8192);
  EXPECT_LE(atlas.TexHeight, 8192);
  EXPECT_NEAR(fonts.text->FontSize * fonts.text->Scale, sizes.text_pixels, 0.5);
  EXPECT_NEAR(fonts.mono->GetCharAdvance('0') * fonts.mono->Scale, sizes.mono_advance_pixels, 0.05);
}

TEST(Fonts, ZoomedLaddersHaveTypeOfTheirSize) {
  const std::u32string shown = U"▶●客户端";
  for (const double zoom : {0.5, 1.1, 2.0, 3.0}) {
    ImFontAtlas atlas;
    ZoomedType zoomed;
    ASSERT_TRUE(zoomed.want(zoom, shown));
    const FontSizes sizes = font_sizes(1, 1);
    const gui::Fonts fonts = build_fonts(atlas, files(), sizes, {}, zoomed);
    ASSERT_NE(fonts.zoomed, nullptr);
    EXPECT_EQ(missing(*fonts.zoomed, characters("Seq=0 ACK\ufffd▶●客户端→")), "→");  // not shown
    EXPECT_NEAR(fonts.zoomed->GetCharAdvance('0'), sizes.mono_advance_pixels * zoom, 0.01);
    EXPECT_NEAR(fonts.zoomed->GetCharAdvance(0x5ba2), sizes.mono_advance_pixels * zoom * 2, 0.01);
    EXPECT_NEAR(fonts.mono->GetCharAdvance('0'), sizes.mono_advance_pixels, 0.01);
  }
}

TEST(Fonts, ZoomedTypeIsMadeAnewForAnotherZoomAndForNewCharacters) {
  ZoomedType zoomed;
  EXPECT_FALSE(zoomed.want(1, U"▶●"));
  EXPECT_TRUE(zoomed.want(2, U"▶●"));
  EXPECT_FALSE(zoomed.want(2, U"●▶"));
  EXPECT_FALSE(zoomed.want(2, U"●"));  // what has gone does no harm
  EXPECT_TRUE(zoomed.want(2, U"●客"));
  EXPECT_EQ(zoomed.characters(), U"▶●客");
  EXPECT_TRUE(zoomed.want(3, U"●"));
  EXPECT_TRUE(zoomed.want(1, U"●"));
  EXPECT_EQ(zoomed.characters(), U"");
}

TEST(Fonts, AreBuiltAgainInTheSameAtlas) {
  ImFontAtlas atlas;
  build_fonts(atlas, files(), font_sizes(1, 1));
  const gui::Fonts fonts = build_fonts(atlas, files(), font_sizes(2, 1));
  EXPECT_EQ(atlas.Fonts.Size, 2);
  EXPECT_TRUE(atlas.IsBuilt());
  EXPECT_NEAR(fonts.text->FontSize, 30, 0.01);
}

}  // namespace
}  // namespace synoptic::window
