// The sources as text, for tests that hold what is written in them against the catalogues.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <regex>
#include <string>

#include "tests/files.hh"

namespace synoptic::words {

// All sources of the folders, texts joined where they go on in the next line.
inline std::string source_text(std::initializer_list<const char*> folders) {
  std::string all;
  for (const char* folder : folders)
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(SYNOPTIC_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".cc" || entry.path().extension() == ".hh")
        all += read_file(entry.path());
  return std::regex_replace(all, std::regex("\"\\s*\n\\s*\""), "");
}

// Where no language is known: they give sayings, which the window shows in its own.
inline std::string sources_of_sayings() {
  return source_text({"sim/wire", "sim/model", "sim/net", "capture/observe", "capture/live",
                      "lessons", "viz/export", "viz/window", "viz/cli"});
}

}  // namespace synoptic::words
