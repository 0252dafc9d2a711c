// Each kind of event in words that a student understands.
#include <fmt/format.h>

#include <algorithm>

#include "viz/gui/details_model.hh"
#include "viz/ladder/others.hh"
#include "viz/ladder/packet_line.hh"
#include "viz/ladder/wording.hh"

namespace synoptic::gui {
namespace {

using model::Basis;
using model::CallName;
using model::Event;
using model::EventKind;
using model::TcpState;
using model::TimerAction;
using model::TimerName;
using model::Trace;

std::string name_of(const Trace& trace, model::EndpointId id) {
  return id == model::EndpointId::none ? "?" : trace[id].name;
}

std::string since_start(const Trace& trace, model::Instant t) {
  return model::format_duration(t - trace.start());
}

std::string octets(std::uint64_t count) {
  return count == 1 ? "1 octet" : fmt::format("{} octets", count);
}

// Printable text in quotes, else nothing: what a packet carries is mostly a line that somebody
// sent.
std::string quoted(wire::ByteSpan bytes) {
  constexpr std::size_t longest = 60;
  std::size_t end = std::min(bytes.size(), longest);
  while (end > 0 && end < bytes.size() && (bytes[end] & 0xc0) == 0x80) --end;
  std::string text;
  for (const std::uint8_t byte : bytes.first(end)) {
    if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\r') {
      text += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      return "";
    } else {
      text += static_cast<char>(byte);
    }
  }
  return fmt::format("\"{}{}\"", text, end < bytes.size() ? "…" : "");
}

std::string carried(const wire::PacketView& view, const model::Packet& packet, bool udp) {
  const std::string text = quoted(wire::slice(packet.bytes, view.payload));
  return fmt::format("It carries {} of {}{}", octets(packet.len), udp ? "payload" : "data",
                     text.size() > 2 ? ": " + text : ".");
}

std::string what_segment_says(const model::Packet& p) {
  const bool ack = p.ctl.has(wire::ACK);
  if (p.ctl.has(wire::RST))
    return "RST: the sender knows of no such connection, or gives it up. Whoever accepts it "
           "forgets "
           "the connection at once.";
  if (p.ctl.has(wire::SYN) && ack)
    return "SYN, ACK: it accepts the connection, tells the sender's own initial sequence number, "
           "and "
           "acknowledges the other SYN.";
  if (p.ctl.has(wire::SYN))
    return "SYN: it asks for a connection and tells the sender's initial sequence number.";
  if (p.ctl.has(wire::FIN))
    return "FIN: the sender has nothing more to send. It takes one sequence number.";
  if (p.len == 0 && ack)
    return "ACK: it says which octet its sender expects next, and how much it has room for.";
  return "";
}

void tell_fate(Told& told, const Trace& trace, const Event& e, const model::Packet& p) {
  const std::string t = since_start(trace, e.t);
  if (trace.source() == model::Source::captured) {
    told.sentences.push_back(fmt::format("Captured {} after the beginning.{}", t,
                                         p.fate == model::Fate::lost ? " It was lost after that."
                                         : p.fate == model::Fate::damaged
                                             ? " It was damaged after that."
                                             : ""));
  } else if (p.fate == model::Fate::lost) {
    told.sentences.push_back(fmt::format("Sent at {}; lost on its way.", t));
  } else if (p.fate == model::Fate::in_flight) {
    told.sentences.push_back(fmt::format("Sent at {}; still on its way when the run ended.", t));
  } else {
    told.sentences.push_back(fmt::format(
        "Sent at {}; {} {} later.", t,
        p.fate == model::Fate::damaged ? "arrived damaged, and was dropped," : "arrived",
        model::format_duration(p.arrived - e.t)));
  }
}

Told tell_packet(const Trace& trace, const Event& e, const model::Packet& p) {
  Told told;
  if (e.kind == EventKind::other) {
    told.heading = ladder::capital(ladder::other_name(e));
    told.sentences = {
        "Neither a TCP segment, a UDP datagram nor an ICMP message: it belongs to no "
        "connection, and is shown as bytes."};
    tell_fate(told, trace, e, p);
    return told;
  }
  const wire::PacketView view =
      wire::view(p.bytes, p.link, p.original_size, {.verify_checksums = false});
  const std::string way = fmt::format("{} → {}", name_of(trace, e.endpoint), name_of(trace, e.to));
  if (e.kind == EventKind::segment) {
    const std::string flags = wire::wireshark_flags(p.ctl);
    told.heading = fmt::format("{}: segment [{}]", way, flags.empty() ? "no flags" : flags);
    if (p.retransmission)
      told.sentences.push_back("A retransmission: these sequence numbers were sent before.");
    if (std::string says = what_segment_says(p); !says.empty())
      told.sentences.push_back(std::move(says));
    if (p.len > 0) told.sentences.push_back(carried(view, p, false));
  } else if (e.kind == EventKind::datagram) {
    told.heading = fmt::format("{}: UDP datagram", way);
    told.sentences.push_back(
        "UDP sends each message by itself: nothing is numbered, acknowledged or sent again.");
    told.sentences.push_back(carried(view, p, true));
  } else {
    told.heading = fmt::format("{}: ICMP message", way);
    told.sentences.push_back(
        "Not from a program: the other host's network code tells that it could not deliver a "
        "packet, or answers a question about the way.");
  }
  tell_fate(told, trace, e, p);
  return told;
}

std::string_view purpose_of(CallName name) {
  switch (name) {
    case CallName::socket: return "The program makes a socket: nothing is sent yet.";
    case CallName::bind: return "The program chooses the socket's own address and port.";
    case CallName::listen:
      return "The socket waits for connections; the number is how many may wait for accept().";
    case CallName::accept:
      return "Takes the next connection that has been established, and waits where there is none.";
    case CallName::connect:
      return "Opens a connection; for TCP it waits for the handshake. (For UDP it only notes the "
             "other address.)";
    case CallName::send:
      return "Hands bytes to the connection. It returns once they are in the send buffer, not when "
             "they have arrived.";
    case CallName::recv:
      return "Waits for bytes from the other end and takes them. 0 bytes are the end of the "
             "stream.";
    case CallName::sendto: return "Sends one datagram to an address.";
    case CallName::recvfrom: return "Waits for one datagram, and tells from where it came.";
    case CallName::shutdown: return "Ends one direction (or both) and keeps the socket.";
    case CallName::close:
      return "The program lets go of the socket. TCP goes on without it until both ends have "
             "finished.";
    case CallName::setsockopt: return "Sets an option of the socket.";
    case CallName::sleep: return "The program waits; the network does not.";
    case CallName::print: return "The program prints a line.";
    case CallName::read_line: return "The program reads a line that somebody types.";
  }
  return "";
}

Told tell_call(const Trace& trace, const Event& e, const model::Call& call) {
  Told told;
  told.heading = fmt::format("{}: {}", name_of(trace, e.endpoint), model::format_call(call));
  told.sentences.emplace_back(purpose_of(call.name));
  const std::string when = fmt::format("Called at {}", since_start(trace, e.t));
  if (call.name == CallName::print || call.name == CallName::sleep) {
    told.sentences.push_back(when + ".");
  } else if (!call.returned) {
    told.sentences.push_back(when + "; it has not returned.");
  } else {
    const std::string result = model::format_result(call);
    const model::Duration took = call.returned_at - e.t;
    const std::string returned =
        took.ns == 0 ? "returned at once" : "returned after " + model::format_duration(took);
    told.sentences.push_back(
        fmt::format("{}; {}{}.", when, returned, result.empty() ? "" : " " + result));
  }
  return told;
}

Told tell_state(const Trace& trace, const Event& e, const model::StateChange& change) {
  Told told;
  const std::string name = name_of(trace, e.endpoint);
  told.heading = change.from == change.to
                     ? fmt::format("{}: {} by now", name, model::rfc_name(change.to))
                     : fmt::format("{}: {} → {}", name, model::rfc_name(change.from),
                                   model::rfc_name(change.to));
  told.sentences.push_back(
      fmt::format("{}: {}", model::rfc_name(change.to), meaning_of(change.to)));
  told.sentences.emplace_back(meaning_of(change.basis));
  told.sentences.push_back(fmt::format("At {}. Linux calls this state {}.", since_start(trace, e.t),
                                       model::linux_name(change.to)));
  return told;
}

std::string_view purpose_of(TimerName name) {
  switch (name) {
    case TimerName::retransmission:
      return "The retransmission timer: what is not acknowledged when it expires is sent again.";
    case TimerName::persist:
      return "The persist timer: while the other end's window is closed, it asks from time to time "
             "whether it has opened.";
    case TimerName::delayed_ack:
      return "The delayed ACK timer: an ACK may wait so long for data that can carry it.";
    case TimerName::time_wait:
      return "The TIME-WAIT timer: the end that closed first remembers the connection for twice "
             "the "
             "longest life of a segment.";
    case TimerName::fin_wait_2:
      return "The FIN-WAIT-2 timer: Linux waits so long for the other end's FIN once no program "
             "holds the connection.";
  }
  return "";
}

Told tell_timer(const Trace& trace, const Event& e, const model::Timer& timer) {
  Told told;
  told.heading = fmt::format("{}: {} timer {}", name_of(trace, e.endpoint),
                             model::timer_name(timer.name), model::action_name(timer.action));
  told.sentences.emplace_back(purpose_of(timer.name));
  const std::string at = since_start(trace, e.t);
  const std::string left = model::format_duration(timer.deadline - e.t);
  if (timer.action == TimerAction::started) {
    told.sentences.push_back(fmt::format("Started at {}; it would expire after {}.", at, left));
  } else if (timer.action == TimerAction::stopped) {
    told.sentences.push_back(
        fmt::format("Stopped at {}; it would have expired {} later.", at, left));
  } else {
    told.sentences.push_back(fmt::format("Expired at {}.", at));
  }
  return told;
}

const Event* cause_of(const Trace& trace, const Event& e) {
  return e.cause == model::EventId::none ? nullptr : &trace[e.cause];
}

}  // namespace

