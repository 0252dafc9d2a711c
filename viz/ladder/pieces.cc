// Which pieces an event gives, in which words.
#include "viz/ladder/pieces.hh"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "sim/model/unknown_data.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/facts.hh"
#include "viz/ladder/others.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using model::CallName;
using words::say;
using words::tr;

// A call that took no longer than this is told in one piece, with its result.
constexpr model::Duration at_once = model::milliseconds(1);

// The calls that wait for someone else. That another call took long says nothing of the network.
bool may_block(CallName name) {
  switch (name) {
    case CallName::accept:
    case CallName::connect:
    case CallName::send:
    case CallName::recv:
    case CallName::sendto:
    case CallName::recvfrom:
    case CallName::read_line: return true;
    default: return false;
  }
}

std::string_view mark(model::Basis basis) {
  switch (basis) {
    case model::Basis::inferred: return "~";
    case model::Basis::confirmed: return "✓";
    case model::Basis::contradicted: return "✗";
    case model::Basis::true_: break;
  }
  return "";
}

// Calls as a student writes them; but what is no call is told in words.
std::string call_text(const model::Call& call) {
  if (call.name == CallName::print) {
    const std::string_view printed(reinterpret_cast<const char*>(call.data.data()),
                                   call.data.size());
    return say("prints: {}", printed);
  }
  if (call.name == CallName::save) {
    const std::string_view file(reinterpret_cast<const char*>(call.data.data()), call.data.size());
    return say("saves {}: {} bytes", file, call.number);
  }
  if (model::sends_unknown(call)) return say("send({} bytes)", call.number);
  return call.name == CallName::read_line ? tr("reads a line") : model::format_call(call);
}
std::string result_text(const model::Call& call) {
  const bool failed = call.result < 0;
  if (failed) return model::format_result(call);
  if (call.name == CallName::recv && call.result == 0)
    return std::string("= \"\"") + tr(" (end of stream)");
  if (call.name == CallName::read_line && call.result == 0) return tr("= end of input");
  if (call.name == CallName::recvfrom)
    return say("= {} from {}", model::quoted(call.data), call.address.str());
  return model::format_result(call);
}

const char* timer_word(model::TimerName name) {
  switch (name) {
    case model::TimerName::retransmission: return tr("retransmission timer");
    case model::TimerName::persist: return tr("persist timer");
    case model::TimerName::delayed_ack: return tr("delayed-ack timer");
    case model::TimerName::time_wait: return tr("time-wait timer");
    case model::TimerName::fin_wait_2: return tr("fin-wait-2 timer");
  }
  return "";
}
const char* action_word(model::TimerAction action) {
  switch (action) {
    case model::TimerAction::started: return tr("started");
    case model::TimerAction::stopped: return tr("stopped");
    case model::TimerAction::expired: return tr("expired");
  }
  return "";
}

class Pieces {
 public:
  Pieces(const model::Trace& trace, std::span<const model::EndpointId> lanes,
         const QuotedPackets& quoted)
      : trace_(trace), quoted_(quoted) {
    place_.assign(trace.endpoints().size(), none);
    for (std::size_t i = 0; i < lanes.size(); ++i) place_[model::index(lanes[i])] = i;
    packets_.resize(trace.endpoints().size());
    flows_.resize(trace.endpoints().size());
    processes_.resize(trace.endpoints().size());
  }

