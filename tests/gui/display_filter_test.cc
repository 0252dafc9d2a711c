// Display filters: what they match, what is refused and why; Wireshark's own tshark as the judge.
#include "viz/gui/display_filter.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <sstream>

#include "tests/files.hh"
#include "tests/gui/support.hh"
#include "viz/export/export.hh"

namespace synoptic::gui {
namespace {

model::Trace run_of(const char* demo, const std::vector<std::string>& faults = {},
                    wire::Family family = wire::Family::ipv4) {
  Controls controls = testing::controls_of(demo, faults);
  controls.family = family;
  return net::run(scenario_of(controls));
}

// The numbers of the packets that the filter lets through.
std::set<std::uint32_t> numbers(const model::Trace& trace, const std::string& text) {
  const auto filter = DisplayFilter::parse(text);
  EXPECT_TRUE(filter) << text << ": " << (filter ? "" : filter.error().reason.str());
  std::set<std::uint32_t> found;
  std::uint32_t number = 0;
  for (const model::EventId id : trace.by_time()) {
    if (!std::holds_alternative<model::Packet>(trace[id].body)) continue;
    ++number;
    if (filter && filter->matches(trace, trace[id], number)) found.insert(number);
  }
  return found;
}
std::size_t count(const model::Trace& trace, const std::string& text) {
  return numbers(trace, text).size();
}

TEST(DisplayFilter, FieldsAndComparisons) {
  const model::Trace echo = run_of("tcp-echo");
  const std::size_t all = count(echo, "frame");
  EXPECT_GT(all, 15u);
  EXPECT_EQ(count(echo, "tcp"), all);
  EXPECT_EQ(count(echo, "udp"), 0u);
  EXPECT_EQ(count(echo, "tcp.port == 9999"), all);
  EXPECT_EQ(count(echo, "tcp.port != 9999"), 0u);  // none of the two may be it
  EXPECT_EQ(count(echo, "tcp.srcport == 9999") + count(echo, "tcp.dstport eq 9999"), all);
  EXPECT_EQ(numbers(echo, "tcp.flags.syn == 1"), (std::set<std::uint32_t>{1, 2}));
  EXPECT_EQ(numbers(echo, "tcp.flags == 0x002"), (std::set<std::uint32_t>{1}));
  EXPECT_EQ(count(echo, "tcp.flags.fin == 1"), 2u);
  EXPECT_EQ(count(echo, "tcp.flags.fin"), all);  // as in Wireshark: the segment has the field
  EXPECT_EQ(numbers(echo, "frame.number <= 3"), (std::set<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(count(echo, "tcp contains \"Welcome\""), 1u);
  EXPECT_EQ(count(echo, "ip.addr == 127.0.0.1"), all);
  EXPECT_EQ(count(echo, "ip.src == 127.0.0.0/8"), all);
  EXPECT_EQ(count(echo, "ip.src == 127.0.0.1") + count(echo, "ip.src == 127.0.0.2"), all);
  EXPECT_EQ(count(echo, "ipv6"), 0u);
  EXPECT_EQ(numbers(echo, "tcp.seq == 0"), (std::set<std::uint32_t>{1, 2}));
  EXPECT_EQ(count(run_of("udp-echo"), "udp.port == 9999 && !tcp"),
            count(run_of("udp-echo"), "frame"));
  EXPECT_GT(count(run_of("tcp-echo", {}, wire::Family::ipv6), "ipv6.src == fd00::1"), 0u);
  EXPECT_EQ(
      count(run_of("handshake", {"drop 1st syn client>server"}), "tcp.analysis.retransmission"),
      1u);
}

TEST(DisplayFilter, AndIsBeforeOr_NotBeforeBoth) {
  const model::Trace echo = run_of("tcp-echo");
  EXPECT_EQ(numbers(echo, "frame.number == 1 || frame.number == 2 && frame.number == 3"),
            (std::set<std::uint32_t>{1}));
  EXPECT_EQ(numbers(echo, "(frame.number == 1 or frame.number == 2) and tcp.flags.ack == 1"),
            (std::set<std::uint32_t>{2}));
  EXPECT_EQ(numbers(echo, "!frame.number > 2 && not tcp.flags.ack == True"),
            (std::set<std::uint32_t>{1}));
}

TEST(DisplayFilter, AWrongOne_SaysWhy) {
  const auto reason = [](const std::string& text) {
    const auto filter = DisplayFilter::parse(text);
    return filter ? "none" : filter.error().reason.str();
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(reason("tcp.prt == 1"),
              HasSubstr("there is no field 'tcp.prt' here; there are tcp.p"));
  EXPECT_THAT(reason("dns"), HasSubstr("there is no field 'dns'"));
  EXPECT_THAT(reason("tcp port 9999"), HasSubstr("capture filter"));
  EXPECT_THAT(reason("tcp.port = 9999"), HasSubstr("write =="));
  EXPECT_THAT(reason("tcp.port =="), HasSubstr("a value is missing"));
  EXPECT_THAT(reason("tcp.port == http"), HasSubstr("'http' is none"));
  EXPECT_THAT(reason("tcp.port == 70000"), HasSubstr("too large for tcp.port: at most 65535"));
  EXPECT_THAT(reason("tcp.seq == 99999999999999999999999"), HasSubstr("too large"));
  EXPECT_THAT(reason("tcp.flags.syn == 2"), HasSubstr("it is 1 or 0"));
  EXPECT_THAT(reason("ip.src == ::1"), HasSubstr("no IPv4 address"));
  EXPECT_THAT(reason("ip.src > 127.0.0.1"), HasSubstr("== or !="));
  EXPECT_THAT(reason("ip.src == 127.0.0.0/33"), HasSubstr("bits"));
  EXPECT_THAT(reason("tcp == 1"), HasSubstr("no number"));
  EXPECT_THAT(reason("(tcp"), HasSubstr("( without its )"));
  EXPECT_THAT(reason("tcp)"), HasSubstr(") without its ("));
  EXPECT_THAT(reason("tcp &&"), HasSubstr("missing at the end"));
  EXPECT_THAT(reason("tcp udp"), HasSubstr("stands && or ||"));
  EXPECT_THAT(reason("tcp contains \"x"), HasSubstr("no end"));
  EXPECT_THAT(reason("tcp ≠ 1"), HasSubstr("'≠' means nothing"));
  EXPECT_THAT(reason(std::string(500, '(')), HasSubstr("too many"));
  EXPECT_THAT(reason(std::string(1900, '!')), HasSubstr("too many"));
  EXPECT_THAT(reason(std::string(5000, '!')), HasSubstr("too long"));
}

TEST(DisplayFilter, AnyBytes_AreAFilterOrRefused) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces{
      "tcp",       "tcp.port", "==", "!",        "(",  ")", "&&", "||",   "9999", "ip.src",
      "127.0.0.1", "\"",       "\\", "contains", "!=", "/", "0x", "\xff", " ",    "-1"};
  const model::Trace echo = run_of("handshake");
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t n = random() % 9; n > 0; --n)
      text += pieces[random() % pieces.size()] + (random() % 3 == 0 ? "" : " ");
    if (const auto filter = DisplayFilter::parse(text)) {
      for (const model::Event& event : echo.events()) filter->matches(echo, event, 1);
    } else {
      EXPECT_FALSE(filter.error().reason.empty()) << text;
    }
  }
}

TEST(DisplayFilter, AFlagAlone_IsHintedAt) {
  EXPECT_NE(DisplayFilter::parse("tcp.flags.fin")->hint().str().find("tcp.flags.fin == 1"),
            std::string::npos);
  EXPECT_TRUE(DisplayFilter::parse("tcp.flags.fin == 1")->hint().empty());
}

// tshark filters the file that we write of the run: it finds the very packets that we find, and
// knows every field that we know.
class Tshark : public ::testing::Test {
 protected:
  static std::string output(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string all;
    char part[4096];
    while (pipe && std::fgets(part, sizeof part, pipe.get()) != nullptr) all += part;
    return all;
  }
  void SetUp() override {
    ASSERT_FALSE(output("tshark --version 2>/dev/null").empty())
        << "the filter cannot be compared with Wireshark's here: apt-get install tshark";
  }
};

TEST_F(Tshark, FindsTheSamePackets) {
  const model::Trace trace =
      run_of("tcp-echo", {"drop 2nd data client>server", "drop 1st fin server>client"});
  const TempDir folder;
  const std::string file = folder.file("x.pcapng");
  write_file(file, exporting::to_pcapng(trace));
  for (const char* text :
       {"tcp.flags.syn == 1 || tcp.flags.fin == 1 && !(tcp.srcport == 9999)",
        "tcp.len > 0 and ip.src == 127.0.0.1 or frame.number == 2",
        "tcp.port != 9999 || tcp.flags.fin && tcp.len ge 6",
        "tcp.seq > 5 && tcp.ack <= 30 && tcp.nxtseq != 20 && tcp contains \"ell\"",
        "tcp.analysis.retransmission || udp || tcp.flags == 0x12 || tcp.window_size < 10"}) {
    const std::string listed =
        output("tshark -r '" + file + "' -Y '" + text + "' -T fields -e frame.number 2>&1");
    std::set<std::uint32_t> theirs;
    std::istringstream in(listed);
    for (std::string line; std::getline(in, line);)
      if (!line.empty() && line.find_first_not_of("0123456789") == std::string::npos)
        theirs.insert(static_cast<std::uint32_t>(std::stoul(line)));
    EXPECT_EQ(numbers(trace, text), theirs) << text << "\n" << listed;
  }
}

TEST_F(Tshark, KnowsEveryField) {
  std::set<std::string> known;
  std::istringstream in(
      output("tshark -G fields 2>/dev/null | cut -f1,3 | "
             "grep -E '\t(frame|ip|ipv6|tcp|udp|icmp|icmpv6)($|\\.)'"));
  for (std::string line; std::getline(in, line);) known.insert(line.substr(line.find('\t') + 1));
  ASSERT_GT(known.size(), 100u);
  for (const std::string_view field : filter_fields())
    EXPECT_TRUE(known.contains(std::string(field))) << field;
}

}  // namespace
}  // namespace synoptic::gui
