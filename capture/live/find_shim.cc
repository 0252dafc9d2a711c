// Where the shim is: beside the program in the build tree, in lib/synoptic beside bin where it was
// installed.
#include <array>
#include <filesystem>

#include "capture/live/live.hh"

namespace synoptic::live {

std::string find_shim() {
  namespace fs = std::filesystem;
  constexpr const char* name = "libsynoptic-shim.so";
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path prefix = program.parent_path();
  for (const fs::path& folder : {program, prefix, prefix / SYNOPTIC_LIBDIR / "synoptic"}) {
    if (fs::exists(folder / name, error)) return (folder / name).string();
  }
  return "";
}

}  // namespace synoptic::live