  std::vector<Piece> of(std::span<const model::EventId> events) {
    for (const model::EventId id : events) {
      const model::Event& e = trace_[id];
      if (e.endpoint != model::EndpointId::none && e.flow != model::FlowId::none)
        flows_[model::index(e.endpoint)].insert(e.flow);
      const auto* call = std::get_if<model::Call>(&e.body);
      if (call != nullptr && call->process != 0 && e.endpoint != model::EndpointId::none)
        processes_[model::index(e.endpoint)].insert(call->process);
      if (tells_fate(e)) told_at_[e.cause].push_back(id);
      if (!std::holds_alternative<model::Packet>(e.body)) continue;
      for (const model::EndpointId end : {e.endpoint, e.to})
        if (end != model::EndpointId::none) packets_[model::index(end)].push_back(e.t);
    }
    for (const model::EventId id : events) {
      const model::Event& e = trace_[id];
      if (!shows(e) || tells_fate(e)) continue;
      return_calls_before(e);
      add(e);
      const auto told = told_at_.find(id);
      if (told == told_at_.end()) continue;
      for (const model::EventId fate : told->second) add_fate(e, trace_[fate]);
    }
    return_calls_before({.t = {std::numeric_limits<std::int64_t>::max()}});
    return std::move(out_);
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t lane(model::EndpointId id) const {
    return id == model::EndpointId::none ? none : place_[model::index(id)];
  }

  // What became of a packet on its way stands right under its arrow, whatever else happened then.
  bool tells_fate(const model::Event& e) const {
    if (e.cause == model::EventId::none || !shows(e)) return false;
    const model::Event& packet = trace_[e.cause];
    if (!std::holds_alternative<model::Packet>(packet.body) || lane(packet.endpoint) == none)
      return false;
    return std::holds_alternative<model::Loss>(e.body) || e.why == model::Why::fault_corrupt;
  }

  // Results of blocked calls stand where they came; at one instant, after all else but the
  // program's next call.
  void return_calls_before(const model::Event& next) {
    const bool is_call = std::holds_alternative<model::Call>(next.body);
    std::erase_if(waiting_, [&](const Piece& p) {
      const bool due =
          p.t < next.t || (p.t == next.t && is_call && trace_[p.event].endpoint == next.endpoint);
      if (due) out_.push_back(p);
      return due;
    });
  }

  Piece piece(const model::Event& e, Piece::Kind kind, Role role, std::string text) const {
    Piece p{.kind = kind,
            .role = role,
            .event = e.id,
            .t = e.t,
            .lane = lane(e.endpoint),
            .text = printable(text)};
    if (p.lane == none) p.lane = 0, p.kind = Piece::Kind::across;
    p.lane_to = p.lane;
    return p;
  }

  void add(const model::Event& e) {
    if (const auto* packet = std::get_if<model::Packet>(&e.body)) return add_packet(e, *packet);
    if (const auto* call = std::get_if<model::Call>(&e.body)) return add_call(e, *call);
    if (const auto* change = std::get_if<model::StateChange>(&e.body)) return add_state(e, *change);
    if (const auto* timer = std::get_if<model::Timer>(&e.body)) return add_timer(e, *timer);
    if (std::holds_alternative<model::Loss>(e.body)) return add_fate(e, e);
    if (e.why == model::Why::checksum_mismatch)
      return out_.push_back(
          piece(e, Piece::Kind::inside, Role::loss_mark,
                tr("✗ checksum wrong: dropped without a word, as if it had been lost")));
    out_.push_back(piece(e, Piece::Kind::inside, Role::note, fmt::format("· {}", text_of(e))));
  }

  // The table of reasons is English: its texts are keys, too.
  static std::string text_of(const model::Event& e) {
    const auto* note = std::get_if<model::Note>(&e.body);
    return note && !note->text.empty() ? std::string(note->text)
                                       : tr(std::string(model::info(e.why).text).c_str());
  }

  // Under the arrow of `packet`, if that has one.
  void add_fate(const model::Event& packet, const model::Event& e) {
    const std::string text = text_of(e);
    const bool lost = std::holds_alternative<model::Loss>(e.body);
    Piece p = piece(e, Piece::Kind::across, lost ? Role::loss_mark : Role::note,
                    !lost          ? fmt::format("· {}", text)
                    : text.empty() ? tr("✗ lost")
                                   : say("✗ lost: {}", text));
    p.t = packet.t;
    const std::size_t from = lane(packet.endpoint), to = lane(packet.to);
    if (from != none && to != none && from != to) p.lane = from, p.lane_to = to;
    out_.push_back(std::move(p));
  }

  void add_packet(const model::Event& e, const model::Packet& packet) {
    if (e.kind == model::EventKind::other)
      return out_.push_back(
          piece(e, Piece::Kind::across, Role::note, fmt::format("▪ {}", other_line(e))));
    const bool damaged = packet.fate == model::Fate::damaged;
    const Role role = packet.fate == model::Fate::lost || damaged ? Role::segment_lost
                      : e.kind == model::EventKind::datagram      ? Role::datagram
                      : e.kind == model::EventKind::icmp          ? Role::icmp
                      : packet.ctl.has(wire::RST)                 ? Role::reset
                      : (packet.ctl.has(wire::SYN) || packet.ctl.has(wire::FIN))
                          ? Role::segment_syn_fin
                          : Role::segment;
    Piece p = piece(e, Piece::Kind::packet, role, "");
    p.damaged = damaged;
    p.number = number_of(e.id);
    if (e.kind == model::EventKind::icmp) p.about = number_of(e.cause);
    const std::size_t to = lane(e.to);
    p.lane_to = to == none ? p.lane : to;
    if (p.kind == Piece::Kind::across || p.lane_to == p.lane) {
      // No second lane to point at: told as a line of text.
      p.kind = Piece::Kind::across;
      p.packet_in_words = true;
      p.text = packet_line(trace_, e, false);
    }
    const std::size_t from = p.lane, to_lane = p.lane_to;
    out_.push_back(std::move(p));
    if (!is_network_copy(e)) return;
    Piece note = piece(e, Piece::Kind::across, Role::note, tr("· copy made by the network"));
    note.lane = from, note.lane_to = to_lane;
    out_.push_back(std::move(note));
  }

  std::uint32_t number_of(model::EventId packet) const {
    const auto found = quoted_.find(packet);
    return found == quoted_.end() ? 0 : found->second;
  }

  void add_call(const model::Event& e, const model::Call& call) {
    const bool output = call.name == CallName::print;
    const Role role = output ? Role::program_output : Role::call;
    std::string text = call_text(call);
    const bool no_result = output || call.name == CallName::sleep;
    const bool split = call.returned && may_block(call.name) &&
                       (call.returned_at - e.t > at_once || waited(e, call));
    std::string result = call.returned && !no_result ? result_text(call) : "";
    const std::string process = process_of(e, call);
    const std::string peer =
        (closes_listener(e, call) ? tr(" (listener)") : peer_of(e, call)) + process;
    // Who it will be is known only when it returns.
    const bool finds_peer = call.name == CallName::accept || call.name == CallName::recvfrom;
    if (split) {
      text += finds_peer ? process : peer;
      result = (result.empty() ? tr("returns") : result) + peer;
    } else {
      text += (result.empty() ? "" : " " + result) + peer;
    }
    out_.push_back(piece(e, Piece::Kind::outside, role, text));
    if (!split) return;
    Piece back = piece(e, Piece::Kind::outside, Role::call_result,
                       fmt::format("{} {}", model::call_name(call.name), result));
    back.t = call.returned_at;
    waiting_.insert(std::ranges::upper_bound(waiting_, back.t, {}, &Piece::t), std::move(back));
  }

  // Whether a packet came or went while the call waited for it: it then returns below that packet.
  bool waited(const model::Event& e, const model::Call& call) const {
    if (call.name == CallName::send || call.name == CallName::sendto ||
        e.endpoint == model::EndpointId::none)
      return false;
    const auto& times = packets_[model::index(e.endpoint)];
    const auto next = std::ranges::upper_bound(times, e.t);
    return next != times.end() && *next <= call.returned_at;
  }

  std::string in_brackets(model::EndpointId who) const {
    return say(" ({})", role_name(trace_[who].name));
  }

  // Of several conversations of an endpoint: the other end of this one.
  std::string other_end(const model::Event& e) const {
    if (e.flow == model::FlowId::none || e.endpoint == model::EndpointId::none ||
        flows_[model::index(e.endpoint)].size() < 2)
      return "";
    const model::Flow& flow = trace_[e.flow];
    const model::EndpointId other = flow.a == e.endpoint ? flow.b : flow.a;
    return other == model::EndpointId::none ? "" : in_brackets(other);
  }

  // A process that closes twice closes two sockets. One that was forked has a listener of its own.
  bool closes_listener(const model::Event& e, const model::Call& call) {
    if (call.fd < 0 || e.endpoint == model::EndpointId::none) return false;
    const std::pair socket{e.endpoint, call.fd};
    if (call.name == CallName::listen) {
      listening_.insert(socket);
      std::erase_if(closed_, [&](const auto& one) { return one.first == socket; });
    }
    return call.name == CallName::close && listening_.contains(socket) &&
           closed_.emplace(socket, call.process).second;
  }

  // Of an endpoint that several processes call upon, as of a server that forks: which one does.
  std::string process_of(const model::Event& e, const model::Call& call) const {
    if (call.process == 0 || e.endpoint == model::EndpointId::none ||
        processes_[model::index(e.endpoint)].size() < 2)
      return "";
    return say(" [process {}]", call.process);
  }

  // For whom a call was made, where that is a question: an endpoint with several conversations.
  std::string peer_of(const model::Event& e, const model::Call& call) const {
    if (call.name == CallName::print || call.name == CallName::read_line ||
        call.name == CallName::save)
      return "";
    if (e.flow != model::FlowId::none || e.endpoint == model::EndpointId::none) return other_end(e);
    if (flows_[model::index(e.endpoint)].size() < 2 || call.address.port == 0) return "";
    const auto peer = trace_.find_endpoint(call.address, trace_[e.endpoint].protocol);
    if (!peer || *peer == e.endpoint || lane(*peer) == none) return "";
    return in_brackets(*peer);
  }

  // A listening socket is another socket than that of a connection. An end that is found in a
  // state may have come to it before, and the packets do not tell how.
  void add_state(const model::Event& e, const model::StateChange& change) {
    const bool found_so = change.from == change.to;
    const Role role =
        change.basis == model::Basis::inferred ? Role::state_name_inferred : Role::state_name;
    const std::string name = fmt::format("{}{}", mark(change.basis), model::rfc_name(change.to));
    std::string text = found_so ? say("○ {} by now", name) : fmt::format("● {}", name);
    using model::TcpState;
    if (e.flow == model::FlowId::none &&
        (change.from == TcpState::listen || change.to == TcpState::listen))
      text += tr(" (listener)");
    if (change.basis == model::Basis::contradicted)
      text += say(" (kernel: {})", model::rfc_name(change.kernel));
    Piece p = piece(e, Piece::Kind::inside, role, text + other_end(e));
    p.state = change.to;
    out_.push_back(std::move(p));
  }

  void add_timer(const model::Event& e, const model::Timer& timer) {
    std::string text = fmt::format("◷ {} {}", timer_word(timer.name), action_word(timer.action));
    if (timer.action == model::TimerAction::started)
      text += tr(": ") + model::format_duration(timer.deadline - e.t);
    out_.push_back(piece(e, Piece::Kind::inside, Role::timer, text));
  }

  const model::Trace& trace_;
  const QuotedPackets& quoted_;
  std::vector<std::size_t> place_;
  std::vector<std::vector<model::Instant>> packets_;  // when any was sent or received, by endpoint
  std::vector<std::set<model::FlowId>> flows_;        // that each endpoint takes part in
  std::map<model::EventId, std::vector<model::EventId>> told_at_;  // what tells a packet's fate
  std::vector<std::set<std::int32_t>> processes_;                  // that call upon each endpoint
  using Socket = std::pair<model::EndpointId, std::int32_t>;       // its descriptor
  std::set<Socket> listening_;
  std::set<std::pair<Socket, std::int32_t>> closed_;  // by a process
  std::vector<Piece> out_, waiting_;
};

}  // namespace

