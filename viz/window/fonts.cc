// fontconfig finds the files, ImGui's atlas draws their glyphs.
#include "viz/window/fonts.hh"

#include <fontconfig/fontconfig.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>

#include "viz/ladder/cells.hh"

namespace synoptic::window {
namespace {

// --- finding them
// ------------------------------------------------------------------------------------

struct FreeConfig {
  void operator()(FcConfig* config) const { FcConfigDestroy(config); }
};
struct FreePattern {
  void operator()(FcPattern* pattern) const { FcPatternDestroy(pattern); }
};
using Config = std::unique_ptr<FcConfig, FreeConfig>;
using Pattern = std::unique_ptr<FcPattern, FreePattern>;

const FcChar8* fc(const char* text) {
  return reinterpret_cast<const FcChar8*>(text);
}

// The outline font that fontconfig holds nearest to the family's regular style.
Pattern match(FcConfig* config, const char* family, FcChar32 must_have) {
  const Pattern wanted(FcPatternCreate());
  FcPatternAddString(wanted.get(), FC_FAMILY, fc(family));
  FcPatternAddBool(wanted.get(), FC_OUTLINE, FcTrue);
  FcPatternAddBool(wanted.get(), FC_SCALABLE, FcTrue);
  FcCharSet* characters = FcCharSetCreate();
  FcCharSetAddChar(characters, must_have);
  FcPatternAddCharSet(wanted.get(), FC_CHARSET, characters);
  FcCharSetDestroy(characters);
  FcConfigSubstitute(config, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultNoMatch;
  return Pattern(FcFontMatch(config, wanted.get(), &result));
}

bool is_of(const FcPattern* font, const char* family) {
  FcChar8* name = nullptr;
  for (int i = 0; FcPatternGetString(font, FC_FAMILY, i, &name) == FcResultMatch; ++i)
    if (FcStrCmpIgnoreCase(name, fc(family)) == 0) return true;
  return false;
}

bool has(const FcPattern* font, FcChar32 character) {
  FcCharSet* characters = nullptr;
  return FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) == FcResultMatch &&
         FcCharSetHasChar(characters, character);
}

// ImGui counts them in 16 bits.
constexpr std::size_t characters_end = 0x10000;

std::vector<bool> characters_of(const FcPattern* font) {
  std::vector<bool> out(characters_end);
  FcCharSet* characters = nullptr;
  if (FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) != FcResultMatch) return out;
  FcChar32 map[FC_CHARSET_MAP_SIZE], next = 0;
  for (FcChar32 page = FcCharSetFirstPage(characters, map, &next); page < characters_end;
       page = FcCharSetNextPage(characters, map, &next)) {
    for (FcChar32 i = 0; i < FC_CHARSET_MAP_SIZE * 32; ++i)
      if ((map[i / 32] >> (i % 32) & 1) != 0) out[page + i] = true;
  }
  return out;
}

std::optional<FontFile> load(const FcPattern* font) {
  FcChar8* path = nullptr;
  int index = 0;
  if (FcPatternGetString(font, FC_FILE, 0, &path) != FcResultMatch) return std::nullopt;
  FcPatternGetInteger(font, FC_INDEX, 0, &index);
  FontFile file{reinterpret_cast<const char*>(path), index & 0xffff, {}, characters_of(font)};
  std::ifstream in(file.path, std::ios::binary | std::ios::ate);
  if (!in || in.tellg() <= 0) return std::nullopt;
  file.bytes.resize(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(file.bytes.data()),
          static_cast<std::streamsize>(file.bytes.size()));
  return in ? std::optional(std::move(file)) : std::nullopt;
}

// The first of these families that is installed; else whatever fontconfig takes for the last one.
std::optional<FontFile> find(FcConfig* config, std::initializer_list<const char*> families,
                             FcChar32 must_have) {
  Pattern nearest;
  for (const char* family : families) {
    nearest = match(config, family, must_have);
    if (nearest && is_of(nearest.get(), family) && has(nearest.get(), must_have)) break;
  }
  if (!nearest || !has(nearest.get(), must_have)) return std::nullopt;
  return load(nearest.get());
}

// --- what is in the atlas
// ----------------------------------------------------------------------------

// Above these, larger type is stretched: the atlas would take more than a GPU can hold.
constexpr float largest_pixels = 56;
constexpr float smallest_pixels = 3;

constexpr std::array<ImWchar, 37> basic_ranges{
    0x0020, 0x024f,                                                  // Latin
    0x0370, 0x03ff, 0x0400, 0x052f,                                  // Greek, Cyrillic
    0x2010, 0x205e, 0x2070, 0x209f, 0x20a0, 0x20bf, 0x2100, 0x214f,  // punctuation, letterlike
    0x2150, 0x218f, 0x2190, 0x21ff,                                  // fractions, arrows
    0x2200, 0x22ff, 0x2300, 0x23ff,                                  // mathematics, technical
    0x2460, 0x24ff, 0x2500, 0x257f, 0x2580, 0x259f,                  // circled, box drawing, blocks
    0x25a0, 0x25ff, 0x2600, 0x26ff, 0x2700, 0x27bf,                  // shapes, symbols, dingbats
    0xfffd, 0xfffd, 0};

void add_character(ImFontGlyphRangesBuilder& builder, char32_t c) {
  if (c >= 0x20 && c < characters_end - 2) builder.AddChar(static_cast<ImWchar>(c));
}

ImVector<ImWchar> ranges(std::string_view also) {
  ImFontAtlas atlas;
  ImFontGlyphRangesBuilder builder;
  builder.AddRanges(basic_ranges.data());
  builder.AddRanges(atlas.GetGlyphRangesChineseSimplifiedCommon());
  while (!also.empty()) add_character(builder, ladder::take_character(also));
  ImVector<ImWchar> out;
  builder.BuildRanges(&out);
  return out;
}

// Latin, the characters, and the one that stands for those that no font has.
ImVector<ImWchar> basic_and(std::u32string_view characters) {
  ImFontGlyphRangesBuilder builder;
  for (ImWchar c = 0x20; c < 0x250; ++c) builder.AddChar(c);
  builder.AddChar(0xfffd);
  for (const char32_t c : characters) add_character(builder, c);
  ImVector<ImWchar> out;
  builder.BuildRanges(&out);
  return out;
}

// For each character of the ranges.
template <typename Visit>
void each(const ImVector<ImWchar>& all, Visit visit) {
  for (int i = 0; i + 1 < all.Size && all[i] != 0; i += 2)
    for (std::uint32_t c = all[i]; c <= all[i + 1]; ++c) visit(static_cast<ImWchar>(c));
}

// Those characters of the ranges that the layout gives so many cells.
ImVector<ImWchar> part(const ImVector<ImWchar>& all, int cells) {
  ImFontGlyphRangesBuilder builder;
  each(all, [&](ImWchar c) {
    if (ladder::cells(static_cast<char32_t>(c)) == cells) builder.AddChar(c);
  });
  ImVector<ImWchar> out;
  builder.BuildRanges(&out);
  return out;
}

ImFontConfig config_for(const FontFile& file, const ImVector<ImWchar>& glyphs) {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  config.FontNo = file.index;
  config.GlyphRanges = glyphs.Data;
  config.OversampleH = 1;
  config.PixelSnapH = true;
  return config;
}

ImFont* add(ImFontAtlas& atlas, const FontFile& file, float pixels, const ImFontConfig& config) {
  // ImGui takes a pointer to what it may not change: it owns nothing here
  return atlas.AddFontFromMemoryTTF(const_cast<unsigned char*>(file.bytes.data()),
                                    static_cast<int>(file.bytes.size()), pixels, &config);
}

// How many pixels wide a character is in type of one pixel.
float advance_a_pixel(const FontFile& file, ImWchar character) {
  constexpr float large = 100;
  ImFontAtlas atlas;
  ImVector<ImWchar> one;
  for (const ImWchar c : {character, character, ImWchar(0)}) one.push_back(c);
  ImFontConfig config = config_for(file, one);
  config.PixelSnapH = false;
  const ImFont* font = add(atlas, file, large, config);
  atlas.Build();
  return font->GetCharAdvance(character) / large;
}

// The monospaced face: what its own file lacks comes from the others, as wide as the cells that the
// layout gives it. The ranges must outlive the building of the atlas.
class Mono {
 public:
  explicit Mono(const ImVector<ImWchar>& all)
      : narrow_(part(all, 1)), wide_(part(all, 2)), onto_(part(all, 0)) {}

