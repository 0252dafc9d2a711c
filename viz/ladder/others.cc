// Names and bytes of packets of no conversation.
#include "viz/ladder/others.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "sim/wire/decode.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::say;
using words::tr;

wire::PacketView view_of(const model::Packet& packet) {
  return wire::view(packet.bytes, packet.link, packet.original_size, {.verify_checksums = false});
}

wire::Saying kind_of(const model::Packet& packet, const wire::PacketView& view) {
  return wire::kind_without_transport(packet.bytes, packet.link, view);
}

// The kind in the language spoken, of one packet or several; protocols keep their names.
std::string word_of(const wire::Saying& kind, bool several) {
  if (several && kind == "IPv4 fragment") return tr("IPv4 fragments");
  if (several && kind == "IPv6 fragment") return tr("IPv6 fragments");
  return say(kind);
}

// The kind as a noun: some of them are said of a packet.
std::string name_of(const model::Packet& packet, const wire::PacketView& view) {
  const wire::Saying kind = kind_of(packet, view);
  if (kind == "damaged") return tr("damaged packet");
  if (kind == "cut off") return tr("cut-off packet");
  if (kind == "not IP") return tr("packet not IP");
  if (kind == "of an unknown link type") return tr("packet of an unknown link type");
  return say(kind);
}

}  // namespace

std::string other_name(const model::Event& other) {
  const auto& packet = std::get<model::Packet>(other.body);
  return name_of(packet, view_of(packet));
}

std::string other_line(const model::Event& other) {
  constexpr std::size_t most_bytes = 16;
  const auto& packet = std::get<model::Packet>(other.body);
  const wire::PacketView view = view_of(packet);
  std::string line;
  if (view.has_ip) line = fmt::format("{} → {} ", view.src.str(), view.dst.str());
  line += name_of(packet, view);
  line += packet.len == 1 ? say(", {} byte", packet.len) : say(", {} bytes", packet.len);
  const std::size_t begin = std::min<std::size_t>(view.payload.offset, packet.bytes.size());
  const wire::ByteSpan bytes = packet.bytes.subspan(
      begin, std::min<std::size_t>(view.payload.size, packet.bytes.size() - begin));
  if (bytes.empty()) return line;
  line += tr(":");
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), most_bytes)))
    line += fmt::format(" {:02x}", byte);
  return bytes.size() > most_bytes ? line + " …" : line;
}

std::string others_not_shown(const model::Trace& trace) {
  constexpr std::size_t most_kinds = 6;
  struct Kind {
    wire::Saying saying;
    std::uint64_t count = 0;
  };
  std::map<std::string, Kind> by_name;
  std::uint64_t all = 0;
  for (const model::Event& event : trace.events()) {
    if (event.kind != model::EventKind::other) continue;
    const auto& packet = std::get<model::Packet>(event.body);
    const wire::Saying saying = kind_of(packet, view_of(packet));
    Kind& kind = by_name[saying.str()];
    if (kind.count++ == 0) kind.saying = saying;
    ++all;
  }
  if (all == 0) return "";
  std::vector<Kind> kinds;  // the most frequent first, else by name
  for (const auto& [name, kind] : by_name) kinds.push_back(kind);
  std::ranges::stable_sort(kinds, std::greater{}, &Kind::count);
  std::uint64_t rest = all;
  std::string text;
  for (std::size_t i = 0; i < std::min(kinds.size(), most_kinds); ++i) {
    const auto& [kind, count] = kinds[i];
    rest -= count;
    text += i == 0 ? "" : tr(", ");
    text += say("{} {}", count, word_of(kind, count > 1));
  }
  if (rest > 0) text += rest == 1 ? say(", {} other", rest) : say(", {} others", rest);
  return all == 1 ? say("1 packet is not shown: {}", text)
                  : say("{} packets are not shown: {}", all, text);
}

}  // namespace synoptic::ladder
