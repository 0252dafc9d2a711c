// PNG: what is written is read back the same.
#include "viz/export/png.hh"

#include <gtest/gtest.h>
#include <stb_image.h>

#include <vector>

namespace synoptic::exporting {
namespace {

std::vector<std::uint8_t> pixels(int width, int height, bool opaque) {
  std::vector<std::uint8_t> rgba;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x * 7, y * 11, x * y, opaque ? 255 : x * 3 + y})
        rgba.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return rgba;
}

TEST(Png, IsReadBackTheSame) {
  for (const bool opaque : {true, false}) {
    const std::vector<std::uint8_t> rgba = pixels(61, 47, opaque);
    const std::string file = to_png(61, 47, rgba);
    int width = 0, height = 0, channels = 0;
    stbi_uc* read =
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                              static_cast<int>(file.size()), &width, &height, &channels, 4);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(width, 61);
    EXPECT_EQ(height, 47);
    EXPECT_EQ(channels, opaque ? 3 : 4);
    EXPECT_EQ(std::vector<std::uint8_t>(read, read + rgba.size()), rgba);
    stbi_image_free(read);
  }
}

}  // namespace
}  // namespace synoptic::exporting
