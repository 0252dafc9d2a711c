// Pictures in Chinese: no English word is left where one was meant to be translated, and wide
// characters keep to their cells.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>
#include <string>

#include "lessons/scenario.hh"
#include "tests/ladder/demo_runs.hh"
#include "tests/ladder/trace_builder.hh"
#include "viz/export/export.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

// The tests around these are English.
class PictureInChinese : public testing::Test {
 protected:
  PictureInChinese() { words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR); }
  ~PictureInChinese() override { words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR); }
};

std::vector<model::Trace> traces() {
  std::vector<model::Trace> all;
  all.push_back(run({}));
  all.push_back(run({.demo = "handshake", .ipv6 = true, .faults = {"drop 1st fin client>server"}}));
  all.push_back(run({.demo = "udp-echo", .clients = 2, .faults = {"drop 2nd any client>server"}}));
  all.push_back(
      run({.demo = "tcp-echo",
           .clients = 3,
           .faults = {"drop 1st syn client>server", "drop 1st data server>client",
                      "corrupt 3rd data client>server", "duplicate 2nd data client>server",
                      "delay 500ms 4th data client>server", "swap 1st fin client>server"}}));
  all.push_back(simulated(
      "0 c S 0; 20 s SA 0 1; 40 c A 1 1; 50 c PA 1 1 \"你好\" lost; 900 c PA 1 1 \"你好\" again"));
  model::Trace found = captured("0 c PA 1 1 \"x\"; 1 s A 1 2");
  found.add({.endpoint = model::EndpointId{0},
             .flow = model::FlowId{0},
             .body = model::StateChange{model::TcpState::established, model::TcpState::established,
                                        model::Basis::inferred}});
  all.push_back(std::move(found));
  all.emplace_back(model::Source::captured);
  return all;
}

std::vector<Metrics> all_metrics() {
  return {text_metrics(60),  text_metrics(80),  text_metrics(100),
          text_metrics(140), text_metrics(237), svg_metrics()};
}

// Without what a program printed, sent or received, names of calls, codes of reasons, and the terms
// that are the same in every language.
std::string english_in(std::string text) {
  text =
      std::regex_replace(text, std::regex("\"[^\"]*\"?|\\[[a-z0-9-]+\\]|[a-z_]+\\([^)]*\\)?"), "");
  static const std::set<std::string> terms{
      "TCP",      "UDP",         "ICMP",  "SYN",     "ACK",  "FIN",    "RST",
      "Seq",      "Ack",         "RFC",   "TIME",    "WAIT", "LISTEN", "SENT",
      "RECEIVED", "ESTABLISHED", "CLOSE", "CLOSING", "LAST", "CLOSED", "Linux"};
  static const std::set<std::string> calls{"connect",  "accept", "recv",  "send",
                                           "recvfrom", "sendto", "close", "read_line"};
  const std::regex word("[A-Za-z_]{3,}");
  for (std::sregex_iterator i(text.begin(), text.end(), word), end; i != end; ++i)
    if (!terms.contains(i->str()) && !calls.contains(i->str())) return i->str();
  return "";
}

bool is_ours(const Text& text) {
  switch (text.role) {
    case Role::packet_line:     // as Wireshark writes it
    case Role::program_output:  // its mark is checked below
    case Role::lane_address:
    case Role::time_label:
    case Role::title: return false;
    default: return true;
  }
}

void expect_chinese(const Scene& scene) {
  for (const Text& text : scene.texts) {
    EXPECT_EQ(text.text.find("{}"), std::string::npos) << text.text;
    if (!is_ours(text)) continue;
    // A call that was wrapped is not known by its brackets any more.
    if (text.role == Role::call || text.role == Role::call_result)
      for (const char* word :
           {"returns", "end of", "listener", "client", "server", "reads", " from "})
        EXPECT_EQ(text.text.find(word), std::string::npos) << text.text;
    else
      EXPECT_EQ(english_in(text.text), "") << text.text;
  }
  for (const Line& line : scene.lines) EXPECT_EQ(english_in(line.tip), "") << line.tip;
}

void expect_inside(const Scene& scene) {
  constexpr double slack = 1e-6;
  for (const Text& text : scene.texts) {
    const Extent e = extent(text, scene);
    EXPECT_GE(e.min.x, -slack) << text.text;
    EXPECT_LE(e.max.x, scene.width + slack) << text.text;
    if (text.max_width > 0) {
      EXPECT_LE(e.max.x - e.min.x, text.max_width + slack) << text.text;
    }
  }
}

