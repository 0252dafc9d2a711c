// Names and bytes of packets of no conversation.
#include "viz/ladder/others.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
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

std::string kind_of(const model::Packet& packet, const wire::PacketView& view) {
  return wire::kind_without_transport(packet.bytes, packet.link, view);
}

// The kind in the language spoken, of one packet or several; protocols keep their names.
std::string word_of(const std::string& kind, bool several = false) {
  if (kind == "damaged") return tr("damaged");
  if (kind == "cut off") return tr("cut off");
  if (kind == "not IP") return tr("not IP");
  if (kind == "of an unknown link type") return tr("of an unknown link type");
  if (kind == "IPv4 fragment") return several ? tr("IPv4 fragments") : tr("IPv4 fragment");
  if (kind == "IPv6 fragment") return several ? tr("IPv6 fragments") : tr("IPv6 fragment");
  constexpr std::string_view by_number = "IP protocol ";
  return kind.starts_with(by_number) ? say("IP protocol {}", kind.substr(by_number.size())) : kind;
}

// The kind as a noun: some of them are said of a packet.
std::string name_of(const model::Packet& packet, const wire::PacketView& view) {
  const std::string kind = kind_of(packet, view);
  if (kind == "damaged") return tr("damaged packet");
  if (kind == "cut off") return tr("cut-off packet");
  if (kind == "not IP") return tr("packet not IP");
  if (kind == "of an unknown link type") return tr("packet of an unknown link type");
  return word_of(kind);
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
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t all = 0;
  for (const model::Event& event : trace.events()) {
    if (event.kind != model::EventKind::other) continue;
    const auto& packet = std::get<model::Packet>(event.body);
    ++counts[kind_of(packet, view_of(packet))];
    ++all;
  }
  if (all == 0) return "";
  std::vector<std::pair<std::uint64_t, std::string>> kinds;  // the most frequent first
  for (const auto& [kind, count] : counts) kinds.emplace_back(count, kind);
  std::ranges::sort(kinds, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::uint64_t rest = all;
  std::string text;
  for (std::size_t i = 0; i < std::min(kinds.size(), most_kinds); ++i) {
    const auto& [count, kind] = kinds[i];
    rest -= count;
    text += i == 0 ? "" : tr(", ");
    text += say("{} {}", count, word_of(kind, count > 1));
  }
  if (rest > 0) text += rest == 1 ? say(", {} other", rest) : say(", {} others", rest);
  return all == 1 ? say("1 packet is not shown: {}", text)
                  : say("{} packets are not shown: {}", all, text);
}

}  // namespace synoptic::ladder
