// Every sentence that the libraries without a language give the window has its Chinese one: what
// is odd about a packet, its fields, and why something was refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"
#include "sim/net/scenario.hh"
#include "sim/wire/decode.hh"
#include "tests/gui/source_text.hh"
#include "tests/wire/pcap_file.hh"
#include "tests/wire/sample_packets.hh"
#include "viz/words/words.hh"

namespace synoptic::words {
namespace {

using wire::Saying;

void collect(const Saying& saying, std::set<std::string>& all) {
  if (saying.is_value() || saying.empty()) return;
  all.insert(saying.pattern());
  for (const Saying& arg : saying.args()) collect(arg, all);
}

// Names that are the same in every language: of protocols, flags and options.
const std::set<std::string>& latin() {
  static const std::set<std::string> names{
      "802.1Q", "802.1ad", "ACK",   "ARP", "CWR",  "DSCP",   "ECE",  "ECN",     "ECT(0)",
      "ECT(1)", "ESP",     "FIN",   "GRE", "ICMP", "ICMPv6", "IGMP", "IPv4",    "IPv6",
      "LLDP",   "MPLS",    "OSPF",  "PSH", "RST",  "SACK",   "SCTP", "SYN",     "TCP",
      "TCP-AO", "TSecr",   "TSval", "UDP", "URG",  "{}",     "IP",   "loopback"};
  return names;
}

// Those without a Chinese text that differs from the English one.
std::vector<std::string> without_chinese(const std::set<std::string>& all) {
  std::vector<std::string> missing;
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  for (const std::string& english : all)
    if (!latin().contains(english) && english == tr(english.c_str())) missing.push_back(english);
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
  return missing;
}

std::string lines(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

// --- packets

class Packets {
 public:
  void add(wire::ByteSpan bytes, wire::LinkType link, std::uint32_t original_size = 0) {
    const wire::Decoded decoded = wire::decode(bytes, link, original_size);
    for (const wire::Layer& layer : decoded.layers) {
      collect(layer.name, said);
      for (const wire::Field& field : layer.fields) {
        collect(field.name, said);
        collect(field.value, said);
      }
    }
    for (const wire::Anomaly& anomaly : decoded.anomalies) {
      collect(anomaly.text, said);
      odd.insert(anomaly.code);
    }
    collect(wire::kind_without_transport(bytes, link, decoded.view), said);
  }
  // Cut, and each byte bent; into whatever it can be where types and kinds stand.
  void add_variants(const wire::Sample& sample) {
    const auto size = static_cast<std::uint32_t>(sample.bytes.size());
    for (std::uint32_t kept = 0; kept < size; ++kept) {
      const wire::ByteSpan head = wire::ByteSpan(sample.bytes).first(kept);
      add(head, sample.link);
      add(head, sample.link, size);
    }
    // The four links differ in their own headers only, the two families in IP and ICMP.
    const bool is_segment = sample.name.starts_with("SYN") || sample.name.starts_with("data in");
    const bool thorough =
        !is_segment || (sample.name.ends_with("IPv4") && (sample.link == wire::LinkType::ethernet ||
                                                          sample.link == wire::LinkType::raw));
    wire::Bytes bent = sample.bytes;
    for (std::uint32_t at = 0; at < size; ++at) {
      for (int value = 0; value < 256; value += thorough ? 1 : 51) {
        bent[at] = static_cast<std::uint8_t>(value);
        add(bent, sample.link);
      }
      bent[at] = sample.bytes[at];
    }
  }

  std::set<std::string> said;
  std::set<wire::AnomalyCode> odd;
};

TEST(Sayings, WhateverAPacketIs_HasAChineseText) {
  Packets packets;
  for (const wire::Sample& sample : wire::sample_packets()) {
    packets.add(sample.bytes, sample.link);
    packets.add(sample.bytes, wire::LinkType::unknown);
    packets.add_variants(sample);
  }
  for (const char* file : {"handshake.pcap", "wire-ethernet.pcap", "wire-loopback.pcap"}) {
    const wire::PcapFile pcap =
        wire::read_pcap(std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/" + file);
    ASSERT_FALSE(pcap.packets.empty()) << file;
    for (const wire::PcapPacket& packet : pcap.packets)
      packets.add(packet.bytes, pcap.link, packet.original_size);
  }
  // A short one in Ethernet's least frame, a datagram that ends before its packet does, and one
  // with more behind it than padding.
  wire::Bytes padded;
  wire::append_udp(padded, wire::link_spec(wire::LinkType::ethernet),
                   wire::ip_spec(wire::Family::ipv4), 1, 2, {});
  padded.resize(60);
  packets.add(padded, wire::LinkType::ethernet);
  padded.resize(90);
  packets.add(padded, wire::LinkType::ethernet);
  EXPECT_EQ(packets.odd.size(), static_cast<std::size_t>(wire::AnomalyCode::length_not_filled) + 1)
      << "not every kind of oddity came up";
  EXPECT_GT(packets.said.size(), 150u);
  EXPECT_EQ(lines(without_chinese(packets.said)), "");
}

// --- what the sources say

// The texts among the arguments of each call or braces that begin with one of `openers`: those of
// the call itself, whatever stands between them, and not those of calls within it.
std::set<std::string> texts_in(const std::string& source,
                               std::initializer_list<std::string_view> openers) {
  std::set<std::string> all;
  for (const std::string_view opener : openers) {
    for (std::size_t at = source.find(opener); at != std::string::npos;
         at = source.find(opener, at + 1)) {
      int depth = 1;
      for (std::size_t i = at + opener.size(); i < source.size() && depth > 0; ++i) {
        const char c = source[i];
        if (c == '(' || c == '{') ++depth;
        if (c == ')' || c == '}') --depth;
        if (c != '"') continue;
        std::string text;
        for (++i; i < source.size() && source[i] != '"'; ++i) {
          if (source[i] == '\\') ++i;
          text += source[i];
        }
        if (depth == 1 && !text.empty()) all.insert(text);
      }
    }
  }
  return all;
}

// The pattern that each Saying::of("…", …), Saying("…") and Saying name("…") is made of.
std::set<std::string> patterns_in(const std::string& source) {
  std::set<std::string> all;
  const std::regex regex(R"re(\bSaying(?:::of)?(?:\s+\w+)?\(\s*"((?:[^"\\]|\\.)+)")re");
  for (std::sregex_iterator i(source.begin(), source.end(), regex), end; i != end; ++i)
    all.insert(std::regex_replace((*i)[1].str(), std::regex(R"(\\(.))"), "$1"));
  return all;
}

TEST(Sayings, TextsOfACall_AreItsOwn) {
  EXPECT_EQ(texts_in(R"(Error{of("a", b), x ? "c\"" : "d {", ""} "e")", {"Error{"}),
            (std::set<std::string>{"c\"", "d {"}));
}

TEST(Sayings, EveryPatternAndRefusalInTheSources_HasAChineseOne) {
  const std::string libraries = sources_of_sayings();
  std::set<std::string> all = patterns_in(libraries);
  all.merge(patterns_in(source_text({"viz/gui"})));
  EXPECT_GT(all.size(), 100u);
  std::set<std::string> refusals = texts_in(libraries, {"Error{", ".anomaly("});
  EXPECT_GT(refusals.size(), 30u);
  all.merge(refusals);
  all.merge(texts_in(source_text({"sim/net"}), {"return refuse("}));
  all.merge(texts_in(source_text({"lessons"}), {"fail(", "return none("}));
  EXPECT_EQ(lines(without_chinese(all)), "");
}

TEST(Sayings, EverySettingThatIsRefused_IsRefusedInChinese) {
  std::set<std::string> all;
  net::Scenario scenario;
  for (const net::ScenarioKey& key : net::scenario_keys()) {
    const auto refused = net::set(scenario, key.name, "?");
    ASSERT_FALSE(refused) << key.name;
    collect(refused.error().saying(), all);
  }
  EXPECT_GT(all.size(), 8u);
  EXPECT_EQ(lines(without_chinese(all)), "");
}

TEST(Sayings, AreSaidInChinese_WithWhatIsInThem) {
  speak(Language::zh, SYNOPTIC_LOCALE_DIR);
  const auto refused = net::parse_fault("delay none client>server");
  ASSERT_FALSE(refused);
  EXPECT_EQ(say(refused.error().saying()),
            "故障 'delay none client>server'：'none' 不是时间；请写成 500ms 或 2s 这样");
  // What was typed stays, be it a word of ours.
  EXPECT_NE(std::string(tr("none")), "none");
  speak(Language::en, SYNOPTIC_LOCALE_DIR);
  EXPECT_EQ(say(refused.error().saying()),
            "fault 'delay none client>server': 'none' is no time; write one as 500ms or 2s");
}

}  // namespace
}  // namespace synoptic::words
