// Finds FINs and their acknowledgements, and says why they were as many segments as they were.
#include "viz/ladder/ending.hh"

#include <fmt/format.h>

#include <set>

#include "viz/ladder/wording.hh"

namespace synoptic::ladder {
namespace {

// Why the end that closed second could, or could not, put its FIN on the ACK of the first FIN.
std::string second_fin_text(const Conversation& c, const Ending& end) {
  const int first = end.first, second = 1 - first;
  const Fact &fin1 = *end.fin[first], &fin2 = *end.fin[second], &ack1 = *end.ack_of[first];
  const std::string name1 = c.name(first == 0), name2 = c.name(second == 0);
  const model::Event* close = last_call(c, second == 0, model::CallName::close, fin2.t);
  if (&ack1 == &fin2) {
    if (close && close->t >= fin1.t)
      return fmt::format(
          "{} called close() {} {} was sent, before an ACK alone had left: so one segment carries "
          "ACK and FIN",
          capital(of(name2, "program")), after(close->t - fin1.t), of(name1, "FIN"));
    return fmt::format("{} left {} {}, before an ACK alone had left: so one segment carries both",
                       capital(of(name2, "FIN")), after(fin2.t - fin1.t), of(name1, "FIN"));
  }
  std::string text = fmt::format("{} acknowledged first, and sent its own FIN {} that",
                                 capital(the(name2)), after(fin2.t - ack1.t));
  if (close && close->t >= ack1.t) text += ": only then did its program call close()";
  return text;
}

// In a list: "client FIN", but "client 2's FIN".
std::string label(const std::string& name) {
  return the(name) == name ? name + "'s" : name;
}

std::string both_fins_text(const Conversation& c, const Ending& end) {
  const int first = end.first, second = 1 - first;
  const std::string name1 = label(c.name(first == 0)), name2 = label(c.name(second == 0));
  const std::string last = end.ack_of[second] ? fmt::format(", {} ACK", name1)
                                              : std::string(", and its ACK is not in the trace");
  if (end.crossed)
    return fmt::format(
        "{} segments: {} FIN, {} FIN, then an ACK for each. Neither end had heard of the other's "
        "FIN when "
        "it sent its own (a simultaneous close, state CLOSING).",
        end.segments, name1, name2);
  if (!end.ack_of[first])
    return fmt::format("{} segments; no ACK of {} is in the trace.", end.segments,
                       of(c.name(first == 0), "FIN"));
  const bool merged = end.ack_of[first] == end.fin[second];
  return fmt::format("{} segments: {} FIN, {} {}{}. {}.", end.segments, name1, name2,
                     merged ? "FIN+ACK in one" : fmt::format("ACK, {} FIN", name2), last,
                     second_fin_text(c, end));
}

// A connection is open once its SYN was answered with a SYN. This says why it was not; empty when
// it was, or when the trace does not hold its beginning.
std::string never_opened_text(const Conversation& c) {
  const Fact* syn = nullptr;
  int times = 0;
  bool refused = false, arrived = false;
  for (const Fact& f : c.facts) {
    if (!f.is_segment()) continue;
    if (!syn && !f.has(wire::SYN)) return "";
    if (!syn) syn = &f;
    if (f.from_a == syn->from_a) {
      times += f.has(wire::SYN) ? 1 : 0;
      arrived |= !f.lost;
    } else if (!f.lost) {
      if (!f.has(wire::RST)) return "";
      refused = true;
    }
  }
  if (!syn) return "";
  const std::string opener = c.name(syn->from_a), other = c.name(!syn->from_a);
  if (refused)
    return fmt::format("The connection was never opened: {} answered {} with a reset (RST).",
                       the(other), of(opener, "SYN"));
  std::string text = fmt::format("The connection was never opened: {} sent {}", the(opener),
                                 times == 1 ? "its SYN" : fmt::format("its SYN {} times", times));
  return text + (arrived      ? ", and no answer came."
                 : times == 1 ? ", and it was lost."
                              : ", and each was lost.");
}

}  // namespace

std::string after(model::Duration d) {
  return d < model::microseconds(1) ? "right after" : model::format_duration(d) + " after";
}

const model::Event* last_call(const Conversation& c, bool a, model::CallName name,
                              model::Instant before) {
  const model::EndpointId endpoint = c.endpoint(a);
  const model::Event* found = nullptr;
  for (const model::Event& e : c.trace->events()) {
    const auto* call = std::get_if<model::Call>(&e.body);
    if (!call || call->name != name || e.endpoint != endpoint || e.t > before) continue;
    if (e.flow != model::FlowId::none && e.flow != *c.flow) continue;
    if (!found || found->t <= e.t) found = &e;
  }
  return found;
}

Ending ending_of(const Conversation& c) {
  Ending end;
  for (const Fact& f : c.facts) {
    if (!f.is_segment()) continue;
    const int own = f.from_a ? 0 : 1, other = 1 - own;
    if (end.fin[other] && !end.ack_of[other] && f.ack && *f.ack >= end.fin[other]->end &&
        !f.has(wire::RST))
      end.ack_of[other] = &f;
    if (f.has(wire::RST) && !end.reset && !(end.ack_of[0] && end.ack_of[1])) end.reset = &f;
    if (!f.has(wire::FIN) || end.fin[own]) continue;
    end.fin[own] = &f;
    if (end.first < 0)
      end.first = own;
    else
      end.crossed = !f.ack || *f.ack < end.fin[other]->end;
  }
  std::set<const Fact*> distinct{end.fin[0], end.fin[1], end.ack_of[0], end.ack_of[1]};
  distinct.erase(nullptr);
  end.segments = static_cast<int>(distinct.size());
  return end;
}

std::string ending_text(const Conversation& c) {
  if (!c.flow || (*c.trace)[*c.flow].protocol != model::Protocol::tcp || c.facts.empty()) return "";
  if (std::string never = never_opened_text(c); !never.empty()) return never;
  const Ending end = ending_of(c);
  if (end.reset) {
    return fmt::format(
        "{} reset the connection (RST){}.", capital(the(c.name(end.reset->from_a))),
        end.first < 0 ? " before either end had sent a FIN" : "; what came after counts no longer");
  }
  if (end.first < 0)
    return "Neither end sent a FIN: the connection is not closed within this trace.";
  if (!end.fin[1 - end.first])
    return fmt::format(
        "Only {} sent a FIN: the connection is half closed at the end of this trace.",
        the(c.name(end.first == 0)));
  return both_fins_text(c, end);
}

}  // namespace synoptic::ladder
