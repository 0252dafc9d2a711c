// Who may see whom: the #include lines of every library, held against the table of the design.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace synoptic {
namespace {

namespace fs = std::filesystem;

struct Rule {
  std::set<std::string> own;       // libraries of ours that it may include, its own apart
  std::set<std::string> external;  // headers of others that it may include, by their beginning
};

const std::set<std::string> wire{"sim/wire"};
const std::set<std::string> model{"sim/wire", "sim/model"};
const std::set<std::string> program{"sim/wire", "sim/model", "sim/program"};

std::set<std::string> with(std::set<std::string> base, const std::set<std::string>& more) {
  base.insert(more.begin(), more.end());
  return base;
}

// The agreement. A folder that is not here is a mistake: every folder of sources has its row.
const std::map<std::string, Rule> rules{
    {"sim/wire", {{}, {"fmt/"}}},
    {"sim/model", {wire, {"fmt/", "sys/mman.h"}}},  // memory for long traces
    {"sim/program", {model, {"fmt/"}}},
    {"sim/tcp", {model, {"fmt/"}}},
    {"sim/udp", {model, {"fmt/"}}},
    {"sim/net", {with(program, {"sim/tcp", "sim/udp"}), {"fmt/"}}},
    {"lessons/demos", {program, {"fmt/", "iconv.h"}}},
    {"lessons",
     {with(program, {"sim/net", "sim/tcp", "lessons/demos"}), {"fmt/", "toml++/", "md4c.h"}}},
    {"capture/observe", {model, {"fmt/"}}},
    {"capture/host",
     {program, {"fmt/", "sys/", "netinet/", "arpa/", "unistd.h", "poll.h", "signal.h"}}},
    {"capture/live",
     {with(program, {"capture/observe", "capture/host", "capture/shim", "capture/helper"}),
      {"fmt/",      "pcap",     "libmnl/", "sys/",     "netinet/", "arpa/",     "net/",
       "linux/",    "unistd.h", "poll.h",  "signal.h", "fcntl.h",  "sched.h",   "spawn.h",
       "ifaddrs.h", "dirent.h", "grp.h",   "pwd.h",    "stdlib.h", "termios.h", "elf.h"}}},
    {"capture/helper",
     {{},
      {"pcap/", "sys/", "linux/", "net/if.h", "unistd.h", "fcntl.h", "poll.h", "signal.h",
       "grp.h"}}},
    {"capture/shim", {{}, {"sys/", "netinet/", "unistd.h", "fcntl.h", "dlfcn.h"}}},
    {"viz/ladder", {with(model, {"viz/words"}), {"fmt/"}}},
    {"viz/export",
     {with(model, {"viz/ladder", "viz/words"}), {"fmt/", "nlohmann/", "stb_image_write.h"}}},
    {"viz/words", {wire, {"fmt/", "libintl.h"}}},
    {"viz/gui",
     {with(program, {"sim/net", "sim/tcp", "lessons", "lessons/demos", "viz/ladder", "viz/export",
                     "viz/words", "capture/observe"}),
      {"fmt/", "imgui.h", "imgui_stdlib.h", "nlohmann/"}}},
    {"viz/window",
     {with(model, {"viz/gui", "viz/ladder", "viz/words"}),
      {"fmt/", "imgui", "GLFW/", "EGL/", "GL/", "fontconfig/"}}},
};

const std::set<std::string>& standard_headers() {
  static const std::set<std::string> headers{"algorithm",
                                             "array",
                                             "atomic",
                                             "bit",
                                             "bitset",
                                             "cassert",
                                             "cctype",
                                             "cerrno",
                                             "charconv",
                                             "chrono",
                                             "cinttypes",
                                             "climits",
                                             "clocale",
                                             "cmath",
                                             "compare",
                                             "concepts",
                                             "condition_variable",
                                             "coroutine",
                                             "csignal",
                                             "cstddef",
                                             "cstdint",
                                             "cstdio",
                                             "cstdlib",
                                             "cstring",
                                             "ctime",
                                             "deque",
                                             "exception",
                                             "expected",
                                             "filesystem",
                                             "fstream",
                                             "functional",
                                             "future",
                                             "initializer_list",
                                             "iomanip",
                                             "iostream",
                                             "istream",
                                             "iterator",
                                             "limits",
                                             "list",
                                             "map",
                                             "memory",
                                             "mutex",
                                             "new",
                                             "numbers",
                                             "numeric",
                                             "optional",
                                             "ostream",
                                             "queue",
                                             "random",
                                             "ranges",
                                             "ratio",
                                             "regex",
                                             "set",
                                             "span",
                                             "sstream",
                                             "stdexcept",
                                             "stop_token",
                                             "string",
                                             "string_view",
                                             "system_error",
                                             "thread",
                                             "tuple",
                                             "type_traits",
                                             "typeinfo",
                                             "unordered_map",
                                             "unordered_set",
                                             "utility",
                                             "variant",
                                             "vector"};
  return headers;
}

struct Source {
  std::string path;    // from the repository's root
  std::string folder;  // its library
  std::vector<std::string> lines;
};

std::vector<Source> sources(const std::vector<std::string>& tops) {
  const fs::path root = SYNOPTIC_SOURCE_DIR;
  std::vector<Source> found;
  for (const std::string& top : tops) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension();
      if (extension != ".hh" && extension != ".cc") continue;
      const fs::path relative = fs::relative(entry.path(), root);
      Source source{relative.string(), relative.parent_path().string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) source.lines.push_back(line);
      found.push_back(std::move(source));
    }
  }
  std::ranges::sort(found, {}, &Source::path);
  return found;
}

