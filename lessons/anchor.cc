// Reads the sentences, and holds them against the events of a run.
#include "lessons/anchor.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "sim/wire/packet.hh"

namespace synoptic::lessons {
namespace {

using model::EventId;

constexpr std::array<std::string_view, 12> forms{
    "the client calls connect()",
    "the client calls its 2nd send()",
    "the client calls send(\"exit\")",
    "the client's connect() returns",
    "the client's 2nd recv() returns",
    "the client's recv() returns \"Welcome!\"",
    "the server enters CLOSE-WAIT",
    "the client leaves TIME-WAIT",
    "the client sends its SYN (SYN-ACK, FIN, RST, 2nd data segment), … again",
    "the segment that carries the 2nd name (\"Hello, {name.1}!\"), … again",
    "the server acknowledges the client's FIN (SYN), … the 1st name, … \"Welcome!\"",
    "the client's retransmission timer starts (stops, expires)",
};

constexpr std::array calls{
    model::CallName::socket,   model::CallName::bind,    model::CallName::listen,
    model::CallName::accept,   model::CallName::connect, model::CallName::send,
    model::CallName::recv,     model::CallName::sendto,  model::CallName::recvfrom,
    model::CallName::shutdown, model::CallName::close,   model::CallName::setsockopt};
constexpr std::array timers{model::TimerName::retransmission, model::TimerName::persist,
                            model::TimerName::delayed_ack, model::TimerName::time_wait,
                            model::TimerName::fin_wait_2};

// What a sentence still has to say.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) { skip_blanks(); }

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  std::size_t at() const { return rest_.size(); }

  // The next words, if these are they: "that carries".
  bool take(std::string_view words) {
    if (!rest_.starts_with(words)) return false;
    const std::string_view after = rest_.substr(words.size());
    const bool whole = after.empty() || !is_letter(words.back()) || !is_letter(after.front());
    if (!whole) return false;
    rest_ = after;
    skip_blanks();
    return true;
  }

  // "2nd"; nothing, and nothing taken, where none stands.
  std::optional<int> nth() {
    std::size_t n = 0;
    int value = 0;
    while (n < rest_.size() && n < 6 && rest_[n] >= '0' && rest_[n] <= '9')
      value = value * 10 + (rest_[n++] - '0');
    if (n == 0 || value == 0 || rest_.size() < n + 2) return std::nullopt;
    const std::string_view ending = rest_.substr(n, 2);
    if (ending != "st" && ending != "nd" && ending != "rd" && ending != "th") return std::nullopt;
    rest_.remove_prefix(n + 2);
    skip_blanks();
    return value;
  }

  std::optional<std::string> quoted() {
    if (!rest_.starts_with('"')) return std::nullopt;
    const std::size_t end = rest_.find('"', 1);
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    skip_blanks();
    return text;
  }

  // "the client", "client 2"; with `'s` behind it where `possessive` is set.
  std::optional<std::string> who(bool possessive) {
    Reader ahead = *this;
    ahead.take("the");
    std::string name;
    while (!ahead.rest_.empty() && is_letter(ahead.rest_.front())) {
      name += ahead.rest_.front();
      ahead.rest_.remove_prefix(1);
    }
    if (name.empty()) return std::nullopt;
    std::size_t digits = 0;
    if (ahead.rest_.starts_with(' '))
      while (digits + 1 < ahead.rest_.size() &&
             std::isdigit(static_cast<unsigned char>(ahead.rest_[digits + 1])) != 0)
        ++digits;
    // not the number of a "2nd"
    const bool number =
        digits > 0 && (digits + 1 == ahead.rest_.size() || !is_letter(ahead.rest_[digits + 1]));
    if (number) {
      name += ahead.rest_.substr(0, digits + 1);
      ahead.rest_.remove_prefix(digits + 1);
    }
    if (possessive != ahead.rest_.starts_with("'s")) return std::nullopt;
    if (possessive) ahead.rest_.remove_prefix(2);
    ahead.skip_blanks();
    *this = ahead;
    return name;
  }

