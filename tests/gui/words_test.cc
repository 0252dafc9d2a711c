// Every word that the window shows has its Chinese one, and none is shown without having been
// looked up.
#include "viz/words/words.hh"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "sim/model/tcp_state.hh"
#include "sim/model/why.hh"

namespace synoptic::words {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// All sources of the window, joined where a text goes on in the next line.
std::string sources() {
  std::string all;
  for (const auto& entry : fs::directory_iterator(fs::path(SYNOPTIC_SOURCE_DIR) / "viz/gui")) {
    if (entry.path().extension() == ".cc") all += read(entry.path());
  }
  return std::regex_replace(all, std::regex("\"\\s*\n\\s*\""), "");
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i)
    found.insert((*i)[1]);
  return found;
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
    EXPECT_NE(std::string(tr(english.c_str())), english) << "not in viz/po/zh.po";
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
}

TEST(Words, NoWords_StayNone) {
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  EXPECT_STREQ(tr(""), "");
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
}

TEST(Words, EveryOne_HasAChineseOne) {
  const std::set<std::string> used =
      matches(sources(), R"re((?:\btr|\bN_)\(\s*"((?:[^"\\]|\\.)*)")re");
  EXPECT_GT(used.size(), 40u);
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  for (const std::string& english : used)
    EXPECT_NE(std::string(tr(english.c_str())), english)
        << "not in viz/po/zh.po, or not translated";
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
  for (const std::string& english : used) EXPECT_EQ(std::string(tr(english.c_str())), english);
}

TEST(Words, NoneInTheCatalogue_IsUnused) {
  const std::string catalogue = read(fs::path(SYNOPTIC_SOURCE_DIR) / "viz/po/zh.po");
  const std::string all = sources();
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
