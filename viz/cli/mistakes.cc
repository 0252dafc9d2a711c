// Finds the word that was wrong, and the nearest that would have been right.
#include "viz/cli/mistakes.hh"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "viz/cli/commands.hh"
#include "viz/cli/suggest.hh"

namespace synoptic::cli {
namespace {

// "compare", or nothing before a command.
std::string command_of(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "" : chosen[0]->get_name();
}

// Its long options, without the dashes.
std::vector<std::string> long_options(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  std::vector<std::string> names;
  for (const CLI::Option* option : (chosen.empty() ? &app : chosen[0])->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return names;
}

// Something that begins with a dash and is none of the options, or a word too many.
std::string superfluous(const CLI::App& app) {
  const std::string command = command_of(app);
  const auto has_none = [&](const std::string& option) {
    return command.empty() ? fmt::format("there is no option '{}'", option)
                           : fmt::format("{} has no option '{}'", command, option);
  };
  const std::vector<std::string> words = app.remaining(true);
  const auto dashed = std::ranges::find_if(
      words, [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  if (dashed == words.end()) {
    const CLI::Option* fault =
        command.empty() ? nullptr : app.get_subcommands()[0]->get_option_no_throw("--fault");
    if (fault != nullptr && fault->count() > 0)
      return "a fault of several words needs quotes: --fault \"drop 2nd data client>server\"";
    return words.empty() ? "" : fmt::format("'{}' is one word too many for {}", words[0], command);
  }
  const std::string option = dashed->substr(0, dashed->find('='));
  const std::string text = has_none(option);
  if (!option.starts_with("--")) return text;
  const std::string near = nearest(std::string_view(option).substr(2), long_options(app));
  return near.empty() ? text : fmt::format("{}; did you mean '--{}'?", text, near);
}

// An option without its value, or one that was given twice: CLI11 tells them apart by its words
// only.
std::string wrong_count(const std::string& words) {
  const std::size_t colon = words.find(": ");
  const std::string option = words.substr(0, colon);
  constexpr std::string_view missing = " missing", required = ": 1 required ";
  if (words.substr(std::min(colon, words.size())).starts_with(required) &&
      words.ends_with(missing)) {
    const std::size_t begin = colon + required.size();
    const std::string value = words.substr(begin, words.size() - missing.size() - begin);
    return fmt::format("{} needs a value: {} {}", option, option, value);
  }
  if (words.find("At Most 1 required") != std::string::npos)
    return fmt::format("{} is given twice; leave one out", option);
  return words;
}

}  // namespace

std::string unknown_command(std::string_view word, std::span<const std::string> commands) {
  if (word.starts_with('-') || std::ranges::find(commands, word) != commands.end()) return {};
  const std::string near = suggest(word, commands);
  return fmt::format("there is no command '{}'{}", word,
                     near.empty() ? "; see: synoptic --help" : near);
}

std::optional<Exit> no_file(const std::string& word) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(word, error);
  if (fs::is_directory(status))
    return Exit{refused, fmt::format("'{}' is a folder: name a capture file in it", word)};
  if (fs::exists(status)) {
    return Exit{misused,
                fmt::format("'{}' is a file: name it alone to see it in the window; as text, or "
                            "with options: synoptic open {}",
                            word, word)};
  }
  if (word.starts_with('-') || word.find_first_of("./") == std::string::npos) return std::nullopt;
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    return Exit{refused, fmt::format("cannot open '{}': {}", word, error.message())};
  return Exit{refused, fmt::format("there is no file '{}': check the path", word)};
}

std::string mistake(const CLI::ParseError& error, const CLI::App& app) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) text = superfluous(app);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) text = wrong_count(text);
  if (text.find("did you mean") != std::string::npos) return text;
  const std::string command = command_of(app);
  return fmt::format("{}; see: synoptic {}--help", text, command.empty() ? "" : command + " ");
}

}  // namespace synoptic::cli