// The code of a line: comments and the text of string literals taken out.
std::string code_of(const std::string& line) {
  static const std::regex literal(R"("(\\.|[^"\\])*")");
  const std::string without = std::regex_replace(line, literal, "\"\"");
  return without.substr(0, without.find("//"));
}

bool starts_with_any(const std::string& text, const std::set<std::string>& beginnings) {
  return std::ranges::any_of(beginnings, [&](const std::string& b) { return text.starts_with(b); });
}

TEST(Includes, EachLibrary_SeesOnlyWhatTheTableAllows) {
  static const std::regex include(R"re(^\s*#\s*include\s+(["<])([^">]+)[">])re");
  int seen = 0;
  for (const Source& source : sources({"sim", "capture", "viz", "lessons"})) {
    if (source.folder == "viz" || source.folder == "viz/cli") continue;  // they wire everything
    ASSERT_TRUE(rules.contains(source.folder))
        << source.path << ": " << source.folder << " has no row in the table";
    const Rule& rule = rules.at(source.folder);
    for (const std::string& line : source.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      ++seen;
      const std::string header = match[2];
      if (match[1] == "\"") {
        const std::string from = fs::path(header).parent_path().string();
        EXPECT_TRUE(from == source.folder || rule.own.contains(from))
            << source.path << " must not see " << header;
        EXPECT_TRUE(fs::exists(fs::path(SYNOPTIC_SOURCE_DIR) / header))
            << source.path << ": " << header << " is not from the root";
      } else {
        EXPECT_TRUE(standard_headers().contains(header) || starts_with_any(header, rule.external))
            << source.path << " must not see <" << header << ">";
      }
    }
  }
  EXPECT_GT(seen, 100) << "the test reads nothing";
}

// What makes a run depend on more than its scenario.
TEST(Simulator, HasNoClockNoRandomDeviceNoThreadNoPrinting) {
  static const std::regex refused(
      R"(std::chrono|clock_gettime|gettimeofday|std::time\b|\btime\(nullptr|random_device|std::mt19937|_distribution|std::rand\b|\brand\(\)|std::thread|std::jthread|std::mutex|std::atomic|std::async|printf|std::cout|std::cerr|fmt::print|getenv)");
  for (const Source& source : sources({"sim"})) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(code_of(source.lines[i]), refused))
          << source.path << ":" << i + 1 << ": " << source.lines[i];
    }
  }
}

// An unordered container may be looked up in; its order may not be walked, for it differs between
// libraries.
TEST(Simulator, WalksNoUnorderedContainer) {
  static const std::regex declared(R"(unordered_(?:map|set|multimap|multiset)\s*<.*>\s+(\w+))");
  std::set<std::string> names;
  const auto all = sources({"sim"});
  for (const Source& source : all) {
    for (const std::string& line : source.lines) {
      const std::string code = code_of(line);
      for (std::sregex_iterator it(code.begin(), code.end(), declared), end; it != end; ++it)
        names.insert((*it)[1]);
    }
  }
  for (const Source& source : all) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string code = code_of(source.lines[i]);
      for (const std::string& name : names) {
        const std::regex walked("(for\\s*\\(.*:\\s*(\\w+(\\.|->))*" + name + "\\s*\\))|(\\b" +
                                name + "(\\.|->)c?r?begin\\()");
        EXPECT_FALSE(std::regex_search(code, walked))
            << source.path << ":" << i + 1 << ": " << source.lines[i];
      }
    }
  }
}

// Positions on a circle have no <: sequence numbers are compared by lt() and its like.
TEST(SequenceNumbers, AreNeverComparedRaw) {
  static const std::regex raw_compare(
      R"(\.raw\s*(<|>|<=|>=)\s*\w|\w\s(<|>|<=|>=)\s\w+(\.\w+)*\.raw\b)");
  for (const Source& source : sources({"sim", "capture", "viz", "lessons"})) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(code_of(source.lines[i]), raw_compare))
          << source.path << ":" << i + 1 << ": " << source.lines[i];
    }
  }
}

TEST(EveryFile, BeginsBySayingItsOneIdea) {
  for (const Source& source : sources({"sim", "capture", "viz", "lessons", "tests"})) {
    ASSERT_FALSE(source.lines.empty()) << source.path;
    EXPECT_TRUE(source.lines.front().starts_with("// "))
        << source.path << " opens with: " << source.lines.front();
    EXPECT_LE(source.lines.size(), 600u) << source.path << " is long: does it still say one thing?";
  }
}

}  // namespace
}  // namespace synoptic
