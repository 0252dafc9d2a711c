// Each kind of event in words that a student understands.
#include <fmt/format.h>

#include <algorithm>

#include "sim/model/unknown_data.hh"
#include "viz/gui/details_model.hh"
#include "viz/ladder/others.hh"
#include "viz/ladder/packet_line.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/wording.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::tr;

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
  return id == model::EndpointId::none ? "?" : ladder::role_name(trace[id].name);
}

std::string since_start(const Trace& trace, model::Instant t) {
  return model::format_duration(t - trace.start());
}

std::string octets(std::uint64_t count) {
  return count == 1 ? tr("1 octet") : fmt::format(fmt::runtime(tr("{} octets")), count);
}

// Printable text in quotes, else nothing: what a packet carries is mostly a line that somebody
// sent.
std::string quoted(wire::ByteSpan bytes) {
  constexpr std::size_t longest = 60;
  std::string text;
  std::size_t at = 0;
  while (at < bytes.size() && at < longest) {
    const std::uint8_t byte = bytes[at];
    const std::size_t length = model::utf8_length(bytes.subspan(at));
    if (at + length > longest) break;
    at += std::max<std::size_t>(length, 1);
    if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\r') {
      text += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      return "";
    } else if (length == 0) {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text.append(reinterpret_cast<const char*>(bytes.data()) + at - length, length);
    }
  }
  return fmt::format("\"{}{}\"", text, at < bytes.size() ? "…" : "");
}

std::string carried(const wire::PacketView& view, const model::Packet& packet, bool udp) {
  const std::string text = quoted(wire::slice(packet.bytes, view.payload));
  const std::string size = octets(packet.len);
  if (text.size() > 2)
    return fmt::format(
        fmt::runtime(udp ? tr("It carries {} of payload: {}") : tr("It carries {} of data: {}")),
        size, text);
  return fmt::format(
      fmt::runtime(udp ? tr("It carries {} of payload.") : tr("It carries {} of data.")), size);
}

std::string what_segment_says(const model::Packet& p) {
  const bool ack = p.ctl.has(wire::ACK);
  if (p.ctl.has(wire::RST))
    return tr(
        "RST: the sender knows of no such connection, or gives it up. Whoever accepts it forgets "
        "the connection at once.");
  if (p.ctl.has(wire::SYN) && ack)
    return tr(
        "SYN, ACK: it accepts the connection, tells the sender's own initial sequence number, and "
        "acknowledges the other SYN.");
  if (p.ctl.has(wire::SYN))
    return tr("SYN: it asks for a connection and tells the sender's initial sequence number.");
  if (p.ctl.has(wire::FIN))
    return tr("FIN: the sender has nothing more to send. It takes one sequence number.");
  if (p.len == 0 && ack)
    return tr("ACK: it says which octet its sender expects next, and how much it has room for.");
  return "";
}

// When a packet was sent, and what became of it.
std::string fate_of(const Trace& trace, const Event& e, const model::Packet& p) {
  const std::string t = since_start(trace, e.t);
  if (trace.source() == model::Source::captured) {
    return fmt::format(
        fmt::runtime(p.fate == model::Fate::lost
                         ? tr("Captured {} after the beginning. It was lost after that.")
                     : p.fate == model::Fate::damaged
                         ? tr("Captured {} after the beginning. It was damaged after that.")
                         : tr("Captured {} after the beginning.")),
        t);
  }
  if (p.fate == model::Fate::lost)
    return fmt::format(fmt::runtime(tr("Sent at {}; lost on its way.")), t);
  if (p.fate == model::Fate::in_flight)
    return fmt::format(fmt::runtime(tr("Sent at {}; still on its way when the run ended.")), t);
  return fmt::format(
      fmt::runtime(p.fate == model::Fate::damaged
                       ? tr("Sent at {}; arrived damaged, and was dropped, {} later.")
                       : tr("Sent at {}; arrived {} later.")),
      t, model::format_duration(p.arrived - e.t));
}