// The character at a column, counted in cells; 0 in the midst of a wide one.
char32_t at_column(std::string_view line, int column) {
  int at = 0;
  while (!line.empty()) {
    const char32_t c = take_character(line);
    const int width = cells(c);
    if (width > 0 && at == column) return c;
    if (at > column) return 0;
    at += width;
  }
  return U' ';
}

void expect_aligned(const Scene& scene) {
  std::vector<std::string> lines;
  std::string text = exporting::to_text(scene);
  for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
    lines.push_back(text.substr(0, end));
  for (const std::string& line : lines) EXPECT_LE(cells(line), scene.width) << line;
  for (const Line& lane : scene.lines) {
    if (lane.role != Role::lane) continue;
    for (auto y = std::llround(lane.from.y); y < std::llround(lane.to.y); ++y) {
      const std::string& line = lines[static_cast<std::size_t>(y)];
      const bool told = std::ranges::any_of(scene.boxes, [&](const Box& box) {
        return box.role == Role::reason && box.min.y <= static_cast<double>(y) &&
               static_cast<double>(y) < box.max.y;
      });
      // A packet line that fits between no lanes covers them.
      const bool covered = std::ranges::any_of(scene.texts, [&](const Text& text) {
        const Extent e = extent(text, scene);
        return text.role == Role::packet_line && std::llround(e.min.y) == y &&
               e.min.x < lane.from.x && lane.from.x < e.max.x;
      });
      if (told || covered) continue;
      const char32_t glyph = at_column(line, static_cast<int>(std::floor(lane.from.x)));
      EXPECT_NE(std::u32string_view(U"┊│┃║").find(glyph), std::u32string_view::npos) << line;
    }
  }
}

TEST_F(PictureInChinese, OneTrace_HasNoEnglishWordLeftAndKeepsToItsRoom) {
  for (const model::Trace& trace : traces())
    for (const Metrics& metrics : all_metrics())
      for (const TimeMode time : {TimeMode::ordinal, TimeMode::proportional}) {
        SCOPED_TRACE(fmt::format("width {}", metrics.width));
        const Scene scene = layout(trace, {.metrics = metrics, .time = time, .title = "题目"});
        expect_chinese(scene);
        expect_inside(scene);
        if (metrics.arrow_slope == 0) expect_aligned(scene);
      }
}

TEST_F(PictureInChinese, TwoTraces_HaveNoEnglishWordLeftAndKeepToTheirRoom) {
  const std::vector<model::Trace> all = traces();
  const std::pair<std::size_t, std::size_t> pairs[] = {{0, 0}, {0, 3}, {2, 2}, {4, 0}, {0, 6}};
  for (const auto& [sim, live] : pairs) {
    const Alignment alignment = align(all[sim], all[live]);
    for (const Metrics& metrics : all_metrics()) {
      SCOPED_TRACE(fmt::format("{} and {}, width {}", sim, live, metrics.width));
      const Scene scene = layout(all[sim], all[live], alignment, {.metrics = metrics});
      expect_chinese(scene);
      expect_inside(scene);
      if (metrics.arrow_slope == 0) expect_aligned(scene);
    }
  }
}

TEST_F(PictureInChinese, WhatIsSaidAndWhatIsQuoted) {
  const std::string text = exporting::to_text(layout(run({}), {.metrics = text_metrics(140)}));
  for (const char* word :
       {"客户端", "服务器", "模拟：23 个报文段，历时 244.2 s", "打印：Waiting for connection",
        "connect 返回", "（监听套接字）", "TIME-WAIT 定时器 启动：", "[SYN] Seq=0 Win=65535 Len=0",
        "● 状态  竖线"})
    EXPECT_NE(text.find(word), std::string::npos) << word << "\n" << text;
}

TEST_F(PictureInChinese, NamesOfRoles) {
  EXPECT_EQ(role_name("client"), "客户端");
  EXPECT_EQ(role_name("client 12"), "客户端 12");
  EXPECT_EQ(role_name("server"), "服务器");
  for (const char* name : {"client x", "clients", "127.0.0.1:80", "张三", "client ", ""})
    EXPECT_EQ(role_name(name), name);
}

// Names and texts of students may be Chinese, whatever the program speaks.
TEST(WideTexts, KeepTheLanesInPlace) {
  const model::Trace trace =
      run({.names = {"张三", "李四", "一个很长很长很长很长很长很长很长的名字"}});
  for (const Metrics& metrics : all_metrics()) {
    SCOPED_TRACE(fmt::format("width {}", metrics.width));
    const Scene scene = layout(trace, {.metrics = metrics});
    expect_inside(scene);
    if (metrics.arrow_slope == 0) expect_aligned(scene);
  }
}

}  // namespace
}  // namespace synoptic::ladder
