// Packets of no conversation, from any bytes to the picture: named, shown as bytes, kept untouched,
// and in nobody's way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "lessons/scenario.hh"
#include "sim/net/scenario.hh"
#include "tests/files.hh"
#include "tests/observe/packets.hh"
#include "viz/export/export.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/others.hh"
#include "viz/words/words.hh"

namespace synoptic::observe {
namespace {

using model::EventKind;
using testing::Bench;
using testing::client;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::server;
using wire::ACK;
using wire::SYN;

// One of each kind, all made from one SYN.
void one_of_each(Bench& b) {
  b.c({SYN, 1000});
  const wire::Bytes whole = b.last;
  const auto changed = [&](std::size_t at, wire::Bytes to) {
    wire::Bytes packet = whole;
    std::ranges::copy(to, packet.begin() + static_cast<std::ptrdiff_t>(at));
    b.raw(packet);
  };
  changed(12, {0x08, 0x06});  // the EtherType
  changed(12, {0x88, 0xb5});
  changed(12, {0x00, 0x20});
  changed(20, {0x20, 0x00});  // more fragments follow
  changed(20, {0x00, 0x10});
  changed(23, {99});  // the protocol
  changed(23, {2});
  changed(14, {0x50});                    // neither IPv4 nor IPv6
  b.raw(wire::ByteSpan(whole).first(9));  // ends in the link header
}

std::vector<std::string> names(const model::Trace& trace) {
  std::vector<std::string> out;
  for (const model::Event& e : trace.events())
    if (e.kind == EventKind::other) out.push_back(ladder::other_name(e));
  return out;
}

std::string text_of(const model::Trace& trace, int columns = 160) {
  return exporting::to_text(ladder::layout(trace, {.metrics = ladder::text_metrics(columns)}));
}

TEST(Others, AreNamedAsFarAsTheyAreUnderstood) {
  Bench b;
  one_of_each(b);
  wire::Bytes start(16, 0);
  start[12] = 8;  // two bytes of an IPv4 header
  start[14] = 0x45;
  b.tracker.packet({b.now, start, 60, wire::LinkType::ethernet});
  b.raw(wire::Bytes{1, 2, 3}, wire::LinkType::unknown);
  EXPECT_THAT(names(b.trace),
              ElementsAre("ARP", "EtherType 0x88b5", "IEEE 802.3", "IPv4 fragment", "IPv4 fragment",
                          "IP protocol 99", "IGMP", "damaged packet", "damaged packet",
                          "cut-off packet", "packet of an unknown link type"));
}

TEST(Others, HaveNoPlaceAndNoFlow_AndLeaveTheConversationsAlone) {
  Bench b;
  one_of_each(b);
  b.s({SYN | ACK, 5000, 1001});
  b.tracker.finish();
  EXPECT_EQ(b.trace.endpoints().size(), 2u);
  EXPECT_EQ(b.trace.flows().size(), 1u);
  EXPECT_THAT(b.trace.warnings, IsEmpty());
  for (const model::Event& e : b.trace.events()) {
    if (e.kind != EventKind::other) continue;
    EXPECT_EQ(e.endpoint, model::EndpointId::none);
    EXPECT_EQ(e.to, model::EndpointId::none);
    EXPECT_EQ(e.flow, model::FlowId::none);
  }
}

TEST(Others, AreShownAsBytes_WithTheirAddresses) {
  Bench b;
  one_of_each(b);
  const std::string text = text_of(b.trace);
  EXPECT_THAT(text, HasSubstr("captured: 1 segment, 9 other packets"));
  EXPECT_THAT(text, HasSubstr("▪ ARP, 40 bytes: 45 00 00 28 00 00 40 00 40 06"));
  EXPECT_THAT(text, HasSubstr("▪ 127.0.0.1 → 127.0.0.2 IP protocol 99, 20 bytes: b7 82 27"));
  EXPECT_THAT(text, HasSubstr("▪ damaged packet, 9 bytes:"));
  EXPECT_THAT(text, HasSubstr("▪ other packet, and its first bytes"));
  EXPECT_THAT(exporting::to_svg(ladder::layout(b.trace, {.metrics = ladder::svg_metrics()})),
              HasSubstr("▪ ARP, 40 bytes:"));
}

TEST(Others, AlonePicture_HasNoLanes) {
  Bench b;
  b.raw(wire::Bytes(60, 0xff));
  for (const int columns : {60, 100, 200})
    EXPECT_THAT(text_of(b.trace, columns), HasSubstr("▪ EtherType 0xffff, 46 bytes: ff ff"));
  EXPECT_THAT(text_of(b.trace), ::testing::Not(HasSubstr("\n\n\n")));
}

TEST(Others, OfManyFlows_AreASectionOfTheirOwn) {
  Bench b;
  for (std::uint16_t port = 1; port <= 8; ++port) {
    b.tcp({client.ip, port}, {server.ip, std::uint16_t(80 + port)}, {SYN, 1000});
    b.raw(wire::Bytes(60, 0xff));
  }
  const std::string text = text_of(b.trace, 80);
  const std::size_t section = text.find("packets of no flow");
  ASSERT_NE(section, std::string::npos) << text;
  EXPECT_GT(text.find("▪ EtherType 0xffff"), section);
}

// What is compared, and one flow alone, are conversations: the rest is counted.
TEST(Others, AreOnlyCounted_BesideAComparisonAndAFlow) {
  const model::Trace sim =
      net::run(lessons::make_scenario(*demos::find_demo("handshake"), {}, wire::Family::ipv4));
  Bench plain, with;
  one_of_each(with);
  plain.c({SYN, 1000});
  const ladder::Alignment expected = ladder::align(sim, plain.trace);
  const ladder::Alignment got = ladder::align(sim, with.trace);
  EXPECT_EQ(got.summary, expected.summary);
  EXPECT_EQ(got.conversations.size(), expected.conversations.size());
  const std::string told =
      "9 packets are not shown: 2 IPv4 fragments, 2 damaged, 1 ARP, 1 EtherType 0x88b5, 1 IEEE "
      "802.3, 1 IGMP, 1 other";
  const std::string both = exporting::to_text(
      ladder::layout(sim, with.trace, got, {.metrics = ladder::text_metrics(200)}));
  EXPECT_THAT(both, HasSubstr("! live: " + told));
  EXPECT_THAT(both, ::testing::Not(HasSubstr("▪")));
  const std::string one = exporting::to_text(
      ladder::layout(with.trace, {.metrics = ladder::text_metrics(200), .flow = model::FlowId(0)}));
  EXPECT_THAT(one, HasSubstr("! " + told));
  EXPECT_THAT(one, ::testing::Not(HasSubstr("▪")));
  EXPECT_EQ(ladder::others_not_shown(plain.trace), "");
}

TEST(Others, AreCountedAndNamed_InChinese) {
  Bench b;
  one_of_each(b);
  b.raw(wire::Bytes{1, 2, 3}, wire::LinkType::unknown);
  words::speak(words::Language::zh, SYNOPTIC_LOCALE_DIR);
  const std::string told = ladder::others_not_shown(b.trace);
  const std::vector<std::string> named = names(b.trace);
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
  EXPECT_EQ(told,
            "有 10 个分组未显示：IPv4 分片 2 个、损坏 2 个、ARP 1 个、以太网类型 0x88b5 1 个、IEEE "
            "802.3 帧 1 个、IGMP 1 个、其他 2 个");
  EXPECT_THAT(named, ::testing::Contains("以太网类型 0x88b5"));
  EXPECT_THAT(named, ::testing::Contains("IEEE 802.3 帧"));
}

TEST(Others, JsonHoldsTheirBytes_AndIsReadBack) {
  Bench b;
  one_of_each(b);
  const std::string json = exporting::to_json(b.trace);
  EXPECT_THAT(json, HasSubstr(R"("kind":"other","endpoint":null)"));
  EXPECT_THAT(json, HasSubstr(R"("what":"ARP")"));
  const auto again = exporting::read_json(json);
  ASSERT_TRUE(again) << again.error().str();
  EXPECT_EQ(exporting::to_json(*again), json);
  EXPECT_EQ(text_of(*again), text_of(b.trace));
}

TEST(Others, JsonThatGivesThemAPlace_IsRefused) {
  Bench b;
  one_of_each(b);
  std::string json = exporting::to_json(b.trace);
  const std::string nowhere = R"("kind":"other","endpoint":null)";
  json.replace(json.find(nowhere), nowhere.size(), R"("kind":"other","endpoint":0)");
  const auto again = exporting::read_json(json);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().str(), HasSubstr("neither endpoints nor a flow"));
}

// As tshark sees what is written: the bytes of each packet, one line a packet.
TEST(Others, PcapngKeepsThemUntouched) {
  Bench b;
  one_of_each(b);
  const wire::Bytes file = exporting::to_pcapng(b.trace);
  std::size_t found = 0;
  for (const model::Event& e : b.trace.events()) {
    const auto* packet = std::get_if<model::Packet>(&e.body);
    if (packet == nullptr) continue;
    ++found;
    EXPECT_FALSE(std::ranges::search(file, packet->bytes).empty());
  }
  EXPECT_EQ(found, 10u);
  const TempDir folder;
  const std::string path = folder.file("x.pcapng");
  write_file(path, file);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      popen(("tshark -n -r " + path + " -T fields -e frame.len 2>/dev/null").c_str(), "r"), pclose);
  std::string lengths;
  for (int c; (c = std::fgetc(pipe.get())) != EOF;) lengths += static_cast<char>(c);
  EXPECT_EQ(lengths, "54\n54\n54\n54\n54\n54\n54\n54\n54\n9\n");
}

