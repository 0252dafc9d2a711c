// gettext's catalogues, and the way to change the language while running (gettext manual, 11.5
// "Being a gettext grok", "Changing the language at runtime").
#include "viz/words/words.hh"

#include <libintl.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <vector>

// Counts changes of the catalogues: glibc looks at them anew when it has moved.
extern "C" int _nl_msg_cat_cntr;

namespace synoptic::words {
namespace {

namespace fs = std::filesystem;

constexpr const char* domain = "synoptic";
Language current = Language::en;

}  // namespace

void speak(Language language, const std::string& folder) {
  current = language;
  // Any locale but "C" lets LANGUAGE decide. Numbers and sorting stay as they are.
  std::setlocale(LC_MESSAGES, "C.UTF-8");
  ::setenv("LANGUAGE", language == Language::zh ? "zh" : "en", 1);
  ::bindtextdomain(domain, folder.c_str());
  ::bind_textdomain_codeset(domain, "UTF-8");
  ++_nl_msg_cat_cntr;
}

void speak(Language language) {
  speak(language, catalogue_folder());
}

std::string catalogue_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = program.parent_path().parent_path() / "share" / "locale";
  const bool there =
      !error && fs::exists(beside / "zh" / "LC_MESSAGES" / (std::string(domain) + ".mo"), error);
  return there ? beside.string() : SYNOPTIC_LOCALE_DIR;
}

Language spoken() {
  return current;
}

const char* tr(const char* english) {
  // The text for an empty key is the catalogue's own head.
  return current == Language::en || *english == 0 ? english : ::dgettext(domain, english);
}

std::string say(const wire::Saying& saying) {
  if (saying.is_value()) return saying.pattern();
  const std::string_view pattern = tr(saying.pattern().c_str());
  if (saying.args().empty()) return std::string(pattern);
  std::vector<std::string> filled;
  for (const wire::Saying& arg : saying.args()) filled.push_back(say(arg));
  return wire::fill(pattern, filled);
}

}  // namespace synoptic::words
