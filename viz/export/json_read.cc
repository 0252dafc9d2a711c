// Reads our JSON back. Any text may come: what does not fit is refused with the place where it
// stands, and a trace that is given back holds together (each id names something, times are in
// range), so that whoever shows it need not ask again.
//
// Events are taken out of the parser one by one; no tree of the whole document exists.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "viz/export/export.hh"
#include "viz/export/json_parts.hh"
#include "viz/export/names.hh"
#include "viz/export/socket_address.hh"

namespace synoptic::exporting {
namespace {

using nlohmann::json;

constexpr std::size_t max_text = std::size_t{1} << 30;
constexpr int max_depth = 8;  // a trace nests six deep
constexpr std::int64_t max_time =
    4'000'000'000'000'000'000;  // differences of two such times still fit
constexpr std::uint32_t max_u32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t max_i64 = std::numeric_limits<std::int64_t>::max();

// What ends the reading; never leaves this file.
struct Refused {
  explicit Refused(std::string what) : what(std::move(what)) {}
  std::string what;
};

// Control characters would reach a terminal: a trace from a stranger must not move its cursor.
std::string harmless(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; }, '?');
  return text;
}

// One JSON object and where it stands, for messages.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw Refused(where_ + " is not an object");
  }

  [[noreturn]] void refuse(std::string_view key, std::string_view what) const {
    throw Refused(fmt::format("{}: \"{}\" {}", where_, key, what));
  }
  // The value, or null where the key is absent or its value is null.
  const json* find(const char* key) const {
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }
  bool has(const char* key) const { return object_.contains(key); }  // be it with null
  const json& need(const char* key) const {
    const json* value = find(key);
    if (!value) refuse(key, "is missing");
    return *value;
  }
  std::optional<std::int64_t> integer_if(const char* key, std::int64_t low,
                                         std::int64_t high) const {
    const json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_number_integer()) refuse(key, "is not a whole number");
    const bool too_large =
        value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(max_i64);
    const std::int64_t n = too_large ? max_i64 : value->get<std::int64_t>();
    if (too_large || n < low || n > high)
      refuse(key, fmt::format("is not within {} and {}", low, high));
    return n;
  }
  std::int64_t integer(const char* key, std::int64_t low, std::int64_t high) const {
    need(key);
    return *integer_if(key, low, high);
  }
  std::uint32_t u32(const char* key) const {
    return static_cast<std::uint32_t>(integer(key, 0, max_u32));
  }
  model::Instant time(const char* key) const { return {integer(key, 0, max_time)}; }
  std::string text(const char* key) const {
    const json& value = need(key);
    if (!value.is_string()) refuse(key, "is not a text");
    return value.get<std::string>();
  }
  bool flag(const char* key) const {
    const json* value = find(key);
    if (value && !value->is_boolean()) refuse(key, "is neither true nor false");
    return value && value->get<bool>();
  }
  // A handle: absent or null is none.
  template <typename Id>
  Id id(const char* key) const {
    const auto n = integer_if(key, 0, max_u32 - 1);
    return n ? static_cast<Id>(*n) : Id::none;
  }
  // The enumerator among `count` whose name is the text of `key`.
  template <typename Enum, typename Name>
  Enum one_of(const char* key, std::size_t count, Name name) const {
    const std::string wanted = text(key);
    for (std::size_t i = 0; i < count; ++i) {
      if (name(static_cast<Enum>(i)) == wanted) return static_cast<Enum>(i);
    }
    refuse(key, fmt::format("is an unknown word, \"{}\"", harmless(wanted.substr(0, 40))));
  }
  wire::Bytes bytes(const char* key) const {
    if (!find(key)) return {};
    const std::string hex = text(key);
    if (hex.size() % 2 != 0) refuse(key, "has half a byte at its end");
    wire::Bytes out(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); ++i) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(hex[i]);
      if (digit == std::string_view::npos)
        refuse(key, "holds something else than hexadecimal digits");
      out[i / 2] = static_cast<std::uint8_t>(out[i / 2] << 4 | digit);
    }
    return out;
  }
  wire::SocketAddress address(const char* key) const {
    const auto address = parse_socket_address(text(key));
    if (!address) refuse(key, "is no address with a port");
    return *address;
  }
  model::Protocol protocol() const { return one_of<model::Protocol>("protocol", 2, protocol_name); }

 private:
  const json& object_;
  std::string where_;
};

struct Pending {
  model::Event event;
  model::EventKind kind;
  RelativeNumbers numbers;
};

// --- the bodies of events ------------------------------------------------------------------------