// Garbage in frames of every link type: nothing is refused, each packet stands in the picture.
TEST(Others, AnyBytes_AreShown) {
  constexpr wire::LinkType links[] = {wire::LinkType::ethernet, wire::LinkType::null,
                                      wire::LinkType::raw, wire::LinkType::loop,
                                      wire::LinkType::unknown};
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    Bench b;
    const std::size_t count = 1 + random() % 12;
    for (std::size_t i = 0; i < count; ++i) {
      wire::Bytes bytes(random() % 80);
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
      if (bytes.size() > 14 && random() % 2 == 0) bytes[12] = 8, bytes[13] = 0, bytes[14] = 0x45;
      b.raw(bytes, links[random() % std::size(links)]);
    }
    b.tracker.finish();
    std::size_t packets = 0, others = 0;
    for (const model::Event& e : b.trace.events()) {
      packets += std::holds_alternative<model::Packet>(e.body);
      others += e.kind == EventKind::other;
    }
    ASSERT_EQ(packets, count) << "seed " << seed;
    const std::string text = text_of(b.trace, 200);
    std::size_t shown = 0;
    for (std::size_t at = text.find("▪ "); at != std::string::npos; at = text.find("▪ ", at + 1))
      ++shown;
    ASSERT_EQ(shown, others + (others > 0 ? 1 : 0)) << "seed " << seed << '\n' << text;
    const std::string json = exporting::to_json(b.trace);
    const auto again = exporting::read_json(json);
    ASSERT_TRUE(again) << "seed " << seed << ": " << again.error().str();
    ASSERT_EQ(exporting::to_json(*again), json) << "seed " << seed;
  }
}

}  // namespace
}  // namespace synoptic::observe
