// Hand-made packets: each line of a conversation encoded as it would stand on the wire.
#include "tests/observe/packets.hh"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace synoptic::observe::testing {

using model::Event;
using model::EventKind;

void Bench::tcp(const wire::SocketAddress& src, const wire::SocketAddress& dst, const Hand& hand) {
  wire::TcpHeader header;
  header.src_port = src.port;
  header.dst_port = dst.port;
  header.seq = {hand.seq};
  header.ack = {hand.ack};
  header.ctl = hand.ctl;
  header.window = hand.window;
  if (hand.window_scale) header.options.append_window_scale(*hand.window_scale);
  wire::Bytes bytes;
  wire::append_tcp(bytes, {}, {src.ip, dst.ip}, header, wire::Bytes(hand.text, 'x'));
  raw(bytes);
}

void Bench::udp(const wire::SocketAddress& src, const wire::SocketAddress& dst,
                std::string_view text) {
  wire::Bytes bytes;
  wire::append_udp(bytes, {}, {src.ip, dst.ip}, src.port, dst.port,
                   wire::Bytes(text.begin(), text.end()));
  raw(bytes);
}

void Bench::raw(wire::ByteSpan bytes, wire::LinkType link) {
  last.assign(bytes.begin(), bytes.end());
  tracker.packet({now, last, static_cast<std::uint32_t>(last.size()), link});
  pass(model::milliseconds(1));
}

void Bench::handshake() {
  c({wire::SYN, 1000});
  s({wire::SYN | wire::ACK, 5000, 1001});
  c({wire::ACK, 1001, 5001});
}

std::vector<std::string> Bench::states() const {
  std::vector<std::string> all;
  for (const model::EventId id : trace.by_time()) {
    const Event& e = trace[id];
    if (e.kind != EventKind::state) continue;
    const auto& c = std::get<model::StateChange>(e.body);
    const std::string_view port =
        trace[e.endpoint].address.port == server.port ? "server" : "client";
    all.push_back(c.from == c.to ? fmt::format("{} = {}", port, model::rfc_name(c.to))
                                 : fmt::format("{} {} > {}", port, model::rfc_name(c.from),
                                               model::rfc_name(c.to)));
  }
  return all;
}

std::vector<std::string> Bench::states_of(std::string_view name) const {
  std::vector<std::string> all;
  for (std::string& text : states()) {
    if (text.starts_with(name)) all.push_back(text.substr(name.size() + 1));
  }
  return all;
}

std::size_t Bench::count(model::Why why) const {
  return static_cast<std::size_t>(std::ranges::count_if(trace.events(), [why](const Event& e) {
    return e.kind == EventKind::state && e.why == why;
  }));
}

const Event& Bench::packet_event(std::size_t nth) const {
  for (const Event& e : trace.events()) {
    if (std::holds_alternative<model::Packet>(e.body) && nth-- == 0) return e;
  }
  throw std::out_of_range("no such packet");
}

const model::Packet& Bench::packet(std::size_t nth) const {
  return std::get<model::Packet>(packet_event(nth).body);
}

}  // namespace synoptic::observe::testing
