// Words with strong, emphasized and code parts, wrapped to the room that there is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/words.hh"
#include "viz/gui/ui.hh"

namespace synoptic::gui {

// Draws the paragraph below what was drawn last, as wide as the room is. Chinese breaks between
// any two characters, other text between words.
void draw_paragraph(const lessons::Paragraph& paragraph, const Fonts& fonts, bool dark);

// Plain text, broken the same way into lines no wider than `width`, in the font that is pushed.
// Words that are wider than that stay whole.
std::string broken_into_lines(std::string_view text, float width);
// It, from where the cursor is to the window's edge; what is wider is cut there, too.
void draw_wrapped(std::string_view text);

// Where a line of `text` may be broken: the pieces in order, spaces apart and at the end of the
// piece before them. For the test.
std::vector<std::string_view> pieces_of(std::string_view text);

}  // namespace synoptic::gui
