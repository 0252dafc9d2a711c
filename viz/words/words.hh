// The program's own words in the language of the user, by gettext. The English words are the keys.
//
// The language is one for the whole process, as gettext has it: it is chosen at the start, and
// changed by whoever runs the window, between two frames.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "sim/wire/saying.hh"

namespace synoptic::words {

enum class Language { en, zh };

// From here on tr() gives this language. `folder` holds LANGUAGE/LC_MESSAGES/synoptic.mo; where it
// does not, words stay English.
void speak(Language language, const std::string& folder);
void speak(Language language);  // from catalogue_folder()
Language spoken();

// That folder: share/locale beside the folder that the program is in, where it is installed; else
// where the program was built.
std::string catalogue_folder();

// The words for `english`; `english` itself where there are none. The text lives as long as the
// process.
const char* tr(const char* english);

// The words for `english`, a text with places {}, filled with `args` as fmt does it. The Chinese
// may take them in another order: {1}, {0}.
template <typename... Args>
std::string say(const char* english, Args&&... args) {
  return fmt::vformat(tr(english), fmt::make_format_args(args...));
}

// A saying of the libraries that know no language, and whatever sayings are in it.
std::string say(const wire::Saying& saying);

// A text that holds every character of the Chinese words, for whoever chooses glyphs.
std::string_view characters();

// Marks words that stand in a table and come to tr() later.
constexpr const char* N_(const char* english) {
  return english;
}

}  // namespace synoptic::words
