// A trace built by hand that holds one of everything: what the writers are held against.
#pragma once

#include <string_view>

#include "sim/model/trace.hh"
#include "sim/wire/packet.hh"

namespace synoptic::exporting::test {

inline wire::ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Adds events to a trace; times are in milliseconds.
class HandTrace {
 public:
  explicit HandTrace(model::Source source, wire::Family family = wire::Family::ipv4)
      : trace(source) {
    const auto server = family == wire::Family::ipv4 ? "127.0.0.2" : "fd00::2";
    const auto client = family == wire::Family::ipv4 ? "127.0.0.1" : "fd00::1";
    b = trace.add_endpoint("server", {*wire::IpAddress::parse(server), 9999}, model::Protocol::tcp);
    a = trace.add_endpoint("client", {*wire::IpAddress::parse(client), 40000},
                           model::Protocol::tcp);
    flow = trace.add_flow(model::Protocol::tcp, a, b);
    trace.edit(flow).base_a = wire::SeqNum{100};
    trace.edit(flow).base_b = wire::SeqNum{0xffffffff};
  }

  struct SegmentSpec {
    bool from_a = true;
    wire::CtlSet ctl;
    std::uint32_t seq = 0, ack = 0;
    std::string_view text = {};
    wire::TcpOptions options = {};
    bool lost = false, retransmission = false;
    model::Why why = model::Why::none;
  };

  model::EventId segment(std::int64_t ms, const SegmentSpec& spec) {
    const model::Endpoint& from = trace[spec.from_a ? a : b];
    const model::Endpoint& to = trace[spec.from_a ? b : a];
    wire::TcpHeader tcp;
    tcp.src_port = from.address.port;
    tcp.dst_port = to.address.port;
    tcp.seq.raw = spec.seq;
    tcp.ack.raw = spec.ack;
    tcp.ctl = spec.ctl;
    tcp.window = 65535;
    tcp.options = spec.options;
    wire::Bytes packet;
    wire::append_tcp(packet, {}, {from.address.ip, to.address.ip}, tcp, bytes_of(spec.text));
    model::Packet body;
    body.bytes = trace.arena().store(packet);
    body.original_size = static_cast<std::uint32_t>(packet.size());
    body.fate = spec.lost ? model::Fate::lost : model::Fate::delivered;
    if (!spec.lost) body.arrived = model::Instant{(ms + 20) * 1'000'000};
    body.ctl = spec.ctl;
    body.seq = tcp.seq;
    body.ack = tcp.ack;
    body.wnd = 65535;
    body.len = static_cast<std::uint32_t>(spec.text.size());
    body.retransmission = spec.retransmission;
    model::Event event = at(ms, spec.from_a ? a : b, body);
    event.to = spec.from_a ? b : a;
    event.why = spec.why;
    return trace.add(event);
  }

  template <typename Body>
  model::Event at(std::int64_t ms, model::EndpointId where, Body body) const {
    model::Event event;
    event.t = model::Instant{ms * 1'000'000};
    event.endpoint = where;
    event.flow = flow;
    event.body = body;
    return event;
  }

  model::Trace trace;
  model::EndpointId a, b;
  model::FlowId flow;
};

// A handshake whose first SYN is lost, one echo, a reset, calls, states, timers, a datagram and an
// ICMP error.
inline HandTrace everything(model::Source source, wire::Family family = wire::Family::ipv4) {
  using namespace wire;
  HandTrace h(source, family);
  model::Trace& t = h.trace;
  model::Call call;
  call.name = model::CallName::connect;
  call.fd = 3;
  call.address = t[h.b].address;
  call.returned = true;
  call.returned_at = model::Instant{1'060'000'000};
  call.result = 0;
  const model::EventId connect = t.add(h.at(0, h.a, call));
  t.add(h.at(
      0, h.a,
      model::StateChange{model::TcpState::closed, model::TcpState::syn_sent, model::Basis::true_}));
  TcpOptions options;
  options.append_mss(1460);
  options.append_sack_permitted();
  options.append_timestamps({1, 0});
  options.append_nop();
  options.append_window_scale(7);
  const model::EventId syn = h.segment(
      0,
      {.ctl = SYN, .seq = 100, .options = options, .lost = true, .why = model::Why::active_open});
  t.edit(syn).cause = connect;
  model::Event loss = h.at(5, h.a, model::Loss{});
  loss.cause = syn;
  loss.why = model::Why::fault_drop;
  t.add(loss);
  t.add(h.at(1000, h.a,
             model::Timer{
                 model::TimerName::retransmission, model::TimerAction::expired, {1'000'000'000}}));
  h.segment(1000, {.ctl = SYN,
                   .seq = 100,
                   .options = options,
                   .retransmission = true,
                   .why = model::Why::active_open});
  h.segment(1020, {.from_a = false, .ctl = SYN | ACK, .seq = 0xffffffff, .ack = 101});
  h.segment(1040, {.ctl = CtlSet(ACK), .seq = 101, .ack = 0});
  call.name = model::CallName::send;
  call.address = {};
  call.number = 7;
  call.data = t.arena().store(bytes_of("Michael"));
  call.result = 7;
  t.add(h.at(1040, h.a, call));
  h.segment(
      1041,
      {.ctl = PSH | ACK, .seq = 101, .ack = 0, .text = "Michael", .why = model::Why::send_data});
  call.name = model::CallName::recv;
  call.number = 1024;
  call.data = t.arena().store(bytes_of("\xff\xfe\x00"));
  call.result = -1;
  call.error = 104;
  t.add(h.at(1042, h.b, call));
  call = {};
  call.name = model::CallName::accept;
  call.fd = 4;
  call.returned = true;
  call.returned_at = model::Instant{1'061'000'000};
  call.result = 5;
  call.address = t[h.a].address;
  t.add(h.at(1042, h.b, call));
  call = {};
  call.name = model::CallName::print;
  call.data = t.arena().store(bytes_of("Chinese \xe4\xbd\xa0\xe5\xa5\xbd \"quoted\"\n"));
  t.add(h.at(1043, h.b, call));
  h.segment(1050, {.from_a = false, .ctl = RST | ACK, .seq = 0, .ack = 108});
  t.add(h.at(1051, h.b, model::Note{t.arena().store(std::string_view("a note, \"quoted\""))}));
  return h;
}

}  // namespace synoptic::exporting::test
