// The TCP header and its options as plain values (RFC 9293 section 3.1; RFC 7323; RFC 2018).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/wire/bytes.hh"
#include "sim/wire/seq.hh"

namespace synoptic::wire {

// Control bits, in wire order (RFC 9293 section 3.1; RFC 3168 for CWR and ECE).
enum Ctl : std::uint8_t {
  FIN = 0x01,
  SYN = 0x02,
  RST = 0x04,
  PSH = 0x08,
  ACK = 0x10,
  URG = 0x20,
  ECE = 0x40,
  CWR = 0x80,
};

// A set of control bits. Ask for the bits that matter; never compare with an exact set.
struct CtlSet {
  std::uint8_t bits = 0;
  constexpr CtlSet() = default;
  constexpr CtlSet(Ctl c) : bits(c) {}
  constexpr explicit CtlSet(std::uint8_t b) : bits(b) {}
  constexpr bool has(Ctl c) const { return (bits & c) != 0; }
  friend constexpr CtlSet operator|(CtlSet a, CtlSet b) {
    return CtlSet(std::uint8_t(a.bits | b.bits));
  }
  friend constexpr bool operator==(CtlSet, CtlSet) = default;
};
constexpr CtlSet operator|(Ctl a, Ctl b) {
  return CtlSet(a) | CtlSet(b);
}

std::string wireshark_flags(
    CtlSet ctl);  // "SYN, ACK", in Wireshark's order (FIN SYN RST PSH ACK URG ECE CWR)
std::string tcpdump_flags(CtlSet ctl);  // "[S.]"

enum class TcpOptionKind : std::uint8_t {
  eol = 0,
  nop = 1,
  mss = 2,
  window_scale = 3,
  sack_permitted = 4,
  sack = 5,
  timestamps = 8,
};

struct SackBlock {
  SeqNum left;   // first octet of the block
  SeqNum right;  // the octet after its last
  friend bool operator==(SackBlock, SackBlock) = default;
};
struct Timestamps {
  std::uint32_t val = 0;  // TSval
  std::uint32_t ecr = 0;  // TSecr
  friend bool operator==(Timestamps, Timestamps) = default;
};

// What the options of one header say. Options met twice: the last counts.
struct ParsedOptions {
  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> window_scale;  // shift count as sent (may exceed 14)
  std::optional<Timestamps> timestamps;
  std::array<SackBlock, 4> sack_blocks{};
  std::uint8_t sack_count = 0;
  bool sack_permitted = false;
  bool malformed = false;  // an illegal length was met; what stood before it is kept
  bool unknown = false;    // an option of another kind was skipped
};

// The option bytes of one header, in the order in which they stand (at most 40 bytes). The builder
// calls append one option each; padded_size() is what the header will hold (zero padding after the
// last option).
class TcpOptions {
 public:
  static constexpr std::size_t max_size = 40;

  ByteSpan raw() const { return {raw_.data(), size_}; }
  std::size_t size() const { return size_; }
  std::size_t padded_size() const { return (size_ + 3u) & ~std::size_t{3}; }
  bool empty() const { return size_ == 0; }

  // Each append returns false, and appends nothing, when the option does not fit into 40 bytes.
  bool append_nop();
  bool append_eol();
  bool append_mss(std::uint16_t mss);
  bool append_window_scale(std::uint8_t shift);
  bool append_sack_permitted();
  bool append_sack(std::span<const SackBlock> blocks);
  bool append_timestamps(Timestamps ts);
  bool append_raw(ByteSpan option);  // any bytes, taken as they are

  // Never loops, never reads past the end, whatever the bytes (RFC 9293 MUST-7).
  ParsedOptions parse() const;

  friend bool operator==(const TcpOptions& a, const TcpOptions& b) {
    return a.size_ == b.size_ &&
           std::equal(a.raw_.begin(), a.raw_.begin() + a.size_, b.raw_.begin());
  }

 private:
  std::array<std::uint8_t, max_size> raw_{};
  std::uint8_t size_ = 0;
};

struct TcpHeader {
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  SeqNum seq;
  SeqNum ack;
  std::uint8_t data_offset_words = 5;  // set by encode(); as found by view()
  CtlSet ctl;
  std::uint16_t window = 0;  // as on the wire, unscaled
  std::uint16_t checksum = 0;
  std::uint16_t urgent_pointer = 0;
  TcpOptions options;
};

}  // namespace synoptic::wire
