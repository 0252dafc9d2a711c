// DEVIATIONS.toml points to code that exists.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "tests/files.hh"

namespace synoptic::tcp {
namespace {

TEST(Deviations, EachEntry_IsCompleteAndPointsToExistingCode) {
  const std::filesystem::path folder = std::filesystem::path(SYNOPTIC_SOURCE_DIR) / "sim/tcp";
  const std::string all = read_file(folder / "DEVIATIONS.toml");
  const std::string heading = "[[deviation]]";
  std::set<std::string> ids;
  int entries = 0;
  for (std::size_t at = all.find(heading); at != std::string::npos; ++entries) {
    const std::size_t next = all.find(heading, at + 1);
    const std::string entry = all.substr(at, next == std::string::npos ? next : next - at);
    at = next;
    std::smatch found;
    for (const char* key : {"id", "rfc", "asks", "does", "why"}) {
      EXPECT_TRUE(std::regex_search(entry, std::regex("\n" + std::string(key) + " = \".+\"")))
          << key << " is missing in " << entry;
    }
    ASSERT_TRUE(std::regex_search(entry, found, std::regex("\nid = \"(.+)\"")));
    EXPECT_TRUE(ids.insert(found[1]).second) << found[1];
    ASSERT_TRUE(
        std::regex_search(entry, found, std::regex("\ncode = \"([a-z_.]+)(, ([a-z_]+))?\"")))
        << entry;
    const std::string code = read_file(folder / found[1].str());
    EXPECT_FALSE(code.empty()) << found[1];
    EXPECT_NE(code.find(found[3].str()), std::string::npos) << found[3];
  }
  EXPECT_GT(entries, 10);
}

}  // namespace
}  // namespace synoptic::tcp
