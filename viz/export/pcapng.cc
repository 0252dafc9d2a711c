// A trace as a pcapng file (draft-ietf-opsawg-pcapng): one section, one interface for each link
// type, one Enhanced Packet Block for each packet, times in nanoseconds. Written little-endian on
// every machine: the same trace is the same bytes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "viz/export/export.hh"

namespace synoptic::exporting {
namespace {

constexpr std::uint32_t section_header_block = 0x0A0D0D0A;
constexpr std::uint32_t interface_description_block = 1;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;
constexpr std::uint16_t opt_comment = 1, shb_userappl = 4, if_name = 2, if_description = 3,
                        if_tsresol = 9;
constexpr std::uint16_t linktype_user0 = 147;  // for packets whose link type was not understood

void put16(wire::Bytes& out, std::uint16_t v) {
  out.push_back(static_cast<std::uint8_t>(v));
  out.push_back(static_cast<std::uint8_t>(v >> 8));
}
void put32(wire::Bytes& out, std::uint32_t v) {
  put16(out, static_cast<std::uint16_t>(v));
  put16(out, static_cast<std::uint16_t>(v >> 16));
}
void put_padded(wire::Bytes& out, wire::ByteSpan bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
  out.resize((out.size() + 3) & ~std::size_t{3});  // blocks begin at multiples of 4
}

// One block, from its type to the second copy of its length, which is known when it ends.
class Block {
 public:
  Block(wire::Bytes& out, std::uint32_t type) : out_(out), start_(out.size()) {
    put32(out_, type);
    put32(out_, 0);
  }
  ~Block() {
    const auto size = static_cast<std::uint32_t>(out_.size() + 4 - start_);
    put32(out_, size);
    for (int i = 0; i < 4; ++i) out_[start_ + 4 + i] = static_cast<std::uint8_t>(size >> (8 * i));
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  void option(std::uint16_t code, std::string_view value) {
    value = value.substr(0, cut(value));
    put16(out_, code);
    put16(out_, static_cast<std::uint16_t>(value.size()));
    put_padded(out_, {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
  }
  void end_of_options() { put32(out_, 0); }

 private:
  // Where a value too long for its 16-bit length ends, between two characters of UTF-8.
  static std::size_t cut(std::string_view value) {
    std::size_t size = std::min<std::size_t>(value.size(), 0xffff);
    while (size < value.size() && size > 0 && (value[size] & 0xC0) == 0x80) --size;
    return size;
  }

  wire::Bytes& out_;
  std::size_t start_;
};

// Why each lost packet was lost, by packet.
std::vector<model::Why> losses(const model::Trace& trace) {
  std::vector<model::Why> lost(trace.events().size(), model::Why::none);
  for (const model::Event& event : trace.events()) {
    if (event.kind == model::EventKind::loss && event.cause != model::EventId::none)
      lost[index(event.cause)] = event.why;
  }
  return lost;
}

std::string sentence(model::Why why) {
  const model::WhyInfo& known = info(why);
  return known.rfc.empty() ? std::string(known.text)
                           : fmt::format("{} ({})", known.text, known.rfc);
}

// What the simulator knows of a packet and no byte of it shows.
std::string comment(const model::Trace& trace, const model::Event& event, model::Why lost) {
  const auto& packet = std::get<model::Packet>(event.body);
  std::string text;
  auto add = [&](std::string_view part) {
    if (!text.empty()) text += ' ';
    text += part;
  };
  if (packet.fate == model::Fate::lost) {
    add("LOST: it left the sender and never arrived.");
    if (lost != model::Why::none) add(sentence(lost));
  }
  if (packet.fate == model::Fate::damaged) {
    add("DAMAGED: bits of it were changed on the way, so its checksum did not fit and the receiver "
        "dropped it. The bytes here are those that were sent.");
  }
  if (packet.retransmission) add("Retransmission.");
  if (event.why != model::Why::none) add(sentence(event.why));
  if (text.empty() && event.endpoint != model::EndpointId::none)
    text = fmt::format("Sent by {}.", trace[event.endpoint].name);
  return text;
}

std::uint16_t link_number(wire::LinkType link) {
  return link == wire::LinkType::unknown ? linktype_user0 : static_cast<std::uint16_t>(link);
}

void write_section_header(wire::Bytes& out, std::string_view comment) {
  Block block(out, section_header_block);
  put32(out, byte_order_magic);
  put16(out, 1);  // version 1.0
  put16(out, 0);
  put32(out, 0xffffffff);  // section length: not said
  put32(out, 0xffffffff);
  if (!comment.empty()) block.option(opt_comment, comment);
  block.option(shb_userappl, "Synoptic");
  block.end_of_options();
}

void write_interface(wire::Bytes& out, wire::LinkType link, model::Source source) {
  Block block(out, interface_description_block);
  put16(out, link_number(link));
  put16(out, 0);
  put32(out, 0);  // no limit to what is kept of a packet
  const bool simulated = source == model::Source::simulated;
  block.option(if_name, simulated ? "simulated" : "captured");
  block.option(if_description,
               simulated ? "Packets as they left each sender on Synoptic's simulated network"
                         : "Packets captured by Synoptic, bytes untouched");
  block.option(if_tsresol, std::string_view("\x09", 1));
  block.end_of_options();
}

void write_packet(wire::Bytes& out, const model::Trace& trace, const model::Event& event,
                  std::uint32_t interface, model::Source source, model::Why lost) {
  const auto& packet = std::get<model::Packet>(event.body);
  const auto t = static_cast<std::uint64_t>(event.t.ns);
  const auto size = static_cast<std::uint32_t>(packet.bytes.size());
  Block block(out, enhanced_packet_block);
  put32(out, interface);
  put32(out, static_cast<std::uint32_t>(t >> 32));
  put32(out, static_cast<std::uint32_t>(t));
  put32(out, size);
  put32(out, std::max(size, packet.original_size));
  put_padded(out, packet.bytes);
  if (source == model::Source::simulated) {
    block.option(opt_comment, comment(trace, event, lost));
    block.end_of_options();
  }
}

// Appends the packets of `trace`, each link type's interface before the first packet that uses it.
void write_packets(wire::Bytes& out, const model::Trace& trace, model::Source source,
                   std::uint32_t& interfaces) {
  std::map<wire::LinkType, std::uint32_t> by_link;
  const std::vector<model::Why> lost = losses(trace);
  for (model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    const auto* packet = std::get_if<model::Packet>(&event.body);
    if (!packet || packet->bytes.empty()) continue;
    const auto [found, fresh] = by_link.try_emplace(packet->link, interfaces);
    if (fresh) {
      write_interface(out, packet->link, source);
      ++interfaces;
    }
    write_packet(out, trace, event, found->second, source, lost[index(id)]);
  }
}

// What a run is, which of a simulated one that was read from a file its trace does not say.
struct Run {
  const model::Trace& trace;
  model::Source source;
};

wire::Bytes write_file(std::initializer_list<Run> runs) {
  wire::Bytes out;
  std::string warnings;
  std::size_t events = 0;
  for (const Run& run : runs) {
    events += run.trace.events().size();
    for (const std::string& warning : run.trace.warnings)
      warnings += (warnings.empty() ? "" : "\n") + warning;
  }
  out.reserve(512 + 256 * events);
  write_section_header(out, warnings);
  std::uint32_t interfaces = 0;
  for (const Run& run : runs) write_packets(out, run.trace, run.source, interfaces);
  // A file without any interface is legal, but tells a reader nothing: say at least what it would
  // have held.
  if (interfaces == 0) write_interface(out, wire::LinkType::ethernet, runs.begin()->source);
  return out;
}

}  // namespace

wire::Bytes to_pcapng(const model::Trace& trace) {
  return write_file({{trace, trace.source()}});
}

wire::Bytes to_pcapng(const model::Trace& sim, const model::Trace& live) {
  return write_file({{sim, model::Source::simulated}, {live, model::Source::captured}});
}

}  // namespace synoptic::exporting
