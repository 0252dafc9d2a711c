// Connection: what the packets of one TCP connection show of the states of its two ends.
//
// A packet proves things about its sender, who must be in a state in which it sends that, and who
// has received whatever it acknowledges. It proves nothing about its receiver: it may have been
// lost on the way. So an end's transition by what it received is claimed when a later packet of
// that end shows it, or when the end would have had to send something again and did not. Where the
// packets leave two ways open and no packet has shown yet that anything was lost, doubled or late,
// the way is claimed that it went if nothing was: Why::observed_ordinary says that it is no proof,
// of this and what builds on it. Otherwise nothing is claimed, until the ways agree again: a claim
// with `from` equal to `to` says in which state an end was then found, not how it came there.
//
// What no packet shows, even when nothing is lost:
//   CLOSED to LISTEN, the end of TIME-WAIT, whatever else ends by a timer;
//   whether an end that still has text on its way has been closed: it is FIN-WAIT-1 or CLOSING
//   then, before its FIN is sent, and ESTABLISHED or CLOSE-WAIT otherwise.
// And nothing but a capture taken where packets arrive proves:
//   that a connection without anything to send again received a reset;
//   FIN-WAIT-2, when the peer's FIN follows its acknowledgment of ours within the time of a
//   retransmission (had that acknowledgment been lost, the same packets would have been seen), and
//   CLOSING, when they may have come together; what was on its way to an end when that end sent its
//   reset.
//
// Taken on trust: no end keeps a FIN back that it could send; a capture does not begin between two
// SYNs that cross, nor end between the loss of a last acknowledgment and what is then sent again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/model/event.hh"

namespace synoptic::observe {

// A segment as captured. `from` is 0 or 1: which end sent it.
struct SegmentSeen {
  model::Instant t;
  model::EventId event = model::EventId::none;
  int from = 0;
  wire::CtlSet ctl;
  wire::SeqNum seq, ack;
  std::uint32_t text_size = 0;
  std::uint32_t window = 0;  // in octets
  bool lost = false;         // known never to have arrived as it was

  wire::SeqSize len() const {
    return {text_size + (ctl.has(wire::SYN) ? 1u : 0u) + (ctl.has(wire::FIN) ? 1u : 0u)};
  }
  wire::SeqNum end() const { return seq + len(); }
  bool acks(wire::SeqNum octet) const {  // … and everything before it
    return ctl.has(wire::ACK) && wire::lt(octet, ack);
  }
};

struct Claim {
  int end = 0;
  model::TcpState from, to;  // equal: found in this state
  model::Instant t;
  model::EventId cause = model::EventId::none;
  model::Why why = model::Why::none;
  bool unsure = false;  // no transition: a note that something is not known
};
using Claims = std::vector<Claim>;

class Connection {
 public:
  // `on_arrival`: each packet was captured as it arrived, so none of them was lost afterwards or
  // overtaken.
  explicit Connection(bool on_arrival) : on_arrival_(on_arrival) {}

  // In order of time. Appends what it shows to `out`; true when its octets had all been seen
  // before.
  bool segment(const SegmentSeen& s, Claims& out);
  // A segment of this end came with a wrong checksum, or may have been missed: it is not known what
  // it was.
  void unreadable(int from);
  // No packet of this connection came until `now`. True when there is nothing (more) that silence
  // could prove.
  bool silence(model::Instant now, Claims& out);
  // The capture is over.
  void finish(Claims& out);
  // The end has begun another connection between the same ports, by the packet `cause`: this one is
  // CLOSED.
  void superseded(int end, model::Instant t, model::EventId cause, Claims& out);

  // Whether a SYN, or a SYN,ACK, belongs to this connection, or begins another one.
  bool takes_syn(const SegmentSeen& s) const;
  // Whether silence may prove something.
  bool waits() const;
  model::Instant last_packet() const { return last_packet_; }
  bool is_over() const;