  // With characters as wide as that; where that is too large, smaller ones.
  ImFont* add_to(ImFontAtlas& atlas, const FontFiles& files, float advance) const {
    const float wanted = advance / advance_a_pixel(files.mono, '0');
    const float pixels = std::clamp(wanted, smallest_pixels, largest_pixels);
    const float cell = advance * (pixels / wanted);
    ImFontConfig config = config_for(files.mono, narrow_);
    config.GlyphMinAdvanceX = config.GlyphMaxAdvanceX = cell;
    config.PixelSnapH = false;
    ImFont* const font = add(atlas, files.mono, pixels, config);
    font->Scale = wanted / pixels;
    const auto lend = [&](const FontFile& file, const ImVector<ImWchar>& glyphs, float width,
                          float its_pixels) {
      if (glyphs.Size <= 1) return;
      ImFontConfig merged = config_for(file, glyphs);
      merged.MergeMode = true;
      merged.PixelSnapH = false;
      merged.GlyphMinAdvanceX = merged.GlyphMaxAdvanceX = width;
      add(atlas, file, its_pixels, merged);
    };
    lend(files.text, narrow_, cell, pixels);
    if (files.chinese) {
      lend(*files.chinese, narrow_, cell, pixels);
      // so large that they nearly fill their two cells: else Chinese looks spaced out
      constexpr float filled = 0.92F;
      lend(*files.chinese, wide_, 2 * cell,
           filled * 2 * cell / advance_a_pixel(*files.chinese, 0x4e2d));
    }
    lend(files.text, wide_, 2 * cell, pixels);
    lend(files.mono, onto_, 0, pixels);
    lend(files.text, onto_, 0, pixels);
    return font;
  }

