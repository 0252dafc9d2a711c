// Reassembly: what has been received and not been read yet, in order, and behind it what came too
// early.
//
//     read      in order, unread     gap    out of order
//   .........|====================|       |=======|   |===|
//                                next()    ranges()
//
// Octets lie in one flat buffer at their place in the stream, so overlapping segments need no care.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "sim/wire/bytes.hh"
#include "sim/wire/tcp.hh"

namespace synoptic::tcp {

class Reassembly {
 public:
  struct Range {  // [left, right) has arrived out of order
    wire::SeqNum left, right;
    std::uint32_t touched = 0;  // when it last grew; SACK reports the latest first
  };

  // Empties it; `next` is the first octet expected.
  void start(wire::SeqNum next);
  // Stores text at its place; seq must not lie before next(). What is contiguous with next() is not
  // taken over before advance(). Beyond max_ranges separate pieces, text is dropped: the peer will
  // send it again.
  void insert(wire::SeqNum seq, wire::ByteSpan text);
  // Moves next() over everything contiguous; gives by how much.
  wire::SeqSize advance();
  // insert() and advance(), quick when the text is just what was expected.
  wire::SeqSize accept(wire::SeqNum seq, wire::ByteSpan text);

  wire::SeqNum next() const { return next_; }
  std::size_t readable() const { return in_order_; }
  std::size_t read(std::span<std::uint8_t> into);
  bool has_gap() const { return !ranges_.empty(); }
  std::span<const Range> ranges() const { return ranges_; }
  std::size_t memory() const { return bytes_.size(); }  // octets held, those already read included
  // Up to `room` SACK blocks, the one that grew last first (RFC 2018 section 4); gives how many.
  std::size_t sack_blocks(std::span<wire::SackBlock> room) const;
  // Drops what came out of order (a reset); what is readable stays.
  void flush_out_of_order();

 private:
  static constexpr std::size_t max_ranges = 128;
  static constexpr std::size_t first_capacity = 256;
  void merge(wire::SeqNum left, wire::SeqNum right);
  void make_room();

  wire::Bytes bytes_;
  std::size_t head_ = 0;      // where the unread octets begin
  std::size_t in_order_ = 0;  // unread octets
  wire::SeqNum next_;
  std::vector<Range> ranges_;  // ascending, apart from each other
  std::uint32_t touches_ = 0;
};

}  // namespace synoptic::tcp
