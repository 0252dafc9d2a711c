// The fields that display filters know: Wireshark's names, and how their values are found in a
// packet. Private to gui.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/model/trace.hh"
#include "sim/wire/packet.hh"

namespace synoptic::gui {

// A packet as a filter sees it.
struct FilteredPacket {
  const model::Trace& trace;
  const model::Event& event;
  const model::Packet& packet;
  wire::PacketView view;
  std::uint32_t number = 0;  // in the trace; the first has 1
};

enum class FieldType : std::uint8_t { protocol, number, flag, ipv4, ipv6, bytes };

// What a packet has of a field: none, one, or two values (tcp.port is both ports).
struct FieldValues {
  std::size_t count = 0;
  std::array<std::uint64_t, 2> numbers{};      // number, flag
  std::array<wire::IpAddress, 2> addresses{};  // ipv4, ipv6
  wire::ByteSpan bytes;                        // protocol, bytes
};

struct FilterField {
  std::string_view name;  // "tcp.port"
  FieldType type = FieldType::number;
  std::uint64_t most = 0;  // of numbers
  FieldValues (*values)(const FilteredPacket&) = nullptr;
};

std::span<const FilterField> all_filter_fields();
const FilterField* find_filter_field(std::string_view name);

}  // namespace synoptic::gui
