// Cells: how many columns a text takes in a terminal, and cutting it to fit. UTF-8; East Asian wide
// characters take two cells, combining ones none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synoptic::ladder {

// Takes the first character off `text`; U+FFFD for bytes that are no UTF-8. `text` must not be
// empty.
char32_t take_character(std::string_view& text);
void append_character(std::string& text, char32_t character);
int cells(char32_t character);  // 0, 1 or 2
int cells(std::string_view text);

// The same text in which every byte is valid UTF-8 and no character moves the cursor or upsets XML.
std::string printable(std::string_view text);
// At most `max_cells` wide; what is cut off is marked by "…".
std::string shorten(std::string_view text, int max_cells);
// Lines of at most `max_cells`, broken at blanks where there are any and beside wide
// characters, but never between a number
// and its unit ("1 s"), behind "=" or within "(client 2)". At most `max_lines` (0: as many as it
// takes); then the last one ends in "…".
std::vector<std::string> wrap(std::string_view text, int max_cells, int max_lines = 0);

}  // namespace synoptic::ladder
