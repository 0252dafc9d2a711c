// What an end that gave up had sent, how many times, and what the other end knows of it.
#include "viz/ladder/gave_up.hh"

#include <algorithm>
#include <cerrno>
#include <ranges>

#include "viz/ladder/wording.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::N_;
using words::say;
using words::tr;

std::string times(int n) {
  return n == 1 ? tr("once") : n == 2 ? tr("twice") : say("{} times", n);
}

std::string thing(const Fact& f) {
  if (f.has(wire::SYN)) return f.ack ? "SYN,ACK" : "SYN";
  if (f.len == 0) return f.has(wire::FIN) ? "FIN" : tr("segment");
  const std::string octets =
      say(f.len == 1 ? N_("{} octet from Seq={}") : N_("{} octets from Seq={}"), f.len, f.begin);
  return f.has(wire::FIN) ? say("{} and its FIN", octets) : octets;
}

// What one end says while the other's window is closed, in order of time. A simulated trace names
// its probes; in a captured one they are what is sent into such a window, the last octets or the
// one before them once more.
class Probes {
 public:
  explicit Probes(const Conversation& c) : c_(c) {}

  bool operator()(const Fact& f) {
    if (!f.is_segment()) return false;
    const int own = f.from_a ? 0 : 1;
    const bool closed = window_[1 - own] == 0u;
    const std::uint32_t due = next_[own];
    window_[own] = f.wnd, next_[own] = std::max(due, f.end);
    if (c_.trace->source() == model::Source::simulated)
      return (*c_.trace)[f.id].why == model::Why::zero_window_probe;
    return closed && f.len <= 1 && f.begin + 1 >= due && f.begin <= due && f.begin + f.len != due &&
           (f.ctl.bits & (wire::SYN | wire::FIN | wire::RST).bits) == 0;
  }

 private:
  const Conversation& c_;
  std::optional<std::uint32_t> window_[2];
  std::uint32_t next_[2] = {0, 0};
};

bool had_reason(const Conversation& c) {
  Probes probe(c);
  return std::ranges::any_of(c.facts, [&](const Fact& f) { return probe(f) || f.retransmission; });
}

// "no ACK came for its 5 octets from Seq=8, sent again 6 times".
std::string unanswered(const Conversation& c, bool a) {
  const Fact* last = nullptr;
  int sent = 0, probes = 0;
  Probes probe(c);
  for (const Fact& f : c.facts) {
    const bool probes_now = probe(f);
    if (f.from_a != a) {
      if (f.arrived) probes = 0;
      continue;
    }
    if (!f.is_segment() || f.copy) continue;
    if (probes_now) {
      ++probes;
    } else if (f.retransmission && f.occupies()) {
      sent = last && last->begin == f.begin ? sent + 1 : 1;
      last = &f;
    }
  }
  if (probes > 0)
    return say("no answer came to its probe of the closed window, sent {}", times(probes));
  if (!last) return tr("no ACK came for what it had sent");
  return say("no ACK came for its {}, sent again {}", thing(*last), times(sent));
}

// The change into its state at the end of the trace; null where the trace does not say.
const model::Event* last_state(const Conversation& c, bool a) {
  for (const model::EventId id : c.told | std::views::reverse) {
    const model::Event& e = (*c.trace)[id];
    if (e.endpoint == c.endpoint(a) && std::holds_alternative<model::StateChange>(e.body))
      return &e;
  }
  return nullptr;
}

// What the end `a` knows of it, that did not give up itself.
std::string other_end(const Conversation& c, bool a) {
  const model::Event* last = last_state(c, a);
  const auto* change = last ? &std::get<model::StateChange>(last->body) : nullptr;
  if (change && change->to == model::TcpState::closed) return "";
  const std::string name = the(c.name(a));
  if (!change) return say("Nothing tells {} of it.", name);
  const bool inferred = change->basis != model::Basis::true_;
  return say(inferred ? N_("Nothing tells {} of it: that end was last seen in {}.")
                      : N_("Nothing tells {} of it: that end stays in {}."),
             name, model::rfc_name(change->to));
}

// ": its recv() returned ETIMEDOUT", where it is known by that.
std::string told_by(const Conversation& c, const GaveUp& end) {
  const auto* call = std::get_if<model::Call>(&(*c.trace)[end.id].body);
  if (!call || c.trace->source() == model::Source::simulated) return "";
  return say(", and its {}() returned ETIMEDOUT", model::call_name(call->name));
}

}  // namespace

std::optional<GaveUp> giving_up(const Conversation& c, bool a) {
  if (!c.flow) return std::nullopt;
  for (const model::EventId id : c.told) {
    const model::Event& e = (*c.trace)[id];
    if ((e.endpoint == c.endpoint(true)) != a) continue;
    const auto* call = std::get_if<model::Call>(&e.body);
    const bool gave_up = e.why == model::Why::gave_up || e.why == model::Why::gave_up_unheard;
    if (gave_up && e.kind == model::EventKind::state) return GaveUp{e.id, e.t};
    if (call && call->returned && call->result < 0 && call->error == ETIMEDOUT)
      return GaveUp{e.id, call->returned_at};
  }
  return std::nullopt;
}

std::string gave_up_text(const Conversation& c) {
  if (!c.flow || !had_reason(c)) return "";
  const std::optional<GaveUp> end[2] = {giving_up(c, true), giving_up(c, false)};
  const int first = end[0] && end[1] && end[1]->t < end[0]->t ? 1 : 0;
  std::string text;
  for (const int own : {first, 1 - first}) {
    if (!end[own]) continue;
    const char* pattern =
        text.empty() ? N_("{} gave up (R2, RFC 9293 3.8.3){}: {}.") : N_("{} gave up, too{}: {}.");
    text = followed_by(std::move(text), say(pattern, capital(the(c.name(own == 0))),
                                            told_by(c, *end[own]), unanswered(c, own == 0)));
    if (!end[1 - own]) text = followed_by(std::move(text), other_end(c, own != 0));
  }
  return text;
}

}  // namespace synoptic::ladder
