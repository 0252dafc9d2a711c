// Finds FINs and their acknowledgements among the segments of a conversation.
#include "viz/ladder/ending.hh"

#include <algorithm>
#include <variant>

#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

// Collects the segments of a close, in order of time.
class Close {
 public:
  Close(Ending& end, const model::Trace& trace) : end_(end), trace_(trace) {}

  void fin(const Fact& f, bool acknowledges) {
    const int own = f.from_a ? 0 : 1;
    if (f.end == end_.fin[own]->end) end_.close.push_back({&f, true, acknowledges && !acks_[own]});
  }

  // A segment without a FIN that covers the other end's. Each FIN that came is owed one; what the
  // same end says later (of its window, with data) carries the same number and answers no FIN.
  void ack(const Fact& f, bool first) {
    const int own = f.from_a ? 0 : 1;
    const bool copy =
        f.copy && !end_.close.empty() && end_.close.back().fact->id == trace_[f.id].cause;
    if (!first && !copy && (!f.pure_ack() || acks_[own] >= fins_come(f))) return;
    if (!copy) ++acks_[own];
    end_.close.push_back({&f, false, true});
  }

 private:
  int fins_come(const Fact& ack) const {
    return static_cast<int>(std::ranges::count_if(end_.close, [&](const CloseSegment& s) {
      return s.fin && s.fact->from_a != ack.from_a && s.fact->arrived && *s.fact->arrived <= ack.t;
    }));
  }

  Ending& end_;
  const model::Trace& trace_;
  int acks_[2] = {0, 0};  // from a, from b
};

// Whether the FINs that arrived first were on their way at the same time. A captured packet has no
// time of its way: there the FINs themselves tell what their senders knew.
bool met_on_the_way(const Conversation& c, const Ending& end) {
  const Fact* came[2] = {nullptr, nullptr};
  for (const CloseSegment& s : end.close) {
    auto& fin = came[s.fact->from_a ? 0 : 1];
    if (s.fin && !fin && s.fact->arrived) fin = s.fact;
  }
  if (!came[0] || !came[1]) return false;
  for (const int own : {0, 1}) {
    const Fact &mine = *came[own], &theirs = *came[1 - own];
    if (mine.ack && *mine.ack >= theirs.end) return false;
    if (c.trace->source() == model::Source::simulated && mine.t > *theirs.arrived) return false;
  }
  return true;
}

}  // namespace

std::string after(model::Duration d) {
  return d < model::microseconds(1) ? words::tr("right after")
                                    : words::say("{} after", model::format_duration(d));
}

const model::Event* last_call(const Conversation& c, bool a, model::CallName name,
                              model::Instant before) {
  const model::Event* found = nullptr;
  for (const model::Event* e : c.calls(a, name))
    if (e->t <= before && (!found || found->t <= e->t)) found = e;
  return found;
}

Ending ending_of(const Conversation& c) {
  Ending end;
  Close close(end, *c.trace);
  for (const Fact& f : c.facts) {
    if (!f.is_segment()) continue;
    const int own = f.from_a ? 0 : 1, other = 1 - own;
    const bool reset = f.has(wire::RST);
    const bool acknowledges = end.fin[other] && f.ack && *f.ack >= end.fin[other]->end && !reset;
    const bool first = acknowledges && !end.ack_of[other];
    if (first) end.ack_of[other] = &f;
    if (reset && !end.reset && !(end.ack_of[0] && end.ack_of[1])) end.reset = &f;
    if (!f.has(wire::FIN)) {
      if (acknowledges) close.ack(f, first);
      continue;
    }
    if (!end.fin[own]) {
      end.fin[own] = &f;
      if (end.first < 0)
        end.first = own;
      else
        end.crossed = !f.ack || *f.ack < end.fin[other]->end;
    }
    close.fin(f, acknowledges);
  }
  end.simultaneous = end.crossed && met_on_the_way(c, end);
  return end;
}

}  // namespace synoptic::ladder