std::string_view meaning_of(TcpState state) {
  switch (state) {
    case TcpState::closed: return "no connection at all.";
    case TcpState::listen: return "it waits for anybody to ask for a connection.";
    case TcpState::syn_sent: return "it has asked for a connection and waits for the answer.";
    case TcpState::syn_received:
      return "it has received a SYN and sent its own; the ACK of that is missing.";
    case TcpState::established: return "the connection is open, data may flow both ways.";
    case TcpState::fin_wait_1:
      return "it has sent its FIN, and waits for the ACK or the other FIN.";
    case TcpState::fin_wait_2: return "its FIN is acknowledged; it waits for the other end's FIN.";
    case TcpState::close_wait:
      return "the other end has closed; its own program has not closed yet.";
    case TcpState::closing:
      return "both have sent a FIN at the same time; the ACK of its own is missing.";
    case TcpState::last_ack: return "it has closed second; only the ACK of its FIN is missing.";
    case TcpState::time_wait:
      return "all is said; it waits until no old segment of the connection can be about.";
  }
  return "";
}

std::string_view meaning_of(Basis basis) {
  switch (basis) {
    case Basis::true_: return "True: the simulation knows the state itself.";
    case Basis::inferred: return "Inferred: packets do not name states; this follows from them.";
    case Basis::confirmed:
      return "Confirmed: inferred from the packets, and the kernel says so too.";
    case Basis::contradicted:
      return "Contradicted: inferred from the packets, but the kernel says otherwise.";
  }
  return "";
}

