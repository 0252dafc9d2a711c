// PNG from the command line: no display is needed, and every command writes it.
#include <gtest/gtest.h>
#include <stb_image.h>

#include <memory>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::Result;
using test::TempDir;

const test::Start no_display{.prefix = {"env", "-u", "DISPLAY"}};

struct Free {
  void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};
struct Picture {
  int width = 0, height = 0;
  std::unique_ptr<stbi_uc, Free> rgb;

  explicit Picture(const std::string& file) {
    int channels = 0;
    rgb.reset(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                                    static_cast<int>(file.size()), &width, &height, &channels, 3));
  }
  // How many pixels have this colour.
  int count(int r, int g, int b) const {
    int found = 0;
    for (int i = 0; i < width * height; ++i) {
      const stbi_uc* p = rgb.get() + static_cast<std::ptrdiff_t>(i) * 3;
      found += p[0] == r && p[1] == g && p[2] == b;
    }
    return found;
  }
};

TEST(Picture, OfASimulatedRun_HasTheColoursOfItsSegments) {
  const TempDir dir;
  const Result result = test::run({"sim", "tcp-echo", "-o", dir.file("x.png")}, no_display);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, "");
  const Picture picture(test::read_file(dir.file("x.png")));
  ASSERT_NE(picture.rgb, nullptr);
  EXPECT_GT(picture.width, 800);
  EXPECT_GT(picture.height, 1000);
  EXPECT_GT(picture.count(0xe7, 0xe6, 0xff), 10'000) << "lavender behind TCP segments";
  EXPECT_GT(picture.count(0xa0, 0xa0, 0xa0), 1'000) << "grey behind SYN and FIN";
  EXPECT_GT(picture.count(255, 255, 255), picture.width * picture.height / 2) << "paper";
}

TEST(Picture, ToStandardOutputIsTheSame) {
  const TempDir dir;
  const Result result =
      test::run({"sim", "handshake", "--format", "png", "-o", dir.file("x.png")}, no_display);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, test::read_file(dir.file("x.png")));
  EXPECT_TRUE(result.out.starts_with("\x89PNG"));
}

TEST(Picture, OfAComparisonAndOfAFile) {
  const TempDir dir;
  const Result compared = test::run({"compare", "handshake", "-o", dir.file("x.png")}, no_display);
  EXPECT_EQ(compared.status, 0) << compared.err;
  const Result opened =
      test::run({"open", std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/handshake.pcap", "-o",
                 dir.file("y.png")},
                no_display);
  EXPECT_EQ(opened.status, 0) << opened.err;
  const Picture both(test::read_file(dir.file("x.png"))), one(test::read_file(dir.file("y.png")));
  ASSERT_NE(both.rgb, nullptr);
  ASSERT_NE(one.rgb, nullptr);
  EXPECT_GT(both.width, one.width);
}

TEST(Picture, WhereNothingCanDrawIt_ThatIsSaidAndTheDiagramComesAsText) {
  const TempDir dir;
  const test::Start no_driver{.variables = {"__EGL_VENDOR_LIBRARY_FILENAMES=/nowhere"},
                              .prefix = {"env", "-u", "DISPLAY"}};
  const Result result = test::run({"sim", "handshake", "-o", dir.file("x.png")}, no_driver);
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("a picture is drawn with OpenGL 3.2 through EGL, which does not work"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("save as .svg"), std::string::npos) << result.err;
  EXPECT_NE(result.out.find("[SYN]"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace synoptic::cli
