// A lesson's files, written.
#include "tests/lessons/support.hh"

namespace synoptic::lessons::test {

LessonFolder::LessonFolder(const Parts& parts) {
  write_file(path() / "lesson.toml", parts.toml);
  write_file(path() / "en.md", parts.en);
  if (!parts.without_zh) write_file(path() / "zh.md", parts.zh);
}

}  // namespace synoptic::lessons::test
