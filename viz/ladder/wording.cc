// A role of one word takes the article; one with a number, a program or an address is a name. In
// Chinese every one is a name.
#include "viz/ladder/wording.hh"

#include <fmt/format.h>

#include <algorithm>

#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

bool chinese() {
  return words::spoken() == words::Language::zh;
}

// What the octets of a text mean for the blanks in it.
enum class Script { han, latin, other };
Script script_of(std::string_view letter) {
  if (letter.size() == 3 && letter >= "一" && letter <= "\u9fff") return Script::han;
  const char c = letter[0];
  const bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return letter.size() == 1 && word ? Script::latin : Script::other;
}

bool is_address(std::string_view name) {
  return name.find(':') != std::string_view::npos;
}

// A program of the user's, as "server.py": who does something, and who has no program besides.
bool is_program(std::string_view name) {
  return !name.empty() && !is_role(name) && !is_address(name);
}

// "server.py's program" is server.py.
void name_program(std::string& sentence, std::string_view name) {
  for (const std::string_view owned : {"'s program", "的程序", " 的程序"}) {
    const std::string wrong = fmt::format("{}{}", name, owned);
    for (std::size_t at = 0; (at = sentence.find(wrong, at)) != std::string::npos;)
      sentence.replace(at, wrong.size(), name);
  }
}

}  // namespace

std::string the(std::string_view name) {
  if (chinese()) return role_name(name);
  const bool numbered = std::ranges::any_of(name, [](char c) { return c >= '0' && c <= '9'; });
  return fmt::format("{}{}", numbered || !is_role(name) ? "" : "the ", name);
}

std::string capital(std::string sentence) {
  if (chinese()) return sentence;
  // A file's name stays as it is. ("Len." at the end of a sentence is none.)
  const std::string_view word = std::string_view(sentence).substr(0, sentence.find_first_of(" '"));
  if (word.substr(0, word.size() - (word.empty() ? 0 : 1)).find_first_of("._/") !=
      std::string_view::npos)
    return sentence;
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return sentence;
}

std::string followed_by(std::string text, std::string_view next) {
  if (!text.empty() && !next.empty() && !chinese()) text += ' ';
  return text += next;
}

std::string spaced(std::string_view text) {
  if (!chinese()) return std::string(text);
  std::string out;
  Script before = Script::other;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) ++end;
    const std::string_view letter = text.substr(at, end - at);
    const Script script = script_of(letter);
    const bool meet = (before == Script::han && (script == Script::latin || letter == "[")) ||
                      (script == Script::han &&
                       (before == Script::latin || out.ends_with(')') || out.ends_with(']')));
    if (meet) out += ' ';
    out += letter;
    before = script;
    at = end;
  }
  return out;
}

std::string with_name(std::string sentence, std::string_view name) {
  if (is_program(name)) name_program(sentence, name);
  if (chinese()) return sentence;
  const std::string right = the(name), article = "the ";
  if (name.empty() || right.starts_with(article)) return sentence;
  const std::string wrong = "he " + right;
  for (std::size_t at = 0; (at = sentence.find(wrong, at + 1)) != std::string::npos;) {
    const std::size_t end = at + wrong.size();
    const bool whole =
        end == sentence.size() ||
        std::string_view("0123456789:").find(sentence[end]) == std::string_view::npos;
    const bool begins = sentence[at - 1] == 'T', inside = sentence[at - 1] == 't';
    if (!whole || (!begins && !inside)) continue;
    sentence.replace(at - 1, wrong.size() + 1, begins && is_role(name) ? capital(right) : right);
  }
  return sentence;
}

std::string of(std::string_view name, std::string_view thing) {
  if (chinese()) return words::say("{}'s {}", role_name(name), thing);
  return is_address(name) ? fmt::format("the {} of {}", thing, name)
                          : fmt::format("{}'s {}", the(name), thing);
}

std::string program_of(std::string_view name) {
  return is_program(name) ? std::string(name) : of(name, words::tr("program"));
}

}  // namespace synoptic::ladder
