// Beside the program in the build tree, in lib/synoptic and libexec/synoptic beside bin where it
// was installed.
#include "capture/live/own_files.hh"

#include <filesystem>

#include "capture/helper/protocol.hh"
#include "capture/live/live.hh"

namespace synoptic::live {
namespace {

std::string find(const char* name) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path prefix = program.parent_path();
  for (const fs::path& folder : {program, prefix, prefix / SYNOPTIC_LIBDIR / "synoptic",
                                 prefix / SYNOPTIC_LIBEXECDIR / "synoptic"}) {
    if (fs::is_regular_file(folder / name, error)) return (folder / name).string();
  }
  return "";
}

}  // namespace

std::string own_program() {
  std::error_code error;
  const std::string path = std::filesystem::read_symlink("/proc/self/exe", error).string();
  return path.empty() ? "synoptic" : path;
}

std::string find_shim() {
  return find("libsynoptic-shim.so");
}

std::string find_capture_helper() {
  return find(helper::program_name);
}

std::string shell_word(const std::string& path) {
  constexpr const char* plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:,@%";
  if (!path.empty() && path.find_first_not_of(plain) == path.npos) return path;
  std::string word = "'";
  for (const char c : path) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace synoptic::live