Told tell_packet(const Trace& trace, const Event& e, const model::Packet& p) {
  Told told;
  if (e.kind == EventKind::other) {
    told.heading = ladder::capital(ladder::other_name(e));
    told.sentences.emplace_back(
        tr("Neither a TCP segment, a UDP datagram nor an ICMP message: it belongs to no "
           "connection, and is shown as bytes."));
    told.sentences.push_back(fate_of(trace, e, p));
    return told;
  }
  const wire::PacketView view =
      wire::view(p.bytes, p.link, p.original_size, {.verify_checksums = false});
  const std::string way = fmt::format("{} → {}", name_of(trace, e.endpoint), name_of(trace, e.to));
  if (e.kind == EventKind::segment) {
    const std::string flags = wire::wireshark_flags(p.ctl);
    told.heading = fmt::format(fmt::runtime(tr("{}: segment [{}]")), way,
                               flags.empty() ? tr("no flags") : flags);
    if (p.retransmission)
      told.sentences.emplace_back(tr("A retransmission: these sequence numbers were sent before."));
    if (std::string says = what_segment_says(p); !says.empty())
      told.sentences.push_back(std::move(says));
    if (p.len > 0) told.sentences.push_back(carried(view, p, false));
  } else if (e.kind == EventKind::datagram) {
    told.heading = fmt::format(fmt::runtime(tr("{}: UDP datagram")), way);
    told.sentences.emplace_back(
        tr("UDP sends each message by itself: nothing is numbered, acknowledged or sent again."));
    told.sentences.push_back(carried(view, p, true));
  } else {
    told.heading = fmt::format(fmt::runtime(tr("{}: ICMP message")), way);
    told.sentences.emplace_back(
        tr("Not from a program: the other host's network code tells that it could not deliver a "
           "packet, or answers a question about the way."));
  }
  told.sentences.push_back(fate_of(trace, e, p));
  return told;
}

std::string_view purpose_of(CallName name) {
  switch (name) {
    case CallName::socket: return tr("The program makes a socket: nothing is sent yet.");
    case CallName::bind: return tr("The program chooses the socket's own address and port.");
    case CallName::listen:
      return tr("The socket waits for connections; the number is how many may wait for accept().");
    case CallName::accept:
      return tr(
          "Takes the next connection that has been established, and waits where there is none.");
    case CallName::connect:
      return tr(
          "Opens a connection; for TCP it waits for the handshake. (For UDP it only notes the "
          "other address.)");
    case CallName::send:
      return tr(
          "Hands bytes to the connection. It returns once they are in the send buffer, not when "
          "they have arrived.");
    case CallName::recv:
      return tr(
          "Waits for bytes from the other end and takes them. 0 bytes are the end of the stream.");
    case CallName::sendto: return tr("Sends one datagram to an address.");
    case CallName::recvfrom: return tr("Waits for one datagram, and tells from where it came.");
    case CallName::shutdown: return tr("Ends one direction (or both) and keeps the socket.");
    case CallName::close:
      return tr(
          "The program lets go of the socket. TCP goes on without it until both ends have "
          "finished; UDP has nothing to finish.");
    case CallName::setsockopt: return tr("Sets an option of the socket.");
    case CallName::sleep: return tr("The program waits; the network does not.");
    case CallName::print: return tr("The program prints a line.");
    case CallName::read_line: return tr("The program reads a line that somebody types.");
    case CallName::save: return tr("The program writes what it received to a file.");
  }
  return "";
}

std::string return_of(const model::Call& call, const std::string& when, model::Duration took) {
  const std::string result = model::format_result(call), after = model::format_duration(took);
  if (took.ns == 0 && result.empty())
    return fmt::format(fmt::runtime(tr("Called at {}; returned at once.")), when);
  if (took.ns == 0)
    return fmt::format(fmt::runtime(tr("Called at {}; returned at once {}.")), when, result);
  if (result.empty())
    return fmt::format(fmt::runtime(tr("Called at {}; returned after {}.")), when, after);
  return fmt::format(fmt::runtime(tr("Called at {}; returned after {} {}.")), when, after, result);
}

