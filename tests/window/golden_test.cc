// The main views as pictures, in both languages, against those that were looked at and found good.
// After a change on purpose: look at what changed, then UPDATE_GOLDEN=1.
#include <gtest/gtest.h>
#include <stb_image.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/window/view.hh"
#include "viz/export/png.hh"

namespace synoptic::window::test {
namespace {

namespace fs = std::filesystem;

// Mesa's drawing on the processor rounds differently on processors of another kind, at the edges of
// characters. A word that is missing or moved changes some hundred pixels by much.
constexpr int same_within = 40;  // of 255, each of red, green, blue
constexpr int may_differ = 60;   // pixels

Image read_png(const fs::path& path) {
  Image image;
  int channels = 0;
  unsigned char* pixels = stbi_load(path.c_str(), &image.width, &image.height, &channels, 4);
  if (pixels == nullptr) return {};
  image.rgba.assign(pixels, pixels + static_cast<std::size_t>(image.width) * image.height * 4);
  stbi_image_free(pixels);
  return image;
}

void write_png(const fs::path& path, const Image& image) {
  std::ofstream(path, std::ios::binary) << exporting::to_png(image.width, image.height, image.rgba);
}

int different_pixels(const Image& a, const Image& b) {
  int different = 0;
  for (std::size_t i = 0; i < a.rgba.size(); i += 4) {
    bool same = true;
    for (std::size_t c = 0; c < 3; ++c)
      same &= std::abs(a.rgba[i + c] - b.rgba[i + c]) <= same_within;
    different += !same;
  }
  return different;
}

void expect_golden(const Image& image, const std::string& name) {
  const fs::path path =
      fs::path(SYNOPTIC_SOURCE_DIR) / "tests/data/golden/window" / (name + ".png");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    fs::create_directories(path.parent_path());
    write_png(path, image);
    return;
  }
  const Image golden = read_png(path);
  ASSERT_GT(golden.width, 0) << path << " is missing; UPDATE_GOLDEN=1 writes it";
  ASSERT_EQ(image.width, golden.width);
  ASSERT_EQ(image.height, golden.height);
  const int different = different_pixels(image, golden);
  if (different <= may_differ) return;
  const fs::path now = fs::path(testing::TempDir()) / ("synoptic-" + name + ".png");
  write_png(now, image);
  ADD_FAILURE() << different << " pixels of " << path << " are another colour; now: " << now
                << "; UPDATE_GOLDEN=1 if this was meant";
}

class Golden : public testing::TestWithParam<words::Language> {
 protected:
  std::string name(const std::string& view) const {
    return view + (GetParam() == words::Language::zh ? "-zh" : "-en");
  }
};

TEST_P(Golden, TheLessonAtItsStart) {
  View view(GetParam());
  expect_golden(view.picture(small), name("start"));
}

TEST_P(Golden, APacketsFieldsAndBytes) {
  View view(GetParam());
  ASSERT_TRUE(view.go_to(
      [](const model::Packet& p) { return p.ctl.has(wire::SYN) && p.ctl.has(wire::ACK); }));
  view.ui.details.open = gui::DetailsTab::packet;
  expect_golden(view.picture(small), name("packet"));
}

TEST_P(Golden, BothTcbsInTheDark) {
  View view(GetParam(), true);
  ASSERT_TRUE(view.go_to([](const model::Packet& p) { return p.ctl.has(wire::FIN); }));
  view.ui.details.open = gui::DetailsTab::tcbs;
  expect_golden(view.picture(small), name("tcbs-dark"));
}

TEST_P(Golden, TheStateDiagramLarge) {
  View view(GetParam());
  view.apply(gui::GoTo{view.app.model().steps.size()});
  view.ui.details.open = gui::DetailsTab::states;
  expect_golden(view.picture(large), name("states"));
}

TEST_P(Golden, ALossUnderConditionsTrueToTime) {
  View view(GetParam());
  gui::Controls controls = view.app.model().controls;
  controls.faults.push_back(*net::parse_fault("drop 2nd data client>server"));
  view.apply(gui::SetControls{controls});
  view.ui.controls_shown = true;
  gui::Look look = view.app.model().look;
  look.time = ladder::TimeMode::proportional;
  view.apply(gui::SetLook{look});
  ASSERT_TRUE(view.go_to([](const model::Packet& p) { return p.retransmission; }));
  expect_golden(view.picture(small), name("loss"));
}

TEST_P(Golden, ARowThatDiffersExplained) {
  View view(GetParam());
  const auto& rows = view.app.model().alignment.rows;
  const auto row = std::ranges::find(rows, ladder::Verdict::merged, &ladder::Row::verdict);
  ASSERT_NE(row, rows.end());
  view.apply(gui::Select{{ladder::Side::live, row->live.front()}});
  expect_golden(view.picture(small), name("differs"));
}

TEST_P(Golden, ZoomedLaddersAreSharp) {
  View view(GetParam());
  gui::Look look = view.app.model().look;
  look.zoom = 2.4;
  view.apply(gui::SetLook{look});
  view.apply(gui::GoTo{view.app.model().steps.size() / 2});
  expect_golden(view.picture(small), name("zoomed"));
}

TEST_P(Golden, TheKeys) {
  View view(GetParam());
  view.apply(gui::ShowKeys{true});
  expect_golden(view.picture(small), name("keys"));
}

INSTANTIATE_TEST_SUITE_P(Languages, Golden,
                         testing::Values(words::Language::en, words::Language::zh),
                         [](const auto& info) {
                           return info.param == words::Language::zh ? "Chinese" : "English";
                         });

}  // namespace
}  // namespace synoptic::window::test
