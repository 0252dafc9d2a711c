// Widths after Unicode's East Asian Width, as far as terminals agree on it.
#include "viz/ladder/cells.hh"

#include <algorithm>
#include <array>

namespace synoptic::ladder {
namespace {

struct Range {
  char32_t first, last;
};
// Wide and fullwidth (UAX #11, version 14), in order; unassigned ones between them are taken along.
constexpr std::array<Range, 82> wide{
    {{0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
     {0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
     {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
     {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
     {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
     {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
     {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
     {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
     {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x303e},
     {0x3041, 0x3247},   {0x3250, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97c},
     {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
     {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18d08}, {0x1aff0, 0x1b2fb},
     {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a},
     {0x1f200, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393},
     {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4},
     {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d},
     {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596},
     {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc},
     {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6df}, {0x1f6eb, 0x1f6ef}, {0x1f6f4, 0x1f6ff},
     {0x1f7e0, 0x1f7f0}, {0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff},
     {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}}};
// What is drawn onto the character before it, or not at all.
constexpr std::array<Range, 25> none{
    {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
     {0x0900, 0x0902}, {0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d}, {0x0e31, 0x0e31},
     {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1160, 0x11ff}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
     {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064}, {0x20d0, 0x20f0}, {0x302a, 0x302d},
     {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}}};

bool within(char32_t c, auto const& ranges) {
  const auto* const range = std::ranges::lower_bound(ranges, c, {}, &Range::last);
  return range != ranges.end() && range->first <= c;
}

constexpr char32_t replacement = 0xfffd;

// Takes "\\xNN", as an octet is shown that is no text, or any other character.
void take_whole(std::string_view& text) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (text.size() >= 4 && text.starts_with("\\x") && is_hex(text[2]) && is_hex(text[3]))
    text.remove_prefix(4);
  else
    take_character(text);
}

// Cuts `text` after as many characters as fit into `max_cells`; gives the part and leaves the rest.
std::string_view take_cells(std::string_view& text, int max_cells) {
  const std::string_view all = text;
  int used = 0;
  while (!text.empty()) {
    std::string_view rest = text;
    take_whole(rest);
    int width = cells(text.substr(0, text.size() - rest.size()));
    if (used == 0 && width > max_cells) {  // no line has room for it as a whole
      rest = text;
      width = cells(take_character(rest));
    }
    if (used + width > max_cells) break;
    used += width;
    text = rest;
  }
  return all.substr(0, all.size() - text.size());
}

// Whether a line may end before `at`, where no blank stands: beside a wide character, as Chinese is
// written, but never before a mark that closes nor behind one that opens.
bool may_break_wide(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size() || (text[at] & 0xc0) == 0x80) return false;
  std::size_t begin = at - 1;
  while (begin > 0 && (text[begin] & 0xc0) == 0x80) --begin;
  std::string_view before = text.substr(begin, at - begin), behind = text.substr(at);
  const char32_t left = take_character(before), right = take_character(behind);
  if (cells(left) != 2 && cells(right) != 2) return false;
  constexpr std::u32string_view closing = U" ，。；：？！、）】》」”’…,.;:?!)",
                                opening = U" （【《「“‘(";
  return closing.find(right) == std::u32string_view::npos &&
         opening.find(left) == std::u32string_view::npos;
}

// Whether a line may end at the blank at `at`: a number stays with its unit, "=" with what follows
// it, and "(client 2)" whole.
bool may_break(std::string_view text, std::size_t at) {
  if (text[at] != ' ' || at == 0) return false;
  const std::string_view before = text.substr(0, at);
  if (before == "=" || before.ends_with(" =")) return false;
  std::string_view word = text.substr(at + 1);
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  if (digits > 0 && (word.substr(digits).starts_with(')') || word.substr(digits).starts_with("）")))
    return false;
  if (before.back() < '0' || before.back() > '9') return true;
  word = word.substr(0, word.find_first_of(" .,:;)"));
  // a wide character, or its punctuation, ends a word
  const auto* const wide_at =
      std::ranges::find_if(word, [](char c) { return static_cast<unsigned char>(c) >= 0xe2; });
  word = word.substr(0, static_cast<std::size_t>(wide_at - word.begin()));
  constexpr std::array<std::string_view, 6> units{"ns", "µs", "ms", "s", "min", "h"};
  return std::ranges::find(units, word) == units.end();
}

// Where a line of `text`, of which `room` bytes fit, ends best: at the last blank or wide
// character, else behind the last sign that ends a part, such that an address keeps its port:
// "connect(" / "127.0.0.2:9999)".
std::size_t break_in(std::string_view text, std::size_t room, int max_cells) {
  for (std::size_t at = room; at > 0; --at)
    if (may_break(text, at) || may_break_wide(text, at)) return at;
  const std::string_view line = text.substr(0, room);
  std::size_t cut = line.find_last_of("(,") + 1;
  if (cells(text.substr(cut, text.find(' ', cut) - cut)) > max_cells) cut = 0;
  if (cut == 0) cut = line.find_last_of("(,:=/") + 1;
  return cut == 0 || line.substr(0, cut) == "=" ? room : cut;
}

}  // namespace

char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80             ? 1
                           : (lead & 0xe0) == 0xc0 ? 2
                           : (lead & 0xf0) == 0xe0 ? 3
                           : (lead & 0xf8) == 0xf0 ? 4
                                                   : 0;
  if (size == 0 || size > text.size()) {
    text.remove_prefix(1);
    return replacement;
  }
  char32_t c = size == 1 ? lead : lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) {
      text.remove_prefix(1);
      return replacement;
    }
    c = c << 6 | (byte & 0x3f);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool valid = c >= smallest[size] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
  text.remove_prefix(valid ? size : 1);
  return valid ? c : replacement;
}

void append_character(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)),
        put(0x80 | (c & 0x3f));
  }
}

int cells(char32_t c) {
  if (c < 0x300) return 1;
  if (within(c, none)) return 0;
  return c >= 0x1100 && within(c, wide) ? 2 : 1;
}

int cells(std::string_view text) {
  int sum = 0;
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && static_cast<unsigned char>(text[plain]) < 0x80) ++plain;
    sum += static_cast<int>(plain);
    text.remove_prefix(plain);
    if (!text.empty()) sum += cells(take_character(text));
  }
  return sum;
}

std::string printable(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
  if (plain) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const char32_t c = take_character(text);
    const bool moves_cursor = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
                              (c >= 0x2028 && c <= 0x202e) || c == 0xfeff || (c & 0xfffe) == 0xfffe;
    append_character(out, moves_cursor ? U'·' : c);
  }
  return out;
}

std::string shorten(std::string_view text, int max_cells) {
  if (max_cells <= 0) return "";
  if (cells(text) <= max_cells) return std::string(text);
  return std::string(take_cells(text, max_cells - 1)) + "…";
}

std::vector<std::string> wrap(std::string_view text, int max_cells, int max_lines) {
  std::vector<std::string> lines;
  max_cells = std::max(max_cells, 2);
  while (!text.empty()) {
    if (max_lines > 0 && static_cast<int>(lines.size()) + 1 == max_lines) {
      lines.push_back(shorten(text, max_cells));
      break;
    }
    const std::string_view all = text;
    std::string_view line = take_cells(text, max_cells);
    if (!text.empty()) {
      line = line.substr(0, break_in(all, line.size(), max_cells));
      text = all.substr(line.size());
    }
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace synoptic::ladder