std::string heading_of(const model::Call& call, const std::string& who) {
  if (call.name == CallName::print)
    return fmt::format(
        fmt::runtime(tr("{}: prints: {}")), who,
        std::string_view(reinterpret_cast<const char*>(call.data.data()), call.data.size()));
  if (call.name == CallName::read_line)
    return fmt::format(fmt::runtime(tr("{}: reads a line")), who);
  if (call.name == CallName::save)
    return fmt::format(
        fmt::runtime(tr("{}: saves {}: {} bytes")), who,
        std::string_view(reinterpret_cast<const char*>(call.data.data()), call.data.size()),
        call.number);
  if (model::sends_unknown(call))
    return fmt::format(fmt::runtime(tr("{}: send({} bytes)")), who, call.number);
  return fmt::format("{}: {}", who, model::format_call(call));
}

Told tell_call(const Trace& trace, const Event& e, const model::Call& call) {
  Told told;
  told.heading = heading_of(call, name_of(trace, e.endpoint));
  told.sentences.emplace_back(purpose_of(call.name));
  const std::string when = since_start(trace, e.t);
  if (call.name == CallName::print || call.name == CallName::sleep) {
    told.sentences.push_back(fmt::format(fmt::runtime(tr("Called at {}.")), when));
  } else if (!call.returned) {
    told.sentences.push_back(
        fmt::format(fmt::runtime(tr("Called at {}; it has not returned.")), when));
  } else {
    told.sentences.push_back(return_of(call, when, call.returned_at - e.t));
  }
  return told;
}

Told tell_state(const Trace& trace, const Event& e, const model::StateChange& change) {
  Told told;
  const std::string name = name_of(trace, e.endpoint);
  told.heading =
      change.from == change.to
          ? fmt::format(fmt::runtime(tr("{}: {} by now")), name, model::rfc_name(change.to))
          : fmt::format("{}: {} → {}", name, model::rfc_name(change.from),
                        model::rfc_name(change.to));
  told.sentences.push_back(
      fmt::format("{}: {}", model::rfc_name(change.to), meaning_of(change.to)));
  told.sentences.emplace_back(meaning_of(change.basis));
  if (change.basis == Basis::contradicted)
    told.sentences.push_back(
        words::say("The kernel says {} at that time.", model::rfc_name(change.kernel)));
  told.sentences.push_back(fmt::format(fmt::runtime(tr("At {}. Linux calls this state {}.")),
                                       since_start(trace, e.t), model::linux_name(change.to)));
  return told;
}

std::string_view purpose_of(TimerName name) {
  switch (name) {
    case TimerName::retransmission:
      return tr(
          "The retransmission timer: what is not acknowledged when it expires is sent again.");
    case TimerName::persist:
      return tr(
          "The persist timer: while the other end's window is closed, it asks from time to time "
          "whether it has opened.");
    case TimerName::delayed_ack:
      return tr("The delayed ACK timer: an ACK may wait so long for data that can carry it.");
    case TimerName::time_wait:
      return tr(
          "The TIME-WAIT timer: the end that closed first remembers the connection for twice the "
          "longest life of a segment.");
    case TimerName::fin_wait_2:
      return tr(
          "The FIN-WAIT-2 timer: Linux waits so long for the other end's FIN once no program holds "
          "the connection.");
  }
  return "";
}

const char* words_of(TimerName name) {
  switch (name) {
    case TimerName::retransmission: return tr("retransmission timer");
    case TimerName::persist: return tr("persist timer");
    case TimerName::delayed_ack: return tr("delayed-ack timer");
    case TimerName::time_wait: return tr("time-wait timer");
    case TimerName::fin_wait_2: return tr("fin-wait-2 timer");
  }
  return "";
}

const char* words_of(TimerAction action) {
  switch (action) {
    case TimerAction::started: return tr("started");
    case TimerAction::stopped: return tr("stopped");
    case TimerAction::expired: return tr("expired");
  }
  return "";
}

