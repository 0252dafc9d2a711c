// A line a packet, as it comes: what a capture shows on a terminal while it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/model/trace.hh"

namespace synoptic::cli {

class PacketLines {
 public:
  // `flow`: only the packets of this one.
  explicit PacketLines(bool raw_seq, std::optional<std::uint32_t> flow = std::nullopt)
      : raw_seq_(raw_seq), flow_(flow) {}
  // "0.000021  127.0.0.1:46978 → 127.0.0.1:9999  [SYN] Seq=0 Win=65495 Len=0", a line for each
  // packet that has come since the last call.
  std::string next(const model::Trace& trace);

 private:
  bool raw_seq_;
  std::optional<std::uint32_t> flow_;
  std::size_t seen_ = 0;                 // events
  std::optional<model::Instant> start_;  // the first packet's time
};

}  // namespace synoptic::cli
