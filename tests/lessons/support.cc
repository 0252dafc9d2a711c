// Files in a temporary folder, gone at the end.
#include "tests/lessons/support.hh"

#include <stdlib.h>

#include <fstream>

namespace synoptic::lessons::test {

LessonFolder::LessonFolder(const Parts& parts) {
  std::string name = (std::filesystem::temp_directory_path() / "lesson-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
  std::ofstream(path_ / "lesson.toml") << parts.toml;
  std::ofstream(path_ / "en.md") << parts.en;
  if (!parts.without_zh) std::ofstream(path_ / "zh.md") << parts.zh;
}

LessonFolder::~LessonFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace synoptic::lessons::test
