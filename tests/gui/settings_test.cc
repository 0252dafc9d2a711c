// Settings as text and back, and text that is none.
#include "viz/gui/settings.hh"

#include <gtest/gtest.h>

namespace synoptic::gui {
namespace {

TEST(Settings, WrittenAndRead_AreTheSame) {
  Settings s;
  s.look = {.language = words::Language::zh,
            .time = ladder::TimeMode::proportional,
            .raw_seq = true,
            .dark = true,
            .zoom = 1.5,
            .type_size = 1.25};
  s.speed = 4;
  s.controls_shown = true;
  s.details_share = 0.5;
  s.width = 1920;
  s.height = 1080;
  const Settings again = read_settings(to_text(s));
  EXPECT_EQ(to_text(again), to_text(s));
  EXPECT_EQ(again.look.time, ladder::TimeMode::proportional);
  EXPECT_EQ(again.width, 1920);
}

TEST(Settings, AnyText_GivesSomethingSensible) {
  const std::string defaults = to_text(Settings());
  for (const char* text :
       {"", "{", "[]", "null", "{\"zoom\":\"large\"}", "{\"zoom\":1e300}", "{\"zoom\":-1}",
        "{\"width\":0,\"dark\":3}", "\xff\xfe", "{\"type_size\":null}", "{\"language\":7}"}) {
    EXPECT_EQ(to_text(read_settings(text)), defaults) << text;
  }
}

}  // namespace
}  // namespace synoptic::gui
