// Pictures without a display: known shapes give known pixels.
#include "viz/window/offscreen.hh"

#include <gtest/gtest.h>
#include <imgui.h>

#include <array>

namespace synoptic::window {
namespace {

using Pixel = std::array<std::uint8_t, 4>;
constexpr Pixel white{255, 255, 255, 255}, red{255, 0, 0, 255}, blue{0, 0, 255, 255};

const FontFiles& files() {
  static const model::Expected<FontFiles> found = find_fonts();
  if (!found) throw std::runtime_error(found.error().str());
  return *found;
}

Pixel at(const Image& image, int x, int y) {
  const std::uint8_t* p = image.rgba.data() + (static_cast<std::size_t>(y) * image.width + x) * 4;
  return {p[0], p[1], p[2], p[3]};
}

Image taken(const Shot& shot, const std::function<void(const gui::Fonts&)>& draw) {
  auto image = render(shot, files(), draw);
  EXPECT_TRUE(image) << image.error().str();
  return image ? std::move(*image) : Image{};
}

TEST(Offscreen, ShapesHaveTheirPlaceAndColour) {
  const Image image = taken({.width = 200, .height = 100}, [](const gui::Fonts&) {
    ImDrawList& list = *ImGui::GetForegroundDrawList();
    list.AddRectFilled({10, 20}, {50, 40}, IM_COL32(255, 0, 0, 255));
    list.AddRectFilled({190, 90}, {200, 100}, IM_COL32(0, 0, 255, 255));
  });
  ASSERT_EQ(image.width, 200);
  ASSERT_EQ(image.height, 100);
  EXPECT_EQ(at(image, 0, 0), white);
  EXPECT_EQ(at(image, 11, 21), red);
  EXPECT_EQ(at(image, 48, 38), red);
  EXPECT_EQ(at(image, 52, 30), white);
  EXPECT_EQ(at(image, 30, 18), white);
  EXPECT_EQ(at(image, 199, 99), blue);
}

TEST(Offscreen, TextIsInk) {
  const Image image = taken({.width = 120, .height = 40}, [](const gui::Fonts& fonts) {
    ImGui::GetForegroundDrawList()->AddText(fonts.mono, fonts.mono->FontSize, {4, 4},
                                            IM_COL32_BLACK, "[SYN] →");
  });
  int dark = 0;
  for (int x = 0; x < image.width; ++x)
    for (int y = 0; y < image.height; ++y) dark += at(image, x, y)[0] < 100;
  EXPECT_GT(dark, 50);
  EXPECT_LT(dark, 1000);
}

TEST(Offscreen, AWindowNeedsSomeFramesAndGetsThem) {
  int frames = 0;
  const Image image = taken({.width = 100, .height = 100, .frames = 3}, [&](const gui::Fonts&) {
    ++frames;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({100, 100});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, IM_COL32(0, 0, 255, 255));
    ImGui::Begin("whole", nullptr, ImGuiWindowFlags_NoDecoration);
    ImGui::End();
    ImGui::PopStyleColor();
  });
  EXPECT_EQ(frames, 3);
  EXPECT_EQ(at(image, 50, 50), blue);
}

TEST(Offscreen, APictureHigherThanATextureHasNoSeams) {
  const Image image = taken({.width = 64, .height = 20'000}, [](const gui::Fonts&) {
    ImDrawList& list = *ImGui::GetForegroundDrawList();
    list.AddRectFilled({10, 0}, {20, 20'000}, IM_COL32(255, 0, 0, 255));
    list.AddRectFilled({30, 19'990}, {40, 20'000}, IM_COL32(0, 0, 255, 255));
  });
  ASSERT_EQ(image.height, 20'000);
  int broken = 0;
  for (int y = 0; y < image.height; ++y)
    broken += at(image, 15, y) != red || at(image, 5, y) != white;
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(at(image, 35, 19'995), blue);
  EXPECT_EQ(at(image, 35, 19'980), white);
}

TEST(Offscreen, ManyShapesAreAllDrawn) {  // more corners than 16 bits count
  const Image image = taken({.width = 400, .height = 400}, [](const gui::Fonts&) {
    for (int x = 0; x < 200; ++x) {
      for (int y = 0; y < 200; ++y) {
        const ImVec2 corner(static_cast<float>(2 * x), static_cast<float>(2 * y));
        ImGui::GetForegroundDrawList()->AddRectFilled(corner, {corner.x + 2, corner.y + 2},
                                                      IM_COL32(255, 0, 0, 255));
      }
    }
  });
  EXPECT_EQ(at(image, 1, 1), red);
  EXPECT_EQ(at(image, 399, 399), red);
}

TEST(Offscreen, CharactersThatComeToBeShown_AreThereInTheNextFrame) {
  std::u32string shown;
  int frame = 0;
  taken({.width = 100, .height = 100, .frames = 4, .characters = [&] { return shown; }},
        [&](const gui::Fonts& fonts) {
          ++frame;
          for (const ImFont* font : {fonts.text, fonts.mono}) {
            for (const char32_t c : {U'璐', U'瑶'}) {
              EXPECT_EQ(font->FindGlyphNoFallback(static_cast<ImWchar>(c)) != nullptr, frame > 2)
                  << "frame " << frame;
            }
          }
          ImGui::GetForegroundDrawList()->AddText(fonts.mono, fonts.mono->FontSize, {4, 4},
                                                  IM_COL32_BLACK, "张璐瑶");
          if (frame == 2) shown = U"张璐瑶";
        });
  EXPECT_EQ(frame, 4);
}

TEST(Offscreen, WhatTheCallerWasDrawingIsLeftAlone) {
  ImGuiContext* const mine = ImGui::CreateContext();
  ImGui::SetCurrentContext(mine);
  taken({.width = 10, .height = 10},
        [&](const gui::Fonts&) { EXPECT_NE(ImGui::GetCurrentContext(), mine); });
  EXPECT_EQ(ImGui::GetCurrentContext(), mine);
  ImGui::DestroyContext(mine);
}

TEST(Offscreen, TooLarge_IsRefusedWithWhatToDo) {
  const auto image = render({.width = 70'000, .height = 10}, files(), [](const gui::Fonts&) {});
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().str(),
            "a picture of 70000 by 10 pixels is too large; save as .svg, or show less of it");
}

}  // namespace
}  // namespace synoptic::window
