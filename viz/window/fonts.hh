// Fonts of the window and of pictures: a readable proportional one, a monospaced one, and Chinese
// merged into both, so that no character of ours shows as a "?" box.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"
#include "viz/gui/ui.hh"

struct ImFontAtlas;

namespace synoptic::window {

// A font file in memory. One file may hold several fonts: `index` counts them.
struct FontFile {
  std::string path;
  int index = 0;
  std::vector<unsigned char> bytes;
  std::vector<bool> characters;  // by code: which it has, as far as ImGui counts
};

struct FontFiles {
  FontFile text;                    // proportional
  FontFile mono;                    // monospaced
  std::optional<FontFile> chinese;  // without: Chinese characters cannot be shown
};

// Asks fontconfig: DejaVu Sans, DejaVu Sans Mono and WenQuanYi Micro Hei where they are, else
// what is nearest.
model::Expected<FontFiles> find_fonts();

// What to install where there is no Chinese font; for a message.
inline constexpr std::string_view chinese_remedy =
    "no font with Chinese characters was found; install one: apt-get install fonts-wqy-microhei";

struct FontSizes {
  float text_pixels = 15;         // a line of proportional type
  float mono_advance_pixels = 8;  // the width of a monospaced character
};

// The sizes on a screen of this scale, with type of this size.
FontSizes font_sizes(double scale, double type_size);

// The type of ladders that are zoomed: with no more characters than they have, so that much larger
// ones find room.
class ZoomedType {
 public:
  // What is shown now. True where the type is to be made anew: at another zoom, or because
  // characters came. At zoom 1 there is none.
  bool want(double zoom, std::u32string_view characters);
  double zoom() const { return zoom_; }
  const std::u32string& characters() const { return characters_; }

 private:
  double zoom_ = 1;
  std::u32string characters_;  // beyond the basic ones
};

// Puts all into the atlas in place of what was there, and builds it. Latin, Greek, Cyrillic,
// punctuation, arrows, box drawing, shapes, common Chinese, and every character of `also` that a
// font has. Very large type is built smaller and stretched.
gui::Fonts build_fonts(ImFontAtlas& atlas, const FontFiles& files, const FontSizes& sizes,
                       std::string_view also = {}, const ZoomedType& zoomed = {});

// Which characters fonts are to be built with beyond their own: those of `also`, and what comes to
// be shown later.
class Characters {
 public:
  // The files must outlive this.
  explicit Characters(const FontFiles& files, std::string also = {});
  // True where the fonts are to be built anew: there are new ones that a font file has. Each
  // character is looked for only once.
  bool want(std::u32string_view characters);
  const std::string& also() const { return also_; }

 private:
  const FontFiles* files_;
  std::string also_;
  std::vector<bool> tried_;  // by code
};

}  // namespace synoptic::window