Told tell_timer(const Trace& trace, const Event& e, const model::Timer& timer) {
  Told told;
  told.heading = fmt::format("{}: {} {}", name_of(trace, e.endpoint), words_of(timer.name),
                             words_of(timer.action));
  told.sentences.emplace_back(purpose_of(timer.name));
  const std::string at = since_start(trace, e.t);
  const std::string left = model::format_duration(timer.deadline - e.t);
  if (timer.action == TimerAction::started) {
    told.sentences.push_back(
        fmt::format(fmt::runtime(tr("Started at {}; it would expire after {}.")), at, left));
  } else if (timer.action == TimerAction::stopped) {
    told.sentences.push_back(
        fmt::format(fmt::runtime(tr("Stopped at {}; it would have expired {} later.")), at, left));
  } else {
    told.sentences.push_back(fmt::format(fmt::runtime(tr("Expired at {}.")), at));
  }
  return told;
}

const Event* cause_of(const Trace& trace, const Event& e) {
  return e.cause == model::EventId::none ? nullptr : &trace[e.cause];
}

}  // namespace

// The table of reasons is English: its texts are keys, too.
std::string words_of(model::Why why) {
  return tr(std::string(model::info(why).text).c_str());
}

std::string_view meaning_of(TcpState state) {
  switch (state) {
    case TcpState::closed: return tr("no connection at all.");
    case TcpState::listen: return tr("it waits for anybody to ask for a connection.");
    case TcpState::syn_sent: return tr("it has asked for a connection and waits for the answer.");
    case TcpState::syn_received:
      return tr("it has received a SYN and sent its own; the ACK of that is missing.");
    case TcpState::established: return tr("the connection is open, data may flow both ways.");
    case TcpState::fin_wait_1:
      return tr("it has sent its FIN, and waits for the ACK or the other FIN.");
    case TcpState::fin_wait_2:
      return tr("its FIN is acknowledged; it waits for the other end's FIN.");
    case TcpState::close_wait:
      return tr("the other end has closed; its own program has not closed yet.");
    case TcpState::closing:
      return tr("both have sent a FIN at the same time; the ACK of its own is missing.");
    case TcpState::last_ack: return tr("it has closed second; only the ACK of its FIN is missing.");
    case TcpState::time_wait:
      return tr("all is said; it waits until no old segment of the connection can be about.");
  }
  return "";
}

std::string_view meaning_of(Basis basis) {
  switch (basis) {
    case Basis::true_: return tr("True: the simulation knows the state itself.");
    case Basis::inferred:
      return tr("Inferred: packets do not name states; this follows from them.");
    case Basis::confirmed:
      return tr("Confirmed: inferred from the packets, and the kernel says so too.");
    case Basis::contradicted:
      return tr("Contradicted: inferred from the packets, but the kernel says otherwise.");
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
    return lost == nullptr
               ? tr("lost")
               : fmt::format(fmt::runtime(tr("lost: {}")), one_line(trace, *lost, raw_seq));
  }
  if (const auto* note = std::get_if<model::Note>(&e.body))
    return fmt::format("{}: {}", name,
                       note->text.empty() ? words_of(e.why) : std::string(note->text));
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
    return {
        cause == nullptr ? tr("A packet is lost")
                         : fmt::format(fmt::runtime(tr("Lost: {} → {}")),
                                       name_of(trace, cause->endpoint), name_of(trace, cause->to)),
        {tr("The network lost this packet. Neither end is told: the sender finds out only because "
            "no answer comes.")}};
  }
  Told told{e.endpoint == model::EndpointId::none
                ? tr("Note")
                : fmt::format(fmt::runtime(tr("{}: note")), name_of(trace, e.endpoint)),
            {}};
  const auto& note = std::get<model::Note>(e.body);
  if (!note.text.empty()) told.sentences.emplace_back(note.text);
  told.sentences.push_back(fmt::format(fmt::runtime(tr("At {}.")), since_start(trace, e.t)));
  return told;
}

}  // namespace synoptic::gui
