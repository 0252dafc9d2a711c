// What must hold of FlowTracker whatever packets and calls come: it ends, and its trace is well
// formed.
//
// Any bytes are such an input. They are read as records: a segment between a few ports, its numbers
// near those that are due, so that connections come about; a packet of arbitrary bytes; or a call.
#pragma once

#include <fmt/format.h>

#include <array>
#include <map>
#include <string>
#include <utility>

#include "capture/observe/flow_tracker.hh"
#include "sim/wire/packet.hh"

namespace synoptic::observe {

class FlowInput {
 public:
  FlowInput(wire::ByteSpan input, FlowTracker& tracker) : input_(input), tracker_(tracker) {}

  // Returns the number of packets fed.
  std::size_t run() {
    std::size_t packets = 0;
    while (!input_.empty()) {
      const std::uint8_t head = take();
      now_ = now_ + ((head & 0x20) != 0 ? model::seconds(2) : model::microseconds(head));
      if ((head & 3) != 3) {
        segment(head);
        ++packets;
      } else if ((head & 4) == 0) {
        const std::size_t announced = take();
        const std::size_t size = std::min(announced, input_.size());
        feed(input_.first(size), 0);
        input_ = input_.subspan(size);
        ++packets;
      } else {
        call(head);
      }
    }
    return packets;
  }

 private:
  std::uint8_t take() {
    if (input_.empty()) return 0;
    const std::uint8_t byte = input_.front();
    input_ = input_.subspan(1);
    return byte;
  }
  static wire::SocketAddress address(int pair, int side) {
    return {wire::IpAddress::v4(127, 0, 0, static_cast<std::uint8_t>(1 + side * (pair % 2))),
            static_cast<std::uint16_t>(side == 0 ? 1000 + pair : 80)};
  }
  void feed(wire::ByteSpan bytes, std::uint32_t more) {
    tracker_.packet(
        {now_, bytes, static_cast<std::uint32_t>(bytes.size()) + more, wire::LinkType::ethernet});
  }
  void segment(std::uint8_t head) {
    const int side = (head >> 2) & 1;
    const int pair = (head >> 3) & 3;
    auto& mine = next_[static_cast<std::size_t>(pair)][static_cast<std::size_t>(side)];
    const auto theirs = next_[static_cast<std::size_t>(pair)][static_cast<std::size_t>(1 - side)];
    wire::TcpHeader h;
    h.src_port = address(pair, side).port;
    h.dst_port = address(pair, 1 - side).port;
    h.ctl = wire::CtlSet(take());
    h.seq = {mine + static_cast<std::uint32_t>(static_cast<std::int8_t>(take()))};
    h.ack = {theirs + static_cast<std::uint32_t>(static_cast<std::int8_t>(take()))};
    const std::uint8_t size = take();
    h.window = static_cast<std::uint16_t>(size * 300);
    wire::Bytes bytes;
    wire::append_tcp(bytes, {}, {address(pair, side).ip, address(pair, 1 - side).ip}, h,
                     wire::Bytes(size % 8, 'x'));
    if (size == 255) bytes.back() ^= 1;  // a damaged one
    const std::uint32_t len =
        size % 8 + (h.ctl.has(wire::SYN) ? 1 : 0) + (h.ctl.has(wire::FIN) ? 1 : 0);
    mine = h.seq.raw + len;
    const std::size_t kept =
        (head & 0x40) != 0 ? std::min<std::size_t>(bytes.size(), 54) : bytes.size();
    feed(wire::ByteSpan(bytes).first(kept), static_cast<std::uint32_t>(bytes.size() - kept));
  }
  void call(std::uint8_t head) {
    CallRecord r;
    const std::uint8_t what = take();
    r.role = fmt::format("role {}", (head >> 3) & 1);
    r.serial = take() % 8;
    r.after = r.serial ^ ((what >> 2) & 7);
    r.t = now_;
    r.call.name = static_cast<model::CallName>(what % 15);
    r.call.fd = static_cast<std::int32_t>(take() % 4) - 1;
    r.call.returned = (what & 0x80) != 0;
    r.call.result = static_cast<std::int8_t>(take());
    r.call.returned_at = now_;
    const int pair = (head >> 3) & 3;
    if ((what & 0x40) != 0) r.local = address(pair, 0);
    if ((what & 0x20) != 0) r.remote = r.call.address = address(pair, 1);
    tracker_.call(r);
  }

  wire::ByteSpan input_;
  FlowTracker& tracker_;
  model::Instant now_{1'000'000'000};
  std::array<std::array<std::uint32_t, 2>, 4> next_{};
};

// What is wrong with the trace; empty when nothing is.
inline std::string broken_trace(const model::Trace& trace) {
  const std::size_t count = trace.events().size();
  std::map<std::pair<std::uint32_t, std::uint32_t>, model::TcpState> last;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& e = trace[id];
    const auto says = [&](std::string_view what) {
      return fmt::format("event {}: {}", model::index(id), what);
    };
    const bool nowhere = e.endpoint == model::EndpointId::none && e.to == model::EndpointId::none &&
                         e.flow == model::FlowId::none;
    if ((e.kind == model::EventKind::other) != nowhere) return says("a place for what has none");
    if (nowhere) continue;
    if (model::index(e.endpoint) >= trace.endpoints().size()) return says("no lane");
    if (e.flow != model::FlowId::none && model::index(e.flow) >= trace.flows().size())
      return says("no such flow");
    if (e.cause != model::EventId::none) {
      if (model::index(e.cause) >= count) return says("no such cause");
      if (trace[e.cause].t > e.t) return says("happened before its cause");
    }
    if (e.kind == model::EventKind::segment) {
      (void)trace.relative_seq(e);
      (void)trace.relative_ack(e);
    }
    if (e.kind != model::EventKind::state) continue;
    const auto& change = std::get<model::StateChange>(e.body);
    if (change.basis != model::Basis::inferred) return says("claims more than an inference");
    if (e.cause == model::EventId::none || e.why == model::Why::none)
      return says("a state without a reason");
    if (e.flow == model::FlowId::none) continue;  // a listener's
    const auto key = std::pair(model::index(e.flow), model::index(e.endpoint));
    const auto before = last.find(key);
    if (change.from != change.to) {
      if (!model::is_transition(change.from, change.to)) return says("no such transition");
      if (before != last.end() && before->second != change.from)
        return says("not the state it was in");
    }
    last[key] = change.to;
  }
  return {};
}

// What is wrong with what the tracker makes of `input`.
inline std::string broken_flow_property(wire::ByteSpan input) {
  for (const bool on_arrival : {false, true}) {
    model::Trace trace(model::Source::captured);
    FlowTracker tracker(trace, {.captured_on_arrival = on_arrival});
    const std::size_t fed = FlowInput(input, tracker).run();
    tracker.finish();
    std::size_t shown = 0;
    for (const model::Event& e : trace.events())
      shown += std::holds_alternative<model::Packet>(e.body) ? 1 : 0;
    if (shown != fed) return fmt::format("{} packets, {} shown", fed, shown);
    if (const std::string broken = broken_trace(trace); !broken.empty()) return broken;
  }
  return {};
}

}  // namespace synoptic::observe
