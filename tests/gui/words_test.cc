// Every word that the window shows has its Chinese one, and none is shown without having been
// looked up.
#include "viz/words/words.hh"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "sim/model/tcp_state.hh"
#include "sim/model/why.hh"
#include "tests/files.hh"
#include "tests/gui/source_text.hh"

namespace synoptic::words {
namespace {

namespace fs = std::filesystem;

// All sources that say something, joined where a text goes on in the next line. (In viz/cli, say()
// is what goes to stderr; what the window shows is words::say() there.)
std::string sources() {
  std::string all;
  for (const char* folder : {"viz/gui", "viz/ladder", "viz/cli"})
    for (const auto& entry : fs::directory_iterator(fs::path(SYNOPTIC_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cc") continue;
      const std::string text = read_file(entry.path());
      all += std::string_view(folder) == "viz/cli"
                 ? std::regex_replace(text, std::regex("([^:]|^)\\bsay\\("), "$1message(")
                 : text;
    }
  return std::regex_replace(all, std::regex("\"\\s*\n\\s*\""), "");
}

std::string catalogues() {
  std::string all;
  for (const auto& entry : fs::directory_iterator(fs::path(SYNOPTIC_SOURCE_DIR) / "viz/po/zh"))
    all += read_file(entry.path());
  return all;
}

// The words that go through gettext, as the sources write them.
std::set<std::string> looked_up(const std::string& text);

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i)
    found.insert((*i)[1]);
  return found;
}

std::set<std::string> looked_up(const std::string& text) {
  return matches(text, R"re((?:\btr|\bN_|\bsay)\(\s*"((?:[^"\\]|\\.)*)")re");
}

// What the model's tables say in English: keys, too, where the window shows them.
std::set<std::string> reasons() {
  std::set<std::string> all;
  for (std::size_t i = 1; i < static_cast<std::size_t>(model::Why::count_); ++i)
    all.emplace(model::info(static_cast<model::Why>(i)).text);
  return all;
}
std::set<std::string> transitions() {
  std::set<std::string> all;
  for (const model::Transition& t : model::transitions()) {
    if (!t.rfc.starts_with("RFC 9293 3.3.2")) continue;  // not in the figure, and not named there
    all.emplace(t.event);
    if (!t.action.empty()) all.emplace(t.action);
  }
  all.erase("CLOSE");  // the RFC's name of a call
  return all;
}

TEST(Words, EveryReasonAndTransition_HasAChineseOne) {
  std::set<std::string> all = reasons();
  EXPECT_EQ(all.size(), static_cast<std::size_t>(model::Why::count_) - 1);
  all.merge(transitions());
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  for (const std::string& english : all)
    EXPECT_NE(std::string(tr(english.c_str())), english) << "not in viz/po/zh";
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
}

TEST(Words, NoWords_StayNone) {
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_STREQ(tr(""), "");
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
}

TEST(Words, EveryOne_HasAChineseOne) {
  const std::set<std::string> used = looked_up(sources());
  EXPECT_GT(used.size(), 40u);
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  for (const std::string& english : used)
    EXPECT_NE(std::string(tr(english.c_str())), english) << "not in viz/po/zh, or not translated";
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
  for (const std::string& english : used) EXPECT_EQ(std::string(tr(english.c_str())), english);
}

// How many values a text takes, and whether it counts them by itself ({}) or names them ({1}).
struct Places {
  std::size_t automatic = 0;
  std::set<std::string> numbered;
};
Places places_of(const std::string& text) {
  Places places;
  const std::regex place("\\{([0-9]*)(?::[^}]*)?\\}");
  for (std::sregex_iterator i(text.begin(), text.end(), place), end; i != end; ++i) {
    if ((*i)[1].length() == 0)
      ++places.automatic;
    else
      places.numbered.insert((*i)[1]);
  }
  return places;
}

TEST(Words, ChineseOnes_TakeTheSameValues) {
  const std::regex entry(R"re(msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)+)")re");
  const std::string all = catalogues();
  std::size_t count = 0;
  for (std::sregex_iterator i(all.begin(), all.end(), entry), end; i != end; ++i, ++count) {
    const Places english = places_of((*i)[1]), chinese = places_of((*i)[2]);
    EXPECT_TRUE(english.numbered.empty()) << (*i)[1];
    EXPECT_TRUE(chinese.automatic == 0 || chinese.numbered.empty()) << (*i)[2];
    if (chinese.numbered.empty()) {
      EXPECT_EQ(chinese.automatic, english.automatic) << (*i)[1];
    } else {  // none beyond the last; one that Chinese does not need may stay out
      EXPECT_LT(std::stoul(*chinese.numbered.rbegin()), english.automatic) << (*i)[1];
    }
  }
  EXPECT_GT(count, 200u) << "an entry stands on two lines: msgid and msgstr";
}

// msgcat would take the first of two without a word.
TEST(Words, EachOne_StandsInOnePlace) {
  const std::regex entry(R"re(\nmsgid "((?:[^"\\]|\\.)+)")re");
  std::map<std::string, fs::path> place;
  for (const auto& file : fs::directory_iterator(fs::path(SYNOPTIC_SOURCE_DIR) / "viz/po/zh")) {
    const std::string text = read_file(file.path());
    for (std::sregex_iterator i(text.begin(), text.end(), entry), end; i != end; ++i) {
      const auto [first, is_new] = place.emplace((*i)[1], file.path().filename());
      EXPECT_TRUE(is_new) << '"' << first->first << "\" stands in " << first->second << " and in "
                          << file.path().filename();
    }
  }
  EXPECT_GT(place.size(), 200u);
}

TEST(Words, NoneInTheCatalogue_IsUnused) {
  const std::string catalogue = catalogues();
  const std::string all = sources() + sources_of_sayings();
  std::set<std::string> tables = reasons();
  tables.merge(transitions());
  for (const std::string& english : matches(catalogue, R"re(msgid "((?:[^"\\]|\\.)+)")re"))
    EXPECT_TRUE(tables.contains(english) || all.find('"' + english + '"') != std::string::npos)
        << english;
}

// What a widget is given as a literal is a name for ImGui ("##…"), a format, a sign, or a word that
// is the same in every language.
TEST(Words, NoWidget_IsGivenBareEnglish) {
  const std::set<std::string> same{"IPv4", "IPv6", "textbook", "linux", "rfc"};
  const std::set<std::string> given = matches(
      sources(),
      R"re((?:\bdraw_wrapped|\btext|\bfaint|\bmentions|ImGui::(?:Text\w*|Button|SmallButton|Checkbox|RadioButton|MenuItem|Selectable|Begin|BeginMenu|SetTooltip|SliderFloat|CollapsingHeader|BeginTabItem|TableSetupColumn|TreeNode\w*))\(\s*"((?:[^"\\]|\\.)*)")re");
  for (const std::string& text : given) {
    const bool name = text.starts_with("##") || text.starts_with("%") || text == "Synoptic";
    const bool word = std::regex_search(text, std::regex("[A-Za-z]{2,}"));
    EXPECT_TRUE(name || !word || same.contains(text)) << text;
  }
}

TEST(Words, LanguageChanges_AtOnceAndBack) {
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_STREQ(tr("Play"), "播放");
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
  EXPECT_STREQ(tr("Play"), "Play");
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_STREQ(tr("Play"), "播放");
  speak(Language::en, "/nowhere");
}

TEST(Words, NoCatalogue_StayEnglish) {
  speak(Language::zh, "/nowhere");
  EXPECT_STREQ(tr("Play"), "Play");
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
}

}  // namespace
}  // namespace synoptic::words
