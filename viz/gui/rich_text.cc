// Pieces that cannot be broken, one after another, on lines of the room's width.
#include "viz/gui/rich_text.hh"

#include <imgui.h>

#include <cstdint>
#include <string>
#include <vector>

#include "viz/gui/palette.hh"

namespace synoptic::gui {
namespace {

// The character at the beginning of `text`, and how many bytes it takes.
struct Character {
  std::uint32_t code = 0;
  std::size_t size = 1;
};
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  std::uint32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3fu);
  return {code, std::min(size, text.size())};
}

// Scripts that are written without spaces, and their full-width signs.
bool stands_alone(std::uint32_t code) {
  return code >= 0x2e80 && code <= 0xffef;
}

// Signs that no line begins with: 、。〉》」』】！，．：；？）
bool clings(std::uint32_t code) {
  return code == 0x3001 || code == 0x3002 || code == 0x3009 || code == 0x300b || code == 0x300d ||
         code == 0x300f || code == 0x3011 || code == 0xff01 || code == 0xff09 || code == 0xff0c ||
         code == 0xff0e || code == 0xff1a || code == 0xff1b || code == 0xff1f || code == 0x201d;
}

// Signs that no line ends with: “〈《「『【（
bool opens(std::uint32_t code) {
  return code == 0x201c || code == 0x3008 || code == 0x300a || code == 0x300c || code == 0x300e ||
         code == 0x3010 || code == 0xff08;
}

class Line {
 public:
  Line(const Fonts& fonts, bool dark)
      : fonts_(fonts), dark_(dark), list_(*ImGui::GetWindowDrawList()) {
    from_ = at_ = ImGui::GetCursorScreenPos();
    right_ = from_.x + std::max(1.f, ImGui::GetContentRegionAvail().x);
  }

  // From here on lines begin where this one goes on.
  void indent_here() { from_.x = at_.x; }

  void piece(std::string_view text, lessons::SpanStyle style) {
    const bool code = style == lessons::SpanStyle::code && fonts_.mono != nullptr;
    ImFont* const font = code ? fonts_.mono : ImGui::GetFont();
    const float size = font->FontSize * ImGui::GetIO().FontGlobalScale;
    const auto width = [&](std::string_view part) {
      return font->CalcTextSizeA(size, 1e9f, 0, part.data(), part.data() + part.size()).x;
    };
    const std::string_view ink = text.substr(0, text.find_last_not_of(' ') + 1);
    if (at_.x > from_.x && at_.x + width(ink) > right_) end_line();
    const ImVec2 place{at_.x, at_.y + (ImGui::GetFontSize() - size) / 2};
    Colour colour = ImGui::GetColorU32(ImGuiCol_Text);
    if (code) {
      colour = text_colour(ladder::Role::call, dark_);
      list_.AddRectFilled({place.x - 1, at_.y}, {place.x + width(ink) + 1, at_.y + size + 1},
                          faded(colour, 0.1), 3);
    } else if (style == lessons::SpanStyle::emphasis) {
      colour = text_colour(ladder::Role::reason, dark_);
    }
    if (code || style == lessons::SpanStyle::emphasis)
      colour = faded(colour, ImGui::GetStyle().Alpha);
    const char* const begin = text.data();
    list_.AddText(font, size, place, colour, begin, begin + text.size());
    if (style == lessons::SpanStyle::strong)  // no second font: the same once more, a bit aside
      list_.AddText(font, size, {place.x + 0.6f, place.y}, colour, begin, begin + text.size());
    at_.x += width(text);
  }

  // Tells ImGui of the room that was taken.
  void finish() {
    end_line();
    ImGui::Dummy({right_ - ImGui::GetCursorScreenPos().x,
                  at_.y - ImGui::GetCursorScreenPos().y + ImGui::GetStyle().ItemSpacing.y});
  }

 private:
  void end_line() {
    at_.x = from_.x;
    at_.y += ImGui::GetTextLineHeight() * 1.25f;
  }

  const Fonts& fonts_;
  bool dark_;
  ImDrawList& list_;
  ImVec2 from_, at_;
  float right_ = 0;
};

}  // namespace

std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  const auto end_piece = [&](std::size_t end) {
    if (end > begin) pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  };
  std::size_t i = 0;
  bool opened = false;
  while (i < text.size()) {
    const Character c = first_of(text.substr(i));
    if (stands_alone(c.code) && !clings(c.code) && !opened) end_piece(i);
    opened = opens(c.code);
    i += c.size;
    if (c.code == ' ' && (i == text.size() || text[i] != ' ')) end_piece(i);
    const bool next_clings = i < text.size() && clings(first_of(text.substr(i)).code);
    if (stands_alone(c.code) && !next_clings && !opened) end_piece(i);
  }
  end_piece(text.size());
  return pieces;
}

std::string broken_into_lines(std::string_view text, float width) {
  std::string lines;
  float x = 0;
  for (const std::string_view piece : pieces_of(text)) {
    const std::string_view ink = piece.substr(0, piece.find_last_not_of(' ') + 1);
    const auto width_of = [](std::string_view part) {
      return ImGui::CalcTextSize(part.data(), part.data() + part.size()).x;
    };
    if (x > 0 && x + width_of(ink) > width) {
      while (lines.ends_with(' ')) lines.pop_back();
      lines += '\n';
      x = 0;
    }
    lines += piece;
    x += width_of(piece);
  }
  return lines;
}

void draw_wrapped(std::string_view text) {
  const std::string lines = broken_into_lines(text, ImGui::GetContentRegionAvail().x);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(lines.data(), lines.data() + lines.size());
  ImGui::PopTextWrapPos();
}

void draw_paragraph(const lessons::Paragraph& paragraph, const Fonts& fonts, bool dark) {
  Line line(fonts, dark);
  if (paragraph.item) {
    line.piece("• ", lessons::SpanStyle::plain);
    line.indent_here();
  }
  for (const lessons::Span& span : paragraph.spans) {
    for (const std::string_view piece : pieces_of(span.text)) line.piece(piece, span.style);
  }
  line.finish();
}

}  // namespace synoptic::gui
