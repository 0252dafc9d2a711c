// The classic pcap format, as far as these tests need it: read from a file, written to one.
#pragma once

#include <string>
#include <vector>

#include "sim/wire/packet.hh"
#include "tests/files.hh"

namespace synoptic::wire {

struct PcapPacket {
  Bytes bytes;
  std::uint32_t original_size = 0;
};
struct PcapFile {
  LinkType link = LinkType::unknown;
  std::vector<PcapPacket> packets;
};

// Little-endian files only, which is what our fixtures are. Empty where the file is not one.
inline PcapFile read_pcap(const std::string& path) {
  const std::string text = read_file(path);
  const Bytes file(text.begin(), text.end());
  const auto u32 = [&](std::size_t at) {
    return file[at] | std::uint32_t{file[at + 1]} << 8 | std::uint32_t{file[at + 2]} << 16 |
           std::uint32_t{file[at + 3]} << 24;
  };
  PcapFile pcap;
  if (file.size() < 24 || u32(0) != 0xa1b2c3d4) return pcap;
  pcap.link = static_cast<LinkType>(u32(20));
  for (std::size_t at = 24; at + 16 <= file.size();) {
    const std::size_t size = u32(at + 8);
    if (at + 16 + size > file.size()) break;
    const auto* first = file.data() + at + 16;
    pcap.packets.push_back({Bytes(first, first + size), u32(at + 12)});
    at += 16 + size;
  }
  return pcap;
}

inline void write_pcap(const std::string& path, LinkType link, const std::vector<Bytes>& packets) {
  Bytes file;
  const auto u32 = [&](std::uint32_t n) {
    for (int shift = 0; shift < 32; shift += 8)
      file.push_back(static_cast<std::uint8_t>(n >> shift));
  };
  u32(0xa1b2c3d4);
  u32(4 << 16 | 2);  // version 2.4
  u32(0);
  u32(0);
  u32(262144);
  u32(static_cast<std::uint32_t>(link));
  std::uint32_t second = 0;
  for (const Bytes& packet : packets) {
    u32(second++);
    u32(0);
    u32(static_cast<std::uint32_t>(packet.size()));
    u32(static_cast<std::uint32_t>(packet.size()));
    file.insert(file.end(), packet.begin(), packet.end());
  }
  write_file(path, file);
}

}  // namespace synoptic::wire
