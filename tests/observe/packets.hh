// Packets made by hand for the flow tracker: a conversation written as a list of segments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/observe/flow_tracker.hh"
#include "sim/wire/packet.hh"

namespace synoptic::observe::testing {

inline const wire::SocketAddress client{wire::IpAddress::v4(127, 0, 0, 1), 46978};
inline const wire::SocketAddress server{wire::IpAddress::v4(127, 0, 0, 2), 9999};

struct Hand {
  wire::CtlSet ctl;
  std::uint32_t seq = 0, ack = 0;
  std::uint32_t text = 0;  // octets
  std::uint16_t window = 65'000;
  std::optional<std::uint8_t> window_scale;
};

// A tracker and its trace. Each packet comes a millisecond after the one before it.
class Bench {
 public:
  explicit Bench(TrackerOptions options = {}) : tracker(trace, options) {}

  void tcp(const wire::SocketAddress& src, const wire::SocketAddress& dst, const Hand& hand);
  void c(const Hand& hand) { tcp(client, server, hand); }  // the client sends
  void s(const Hand& hand) { tcp(server, client, hand); }
  void udp(const wire::SocketAddress& src, const wire::SocketAddress& dst, std::string_view text);
  void raw(wire::ByteSpan bytes, wire::LinkType link = wire::LinkType::ethernet);
  void pass(model::Duration d) { now = now + d; }
  // c SYN, s SYN,ACK, c ACK; the client's numbers begin at 1000, the server's at 5000.
  void handshake();

  // "client CLOSED > SYN-SENT", in order of time; "= STATE" where an end was found in it.
  std::vector<std::string> states() const;
  std::vector<std::string> states_of(std::string_view name) const;
  std::size_t count(model::Why why) const;             // state changes
  const model::Packet& packet(std::size_t nth) const;  // the nth segment, datagram or ICMP message
  const model::Event& packet_event(std::size_t nth) const;

  model::Trace trace{model::Source::captured};
  FlowTracker tracker;
  model::Instant now{1'000'000'000'000'000'000};
  wire::Bytes last;  // the last packet's bytes
};

}  // namespace synoptic::observe::testing
