// One table: each placeholder with what it stands for and how it is found in a run.
#include "lessons/fill.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "sim/wire/packet.hh"

namespace synoptic::lessons {
namespace {

using model::EventId;
using Value = model::Expected<std::string>;

// Where a placeholder stands.
struct At {
  const RunFacts& run;
  const model::Event* event;  // null outside of the steps
  const model::Event* other;  // of the step behind the "@"; null without one
  std::string_view argument;  // behind the dot: "client" of {port.client}

  const model::Trace& trace() const { return *run.trace; }
};

Value none(wire::Saying reason) {
  return std::unexpected(model::Error{std::move(reason), ""});
}

// --- of the event
Value of_packet(const At& at, auto&& get) {
  const auto* packet = at.event ? std::get_if<model::Packet>(&at.event->body) : nullptr;
  if (packet == nullptr) return none("the event is no packet");
  return fmt::format("{}", get(*packet));
}
Value raw_seq(const At& at) {
  return of_packet(at, [](const model::Packet& p) { return p.seq.raw; });
}
Value raw_ack(const At& at) {
  return of_packet(at, [](const model::Packet& p) { return p.ack.raw; });
}
Value relative_seq(const At& at) {
  return of_packet(at, [&](const auto&) { return at.trace().relative_seq(*at.event); });
}
Value relative_ack(const At& at) {
  return of_packet(at, [&](const auto&) { return at.trace().relative_ack(*at.event); });
}
// As the ladder shows them.
Value seq(const At& at) {
  return at.run.raw_seq ? raw_seq(at) : relative_seq(at);
}
Value ack(const At& at) {
  return at.run.raw_seq ? raw_ack(at) : relative_ack(at);
}
Value len(const At& at) {
  return of_packet(at, [](const model::Packet& p) { return p.len; });
}
Value next(const At& at) {
  return of_packet(at, [&](const model::Packet& p) {
    const wire::SeqSize size{p.len + (p.ctl.has(wire::SYN) ? 1u : 0u) +
                             (p.ctl.has(wire::FIN) ? 1u : 0u)};
    return at.run.raw_seq ? (p.seq + size).raw : at.trace().relative_seq(*at.event) + size.n;
  });
}
Value window(const At& at) {
  return of_packet(at, [](const model::Packet& p) { return p.wnd; });
}
Value text(const At& at) {
  wire::ByteSpan bytes;
  const auto* p = at.event ? std::get_if<model::Packet>(&at.event->body) : nullptr;
  const auto* c = at.event ? std::get_if<model::Call>(&at.event->body) : nullptr;
  if (p != nullptr) {
    const auto view = wire::view(p->bytes, p->link, p->original_size, {.verify_checksums = false});
    bytes = wire::slice(p->bytes, view.payload);
  }
  if (c != nullptr) bytes = c->data;
  if (bytes.empty()) return none("the event carries no text");
  return std::string(bytes.begin(), bytes.end());
}

Value took(const At& at) {
  const auto* call = at.event ? std::get_if<model::Call>(&at.event->body) : nullptr;
  if (call == nullptr || !call->returned) return none("the event is no call that returns");
  return model::format_duration(call->returned_at - at.event->t);
}

Value time(const At& at) {
  if (at.event == nullptr) return none("it stands outside of the steps");
  return model::format_duration(at.event->t - at.trace().start());
}

Value since(const At& at) {
  if (at.event == nullptr || at.other == nullptr)
    return none("it needs two steps that have events: {since@STEP}");
  return model::format_duration(at.event->t - at.other->t);
}

// --- of the run
const model::Endpoint* endpoint(const At& at) {
  const auto& all = at.trace().endpoints();
  const auto found = std::ranges::find(all, at.argument, &model::Endpoint::name);
  return found == all.end() ? nullptr : &*found;
}
Value of_endpoint(const At& at, auto&& get) {
  const model::Endpoint* found = endpoint(at);
  if (found == nullptr) return none(wire::Saying::of("the run has no '{}'", at.argument));
  return get(*found);
}

Value port(const At& at) {
  return of_endpoint(at, [](const auto& e) { return fmt::format("{}", e.address.port); });
}
Value address(const At& at) {
  return of_endpoint(at, [](const auto& e) { return e.address.ip.str(); });
}

Value isn(const At& at) {
  return of_endpoint(at, [&](const model::Endpoint& e) -> Value {
    for (const model::Flow& flow : at.trace().flows()) {
      const auto& base = flow.a == e.id ? flow.base_a : flow.base_b;
      if ((flow.a == e.id || flow.b == e.id) && base) return fmt::format("{}", base->raw);
    }
    return none("it has no connection");
  });
}

// Just after the event, in its own connection. What a segment's sender does with it is one with it,
// though the trace has to put one of the two first.
Value state(const At& at) {
  if (at.event == nullptr) return none("it stands outside of the steps");
  return of_endpoint(at, [&](const model::Endpoint& e) -> Value {
    model::TcpState now = model::TcpState::closed;
    bool past = false;
    for (const EventId id : at.trace().by_time()) {
      const model::Event& event = at.trace()[id];
      const auto* change = std::get_if<model::StateChange>(&event.body);
      const bool here = event.flow == at.event->flow || event.flow == model::FlowId::none ||
                        at.event->flow == model::FlowId::none;
      const bool together = event.t == at.event->t && event.endpoint == at.event->endpoint &&
                            (event.cause == at.event->id ||
                             (event.cause == at.event->cause && event.cause != EventId::none));
      if (change && event.endpoint == e.id && here && (!past || together)) now = change->to;
      past |= id == at.event->id;
      if (event.t > at.event->t) break;
    }
    return std::string(model::rfc_name(now));
  });
}

Value name(const At& at) {
  std::size_t n = 0;
  const char* const end = at.argument.data() + at.argument.size();
  const auto [stop, error] = std::from_chars(at.argument.data(), end, n);
  if (error != std::errc{} || stop != end || n == 0 || n > at.run.names.size())
    return none(wire::Saying::of("there are names 1 to {}", at.run.names.size()));
  return at.run.names[n - 1];
}
Value names(const At& at) {
  return fmt::format("{}", at.run.names.size());
}
Value pause(const At& at) {
  return model::format_duration(at.run.pause);
}

// From the first SYN until the answer to it has arrived.
Value rtt(const At& at) {
  const model::Event* syn = nullptr;
  for (const EventId id : at.trace().by_time()) {
    const model::Event& e = at.trace()[id];
    const auto* p = std::get_if<model::Packet>(&e.body);
    if (p == nullptr || e.kind != model::EventKind::segment || !p->ctl.has(wire::SYN)) continue;
    if (!p->ctl.has(wire::ACK) && !p->retransmission) syn = &e;
    if (p->ctl.has(wire::ACK) && syn != nullptr && e.flow == syn->flow && p->has_arrived())
      return model::format_duration(p->arrived - syn->t);
  }
  return none("no SYN was answered");
}

Value time_wait(const At& at) {
  for (const EventId id : at.trace().by_time()) {
    const model::Event& e = at.trace()[id];
    const auto* timer = std::get_if<model::Timer>(&e.body);
    if (timer && timer->name == model::TimerName::time_wait &&
        timer->action == model::TimerAction::started)
      return model::format_duration(timer->deadline - e.t);
  }
  return none("no TIME-WAIT timer was started");
}

struct Row {
  Placeholder placeholder;
  Value (*value)(const At&);
};
constexpr std::array rows{
    Row{{"seq", "the segment's sequence number, relative or raw as the ladder shows it"}, seq},
    Row{{"ack", "its acknowledgement number, likewise"}, ack},
    Row{{"len", "octets of text that it carries"}, len},
    Row{{"next", "the sequence number behind it: SYN and FIN count one, each octet one"}, next},
    Row{{"window", "the window that it offers, in octets"}, window},
    Row{{"relative-seq", "its sequence number, counted from the ISN"}, relative_seq},
    Row{{"relative-ack", "its acknowledgement number, counted from the ISN"}, relative_ack},
    Row{{"raw-seq", "its sequence number as it is on the wire"}, raw_seq},
    Row{{"raw-ack", "its acknowledgement number as it is on the wire"}, raw_ack},
    Row{{"text", "the text that the segment or call carries"}, text},
    Row{{"took", "how long the call took"}, took},
    Row{{"time", "when the event was, from the beginning of the run"}, time},
    Row{{"since", "{since@STEP}: the time from that step's event to this one"}, since},
    Row{{"state", "{state.ROLE}: the state of that end just after the event"}, state},
    Row{{"port", "{port.ROLE}"}, port},
    Row{{"address", "{address.ROLE}: its IP address"}, address},
    Row{{"isn", "{isn.ROLE}: its initial sequence number, as it is on the wire"}, isn},
    Row{{"name", "{name.N}: the Nth name that the client sends"}, name},
    Row{{"names", "how many names there are"}, names},
    Row{{"pause", "what the server waits before it answers"}, pause},
    Row{{"rtt", "round-trip time: from the SYN to the arrival of its answer"}, rtt},
    Row{{"time-wait", "how long TIME-WAIT lasts"}, time_wait},
};

constexpr auto table = [] {
  std::array<Placeholder, rows.size()> all{};
  std::ranges::transform(rows, all.begin(), &Row::placeholder);
  return all;
}();

const model::Event* event_of(const RunFacts& run, std::size_t step) {
  if (step >= run.events.size() || run.events[step] == EventId::none) return nullptr;
  return &(*run.trace)[run.events[step]];
}

}  // namespace

std::span<const Placeholder> placeholders() {
  return table;
}

Value value_of(std::string_view placeholder, const RunFacts& run, std::size_t step) {
  std::string_view left = placeholder.substr(0, placeholder.find('@'));
  const std::string_view word = left.substr(0, left.find('.'));
  const std::string_view argument = word.size() < left.size() ? left.substr(word.size() + 1) : "";
  const auto* const row =
      std::ranges::find(rows, word, [](const Row& r) { return r.placeholder.name; });
  if (row == rows.end()) {
    std::string known;
    for (const Row& r : rows)
      known += fmt::format("{}{}", known.empty() ? "" : ", ", r.placeholder.name);
    return none(wire::Saying::of("unknown placeholder {{{}}}; there are {}", placeholder, known));
  }
  At at{.run = run, .event = event_of(run, step), .other = nullptr, .argument = argument};
  if (left.size() < placeholder.size()) {
    const std::string_view id = placeholder.substr(left.size() + 1);
    const auto found = std::ranges::find(run.ids, id);
    if (found == run.ids.end())
      return none(wire::Saying::of("{{{}}}: there is no step '{}'", placeholder, id));
    at.other = event_of(run, static_cast<std::size_t>(found - run.ids.begin()));
    if (word != "since") at.event = at.other;
  }
  Value value = row->value(at);
  if (value) return value;
  return none(wire::Saying::of("{{{}}}: {}", placeholder, value.error().what));
}

Value fill(std::string_view text, const RunFacts& run, std::size_t step,
           const std::string* unknown) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return none("a { without its }");
    Value value = value_of(text.substr(open + 1, close - open - 1), run, step);
    if (!value && unknown == nullptr) return value;
    out += value ? *value : *unknown;
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace synoptic::lessons
