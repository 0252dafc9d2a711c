// pcapng: each block by itself, and tshark as the outside judge of the whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "lessons/scenario.hh"
#include "tests/export/hand_trace.hh"
#include "tests/files.hh"
#include "viz/export/export.hh"

namespace synoptic::exporting {
namespace {

using test::everything;
using test::HandTrace;

std::uint32_t u32(const wire::Bytes& bytes, std::size_t at) {
  std::uint32_t v = 0;
  std::memcpy(&v, bytes.data() + at,
              4);  // the tests run on little-endian machines, the file is little-endian
  return v;
}
std::uint16_t u16(const wire::Bytes& bytes, std::size_t at) {
  std::uint16_t v = 0;
  std::memcpy(&v, bytes.data() + at, 2);
  return v;
}

struct BlockView {
  std::uint32_t type;
  std::size_t at, size;
};

std::vector<BlockView> blocks_of(const wire::Bytes& file) {
  std::vector<BlockView> blocks;
  std::size_t at = 0;
  while (at + 12 <= file.size()) {
    const std::uint32_t size = u32(file, at + 4);
    EXPECT_EQ(size % 4, 0u);
    if (size < 12 || at + size > file.size()) break;
    EXPECT_EQ(u32(file, at + size - 4), size) << "both lengths of a block are equal";
    blocks.push_back({u32(file, at), at, size});
    at += size;
  }
  EXPECT_EQ(at, file.size()) << "the blocks fill the file";
  return blocks;
}

// The options of a block from `at` on, as (code, value).
std::vector<std::pair<int, std::string>> options_of(const wire::Bytes& file, std::size_t at,
                                                    std::size_t end) {
  std::vector<std::pair<int, std::string>> options;
  while (at + 4 <= end) {
    const int code = u16(file, at);
    const std::size_t size = u16(file, at + 2);
    if (code == 0) {
      EXPECT_EQ(at + 4, end) << "the end of options ends them";
      return options;
    }
    options.emplace_back(code,
                         std::string(reinterpret_cast<const char*>(file.data()) + at + 4, size));
    at += 4 + ((size + 3) & ~std::size_t{3});
  }
  ADD_FAILURE() << "no end of options";
  return options;
}

std::string comment_of(const wire::Bytes& file, const BlockView& packet) {
  const std::size_t captured = u32(file, packet.at + 20);
  const auto options = options_of(file, packet.at + 28 + ((captured + 3) & ~std::size_t{3}),
                                  packet.at + packet.size - 4);
  EXPECT_EQ(options.size(), 1u);
  return options.empty() ? "" : options[0].second;
}

TEST(Pcapng, BlocksPaddingAndOptionsAreWellFormed) {
  const HandTrace h = everything(model::Source::simulated);
  const wire::Bytes file = to_pcapng(h.trace);
  const auto blocks = blocks_of(file);
  ASSERT_EQ(blocks.size(), 8u) << "a section, an interface, six packets";
  EXPECT_EQ(blocks[0].type, 0x0A0D0D0Au);
  EXPECT_EQ(u32(file, blocks[0].at + 8), 0x1A2B3C4Du);
  EXPECT_EQ(blocks[1].type, 1u);
  EXPECT_EQ(u16(file, blocks[1].at + 8), 1u) << "Ethernet";
  bool nanoseconds = false;
  for (const auto& [code, value] :
       options_of(file, blocks[1].at + 16, blocks[1].at + blocks[1].size - 4)) {
    nanoseconds |= code == 9 && value == "\x09";
  }
  EXPECT_TRUE(nanoseconds);
  std::size_t next = 2;
  for (model::EventId id : h.trace.by_time()) {
    const auto* packet = std::get_if<model::Packet>(&h.trace[id].body);
    if (!packet) continue;
    const BlockView& block = blocks[next++];
    EXPECT_EQ(block.type, 6u);
    const std::uint64_t t =
        std::uint64_t{u32(file, block.at + 12)} << 32 | u32(file, block.at + 16);
    EXPECT_EQ(t, static_cast<std::uint64_t>(h.trace[id].t.ns));
    ASSERT_EQ(u32(file, block.at + 20), packet->bytes.size());
    EXPECT_TRUE(
        std::equal(packet->bytes.begin(), packet->bytes.end(), file.begin() + block.at + 28));
  }
}

TEST(Pcapng, EachSimulatedPacketSaysItsWhyAndLostOnesThatTheyAreLost) {
  const HandTrace h = everything(model::Source::simulated);
  const wire::Bytes file = to_pcapng(h.trace);
  const auto blocks = blocks_of(file);
  const std::string lost = comment_of(file, blocks[2]);
  EXPECT_EQ(lost.find("LOST"), 0u) << lost;
  EXPECT_NE(lost.find(info(model::Why::fault_drop).text), std::string::npos) << lost;
  EXPECT_NE(lost.find(info(model::Why::active_open).text), std::string::npos) << lost;
  EXPECT_EQ(comment_of(file, blocks[3]).find("Retransmission."), 0u);
  for (std::size_t i = 2; i < blocks.size(); ++i) EXPECT_FALSE(comment_of(file, blocks[i]).empty());
}

TEST(Pcapng, ADamagedPacketSaysThatItWasDroppedForItsChecksum) {
  HandTrace h(model::Source::simulated);
  const model::EventId id = h.segment(0, {.ctl = wire::SYN, .seq = 100});
  std::get<model::Packet>(h.trace.edit(id).body).fate = model::Fate::damaged;
  const wire::Bytes file = to_pcapng(h.trace);
  const std::string said = comment_of(file, blocks_of(file)[2]);
  EXPECT_EQ(said.find("DAMAGED"), 0u) << said;
  EXPECT_NE(said.find("checksum"), std::string::npos) << said;
  EXPECT_NE(said.find("dropped"), std::string::npos) << said;
}

TEST(Pcapng, CapturedBytesAreUntouchedAndKeepTheirSizeOnTheWire) {
  HandTrace h(model::Source::captured);
  const wire::Bytes odd = {1, 2, 3, 4, 5};
  model::Packet packet;
  packet.bytes = h.trace.arena().store(odd);
  packet.original_size = 1000;
  packet.link = wire::LinkType::raw;
  packet.fate = model::Fate::delivered;
  model::Event event = h.at(1, h.a, packet);
  event.to = h.b;
  h.trace.add(event);
  const wire::Bytes file = to_pcapng(h.trace);
  const auto blocks = blocks_of(file);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(u16(file, blocks[1].at + 8), 101u);
  EXPECT_EQ(u32(file, blocks[2].at + 20), 5u);
  EXPECT_EQ(u32(file, blocks[2].at + 24), 1000u);
  EXPECT_EQ(blocks[2].size, 28u + 8u + 4u) << "no options";
  EXPECT_TRUE(std::equal(odd.begin(), odd.end(), file.begin() + blocks[2].at + 28));
}

TEST(Pcapng, LongCommentsAreCutBetweenCharacters) {
  HandTrace h(model::Source::captured);
  std::string warning = "x";
  while (warning.size() < 70'000) warning += "\xe4\xbd\xa0";
  h.trace.warnings.push_back(warning);
  const wire::Bytes file = to_pcapng(h.trace);
  const auto blocks = blocks_of(file);
  const auto options = options_of(file, blocks[0].at + 24, blocks[0].at + blocks[0].size - 4);
  ASSERT_FALSE(options.empty());
  EXPECT_EQ(options[0].second.size(), 0xffffu - (0xffffu - 1) % 3);
}

// --- tshark
// ---------------------------------------------------------------------------------------

class TempFile {
 public:
  explicit TempFile(const wire::Bytes& bytes) { write_file(path(), bytes); }
  std::string path() const { return dir_.file("x.pcapng"); }

 private:
  TempDir dir_;
};

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (const std::size_t n = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return out;
}

// One line a segment, as the trace has it; and as tshark reads it.
std::string ours(const model::Trace& trace) {
  std::string out;
  for (model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    if (event.kind != model::EventKind::segment) continue;
    const auto& p = std::get<model::Packet>(event.body);
    out += fmt::format("{:#06x}\t{}\t{}\t{}\n", p.ctl.bits, trace.relative_seq(event),
                       trace.relative_ack(event), p.len);
  }
  return out;
}

struct Reading {
  std::string segments;    // as ours()
  std::string complaints;  // packets that are malformed, or whose checksums are not right
  std::size_t packets = 0;
};

Reading tsharks(const std::string& path) {
  const std::string table = output_of(
      "tshark -n -r " + path +
      " -o tcp.relative_sequence_numbers:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE"
      " -o ip.check_checksum:TRUE -T fields -e tcp.flags -e tcp.seq -e tcp.ack -e tcp.len -e "
      "_ws.malformed"
      " -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status 2>/dev/null");
  Reading out;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line); ++out.packets) {
    std::vector<std::string> fields;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) fields.push_back(cell);
    fields.resize(8);
    if (!fields[0].empty())
      out.segments += fmt::format("{}\t{}\t{}\t{}\n", fields[0], fields[1], fields[2], fields[3]);
    const bool good =
        fields[4].empty() && fields[5] != "0" && (fields[6] == "1" || fields[7] == "1");
    if (!good) out.complaints += line + "\n";
  }
  return out;
}

