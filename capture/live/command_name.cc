// What a program is called: its own name, or for an interpreter the name of what it runs.
#include <algorithm>
#include <array>
#include <filesystem>

#include "capture/live/live.hh"

namespace synoptic::live {
namespace {

// "python3.11" is a python.
constexpr std::array<std::string_view, 14> interpreters{"python", "pypy", "sh",   "bash",  "dash",
                                                        "zsh",    "perl", "ruby", "node",  "php",
                                                        "lua",    "java", "env",  "stdbuf"};

bool interprets(std::string_view program) {
  while (!program.empty() &&
         (std::isdigit(static_cast<unsigned char>(program.back())) != 0 || program.back() == '.'))
    program.remove_suffix(1);
  return std::ranges::find(interpreters, program) != interpreters.end();
}

std::string last_part(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.empty() ? path : name;
}

}  // namespace

std::string command_name(const std::vector<std::string>& argv) {
  if (argv.empty()) return "";
  std::string name = last_part(argv[0]);
  if (name.starts_with('-')) name.erase(0, 1);  // a login shell
  if (!interprets(name)) return name;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (word == "-m" && i + 1 < argv.size()) return argv[i + 1];  // python -m http.server
    if (word == "-c" || word == "-e") return name;                // the program is a text
    if (word.empty() || word.starts_with('-') || word.find('=') != std::string::npos) continue;
    return last_part(word);
  }
  return name;
}

}  // namespace synoptic::live