// Where "fate" is not told, "arrived_ns" tells it: null for a packet that was lost.
model::Fate read_fate(const Fields& f) {
  if (f.find("fate")) {
    return f.one_of<model::Fate>("fate", fate_names.size(),
                                 [](model::Fate fate) { return fate_names[std::size_t(fate)]; });
  }
  if (f.find("arrived_ns")) return model::Fate::delivered;
  return f.has("arrived_ns") ? model::Fate::lost : model::Fate::in_flight;
}

model::Packet read_packet(const Fields& f, model::EventKind kind, model::ByteArena& arena) {
  model::Packet p;
  p.fate = read_fate(f);
  if (p.has_arrived()) p.arrived = f.time("arrived_ns");
  p.bytes = arena.store(f.bytes("bytes"));
  p.link = static_cast<wire::LinkType>(f.integer_if("link", 0, 0xffff).value_or(1));
  p.original_size = static_cast<std::uint32_t>(
      f.integer_if("original_size", static_cast<std::int64_t>(p.bytes.size()), max_u32)
          .value_or(std::int64_t(p.bytes.size())));
  p.len = f.u32("len");
  p.retransmission = f.flag("retransmission");
  if (kind == model::EventKind::icmp) {
    p.icmp_type = static_cast<std::uint8_t>(f.integer_if("icmp_type", 0, 255).value_or(0));
    p.icmp_code = static_cast<std::uint8_t>(f.integer_if("icmp_code", 0, 255).value_or(0));
  }
  if (kind != model::EventKind::segment) return p;

  p.seq.raw = f.u32("seq");
  p.ack.raw = f.u32("ack");
  p.wnd = f.u32("win");
  const json& flags = f.need("flags");
  if (!flags.is_array()) f.refuse("flags", "is not a list");
  for (const json& flag : flags) {
    const auto* known = std::find_if(ctl_names.begin(), ctl_names.end(),
                                     [&](const auto& entry) { return flag == entry.second; });
    if (known == ctl_names.end()) f.refuse("flags", "holds an unknown flag");
    p.ctl = p.ctl | known->first;
  }
  return p;
}

