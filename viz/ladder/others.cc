// Names and bytes of packets of no conversation.
#include "viz/ladder/others.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sim/wire/decode.hh"

namespace synoptic::ladder {
namespace {

wire::PacketView view_of(const model::Packet& packet) {
  return wire::view(packet.bytes, packet.link, packet.original_size, {.verify_checksums = false});
}

std::string kind_of(const model::Packet& packet, const wire::PacketView& view) {
  return wire::kind_without_transport(packet.bytes, packet.link, view);
}

// The kind as a noun: some of them are said of a packet.
std::string name_of(const model::Packet& packet, const wire::PacketView& view) {
  std::string kind = kind_of(packet, view);
  if (kind == "damaged") return "damaged packet";
  if (kind == "cut off") return "cut-off packet";
  if (kind == "not IP" || kind.starts_with("of ")) return "packet " + kind;
  return kind;
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
  line +=
      fmt::format("{}, {} byte{}", name_of(packet, view), packet.len, packet.len == 1 ? "" : "s");
  const std::size_t begin = std::min<std::size_t>(view.payload.offset, packet.bytes.size());
  const wire::ByteSpan bytes = packet.bytes.subspan(
      begin, std::min<std::size_t>(view.payload.size, packet.bytes.size() - begin));
  if (bytes.empty()) return line;
  line += ":";
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
    text += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", count, kind,
                        count > 1 && kind.ends_with("fragment") ? "s" : "");
  }
  if (rest > 0) text += fmt::format(", {} other{}", rest, rest == 1 ? "" : "s");
  return fmt::format("{} not shown: {}",
                     all == 1 ? "1 packet is" : fmt::format("{} packets are", all), text);
}

}  // namespace synoptic::ladder
