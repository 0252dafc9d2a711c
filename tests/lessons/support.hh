// Lessons written to a folder of their own, whole or broken.
#pragma once

#include <filesystem>
#include <string>

#include "lessons/lesson.hh"
#include "tests/files.hh"

namespace synoptic::lessons::test {

// A small lesson on `handshake` that loads; each part may be replaced by a broken one.
struct Parts {
  std::string toml =
      "demo = \"handshake\"\n"                       // 1
      "[scenario]\n"                                 // 2
      "delay = \"10ms\"\n"                           // 3
      "[[step]]\n"                                   // 4
      "id = \"syn\"\n"                               // 5
      "event = \"the client sends its SYN\"\n"       // 6
      "[[step]]\n"                                   // 7
      "id = \"fin\"\n"                               // 8
      "event = \"the server enters CLOSE-WAIT\"\n";  // 9
  std::string en =
      "# Title\n\nOpening.\n\n"                    // 1 to 4
      "## First {#syn}\n\nSeq={seq}.\n\n"          // 5 to 8
      "## Second {#fin}\n\nIn {state.server}.\n";  // 9 to 11
  std::string zh = en;
  bool without_zh = false;
};

class LessonFolder {
 public:
  explicit LessonFolder(const Parts& parts);
  model::Expected<Lesson> load() const { return load_lesson(path()); }
  const std::filesystem::path& path() const { return dir_.path(); }

 private:
  TempDir dir_;
};

}  // namespace synoptic::lessons::test
