// TCP's control bits as text, and its options built and parsed (RFC 9293 section 3.1 and 3.2, RFC
// 7323 section 2 and 3, RFC 2018 section 2 and 3).
#include "sim/wire/tcp.hh"

#include <algorithm>
#include <utility>

#include "sim/wire/endian.hh"

namespace synoptic::wire {
namespace {

constexpr std::uint8_t byte_of(TcpOptionKind kind) {
  return static_cast<std::uint8_t>(kind);
}

// Reads one whole option of a known kind. False: its length is not one that the kind can have.
bool parse_option(ByteSpan option, ParsedOptions& out) {
  const std::uint8_t* p = option.data();
  switch (static_cast<TcpOptionKind>(p[0])) {
    case TcpOptionKind::mss:
      if (option.size() != 4) return false;
      out.mss = load_u16(p + 2);
      return true;
    case TcpOptionKind::window_scale:
      if (option.size() != 3) return false;
      out.window_scale = p[2];
      return true;
    case TcpOptionKind::sack_permitted:
      if (option.size() != 2) return false;
      out.sack_permitted = true;
      return true;
    case TcpOptionKind::sack: {
      const std::size_t count = (option.size() - 2) / 8;
      if (count == 0 || option.size() != 2 + 8 * count || count > out.sack_blocks.size()) {
        return false;
      }
      for (std::size_t i = 0; i < count; ++i) {
        out.sack_blocks[i] = {{load_u32(p + 2 + 8 * i)}, {load_u32(p + 6 + 8 * i)}};
      }
      out.sack_count = static_cast<std::uint8_t>(count);
      return true;
    }
    case TcpOptionKind::timestamps:
      if (option.size() != 10) return false;
      out.timestamps = Timestamps{load_u32(p + 2), load_u32(p + 6)};
      return true;
    default: out.unknown = true; return true;
  }
}

}  // namespace

std::string wireshark_flags(CtlSet ctl) {
  constexpr std::pair<Ctl, std::string_view> names[] = {{FIN, "FIN"}, {SYN, "SYN"}, {RST, "RST"},
                                                        {PSH, "PSH"}, {ACK, "ACK"}, {URG, "URG"},
                                                        {ECE, "ECE"}, {CWR, "CWR"}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if (!ctl.has(bit)) continue;
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text.empty() ? "<None>" : text;
}

std::string tcpdump_flags(CtlSet ctl) {
  if (ctl.bits == 0) return "[none]";
  constexpr std::string_view letters = "FSRP.UEW";  // from the lowest bit up
  std::string text = "[";
  for (std::size_t bit = 0; bit < letters.size(); ++bit) {
    if ((ctl.bits >> bit & 1) != 0) text += letters[bit];
  }
  return text + "]";
}

bool TcpOptions::append_raw(ByteSpan option) {
  if (option.size() > max_size - size_) return false;
  std::copy(option.begin(), option.end(), raw_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + option.size());
  return true;
}

bool TcpOptions::append_nop() {
  const std::array option{byte_of(TcpOptionKind::nop)};
  return append_raw(option);
}

bool TcpOptions::append_eol() {
  const std::array option{byte_of(TcpOptionKind::eol)};
  return append_raw(option);
}

bool TcpOptions::append_mss(std::uint16_t mss) {
  std::array<std::uint8_t, 4> option{byte_of(TcpOptionKind::mss), 4};
  store_u16(&option[2], mss);
  return append_raw(option);
}

bool TcpOptions::append_window_scale(std::uint8_t shift) {
  const std::array<std::uint8_t, 3> option{byte_of(TcpOptionKind::window_scale), 3, shift};
  return append_raw(option);
}

bool TcpOptions::append_sack_permitted() {
  const std::array<std::uint8_t, 2> option{byte_of(TcpOptionKind::sack_permitted), 2};
  return append_raw(option);
}

bool TcpOptions::append_sack(std::span<const SackBlock> blocks) {
  constexpr std::size_t most = 4;  // a fifth block does not fit into 40 bytes
  if (blocks.empty() || blocks.size() > most) return false;
  std::array<std::uint8_t, 2 + 8 * most> option{byte_of(TcpOptionKind::sack)};
  const std::size_t size = 2 + 8 * blocks.size();
  option[1] = static_cast<std::uint8_t>(size);
  std::uint8_t* p = &option[2];
  for (const SackBlock& block : blocks) {
    store_u32(p, block.left.raw);
    store_u32(p + 4, block.right.raw);
    p += 8;
  }
  return append_raw(ByteSpan(option).first(size));
}

bool TcpOptions::append_timestamps(Timestamps ts) {
  std::array<std::uint8_t, 10> option{byte_of(TcpOptionKind::timestamps), 10};
  store_u32(&option[2], ts.val);
  store_u32(&option[6], ts.ecr);
  return append_raw(option);
}

ParsedOptions TcpOptions::parse() const {
  ParsedOptions out;
  ByteSpan rest = raw();
  while (!rest.empty()) {  // every turn takes at least one byte
    const auto kind = static_cast<TcpOptionKind>(rest[0]);
    if (kind == TcpOptionKind::eol) break;
    if (kind == TcpOptionKind::nop) {
      rest = rest.subspan(1);
      continue;
    }
    if (rest.size() < 2 || rest[1] < 2 || rest[1] > rest.size()) {
      out.malformed = true;
      break;
    }
    // A known kind with a wrong length is skipped whole, as Linux does: where it ends is clear.
    if (!parse_option(rest.first(rest[1]), out)) out.malformed = true;
    rest = rest.subspan(rest[1]);
  }
  return out;
}

}  // namespace synoptic::wire
