// Sequence numbers: positions in a circle of 2^32 (RFC 9293 section 3.4), and distances on it.
//
// Position and distance are two types, so that "SND.UNA + SEG.LEN" compiles and "SND.UNA + SEG.SEQ"
// does not. There is no operator<: on a circle "less" needs a name that says how it is meant.
#pragma once

#include <compare>
#include <cstdint>

namespace synoptic::wire {

// A count of octets of sequence space (data octets, plus one for a SYN and one for a FIN).
struct SeqSize {
  std::uint32_t n = 0;
  friend auto operator<=>(SeqSize, SeqSize) = default;
  friend SeqSize operator+(SeqSize a, SeqSize b) { return {a.n + b.n}; }
  friend SeqSize operator-(SeqSize a, SeqSize b) { return {a.n - b.n}; }
};

// A position in sequence space.
struct SeqNum {
  std::uint32_t raw = 0;
  friend bool operator==(SeqNum, SeqNum) = default;
  friend SeqNum operator+(SeqNum a, SeqSize n) { return {a.raw + n.n}; }
  friend SeqNum operator-(SeqNum a, SeqSize n) { return {a.raw - n.n}; }
  SeqNum& operator+=(SeqSize n) {
    raw += n.n;
    return *this;
  }
};

// The signed distance from `from` to `to`, in octets: positive when `to` is the later one.
// Meaningful while the two are less than 2^31 apart, which RFC 9293 section 3.4 and the window
// limit ensure.
inline std::int32_t distance(SeqNum from, SeqNum to) {
  return static_cast<std::int32_t>(to.raw - from.raw);
}
// The distance from `from` forwards to `to`, modulo 2^32.
inline SeqSize offset(SeqNum from, SeqNum to) {
  return {to.raw - from.raw};
}

inline bool lt(SeqNum a, SeqNum b) {
  return distance(a, b) > 0;
}  // a < b in the RFC's operand order
inline bool leq(SeqNum a, SeqNum b) {
  return distance(a, b) >= 0;
}  // a =< b
inline bool gt(SeqNum a, SeqNum b) {
  return lt(b, a);
}
inline bool geq(SeqNum a, SeqNum b) {
  return leq(b, a);
}
inline SeqNum max(SeqNum a, SeqNum b) {
  return lt(a, b) ? b : a;
}
inline SeqNum min(SeqNum a, SeqNum b) {
  return lt(a, b) ? a : b;
}

// first =< s < first + size
inline bool in_window(SeqNum s, SeqNum first, SeqSize size) {
  return offset(first, s) < size;
}

}  // namespace synoptic::wire