bool shows(const model::Event& e) {
  const auto* timer = std::get_if<model::Timer>(&e.body);
  if (timer)
    return timer->action == model::TimerAction::expired ||
           (timer->name == model::TimerName::time_wait &&
            timer->action == model::TimerAction::started);
  if (const auto* note = std::get_if<model::Note>(&e.body))
    return !note->text.empty() || !model::info(e.why).text.empty();
  return true;
}

std::vector<Piece> make_pieces(const model::Trace& trace, std::span<const model::EventId> events,
                               std::span<const model::EndpointId> lanes,
                               const QuotedPackets& quoted) {
  return Pieces(trace, lanes, quoted).of(events);
}

QuotedPackets quoted_packets(const model::Trace& trace) {
  QuotedPackets quoted;
  for (const model::Event& e : trace.events())
    if (e.kind == model::EventKind::icmp && e.cause != model::EventId::none &&
        std::holds_alternative<model::Packet>(trace[e.cause].body))
      quoted.emplace(e.cause, 0);
  if (quoted.empty()) return quoted;
  std::uint32_t number = 0;
  for (const model::EventId id : trace.by_time()) {
    if (!std::holds_alternative<model::Packet>(trace[id].body)) continue;
    ++number;
    if (const auto found = quoted.find(id); found != quoted.end()) found->second = number;
  }
  return quoted;
}

}  // namespace synoptic::ladder
