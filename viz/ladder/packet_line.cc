// One line for a packet, in seven lengths.
#include "viz/ladder/packet_line.hh"

#include <fmt/format.h>

#include <algorithm>

#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::say;
using words::tr;

using Form = LineForm;
constexpr Form forms[] = {Form::full,        Form::no_ports,    Form::no_window,
                          Form::close_flags, Form::no_brackets, Form::no_empty_length,
                          Form::numbers_only};

void add(std::string& line, std::string_view name, std::uint32_t number) {
  const fmt::format_int digits(number);
  line.append(name).append(digits.data(), digits.size());
}

void add_flags(std::string& line, const wire::CtlSet ctl, Form form) {
  std::string text = wire::wireshark_flags(ctl);
  if (form >= Form::close_flags)
    for (std::size_t at; (at = text.find(", ")) != std::string::npos;) text.erase(at + 1, 1);
  if (form < Form::no_brackets) line += '[';
  line += text;
  if (form < Form::no_brackets) line += ']';
}

void add_ports(std::string& line, const model::Trace& trace, const model::Event& e) {
  add(line, "", trace[e.endpoint].address.port);
  add(line, " → ", trace[e.to].address.port);
  line += ' ';
}

std::string segment_line(const model::Trace& trace, const model::Event& e, bool raw, Form form) {
  const auto& p = std::get<model::Packet>(e.body);
  std::string line;
  line.reserve(96);
  if (p.retransmission) line += form == Form::full ? "[TCP Retransmission] " : tr("(again) ");
  if (form == Form::full && e.to != model::EndpointId::none) add_ports(line, trace, e);
  add_flags(line, p.ctl, form);
  add(line, " Seq=", raw ? p.seq.raw : trace.relative_seq(e));
  if (p.ctl.has(wire::ACK)) add(line, " Ack=", raw ? p.ack.raw : trace.relative_ack(e));
  if (form <= Form::no_ports) add(line, " Win=", p.wnd);
  if (form < Form::no_empty_length || (form == Form::no_empty_length && p.len > 0))
    add(line, " Len=", p.len);
  return line;
}

// What an ICMP message says; empty where it has no short name (RFC 792, RFC 1812, RFC 4443).
std::string icmp_meaning(const model::Packet& p, bool v6) {
  if (p.icmp_type == (v6 ? 1 : 3)) {
    if (p.icmp_code == (v6 ? 4 : 3)) return tr("Port unreachable");
    if (v6 && p.icmp_code == 0) return tr("No route to the destination");
    if (v6 && p.icmp_code == 3) return tr("Address unreachable");
    if (!v6 && p.icmp_code == 0) return tr("Network unreachable");
    if (!v6 && p.icmp_code == 1) return tr("Host unreachable");
    if (!v6 && p.icmp_code == 2) return tr("Protocol unreachable");
    if (!v6 && p.icmp_code == 4) return tr("Fragmentation needed");
    if (p.icmp_code == (v6 ? 1 : 13)) return tr("Communication prohibited");
    return tr("Destination unreachable");
  }
  if (v6 && p.icmp_type == 2) return tr("Packet too big");
  if (p.icmp_type == (v6 ? 3 : 11)) return tr("Time exceeded");
  if (p.icmp_type == (v6 ? 128 : 8)) return tr("Echo request");
  if (p.icmp_type == (v6 ? 129 : 0)) return tr("Echo reply");
  return "";
}

// An error may come from a router, and not from where the packet went that it is about.
std::string told_by(const model::Trace& trace, const model::Event& e) {
  const auto& p = std::get<model::Packet>(e.body);
  if (e.endpoint == model::EndpointId::none) return "";
  const auto view = wire::view(p.bytes, p.link, p.original_size, {.verify_checksums = false});
  if (!view.has_ip || view.src == trace[e.endpoint].address.ip) return "";
  return say(" from {}", view.src.str());
}

std::string icmp_text(const model::Packet& p, bool v6) {
  const std::string meaning = icmp_meaning(p, v6);
  if (meaning.empty())
    return say("ICMP{} type {} code {}", v6 ? "v6" : "", p.icmp_type, p.icmp_code);
  return (v6 ? "ICMPv6 " : "ICMP ") + meaning;
}

std::string line_in(const model::Trace& trace, const model::Event& e, bool raw, Form form) {
  const auto& p = std::get<model::Packet>(e.body);
  if (e.kind == model::EventKind::segment) return segment_line(trace, e, raw, form);
  if (e.kind == model::EventKind::icmp)
    return icmp_text(
               p, e.endpoint != model::EndpointId::none && trace[e.endpoint].address.ip.is_v6()) +
           (form < Form::close_flags ? told_by(trace, e) : "");
  std::string line;
  if (form == Form::full && e.to != model::EndpointId::none) add_ports(line, trace, e);
  add(line, form >= Form::close_flags ? "Len=" : "UDP Len=", p.len);
  return line;
}

}  // namespace

std::string packet_line(const model::Trace& trace, const model::Event& packet, bool raw_seq) {
  return line_in(trace, packet, raw_seq, Form::full);
}

LineForm common_form(const model::Trace& trace, std::span<const model::EventId> packets,
                     bool raw_seq, int max_cells) {
  constexpr std::size_t enough = 500;  // to tell what is usual
  packets = packets.first(std::min(packets.size(), enough));
  for (const Form form : forms) {
    // What says of itself that it was sent again is longer than the rest: it is shortened alone.
    const auto too_long = std::ranges::count_if(packets, [&](model::EventId id) {
      if (form != Form::full && std::get<model::Packet>(trace[id].body).retransmission)
        return false;
      return cells(line_in(trace, trace[id], raw_seq, form)) > max_cells;
    });
    if (static_cast<std::size_t>(too_long) * 20 <= packets.size()) return form;
  }
  return Form::numbers_only;
}

std::string packet_line_within(const model::Trace& trace, const model::Event& packet, bool raw_seq,
                               int max_cells, LineForm longest) {
  for (const Form form : forms) {
    if (form < longest) continue;
    std::string line = line_in(trace, packet, raw_seq, form);
    if (cells(line) <= max_cells) return line;
  }
  return "";
}

}  // namespace synoptic::ladder