 private:
  ImVector<ImWchar> narrow_, wide_, onto_;  // by the cells that they take
};

}  // namespace

model::Expected<FontFiles> find_fonts() {
  const Config config(FcInitLoadConfigAndFonts());
  const model::Error none{"no readable font was found on this machine",
                          "install one: apt-get install fonts-dejavu-core"};
  if (!config) return std::unexpected(none);
  auto text = find(config.get(), {"DejaVu Sans", "Noto Sans", "sans-serif"}, U'A');
  auto mono = find(config.get(), {"DejaVu Sans Mono", "Noto Sans Mono", "monospace"}, U'A');
  if (!text || !mono) return std::unexpected(none);
  auto chinese = find(config.get(),
                      {"WenQuanYi Micro Hei", "Noto Sans CJK SC", "WenQuanYi Zen Hei",
                       "Droid Sans Fallback", "sans-serif"},
                      U'中');
  return FontFiles{std::move(*text), std::move(*mono), std::move(chinese)};
}

FontSizes font_sizes(double scale, double type_size) {
  const FontSizes one;
  const auto factor = static_cast<float>(scale * type_size);
  return {one.text_pixels * factor, one.mono_advance_pixels * factor};
}

gui::Fonts build_fonts(ImFontAtlas& atlas, const FontFiles& files, const FontSizes& sizes,
                       std::string_view also, const ZoomedType& zoomed) {
  const float text_built = std::min(sizes.text_pixels, largest_pixels);
  const ImVector<ImWchar> all = ranges(also);
  const Mono of_all(all);
  const Mono of_zoomed(basic_and(zoomed.characters()));
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight | ImFontAtlasFlags_NoMouseCursors;
  gui::Fonts fonts;
  fonts.text = add(atlas, files.text, text_built, config_for(files.text, all));
  if (files.chinese) {
    ImFontConfig merged = config_for(*files.chinese, all);
    merged.MergeMode = true;
    add(atlas, *files.chinese, text_built, merged);
  }
  fonts.mono = of_all.add_to(atlas, files, sizes.mono_advance_pixels);
  if (zoomed.zoom() != 1) {
    fonts.zoomed = of_zoomed.add_to(atlas, files,
                                    sizes.mono_advance_pixels * static_cast<float>(zoomed.zoom()));
  }
  atlas.Build();
  fonts.text->Scale = sizes.text_pixels / text_built;
  atlas.ClearInputData();  // the ranges end here
  return fonts;
}

bool ZoomedType::want(double zoom, std::u32string_view characters) {
  bool news = std::exchange(zoom_, zoom) != zoom;
  if (zoom == 1) {
    characters_.clear();
    return news;
  }
  for (const char32_t c : characters) {
    if (characters_.find(c) != std::u32string::npos) continue;
    characters_ += c;
    news = true;
  }
  return news;
}

Characters::Characters(const FontFiles& files, std::string also)
    : files_(&files), also_(std::move(also)), tried_(characters_end) {
  each(ranges(also_), [&](ImWchar c) { tried_[c] = true; });
}

bool Characters::want(std::u32string_view characters) {
  const std::size_t before = also_.size();
  for (const char32_t c : characters) {
    if (c < 0x20 || c >= characters_end || tried_[c]) continue;
    tried_[c] = true;
    const auto has = [&](const FontFile& file) {
      return c < file.characters.size() && file.characters[c];
    };
    if (has(files_->text) || has(files_->mono) || (files_->chinese && has(*files_->chinese)))
      ladder::append_character(also_, c);
  }
  return also_.size() > before;
}

}  // namespace synoptic::window