  // "connect("
  std::optional<model::CallName> call() {
    for (const model::CallName name : calls) {
      const std::string opened = fmt::format("{}(", model::call_name(name));
      if (take(opened)) return name;
    }
    return std::nullopt;
  }
  std::optional<model::TcpState> state() {
    const std::string word(rest_.substr(0, rest_.find(' ')));
    const auto found = model::parse_state(word);
    if (found) take(word);
    return found;
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

// "the 2nd name", "\"Welcome!\""
bool read_text(Reader& reader, Carried& carried) {
  if (auto text = reader.quoted()) {
    carried = {.kind = Carried::Kind::text, .text = std::move(*text)};
    return true;
  }
  if (!reader.take("the")) return false;
  const auto nth = reader.nth();
  if (!nth || !reader.take("name")) return false;
  carried = {.kind = Carried::Kind::name, .nth = *nth};
  return true;
}

// "SYN-ACK", "2nd data segment"
bool read_kind(Reader& reader, Carried& carried) {
  using enum Carried::Kind;
  if (const auto nth = reader.nth()) {
    carried = {.kind = data, .nth = *nth};
    return reader.take("data segment");
  }
  constexpr std::array<std::pair<std::string_view, Carried::Kind>, 4> kinds{
      {{"SYN-ACK", syn_ack}, {"SYN", syn}, {"FIN", fin}, {"RST", rst}}};
  for (const auto& [word, kind] : kinds) {
    if (!reader.take(word)) continue;
    carried = {.kind = kind};
    return true;
  }
  return false;
}

// Each reads one form, from its beginning; false where it is another.
bool read_carries(Reader reader, Anchor& a) {
  if (!reader.take("the segment that carries") || !read_text(reader, a.carried)) return false;
  a.kind = Anchor::Kind::carries;
  a.again = reader.take("again");
  return reader.done();
}

bool read_calls(Reader reader, Anchor& a) {
  const auto who = reader.who(false);
  if (!who || !reader.take("calls")) return false;
  a.nth = reader.take("its") ? reader.nth().value_or(-1) : 0;
  const auto call = reader.call();
  if (!call || a.nth < 0) return false;
  a.kind = Anchor::Kind::calls, a.who = *who, a.call = *call;
  a.text = reader.quoted().value_or("");
  return reader.take(")") && reader.done();
}

bool read_returns(Reader reader, Anchor& a) {
  const auto who = reader.who(true);
  if (!who) return false;
  a.nth = reader.nth().value_or(0);
  const auto call = reader.call();
  if (!call || !reader.take(")") || !reader.take("returns")) return false;
  a.kind = Anchor::Kind::returns, a.who = *who, a.call = *call;
  a.text = reader.quoted().value_or("");
  return reader.done();
}

bool read_state(Reader reader, Anchor& a) {
  const auto who = reader.who(false);
  if (!who) return false;
  const bool enters = reader.take("enters");
  if (!enters && !reader.take("leaves")) return false;
  const auto state = reader.state();
  if (!state) return false;
  a.kind = enters ? Anchor::Kind::enters : Anchor::Kind::leaves;
  a.who = *who, a.state = *state;
  return reader.done();
}

bool read_sends(Reader reader, Anchor& a) {
  const auto who = reader.who(false);
  if (!who || !reader.take("sends its") || !read_kind(reader, a.carried)) return false;
  a.kind = Anchor::Kind::sends, a.who = *who;
  a.again = reader.take("again");
  return reader.done();
}

bool read_acknowledges(Reader reader, Anchor& a) {
  const auto who = reader.who(false);
  if (!who || !reader.take("acknowledges")) return false;
  a.kind = Anchor::Kind::acknowledges, a.who = *who;
  if (const auto whose = reader.who(true)) {
    a.whose = *whose;
    using enum Carried::Kind;
    return read_kind(reader, a.carried) &&
           (a.carried.kind == syn || a.carried.kind == fin || a.carried.kind == data) &&
           reader.done();
  }
  return read_text(reader, a.carried) && reader.done();
}

bool read_timer(Reader reader, Anchor& a) {
  const auto who = reader.who(true);
  if (!who) return false;
  const auto* const timer = std::ranges::find_if(
      timers, [&](model::TimerName name) { return reader.take(model::timer_name(name)); });
  if (timer == timers.end() || !reader.take("timer")) return false;
  a.kind = Anchor::Kind::timer, a.who = *who, a.timer = *timer;
  a.action = reader.take("starts")  ? model::TimerAction::started
             : reader.take("stops") ? model::TimerAction::stopped
                                    : model::TimerAction::expired;
  if (a.action == model::TimerAction::expired && !reader.take("expires")) return false;
  return reader.done();
}

// --- against a run
// ----------------------------------------------------------------------------------

// `text` with {name.N} replaced; nothing where there is no such name.
std::optional<std::string> with_names(std::string text, std::span<const std::string> names) {
  constexpr std::string_view begin = "{name.";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) return std::nullopt;
    std::size_t n = 0;
    for (std::size_t i = at + begin.size(); i < end; ++i) {
      if (text[i] < '0' || text[i] > '9' || n > names.size()) return std::nullopt;
      n = n * 10 + static_cast<std::size_t>(text[i] - '0');
    }
    if (n == 0 || n > names.size()) return std::nullopt;
    text.replace(at, end + 1 - at, names[n - 1]);
    at += names[n - 1].size();
  }
  return text;
}

std::string_view text_of(wire::ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view payload_of(const model::Packet& packet) {
  const auto view =
      wire::view(packet.bytes, packet.link, packet.original_size, {.verify_checksums = false});
  return text_of(wire::slice(packet.bytes, view.payload));
}

class Finder {
 public:
  Finder(const model::Trace& trace, std::span<const std::string> names)
      : trace_(trace), names_(names), order_(trace.by_time()) {}

  std::vector<EventId> find(const Anchor& a) const {
    using enum Anchor::Kind;
    switch (a.kind) {
      case calls:
      case returns: return find_call(a);
      case enters:
      case leaves:
        return where<model::StateChange>(a.who, [&](const auto&, const model::StateChange& s) {
          return s.from != s.to && (a.kind == enters ? s.to : s.from) == a.state;
        });
      case timer:
        return where<model::Timer>(a.who, [&](const auto&, const model::Timer& t) {
          return t.name == a.timer && t.action == a.action;
        });
      case sends:
      case carries: {
        std::vector<EventId> ids;
        for (const Segment& s : find_segments(a.carried, a.who, a.again, false))
          ids.push_back(s.id);
        return ids;
      }
      case acknowledges: return find_acknowledgement(a);
    }
    return {};
  }

 private:
  struct Segment {
    EventId id;
    wire::SeqNum end;  // behind what was asked for
  };

  template <typename Body, typename Good>
  std::vector<EventId> where(std::string_view who, const Good& good) const {
    std::vector<EventId> ids;
    for (const EventId id : order_) {
      const model::Event& e = trace_[id];
      const auto* body = std::get_if<Body>(&e.body);
      if (body && e.endpoint != model::EndpointId::none &&
          (who.empty() || trace_[e.endpoint].name == who) && good(e, *body))
        ids.push_back(id);
    }
    return ids;
  }

  static std::vector<EventId> only_nth(std::vector<EventId> ids, int nth) {
    if (nth == 0) return ids;
    const auto n = static_cast<std::size_t>(nth);
    return n <= ids.size() ? std::vector{ids[n - 1]} : std::vector<EventId>{};
  }

  std::vector<EventId> find_call(const Anchor& a) const {
    const auto text = with_names(a.text, names_);
    if (!text) return {};
    return only_nth(where<model::Call>(a.who,
                                       [&](const auto&, const model::Call& c) {
                                         return c.name == a.call &&
                                                (a.kind == Anchor::Kind::calls || c.returned) &&
                                                (text->empty() || text_of(c.data) == *text);
                                       }),
                    a.nth);
  }

  // Segments sent for the first time, or again; never the network's own copies.
  std::vector<EventId> originals(std::string_view who, bool again, const auto& good) const {
    return where<model::Packet>(who, [&](const model::Event& e, const model::Packet& p) {
      const bool copy = e.why == model::Why::fault_duplicate || e.why == model::Why::link_duplicate;
      return e.kind == model::EventKind::segment && !copy && p.retransmission == again &&
             good(e, p);
    });
  }

  // `any_syn`: a SYN-ACK is a SYN, too.
  std::vector<Segment> find_segments(const Carried& c, std::string_view who, bool again,
                                     bool any_syn) const {
    using enum Carried::Kind;
    if (c.kind == name || c.kind == text) return find_text(c, who, again);
    const auto found = originals(who, again, [&](const model::Event&, const model::Packet& p) {
      const bool syn_set = p.ctl.has(wire::SYN), ack_set = p.ctl.has(wire::ACK);
      switch (c.kind) {
        case syn: return syn_set && (any_syn || !ack_set);
        case syn_ack: return syn_set && ack_set;
        case fin: return p.ctl.has(wire::FIN);
        case rst: return p.ctl.has(wire::RST);
        default: return p.len > 0;
      }
    });
    std::vector<Segment> segments;
    for (const EventId id : only_nth(found, c.kind == data ? c.nth : 0)) {
      const auto& p = std::get<model::Packet>(trace_[id].body);
      const std::uint32_t flags =
          (p.ctl.has(wire::SYN) ? 1u : 0u) + (p.ctl.has(wire::FIN) ? 1u : 0u);
      segments.push_back({id, p.seq + wire::SeqSize{p.len + flags}});
    }
    return segments;
  }

  // A segment that carries exactly this; where there is none, those in which it is found.
  std::vector<Segment> find_text(const Carried& c, std::string_view who, bool again) const {
    const bool by_name = c.kind == Carried::Kind::name;
    const auto text = with_names(by_name ? fmt::format("{{name.{}}}", c.nth) : c.text, names_);
    if (!text) return {};
    std::vector<Segment> whole, part;
    static_cast<void>(originals(who, again, [&](const model::Event& e, const model::Packet& p) {
      if (p.len == 0) return false;
      if (by_name && e.flow != model::FlowId::none && trace_[e.flow].a != e.endpoint) return false;
      const std::string_view payload = payload_of(p);
      const std::size_t at = payload.find(*text);
      if (at == std::string_view::npos) return false;
      const auto end = static_cast<std::uint32_t>(at + text->size());
      (payload == *text ? whole : part).push_back({e.id, p.seq + wire::SeqSize{end}});
      return true;
    }));
    return whole.empty() ? part : whole;
  }

  // Of each thing that fits, the first segment that acknowledges all of it.
  std::vector<EventId> find_acknowledgement(const Anchor& a) const {
    std::vector<EventId> ids;
    for (const Segment& s : find_segments(a.carried, a.whose, false, true)) {
      const model::Event& asked = trace_[s.id];
      if (asked.to == model::EndpointId::none || trace_[asked.to].name != a.who) continue;
      const auto answers =
          where<model::Packet>(a.who, [&](const model::Event& e, const model::Packet& p) {
            return e.kind == model::EventKind::segment && e.flow == asked.flow && e.t >= asked.t &&
                   p.ctl.has(wire::ACK) && wire::geq(p.ack, s.end);
          });
      if (!answers.empty()) ids.push_back(answers.front());
    }
    return ids;
  }

  const model::Trace& trace_;
  std::span<const std::string> names_;
  std::vector<EventId> order_;
};

}  // namespace

model::Expected<Anchor> parse_anchor(std::string_view sentence) {
  for (const auto read : {read_carries, read_calls, read_returns, read_state, read_sends,
                          read_acknowledges, read_timer}) {
    Anchor anchor;
    if (!read(Reader(sentence), anchor)) continue;
    anchor.sentence = sentence;
    return anchor;
  }
  return std::unexpected(model::Error{
      wire::Saying::of("\"{}\" says nothing that is understood", sentence),
      wire::Saying::of("say it as one of: {}", fmt::format("{}", fmt::join(forms, "; ")))});
}

std::span<const std::string_view> anchor_forms() {
  return forms;
}

std::vector<EventId> find_events(const Anchor& anchor, const model::Trace& trace,
                                 std::span<const std::string> names) {
  return Finder(trace, names).find(anchor);
}

}  // namespace synoptic::lessons