 private:
  struct Sighting {  // of one packet
    model::EventId event = model::EventId::none;
    model::Instant t;
    explicit operator bool() const { return event != model::EventId::none; }
  };
  struct Hole {  // octets [from, to) that were passed over
    wire::SeqNum from, to;
  };
  struct Text {
    wire::SeqNum end, ack;
    std::uint32_t window = 0;
  };
  struct End {
    model::TcpState state = model::TcpState::closed;
    bool known = false;     // state is certain, or
    bool supposed = false;  // … the ordinary reading of what was seen
    bool passive = false;   // opened by the peer's SYN
    bool missed = false;    // packets of this end may be missing since the last one that fitted
    bool not_closing =
        false;  // mid-stream: shown not to have sent a FIN before its latest new octets
    std::optional<wire::SeqNum> iss, fin;  // the octets of SYN and FIN
    std::optional<wire::SeqNum> next;      // after the last octet seen
    std::optional<wire::SeqNum> max_ack;
    std::optional<wire::SeqNum>
        empty_ack_at;  // mid-stream: where an empty segment showed SND.NXT to be
    std::vector<Hole> holes;
    wire::SeqNum fin_segment;   // where the segments with FIN begin, at the earliest
    bool fin_acks_fin = false;  // its first FIN acknowledged the peer's
    bool bare_syn = false;      // it sent a SYN without ACK
    bool sent_syn_ack = false;
    bool text_in_syn = false;
    bool rst_fits = false;  // its reset stands where its octets end
    bool may_have_closed =
        false;  // ESTABLISHED and then CLOSE-WAIT, or its FIN waits behind its text
    Sighting syn, first_fin, rst, last_with_len;
    std::optional<Text> before_fin;                // its latest new octets, but for its FIN
    int unacked_segments = 0;                      // with text, since it last knew all acknowledged
    std::optional<wire::SeqNum> acked_before_fin;  // by the peer, before that sent its FIN
    std::optional<wire::SeqNum>
        idle_at;  // its SND.NXT when it knew all of it acknowledged, and could have sent more
    Sighting all_acked;  // a segment of the peer's that acknowledges all that it has sent
    model::Instant last_sent, last_change;
    Sighting fin_received;  // the peer's first FIN, and when at the earliest
    model::Duration slowest_reaction;
    // What the peer sent:
    model::Instant
        partly_acked;    // when it last acknowledged something new, short of this end's FIN
    Sighting syn_acked;  // the first that acknowledges this end's SYN …
    wire::SeqNum
        syn_acked_before;      // … and where the peer was then: its later octets acknowledge it too
    Sighting fin_acked;        // the first that acknowledges this end's FIN
    Sighting fin_acked_alone;  // … and is no FIN itself
    bool alone_before_fin = false;  // … and came before the peer's first FIN
    Sighting acked_since;           // … the first such after this end had last sent its FIN
    std::optional<wire::SeqNum> acked_since_at;  // … and where that stands in the peer's octets
    std::optional<wire::SeqNum>
        fin_acked_text;  // from here on the peer's text came in such segments
    // Sent again although the peer's answer had been seen:
    int syn_again = 0, fin_again = 0, any_again_after_rst = 0;
  };

  End& peer(const End& e) { return &e == &ends_[0] ? ends_[1] : ends_[0]; }
  const End& peer(const End& e) const { return &e == &ends_[0] ? ends_[1] : ends_[0]; }
  // A FIN sent again, as a tail-loss probe, is no sign of loss where packets are seen to arrive.
  bool trusts_arrival() const { return on_arrival_ && (!disturbed_ || only_fins_again_); }
  void disturb();
  model::Duration patience() const;

  void claim(End& x, model::TcpState to, Sighting cause, model::Why why, Claims& out);
  void claim_received(End& x, model::TcpState to, Sighting cause, Claims& out);
  void suppose(End& x, model::TcpState to, Sighting cause, Claims& out);
  void found(End& x, model::TcpState state, Sighting cause, model::Why why, Claims& out);
  void lose(End& x) { x.known = false; }

  bool track(End& x, const SegmentSeen& s);
  void note_idle(End& x, const SegmentSeen& s, std::optional<wire::SeqNum> next_before);
  bool fin_could_not_wait(const End& x, const SegmentSeen& s) const;
  void received_fin_in_established(End& x, const SegmentSeen& s, Claims& out);
  void time_reaction(End& x, const SegmentSeen& s);
  void sent_syn(End& x, const SegmentSeen& s, Claims& out);
  void sent_ack(End& x, const SegmentSeen& s, Claims& out);
  void received_fin_in_fin_wait_1(End& x, const SegmentSeen& s, Claims& out);
  void closed_by_own_rst(End& x, const SegmentSeen& s, Sighting now, Claims& out);
  bool fin_wait_2_is_certain(const End& x, const SegmentSeen& s) const;
  bool too_early(Sighting sent, const SegmentSeen& s) const;
  void sent_fin(End& x, const SegmentSeen& s, Claims& out);
  void sent_rst(End& x, const SegmentSeen& s, Claims& out);
  void find_mid_stream(End& x, const SegmentSeen& s, Claims& out);
  void note_acknowledged(End& y, const End& x, const SegmentSeen& s,
                         std::optional<wire::SeqNum> next_before);
  void settle(End& y, bool by_silence, Claims& out);
  void settle_handshake(End& y, bool by_silence, Claims& out);
  void settle_close(End& y, bool by_silence, Claims& out);
  void settle_reset(End& y, bool by_silence, Claims& out);
  bool fin_may_wait(const End& y) const;
  bool suppose_reset(End& y, Claims& out);
  bool nothing_came_back(const End& y) const;

  std::array<End, 2> ends_;
  bool on_arrival_;
  bool disturbed_ = false;       // something was sent again, is missing, or was damaged
  bool only_fins_again_ = true;  // and nothing else
  bool mid_stream_ = false;
  model::Instant last_packet_;
  std::optional<model::Duration> fastest_reaction_;
};

}  // namespace synoptic::observe
