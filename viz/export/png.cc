// stb_image_write does it.
#include "viz/export/png.hh"

#include <stb_image_write.h>

#include <cassert>
#include <vector>

namespace synoptic::exporting {

std::string to_png(int width, int height, std::span<const std::uint8_t> rgba) {
  assert(rgba.size() == static_cast<std::size_t>(width) * height * 4);
  std::vector<std::uint8_t> rgb;
  rgb.reserve(rgba.size() / 4 * 3);
  for (std::size_t i = 0; i < rgba.size() && rgba[i + 3] == 0xff; i += 4)
    rgb.insert(rgb.end(), {rgba[i], rgba[i + 1], rgba[i + 2]});
  const bool opaque = rgb.size() == rgba.size() / 4 * 3;
  const int channels = opaque ? 3 : 4;
  std::string file;
  const auto append = [](void* to, void* bytes, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes),
                                          static_cast<std::size_t>(size));
  };
  stbi_write_png_to_func(append, &file, width, height, channels, opaque ? rgb.data() : rgba.data(),
                         width * channels);
  return file;
}

}  // namespace synoptic::exporting