std::string one_line(const Trace& trace, const Event& e, bool raw_seq) {
  if (e.kind == EventKind::other) return ladder::other_line(e);
  constexpr int as_long_as_it_is = 10'000;
  const std::string name = name_of(trace, e.endpoint);
  if (std::holds_alternative<model::Packet>(e.body)) {
    return fmt::format("{} → {}: {}", name, name_of(trace, e.to),
                       ladder::packet_line_within(trace, e, raw_seq, as_long_as_it_is,
                                                  ladder::LineForm::no_ports));
  }
  if (std::holds_alternative<model::Loss>(e.body)) {
    const Event* const lost = cause_of(trace, e);
    return lost == nullptr ? "lost" : "lost: " + one_line(trace, *lost, raw_seq);
  }
  if (const auto* note = std::get_if<model::Note>(&e.body))
    return fmt::format("{}: {}", name, note->text.empty() ? model::info(e.why).text : note->text);
  return tell(trace, e).heading;
}

Told tell(const Trace& trace, const Event& e) {
  if (const auto* packet = std::get_if<model::Packet>(&e.body))
    return tell_packet(trace, e, *packet);
  if (const auto* call = std::get_if<model::Call>(&e.body)) return tell_call(trace, e, *call);
  if (const auto* change = std::get_if<model::StateChange>(&e.body))
    return tell_state(trace, e, *change);
  if (const auto* timer = std::get_if<model::Timer>(&e.body)) return tell_timer(trace, e, *timer);
  const Event* const cause = cause_of(trace, e);
  if (std::holds_alternative<model::Loss>(e.body)) {
    return {cause == nullptr ? "A packet is lost"
                             : fmt::format("Lost: {} → {}", name_of(trace, cause->endpoint),
                                           name_of(trace, cause->to)),
            {"The network lost this packet. Neither end is told: the sender finds out only because "
             "no answer comes."}};
  }
  Told told{e.endpoint == model::EndpointId::none
                ? "Note"
                : fmt::format("{}: note", name_of(trace, e.endpoint)),
            {}};
  const auto& note = std::get<model::Note>(e.body);
  if (!note.text.empty()) told.sentences.emplace_back(note.text);
  told.sentences.push_back(fmt::format("At {}.", since_start(trace, e.t)));
  return told;
}

}  // namespace synoptic::gui
