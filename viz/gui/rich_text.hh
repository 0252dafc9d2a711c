// Words with strong, emphasized and code parts, wrapped to the room that there is.
#pragma once

#include <span>

#include "lessons/words.hh"
#include "viz/gui/ui.hh"

namespace synoptic::gui {

// Draws the paragraph below what was drawn last, as wide as the room is. Chinese breaks between
// any two characters, other text between words.
void draw_paragraph(const lessons::Paragraph& paragraph, const Fonts& fonts, bool dark);

// Where a line of `text` may be broken: the pieces in order, spaces apart and at the end of the
// piece before them. For the test.
std::vector<std::string_view> pieces_of(std::string_view text);

}  // namespace synoptic::gui