void expect_agreement(const model::Trace& trace, const std::string& what) {
  std::size_t packets = 0;
  for (const model::Event& event : trace.events())
    packets += std::holds_alternative<model::Packet>(event.body);
  const TempFile file(to_pcapng(trace));
  const Reading reading = tsharks(file.path());
  EXPECT_EQ(reading.packets, packets) << what;
  EXPECT_EQ(reading.segments, ours(trace)) << what;
  EXPECT_EQ(reading.complaints, "") << what;
}

TEST(PcapngInTshark, HandMadeTraceIsReadAsItIs) {
  for (const auto family : {wire::Family::ipv4, wire::Family::ipv6}) {
    expect_agreement(everything(model::Source::simulated, family).trace, "by hand");
  }
}

TEST(PcapngInTshark, EverySimulatedDemoAgreesPacketByPacket) {
  for (const demos::Demo& demo : demos::demos()) {
    for (const auto family : {wire::Family::ipv4, wire::Family::ipv6}) {
      for (const auto profile :
           {tcp::ProfileName::textbook, tcp::ProfileName::linux_, tcp::ProfileName::rfc}) {
        net::Scenario scenario = lessons::make_scenario(demo, {}, family);
        scenario.profile = profile;
        expect_agreement(net::run(scenario), std::string(demo.name));
      }
    }
  }
}

TEST(PcapngInTshark, LossDuplicationAndReorderingAreReadAsTheyWere) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    net::Scenario scenario =
        lessons::make_scenario(*demos::find_demo("tcp-echo"), {}, wire::Family::ipv4);
    scenario.seed = seed;
    scenario.link.loss = 0.2;
    scenario.link.duplicate = 0.1;
    scenario.link.reorder = 0.1;
    expect_agreement(net::run(scenario), fmt::format("seed {}", seed));
  }
}

TEST(PcapngInTshark, CommentsAreRead) {
  const TempFile file(to_pcapng(everything(model::Source::simulated).trace));
  const std::string comments =
      output_of("tshark -n -r " + file.path() +
                " -T fields -e frame.comment -e frame.interface_name 2>/dev/null");
  EXPECT_EQ(comments.find("LOST: it left the sender"), 0u) << comments;
  EXPECT_EQ(std::count(comments.begin(), comments.end(), '\n'), 6);
}

}  // namespace
}  // namespace synoptic::exporting
