// The settings as a file.
#include "viz/cli/settings_file.hh"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "viz/cli/files.hh"

namespace synoptic::cli {

namespace fs = std::filesystem;

std::optional<std::string> settings_path() {
  // "All paths set in these environment variables must be absolute"; others count as not set.
  const auto absolute = [](const char* variable) -> std::optional<fs::path> {
    const char* const value = std::getenv(variable);
    if (value == nullptr || value[0] != '/') return std::nullopt;
    return fs::path(value);
  };
  std::optional<fs::path> folder = absolute("XDG_CONFIG_HOME");
  if (!folder) {
    folder = absolute("HOME");
    if (!folder) return std::nullopt;
    *folder /= ".config";
  }
  return (*folder / "synoptic" / "settings.json").string();
}

namespace {

// As locale(7) chooses the language of messages.
words::Language language_of_environment() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (value == nullptr || value[0] == 0) continue;
    return std::string_view(value).starts_with("zh") ? words::Language::zh : words::Language::en;
  }
  return words::Language::en;
}

}  // namespace

gui::Settings load_settings() {
  gui::Settings first;
  first.look.language = language_of_environment();
  const auto path = settings_path();
  if (!path) return first;
  std::ifstream file(*path);
  if (!file) return first;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return gui::read_settings(text);
}

model::Expected<void> save_settings(const gui::Settings& settings) {
  const auto path = settings_path();
  if (!path) return {};
  std::error_code error;
  fs::create_directories(fs::path(*path).parent_path(), error);
  if (error)
    return std::unexpected(
        model::Error{wire::Saying::of("the settings cannot be kept: {}", error.message()),
                     wire::Saying::of("make {} writable", fs::path(*path).parent_path().string())});
  return write_whole(*path, gui::to_text(settings));
}

}  // namespace synoptic::cli
