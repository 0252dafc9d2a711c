// The program's own words in the language of the user, by gettext. The English words are the keys.
//
// The language is one for the whole process, as gettext has it: it is chosen at the start, and
// changed by whoever runs the window, between two frames.
#pragma once

#include <string>
#include <string_view>

namespace synoptic::words {

enum class Language { en, zh };

// From here on tr() gives this language. `folder` holds LANGUAGE/LC_MESSAGES/synoptic.mo; where it
// does not, words stay English.
void speak(Language language, const std::string& folder);
Language spoken();

// The words for `english`; `english` itself where there are none. The text lives as long as the
// process.
const char* tr(const char* english);

// A text that holds every character of the Chinese words, for whoever chooses glyphs.
std::string_view characters();

// Marks words that stand in a table and come to tr() later.
constexpr const char* N_(const char* english) {
  return english;
}

}  // namespace synoptic::words
