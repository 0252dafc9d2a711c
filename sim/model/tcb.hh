// The transmission control block: the variables of RFC 9293 section 3.3.1, by their own names.
#pragma once

#include <cstdint>

#include "sim/model/tcp_state.hh"
#include "sim/wire/bytes.hh"
#include "sim/wire/tcp.hh"

namespace synoptic::model {

//        1         2          3          4
//   ----------|----------|----------|----------
//          SND.UNA    SND.NXT    SND.UNA + SND.WND
// 1 acknowledged, 2 sent and not acknowledged, 3 may be sent, 4 may not be sent yet
struct SendSequence {
  wire::SeqNum una, nxt;
  std::uint32_t wnd = 0;  // in octets, scaled (RFC 9293 REC-1)
  wire::SeqNum up;        // urgent pointer
  wire::SeqNum wl1, wl2;  // SEG.SEQ and SEG.ACK of the last window update
  wire::SeqNum iss;
  friend bool operator==(const SendSequence&, const SendSequence&) = default;
};

//            1          2          3
//        ----------|----------|----------
//               RCV.NXT    RCV.NXT + RCV.WND
// 1 received and acknowledged, 2 may be received, 3 may not be received yet
struct ReceiveSequence {
  wire::SeqNum nxt;
  std::uint32_t wnd = 0;
  wire::SeqNum up;
  wire::SeqNum irs;
  friend bool operator==(const ReceiveSequence&, const ReceiveSequence&) = default;
};

struct Tcb {
  TcpState state = TcpState::closed;
  SendSequence snd;
  ReceiveSequence rcv;
  friend bool operator==(const Tcb&, const Tcb&) = default;
};

// A segment as the state machine sees it (RFC 9293 section 3.3.1, "Current Segment Variables").
struct Segment {
  wire::SeqNum seq, ack;
  std::uint16_t wnd = 0;  // as on the wire, unscaled
  std::uint16_t up = 0;
  wire::CtlSet ctl;
  wire::TcpOptions options;
  wire::ByteSpan text;  // a view; whoever made the segment says how long it lives

  // Octets of sequence space it occupies: text, plus one for SYN, plus one for FIN.
  wire::SeqSize len() const {
    return {static_cast<std::uint32_t>(text.size()) + (ctl.has(wire::SYN) ? 1u : 0u) +
            (ctl.has(wire::FIN) ? 1u : 0u)};
  }
};

}  // namespace synoptic::model
