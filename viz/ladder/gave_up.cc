// What an end that gave up had sent, how many times, and what the other end knows of it.
#include "viz/ladder/gave_up.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "viz/ladder/wording.hh"

namespace synoptic::ladder {
namespace {

std::string times(int n) {
  return n == 1 ? "once" : n == 2 ? "twice" : fmt::format("{} times", n);
}

std::string thing(const Fact& f) {
  if (f.has(wire::SYN)) return f.ack ? "SYN,ACK" : "SYN";
  if (f.len == 0) return f.has(wire::FIN) ? "FIN" : "segment";
  return fmt::format("{} octet{} from Seq={}{}", f.len, f.len == 1 ? "" : "s", f.begin,
                     f.has(wire::FIN) ? " and its FIN" : "");
}

// "no ACK came for its 5 octets from Seq=8, sent again 6 times".
std::string unanswered(const Conversation& c, bool a) {
  const Fact* last = nullptr;
  int sent = 0, probes = 0;
  for (const Fact& f : c.facts) {
    if (f.from_a != a) {
      if (f.arrived) probes = 0;
      continue;
    }
    if (!f.is_segment() || f.copy) continue;
    if ((*c.trace)[f.id].why == model::Why::zero_window_probe) {
      ++probes;
    } else if (f.retransmission && f.occupies()) {
      sent = last && last->begin == f.begin ? sent + 1 : 1;
      last = &f;
    }
  }
  if (probes > 0)
    return fmt::format("no answer came to its probe of the closed window, sent {}", times(probes));
  if (!last) return "no ACK came for what it had sent";
  return fmt::format("no ACK came for its {}, sent again {}", thing(*last), times(sent));
}

// The change into its state at the end of the trace; null where the trace does not say.
const model::Event* last_state(const Conversation& c, bool a) {
  const auto& events = c.trace->events();
  for (std::size_t i = events.size(); i-- > 0;)
    if (events[i].endpoint == c.endpoint(a) && events[i].flow == *c.flow &&
        std::holds_alternative<model::StateChange>(events[i].body))
      return &events[i];
  return nullptr;
}

}  // namespace

std::optional<GaveUp> giving_up(const Conversation& c, bool a) {
  if (!c.flow) return std::nullopt;
  for (const model::Event& e : c.trace->events()) {
    if (e.flow != *c.flow || (e.endpoint == c.endpoint(true)) != a) continue;
    const auto* call = std::get_if<model::Call>(&e.body);
    if (e.why == model::Why::gave_up && e.kind == model::EventKind::state) return GaveUp{e.id, e.t};
    if (call && call->returned && call->result < 0 && call->error == ETIMEDOUT)
      return GaveUp{e.id, call->returned_at};
  }
  return std::nullopt;
}

std::string gave_up_text(const Conversation& c) {
  if (c.trace->source() != model::Source::simulated) return "";
  if (std::ranges::none_of(c.facts, [&](const Fact& f) {
        return f.retransmission || (*c.trace)[f.id].why == model::Why::zero_window_probe;
      }))
    return "";  // nobody had reason to
  const std::optional<GaveUp> end[2] = {giving_up(c, true), giving_up(c, false)};
  const int first = end[0] && end[1] && end[1]->t < end[0]->t ? 1 : 0;
  std::string text;
  for (const int own : {first, 1 - first}) {
    if (!end[own]) continue;
    text += fmt::format(" {} gave up{}: {}.", capital(the(c.name(own == 0))),
                        text.empty() ? " (R2, RFC 9293 3.8.3)" : ", too", unanswered(c, own == 0));
    const model::Event* other = last_state(c, own != 0);
    if (!other) continue;
    const model::TcpState state = std::get<model::StateChange>(other->body).to;
    if (state != model::TcpState::closed)
      text += fmt::format(" Nothing tells {} of it: that end stays in {}.", the(c.name(own != 0)),
                          model::rfc_name(state));
  }
  return text;
}

}  // namespace synoptic::ladder