model::Call read_call(const Fields& f, const std::string& where, model::ByteArena& arena) {
  model::Call call;
  call.name =
      f.one_of<model::CallName>("call", std::size_t(model::CallName::save) + 1, model::call_name);
  if (const json* object = f.find("args")) {
    const Fields args(*object, where + ", args");
    call.fd = static_cast<std::int32_t>(args.integer_if("fd", 0, 1 << 30).value_or(-1));
    const std::string key(number_name(call.name));
    call.number = args.integer_if(key.c_str(), -max_time, max_time).value_or(0);
    if (args.find("address")) call.address = args.address("address");
  }
  if (f.find("peer")) call.address = f.address("peer");
  call.data = arena.store(f.bytes("bytes"));
  call.process = static_cast<std::uint16_t>(f.integer_if("process", 0, 65'535).value_or(0));
  if (f.find("returned_ns") || f.find("result")) {
    call.returned = true;
    call.returned_at = f.time(f.find("returned_ns") ? "returned_ns" : "t_ns");
    call.result = f.integer("result", -max_time, max_time);
    call.error = static_cast<std::int32_t>(f.integer_if("errno", 0, 1 << 20).value_or(0));
  }
  return call;
}

model::StateChange read_state(const Fields& f) {
  auto state = [&](const char* key) {
    return f.one_of<model::TcpState>(key, model::tcp_state_count, model::rfc_name);
  };
  model::StateChange change;
  change.from = state("from_state");
  change.to = state("to_state");
  change.basis = f.one_of<model::Basis>("basis", std::size_t(model::Basis::contradicted) + 1,
                                        model::basis_name);
  if (change.basis == model::Basis::contradicted && f.find("kernel_state"))
    change.kernel = state("kernel_state");
  return change;
}

model::Timer read_timer(const Fields& f) {
  model::Timer timer;
  timer.name = f.one_of<model::TimerName>("timer", std::size_t(model::TimerName::fin_wait_2) + 1,
                                          model::timer_name);
  timer.action = f.one_of<model::TimerAction>(
      "action", std::size_t(model::TimerAction::expired) + 1, model::action_name);
  timer.deadline = f.time("deadline_ns");
  return timer;
}

model::Why read_why(const Fields& f, const std::string& where) {
  const json* object = f.find("why");
  if (!object) return model::Why::none;
  // A code from a newer version is left out: the event itself is still worth showing.
  return model::parse_why(Fields(*object, where + ", why").text("code")).value_or(model::Why::none);
}

Pending read_event(const json& object, std::size_t position, model::ByteArena& arena) {
  const std::string where = fmt::format("event number {}", position + 1);
  const Fields f(object, where);
  Pending out;
  model::Event& event = out.event;
  event.id = static_cast<model::EventId>(f.integer("id", 0, max_u32 - 1));
  event.t = f.time("t_ns");
  event.endpoint = f.id<model::EndpointId>("endpoint");
  event.to = f.id<model::EndpointId>("to");
  event.flow = f.id<model::FlowId>("flow");
  event.cause = f.id<model::EventId>("cause");
  event.why = read_why(f, where);
  out.kind = f.one_of<model::EventKind>("kind", std::size_t(model::EventKind::other) + 1,
                                        model::kind_name);
  if (out.kind == model::EventKind::segment) {
    const auto number = [&](const char* key) {
      const auto n = f.integer_if(key, 0, max_u32);
      return n ? std::optional(static_cast<std::uint32_t>(*n)) : std::nullopt;
    };
    out.numbers = {number("rel_seq"), number("rel_ack")};
  }
  switch (out.kind) {
    case model::EventKind::segment:
    case model::EventKind::datagram:
    case model::EventKind::icmp:
    case model::EventKind::other: event.body = read_packet(f, out.kind, arena); break;
    case model::EventKind::call: event.body = read_call(f, where, arena); break;
    case model::EventKind::state: event.body = read_state(f); break;
    case model::EventKind::timer:
      if (f.find("timer")) {
        event.body = read_timer(f);
      } else {  // which one is not told: a note with its why
        event.body = model::Note{};
      }
      break;
    case model::EventKind::loss: event.body = model::Loss{}; break;
    case model::EventKind::note:
      event.body =
          model::Note{arena.store(f.find("text") ? harmless(f.text("text")) : std::string())};
      break;
  }
  return out;
}

// --- the whole
// ------------------------------------------------------------------------------------

std::span<const json> list(const Fields& f, const char* key, bool needed) {
  const json* value = needed ? &f.need(key) : f.find(key);
  if (!value) return {};
  if (!value->is_array()) f.refuse(key, "is not a list");
  return value->get_ref<const json::array_t&>();
}

void read_endpoints(const Fields& root, model::Trace& trace) {
  for (const json& object : list(root, "endpoints", true)) {
    const std::size_t position = trace.endpoints().size();
    const Fields f(object, fmt::format("endpoint number {}", position + 1));
    if (f.integer("id", 0, max_u32) != std::int64_t(position))
      f.refuse("id", fmt::format("should be {}", position));
    const auto ip = wire::IpAddress::parse(f.text("address"));
    if (!ip) f.refuse("address", "is no IP address");
    trace.add_endpoint(harmless(f.text("name")), {*ip, std::uint16_t(f.integer("port", 0, 0xffff))},
                       f.protocol());
  }
}

void read_flows(const Fields& root, model::Trace& trace) {
  for (const json& object : list(root, "flows", false)) {
    const std::size_t position = trace.flows().size();
    const Fields f(object, fmt::format("flow number {}", position + 1));
    if (f.integer("id", 0, max_u32) != std::int64_t(position))
      f.refuse("id", fmt::format("should be {}", position));
    const auto last = static_cast<std::int64_t>(trace.endpoints().size()) - 1;
    const auto a = static_cast<model::EndpointId>(f.integer("a", 0, last));
    const auto b = static_cast<model::EndpointId>(f.integer("b", 0, last));
    model::Flow& flow = trace.edit(trace.add_flow(f.protocol(), a, b));
    if (f.find("base_a")) flow.base_a = wire::SeqNum{f.u32("base_a")};
    if (f.find("base_b")) flow.base_b = wire::SeqNum{f.u32("base_b")};
    flow.began_mid_stream = f.flag("mid_stream");
  }
}

model::KernelInfo read_kernel_info(const Fields& f) {
  model::KernelInfo info;
  info.cwnd = f.u32("cwnd");
  if (f.find("ssthresh")) info.ssthresh = f.u32("ssthresh");
  info.unacked = f.u32("unacked");
  info.rtt.ns = f.integer("rtt_ns", 0, max_time);
  info.rto.ns = f.integer("rto_ns", 0, max_time);
  return info;
}

void read_kernel(const Fields& root, model::Trace& trace) {
  for (const json& object : list(root, "kernel", false)) {
    const Fields f(object, fmt::format("kernel sample number {}", trace.kernel.size() + 1));
    model::KernelSample s;
    const auto last = [](std::size_t size) { return static_cast<std::int64_t>(size) - 1; };
    s.endpoint =
        static_cast<model::EndpointId>(f.integer("endpoint", 0, last(trace.endpoints().size())));
    if (f.find("flow"))
      s.flow = static_cast<model::FlowId>(f.integer("flow", 0, last(trace.flows().size())));
    s.last_before = s.before = f.time("asked_ns");
    s.last_after = s.after = f.time("answered_ns");
    if (f.find("last_asked_ns")) {
      s.last_before = f.time("last_asked_ns");
      s.last_after = f.time("last_answered_ns");
      s.gap.ns = f.integer("gap_ns", 0, max_time);
    }
    if (s.after < s.before || s.last_before < s.before || s.last_after < s.last_before)
      f.refuse("asked_ns", "is not before the times that follow it");
    s.state = f.one_of<model::TcpState>("state", model::tcp_state_count, model::rfc_name);
    if (f.find("from_state"))
      s.came_from =
          f.one_of<model::TcpState>("from_state", model::tcp_state_count, model::rfc_name);
    if (f.find("cwnd")) s.info = read_kernel_info(f);
    trace.kernel.push_back(s);
  }
}

// Every handle of an event names something that is there, and what its kind needs is given.
void check_event(const Pending& pending, const model::Trace& trace, bool flows_told) {
  const model::Event& event = pending.event;
  auto refuse = [&](std::string_view what) {
    throw Refused(fmt::format("event {}: {}", index(event.id), what));
  };
  auto endpoint = [&](model::EndpointId id, bool needed) {
    const bool none = id == model::EndpointId::none;
    if (none ? needed : index(id) >= trace.endpoints().size())
      refuse("its endpoint is not among the endpoints");
  };
  const bool other = pending.kind == model::EventKind::other;
  const bool packet = std::holds_alternative<model::Packet>(event.body) && !other;
  const bool placeless =
      pending.kind == model::EventKind::loss || pending.kind == model::EventKind::note || other;
  if (other && (event.endpoint != model::EndpointId::none || event.to != model::EndpointId::none ||
                event.flow != model::FlowId::none))
    refuse("a packet of kind \"other\" has neither endpoints nor a flow");
  endpoint(event.endpoint, !placeless);
  endpoint(event.to, packet);
  if (event.flow == model::FlowId::none) {
    if (flows_told && packet && pending.kind != model::EventKind::icmp)
      refuse("its flow is missing");
  } else if (index(event.flow) >= trace.flows().size()) {
    refuse("its flow is not among the flows");
  }
  if (event.cause == event.id) refuse("it cannot be its own cause");
}

// Ids become positions: our own files keep theirs, one with events left out is numbered anew.
void place_events(std::vector<Pending> events, model::Trace& trace, bool flows_told) {
  auto by_id = [](const Pending& a, const Pending& b) { return a.event.id < b.event.id; };
  std::sort(events.begin(), events.end(), by_id);
  for (std::size_t i = 0; i < events.size(); ++i) {
    Pending& pending = events[i];
    if (!flows_told) pending.event.flow = model::FlowId::none;
    if (i > 0 && events[i - 1].event.id == pending.event.id) {
      throw Refused(fmt::format("two events have the id {}", index(pending.event.id)));
    }
    check_event(pending, trace, flows_told);
  }
  std::vector<model::EventId> ids;
  ids.reserve(events.size());
  for (const Pending& pending : events) ids.push_back(pending.event.id);
  for (Pending& pending : events) {
    if (pending.event.cause != model::EventId::none) {
      const auto found = std::lower_bound(ids.begin(), ids.end(), pending.event.cause);
      const bool there = found != ids.end() && *found == pending.event.cause;
      pending.event.cause =
          there ? static_cast<model::EventId>(found - ids.begin()) : model::EventId::none;
    }
    trace.add(pending.event, pending.kind);
  }
  if (flows_told) return;
  std::vector<RelativeNumbers> numbers;
  numbers.reserve(events.size());
  for (const Pending& pending : events) numbers.push_back(pending.numbers);
  derive_flows(trace, numbers);
}

// The events of one trace, as they come out of the parser, and the arena in which their bytes are.
struct Incoming {
  std::vector<Pending> events;
  model::ByteArena arena;
};

model::Trace read_trace(const Fields& f, Incoming incoming) {
  if (f.text("format") != "synoptic-trace") f.refuse("format", "is not \"synoptic-trace\"");
  if (f.integer("version", 0, max_u32) != 1)
    f.refuse("version", "is not 1, the one that this program reads");
  const auto source = f.one_of<model::Source>("source", 2, source_name);
  if (!list(f, "events", true).empty()) f.refuse("events", "holds something else than events");

  model::Trace out(source);
  read_endpoints(f, out);
  read_flows(f, out);
  for (const json& warning : list(f, "warnings", false)) {
    if (!warning.is_string()) f.refuse("warnings", "holds something else than texts");
    out.warnings.push_back(harmless(warning.get<std::string>()));
  }
  read_kernel(f, out);
  out.arena() = std::move(incoming.arena);
  place_events(std::move(incoming.events), out, f.find("flows") != nullptr);
  return out;
}

// Takes the events out of the parser: of a trace by itself, or of the two halves of a comparison.
class EventTaker {
 public:
  // For json::parse(): false leaves the value out of the document.
  bool operator()(int depth, json::parse_event_t part, json& value) {
    if (depth > max_depth) throw Refused("it is nested deeper than a trace is");
    if (part == json::parse_event_t::key) {
      if (depth == 1 || depth == 2) path_[depth - 1] = value.get_ref<const std::string&>();
      return true;
    }
    if (part != json::parse_event_t::object_end) return true;
    const bool alone = depth == 2 && path_[0] == "events";
    const bool half =
        depth == 3 && path_[1] == "events" && (path_[0] == "simulated" || path_[0] == "captured");
    if (!alone && !half) return true;
    Incoming& to = half && path_[0] == "captured" ? captured : trace;
    to.events.push_back(read_event(value, to.events.size(), to.arena));
    return false;
  }

  Incoming trace;  // the only one, or the simulated half
  Incoming captured;

 private:
  std::array<std::string, 2> path_;  // the keys whose values are being read
};

JsonDocument read(std::string_view text) {
  EventTaker taker;
  const json root = json::parse(text.begin(), text.end(), std::ref(taker));
  const Fields f(root, "the document");
  const json* simulated = f.find("simulated");
  const json* captured = f.find("captured");
  if (!simulated || !captured)
    return {read_trace(f, std::move(taker.trace)), std::nullopt, std::nullopt};
  return {read_trace(Fields(*simulated, "the simulated half"), std::move(taker.trace)),
          read_trace(Fields(*captured, "the captured half"), std::move(taker.captured)),
          std::nullopt};
}

// What is whole of a document that was cut off: a comparison that ends in its first half, or before
// its second one has events, is that half alone.
JsonDocument read_closed(const std::string& closed) {
  EventTaker taker;
  const json root = json::parse(closed, std::ref(taker));
  const Fields f(root, "the document");
  const json* simulated = f.find("simulated");
  const json* captured = f.find("captured");
  const Fields first(simulated ? *simulated : root, "the trace");
  if (taker.trace.events.empty()) throw Refused("it is cut off before its first event");
  const std::size_t count = taker.trace.events.size() + taker.captured.events.size();
  JsonDocument out{
      read_trace(first, std::move(taker.trace)), std::nullopt,
      model::Error{wire::Saying::of("it is cut off; {} events could be read", count), ""}};
  if (captured && !taker.captured.events.empty())
    out.captured = read_trace(Fields(*captured, "the captured half"), std::move(taker.captured));
  return out;
}

JsonDocument read_any(std::string_view text) {
  if (text.size() > max_text) throw Refused("it is longer than 1 GiB");
  try {
    return read(text);
  } catch (const json::parse_error&) {
    const std::optional<std::string> closed = close_json(text);
    if (!closed) throw;
    try {
      return read_closed(*closed);
    } catch (const json::exception&) {  // more than its end is missing
    }
    throw;
  }
}

}  // namespace

model::Expected<JsonDocument> read_json_document(std::string_view text) {
  std::string what;
  try {
    return read_any(text);
  } catch (const Refused& refused) {
    what = refused.what;
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: …": what the library calls
    // itself is no help.
    what = error.what();
    if (const std::size_t end = what.find("] "); end != std::string::npos) what.erase(0, end + 2);
    what = harmless(what.substr(0, 200));
  } catch (const std::bad_alloc&) {
    what = "there is not memory enough to read it";
  }
  return std::unexpected(model::Error{wire::Saying::of("this is not a Synoptic trace: {}", what),
                                      "write one with: synoptic sim tcp-echo --format json"});
}

model::Expected<model::Trace> read_json(std::string_view text) {
  auto document = read_json_document(text);
  if (!document) return std::unexpected(document.error());
  if (document->captured) {
    return std::unexpected(
        model::Error{"this is a comparison, with two traces in it", "give one of its two parts"});
  }
  if (document->cut) return std::unexpected(*document->cut);
  return std::move(document->trace);
}

}  // namespace synoptic::exporting
